// node tests/conformance/seams.mjs [VIEWS=200]: pictures drawn at once against the same pictures made of tiles, byte for byte.
// Views of Geneva (streets) and of the south of France (cameras) at z5–z18, in all styles, at whole-pixel positions. Needs
// ../shared/data. Prints the number of pixels that differ, and keeps the pictures of a view that does in build/seams.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const root = path.join(import.meta.dirname, "../.."), shared = path.join(root, "../shared/data");
const { PNG } = createRequire(path.join(root, "x.js"))("pngjs");
const program = path.join(root, "build/contrechamp"), SIDE = 4, STYLES = ["light", "dark", "print", "deployments"];

function run(args, input) {
    const r = spawnSync(program, args, { input, maxBuffer: 1 << 28 });
    if (r.status !== 0 && r.status !== 3)
        throw new Error(`${args.join(" ")}: ${r.stderr}`);
    return r.stdout;
}

// Which views: a fixed sequence, so that a failure can be had again.
let seed = 7;
const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
const PLACES = [[6.145, 46.205, 0.03, 13, 18], [6.143, 46.2, 0.4, 8, 12], [5.38, 43.3, 0.1, 10, 17], [3.2, 43.4, 2.5, 5, 9], [1.44, 43.6, 0.1, 12, 17]];
function view(i) {
    const [lon, lat, spread, low, high] = PLACES[i % PLACES.length], z = low + Math.floor(random() * (high - low + 1)), n = 2 ** z;
    const l = lon + (random() - 0.5) * spread, r = ((lat + (random() - 0.5) * spread) * Math.PI) / 180;
    const x = Math.floor(((l + 180) / 360) * n), y = Math.floor(((1 - Math.asinh(Math.tan(r)) / Math.PI) / 2) * n);
    return { z, x, y, style: STYLES[Math.floor(i / PLACES.length) % STYLES.length] };
}
const lonOf = (x, z) => (x / 2 ** z) * 360 - 180;
const latOf = (y, z) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z))) * 180) / Math.PI;

// A base map with the streets of Geneva and a database of cameras, in a folder of their own, for whoever compares pictures.
export function stage() {
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "conformance-")), base = path.join(work, "base.mbtiles"), db = path.join(work, "map.sqlite");
    run(["basemap", "build", "--default", "--osm", path.join(shared, "osm/geneve.osm.pbf"), "-o", base]);
    run(["--db", db, "import", "--licence", "ODbL-1.0", path.join(shared, "surveillance/osm-cameras-sud-france.geojson"), path.join(shared, "osm/geneve.osm.pbf")]);
    return { work, base, db };
}

export function seams(views, { work, base, db }) {
    const keep = path.join(root, "build/seams"), common = (style) => ["--db", db, "render", "--basemap", base, "--style", style, "--today", "2026-11-24"];
    let differing = 0;
    const all = Array.from({ length: views }, (_, i) => view(i));
    for (const style of STYLES) {
        const lines = all.filter((v) => v.style === style).flatMap((v) => Array.from({ length: SIDE * SIDE }, (_, k) => `${v.z} ${v.x + (k % SIDE)} ${v.y + Math.floor(k / SIDE)}`));
        run([...common(style), "--tiles", "-", "-o", path.join(work, style)], lines.join("\n") + "\n");
    }
    for (const v of all) {
        const file = path.join(work, "whole.png"), side = SIDE * 256;
        run([...common(v.style), "--center", `${lonOf(v.x + SIDE / 2, v.z)},${latOf(v.y + SIDE / 2, v.z)}`, "--zoom", String(v.z - 1), "--size", `${side}x${side}`, "-o", file]);
        const whole = PNG.sync.read(fs.readFileSync(file));
        let bad = 0;
        for (let k = 0; k < SIDE * SIDE; k++) {
            const tile = PNG.sync.read(fs.readFileSync(path.join(work, v.style, `${v.z}/${v.x + (k % SIDE)}/${v.y + Math.floor(k / SIDE)}.png`)));
            for (let row = 0; row < 256; row++) {
                const at = (((Math.floor(k / SIDE) * 256 + row) * side) + (k % SIDE) * 256) * 4;
                for (let col = 0; col < 256; col++)
                    if (whole.data.readUInt32LE(at + col * 4) !== tile.data.readUInt32LE((row * 256 + col) * 4))
                        bad++;
            }
        }
        if (bad) {
            const name = path.join(keep, `${v.style}-${v.z}-${v.x}-${v.y}.png`);
            fs.mkdirSync(keep, { recursive: true });
            fs.copyFileSync(file, name);
            console.log(`${bad} pixels differ: ${v.style} ${v.z}/${v.x}/${v.y}`);
        }
        differing += bad;
    }
    return differing;
}

if (process.argv[1] === import.meta.filename) {
    const views = Number(process.argv[2] ?? 200);
    if (!fs.existsSync(shared)) {
        console.log(`seams: skipped, there is no ${shared}`);
        process.exit(0);
    }
    const at = stage(), bad = seams(views, at);
    fs.rmSync(at.work, { recursive: true });
    console.log(`seams: ${bad} pixels differ in ${views} views`);
    process.exit(bad ? 1 : 0);
}
