// make conformance: this program against the test cases of others that lie beside the repository (../shared/conformance), and
// the table of it. --valgrind: vector tiles under it. --floor: a shorter run that fails where a figure is under what has been reached, for `make test`. --list: what fails.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { seams, stage } from "./seams.mjs";

const root = path.join(import.meta.dirname, "../.."), suite = path.join(root, "../shared/conformance");
const program = path.join(root, "build/contrechamp"), list = process.argv.includes("--list"), floor = process.argv.includes("--floor");
if (!fs.existsSync(suite)) {
    console.log(floor ? "1..0 # SKIP there is no ../shared/conformance" : `conformance: skipped, there is no ${suite}`);
    process.exit(0);
}
const rows = [];
const row = (measure, got, of, least) => rows.push({ measure, got, of, least, percent: of ? Math.round((1000 * got) / of) / 10 : 0 });
const files = (dir, ending) => fs.readdirSync(dir, { recursive: true }).filter((f) => f.endsWith(ending)).map((f) => path.join(dir, f)).sort();
const run = (args, options = {}) => spawnSync(program, args, { timeout: 30000, maxBuffer: 1 << 28, ...options });
const failing = (what) => list && console.log(`fails: ${what}`);

// Expressions and renderings by the suite's own runners.
function runner(name, args, env = {}) {
    const r = spawnSync("node", [path.join(suite, "runners", name), ...args], { encoding: "utf8", maxBuffer: 1 << 28, env: { ...process.env, ...env } });
    if (list)
        process.stdout.write(r.stdout.split("\n").filter((l) => /^(FAIL|0\.|1\.)/.test(l)).map((l) => `fails: ${l}\n`).join(""));
    return r.stdout;
}

function expressions() {
    const [, all, right] = /(\d+) fixtures: (\d+) right by value/.exec(runner("expr.mjs", [`${program} style eval`, "--list"]));
    row("expressions right by value", Number(right), Number(all), 99);
}

function lint() {
    const inputs = files(path.join(suite, "maplibre-style-validation"), ".input.json");
    const key = (e) => `${e.message.split(":")[0]} ${e.line}`, set = (a) => [...new Set(a.map(key))].sort().join("\n");
    let right = 0;
    for (const input of inputs) {
        let got = [];
        try {
            got = JSON.parse(run(["style", "lint", "--json", input]).stdout);
        } catch {}
        const same = set(got) === set(JSON.parse(fs.readFileSync(input.replace(".input.", ".output."))));
        right += same;
        if (!same)
            failing(path.basename(input));
    }
    row("lint: same set of (key, line)", right, inputs.length, 90);
}

function renderings() {
    const draw = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "conformance-")), "draw");
    fs.writeFileSync(draw, `#!/bin/sh\nexec '${program}' render --style "$1" --assets "$2" --size "$3x$4" --scale "$5" --format png -o "$6"\n`, { mode: 0o755 });
    const out = runner("render.mjs", [draw, "--list"], { JUDGE_MODULES: path.join(root, "node_modules") });
    fs.rmSync(path.dirname(draw), { recursive: true });
    const table = {};
    for (const line of out.split("\n")) {
        const cells = line.split("│").map((c) => c.trim());
        if (/^(flat-)?(geom|icon|raster|text)/.test(cells[1] ?? ""))
            table[cells[1]] = cells.slice(2, 8).map(Number);
    }
    const sum = (kinds, column) => Object.entries(table).reduce((n, [k, v]) => n + (kinds.test(k) ? v[column] : 0), 0);
    row("render, geometry: strictly equal", sum(/geom/, 1), sum(/geom/, 0), 95);
    row("render, icon and raster: strictly equal", sum(/icon|raster/, 1), sum(/icon|raster/, 0), 90);
    row("render, text: within 2 % of pixels", sum(/text/, 4), sum(/text/, 0), 80);
    row("render, text: strictly equal", sum(/text/, 1), sum(/text/, 0), 0);
}

// Valid tiles are decoded, fatal ones refused; with --valgrind each under it.
function tiles() {
    const dir = path.join(suite, "mvt-fixtures"), command = process.argv.includes("--valgrind") ? ["valgrind", "-q", "--error-exitcode=99", program] : [program];
    let right = 0;
    const all = files(dir, "info.json");
    for (const file of all) {
        const { validity } = JSON.parse(fs.readFileSync(file)), tile = path.join(path.dirname(file), "tile.mvt"), fatal = validity.error === "fatal";
        const r = spawnSync(command[0], [...command.slice(1), "tile", "decode", tile], { timeout: 60000, maxBuffer: 1 << 28 });
        const ok = r.signal === null && r.status !== 99 && (r.status === 0 || r.status === 1) && (validity.v2 !== true || r.status === 0) && (!fatal || r.status === 1);
        right += ok;
        if (!ok)
            failing(`${path.relative(suite, tile)}: exit ${r.status ?? r.signal}`);
    }
    row("vector tiles decoded or refused as they should be", right, all.length, 100);
}

function json() {
    const all = files(path.join(suite, "json-parsing"), ".json");
    let right = 0;
    for (const file of all) {
        const r = run(["json", "check", file]), kind = path.basename(file)[0];
        const ok = r.signal === null && (kind === "y" ? r.status === 0 : kind === "n" ? r.status === 1 : r.status < 2);
        right += ok;
        if (!ok)
            failing(`${path.basename(file)}: exit ${r.status ?? r.signal}`);
    }
    row("JSON parsed or refused as it should be", right, all.length, 100);
}

const VIEWS = floor ? 20 : 200;
function joins(at) {
    row(`seams: pixels that differ in ${VIEWS} views, at once against tiles`, seams(VIEWS, at), 0, 0);
    rows.at(-1).percent = rows.at(-1).got ? -1 : 100;
}

function browser(at) {
    const r = spawnSync("node", [path.join(root, "tests/conformance/maplibre.mjs"), "--db", at.db, "--basemap", at.base], { cwd: root, encoding: "utf8", timeout: 300000 });
    const views = r.stdout.split("\n").filter((l) => / %/.test(l) && !/of the views/.test(l)), past = views.filter((l) => /past/.test(l));
    if (!views.length) {
        console.log(`MapLibre GL JS: skipped: ${r.stderr.trim()}`);
        return;
    }
    past.forEach(failing);
    row("MapLibre GL JS: views that differ in at most 0.5 % of their pixels", views.length - past.length, views.length, 100);
}

function pictures() {
    if (!fs.existsSync(path.join(root, "../shared/data")))
        return;
    const at = stage();
    joins(at);
    if (!floor)
        browser(at);
    fs.rmSync(at.work, { recursive: true });
}

expressions();
lint();
renderings();
tiles();
json();
pictures();
if (floor) {
    console.log(`1..${rows.length}`);
    rows.forEach((r, i) => console.log(`${r.percent >= r.least ? "ok" : "not ok"} ${i + 1} - ${r.measure}: ${r.got} of ${r.of}`));
} else {
    console.log("| measure | right | of | % | to reach |\n|---|---:|---:|---:|---:|");
    for (const r of rows)
        console.log(`| ${r.measure} | ${r.got} | ${r.of} | ${r.percent} | ${r.least || ""} |`);
}
process.exit(rows.some((r) => r.percent < r.least) ? 1 : 0);
