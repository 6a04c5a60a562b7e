// The import command as people type it: what is read, what is refused and why, what happens the second time.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";

const program = "build/contrechamp";
const folder = mkdtempSync(join(tmpdir(), "contrechamp-test-"));
after(() => rmSync(folder, { recursive: true }));
let databases = 0;
const fresh = () => join(folder, `${++databases}.sqlite`);
const data = (name) => `tests/data/import/${name}`;

function run(db, ...words) {
    const r = spawnSync(program, ["--db", db, ...words], { encoding: "utf8" });
    return { code: r.status, out: r.stdout.trim(), last: r.stdout.trim().split("\n").pop(), err: r.stderr };
}
const counts = (n) => `read ${n[0]} new ${n[1]} updated ${n[2]} same ${n[3]} duplicate ${n[4]} refused ${n[5]}`;

test("OSM objects are taken in; guards, homes and untagged points are not", () => {
    const db = fresh();
    const r = run(db, "import", data("osm.geojson"));
    assert.equal(r.last, counts([6, 3, 0, 0, 0, 3]));
    assert.equal(r.code, 3);
    assert.match(r.err, /row 2: surveillance:type: a guard is a person/);
    assert.match(r.err, /row 3: private_home/);
    assert.match(r.err, /row 4: man_made/);
});

test("the same file twice changes nothing", () => {
    const db = fresh();
    run(db, "import", data("osm.geojson"));
    assert.equal(run(db, "import", data("osm.geojson")).last, counts([6, 0, 0, 3, 0, 3]));
    assert.match(run(db, "stats").out, /records +3/);
});

test("a changed object is updated, and an import is taken back whole", () => {
    const db = fresh();
    const changed = join(folder, "osm.geojson");
    run(db, "import", data("osm.geojson"));
    writeFileSync(changed, readFileSync(data("osm.geojson"), "utf8").replace('"45-90"', '"180"'));
    const r = run(db, "import", changed);
    assert.equal(r.last, counts([6, 0, 1, 2, 0, 3]));
    const batch = /--undo (\S+)/.exec(r.err)[1];
    assert.equal(run(db, "import", "--undo", batch).code, 0);
    assert.equal(run(db, "import", data("osm.geojson")).last, counts([6, 0, 0, 3, 0, 3]));
});

test("a camera that is known already by place and number is listed, not written", () => {
    const db = fresh();
    const report = join(folder, "report.json");
    run(db, "import", data("osm.geojson"));
    assert.equal(run(db, "import", "--category", "cctv", "--report", report, data("same-cameras.csv")).last, counts([2, 1, 0, 0, 1, 0]));
    const [other] = JSON.parse(readFileSync(report, "utf8")).duplicate_rows;
    assert.equal(other.row, 2);
    assert.ok(other.duplicate_of > 0 && other.distance_m <= 25);
});

test("positions are repaired or refused by name, never put somewhere", () => {
    const db = fresh();
    const report = join(folder, "positions.json");
    const r = run(db, "import", "--category", "cctv", "--report", report, data("broken-positions.csv"));
    assert.equal(r.last, counts([10, 4, 0, 0, 0, 6]));
    const told = JSON.parse(readFileSync(report, "utf8"));
    assert.deepEqual(told.refused_rows.map((x) => x.row), [4, 5, 7, 8, 10, 11]);
    assert.ok(told.notes.some((x) => x.row === 6 && /swapped/.test(x.why)));
    assert.ok(told.notes.some((x) => x.row === 3 && /several points/.test(x.why)));
    const places = run(db, "export", "--format", "geojsonl", "-o", "-").out.split("\n").map((l) => JSON.parse(l).geometry.coordinates);
    for (const [lon, lat] of places)
        assert.ok(lon > 2.1 && lon < 2.5 && lat > 48.8 && lat < 48.9, `${lon}, ${lat}`);
});

test("Lambert-93 and conical zones are told by their numbers", () => {
    const db = fresh();
    const r = run(db, "import", "--category", "cctv", data("lambert-93.csv"));
    assert.equal(r.last, counts([4, 3, 0, 0, 0, 1]));
    const places = run(db, "export", "--format", "geojsonl", "-o", "-").out.split("\n").map((l) => JSON.parse(l).geometry.coordinates);
    assert.ok(places.some(([lon, lat]) => Math.abs(lon - 2.3522) < 0.001 && Math.abs(lat - 48.8566) < 0.001));
});

const points = (name, ...rows) => {
    const file = join(folder, name);
    writeFileSync(file, "id,lon,lat,ref,operateur\n" + rows.join("\n") + "\n");
    return file;
};
test("an older file does not write over what a newer one said, and what was observed before stays in the history", () => {
    const db = fresh();
    const old = points("cameras.csv", "1,2.35,48.85,A,Ville de Lyon");
    run(db, "import", "--category", "cctv", "--as-of", "2015-01-01", old);
    const now = points("cameras.csv", "1,2.35,48.85,B,Ville de Lyon");
    assert.equal(run(db, "import", "--category", "cctv", "--as-of", "2026-01-01", now).last, counts([1, 0, 1, 0, 0, 0]));
    points("cameras.csv", "1,2.35,48.85,C,Ville de Nice");
    const r = run(db, "import", "--category", "cctv", "--as-of", "2016-01-01", now);
    assert.equal(r.last, counts([1, 0, 0, 1, 0, 0]));
    assert.match(r.err, /older than what is known/);
    const record = JSON.parse(run(db, "export", "--format", "geojsonl", "-o", "-").out).properties;
    assert.equal(record.ref, "B");
    assert.equal(record.status_since, "2015-01-01"); /* seen then already */
});

test("two imports of the same records are taken back in any order, and nothing is left", () => {
    for (const order of [["cameras", "cameras-2"], ["cameras-2", "cameras"]]) {
        const db = fresh();
        run(db, "import", "--category", "cctv", "--as-of", "2020-01-01", points("cameras.csv", "1,2.35,48.85,A,", "2,2.36,48.86,B,"));
        run(db, "import", "--category", "cctv", "--as-of", "2021-01-01", points("cameras.csv", "1,2.35,48.85,A2,", "3,2.37,48.87,C,"));
        for (const batch of order)
            run(db, "import", "--undo", batch);
        assert.match(run(db, "stats").out, /records +0/, order.join());
        assert.match(run(db, "check").out, /ok/);
    }
});

test("of several files those that can be read go in, and a report that cannot be written is refused first", () => {
    const db = fresh();
    const good = points("cameras.csv", "1,2.35,48.85,A,");
    const r = run(db, "import", "--category", "cctv", data("cut-off.geojson"), good);
    assert.equal(r.code, 3);
    assert.equal(r.last, counts([1, 1, 0, 0, 0, 0]));
    const other = fresh();
    assert.equal(run(other, "import", "--report", join(folder, "not-there", "r.json"), good).code, 1);
    assert.ok(!existsSync(other));
});

test("a mapping that names a column that is not there is refused, and repairs are told", () => {
    const mapping = join(folder, "mapping.json");
    writeFileSync(mapping, JSON.stringify({ ref: "Numéro" }));
    const r = run(fresh(), "import", "--category", "cctv", "--mapping", mapping, points("cameras.csv", "1,2.35,48.85,A,"));
    assert.equal(r.code, 1);
    assert.match(r.err, /there is no column "Numéro"; there are: id, lon, lat, ref, operateur/);
    assert.match(run(fresh(), "import", "--category", "cctv", points("swapped.csv", "1,48.85,2.35,A,")).err, /1 row: longitude and latitude were swapped/);
});

test("numbers that a spreadsheet broke or that may be of another projection are drawn nowhere", () => {
    assert.equal(run(fresh(), "import", "--category", "cctv", points("broken.csv", "1,23.512.340,4.885.123.400,A,")).last, counts([1, 0, 0, 0, 0, 1]));
    assert.equal(run(fresh(), "import", "--category", "cctv", points("mercator.csv", "1,261000,6250000,A,")).last, counts([1, 0, 0, 0, 0, 1]));
});

test("a projection that nothing names is guessed only where it alone puts most of the file in France", () => {
    const lille = [[340638, 6556104], [341000, 6556500], [339000, 6555000]], lyon = [[843011, 6519488], [843100, 6519500], [842000, 6518000]];
    const toulouse = [[574008, 6279127], [574100, 6279200]], paris = [[261601, 6249448], [262000, 6250000]];
    const table = (head, rows) => (writeFileSync(join(folder, "metres.csv"), [head, ...rows.map((p) => p.join(";"))].join("\n")), join(folder, "metres.csv"));
    const take = (file, ...words) => run(fresh(), "import", "--category", "cctv", ...words, file);
    for (const rows of [lille, toulouse]) { /* Web Mercator, which as Lambert-93 is the Vendée; and what cannot be told from such */
        const r = take(table("x;y", rows));
        assert.equal(r.last, counts([rows.length, 0, 0, 0, 0, rows.length]));
        assert.match(r.err, /Lambert-93 and Web Mercator both put the rows of the file in France; name it in --mapping: \{"projection": "EPSG:…"\}/);
    }
    assert.equal(take(table("wkt", lille.map((p) => [`POINT(${p.join(" ")})`]))).last, counts([3, 0, 0, 0, 0, 3]));
    assert.equal(take(table("x_l93;y_l93", toulouse)).last, counts([2, 2, 0, 0, 0, 0]), "the columns say it");
    assert.equal(take(table("x;y", lyon)).last, counts([3, 3, 0, 0, 0, 0]));
    assert.equal(take(table("x;y", [...lyon, ...toulouse])).last, counts([5, 5, 0, 0, 0, 0]), "the others tell");
    assert.match(take(table("x;y", [lyon[0], ...paris])).err, /row 2: .*most rows of the file are not in France; name it/);
    assert.equal(take(table("x;y", [lyon[0], ...paris])).last, counts([3, 0, 0, 0, 0, 3]));
    const mapping = join(folder, "mercator.json"), db = fresh();
    writeFileSync(mapping, JSON.stringify({ projection: "EPSG:3857" }));
    assert.equal(run(db, "import", "--category", "cctv", "--mapping", mapping, table("x;y", lille)).last, counts([3, 3, 0, 0, 0, 0]));
    for (const line of run(db, "export", "--format", "geojsonl", "-o", "-").out.split("\n")) {
        const [lon, lat] = JSON.parse(line).geometry.coordinates;
        assert.ok(lon > 3 && lon < 3.1 && lat > 50.6 && lat < 50.7, `${lon}, ${lat}`);
    }
});

// A zip file with one entry that is not packed.
function zipped(name, entry, text) {
    const crc = (b) => { let c = ~0; for (const v of b) { c ^= v; for (let k = 0; k < 8; k++) c = (c >>> 1) ^ (0xedb88320 & -(c & 1)); } return ~c >>> 0; };
    const body = Buffer.from(text), called = Buffer.from(entry), fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0), fields.writeUInt32LE(crc(body), 10), fields.writeUInt32LE(body.length, 14), fields.writeUInt32LE(body.length, 18), fields.writeUInt16LE(called.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, called, body]);
    const central = Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), fields, Buffer.alloc(14), called]);
    const end = Buffer.alloc(18);
    end.writeUInt16LE(1, 4), end.writeUInt16LE(1, 6), end.writeUInt32LE(central.length, 8), end.writeUInt32LE(local.length, 12);
    writeFileSync(join(folder, name), Buffer.concat([local, central, Buffer.from("PK\x05\x06"), end]));
    return join(folder, name);
}
test("an OSM extract that does not say its day is as old as its newest edit, packed or not", () => {
    const node = (id, day, tag, value) => `<node id="${id}" lat="49.44" lon="1.0${id}" version="1" timestamp="${day}T00:00:00Z"><tag k="${tag}" v="${value}"/></node>`;
    const xml = `<?xml version="1.0"?><osm version="0.6">${node(1, "2009-05-01", "man_made", "surveillance")}${node(2, "2013-03-04", "highway", "crossing")}</osm>`;
    const files = { "old.osm": xml, "old.osm.gz": gzipSync(xml), "old.osm.pbf": readFileSync(data("no-day.osm.pbf")) };
    for (const [name, content] of Object.entries(files)) {
        const db = fresh(), file = join(folder, name), day = name.endsWith("pbf") ? "2013-03-01" : "2013-03-04";
        writeFileSync(file, content);
        assert.match(run(db, "import", file).err, new RegExp(`${day}, the day of the newest edit.*--as-of`), name);
        const sinces = run(db, "export", "--format", "geojsonl", "-o", "-").out.split("\n").map((l) => JSON.parse(l).properties.status_since);
        assert.deepEqual([...new Set(sinces)], [day], name);
        assert.doesNotMatch(run(fresh(), "import", "--as-of", "2012", file).err, /newest edit/);
    }
});

test("a KMZ is its KML, and one that leads elsewhere is refused", () => {
    const kml = readFileSync(data("extended-data.kml"), "utf8");
    assert.equal(run(fresh(), "import", zipped("cameras.kmz", "doc.kml", kml)).last, counts([2, 1, 0, 0, 0, 1]));
    assert.match(run(fresh(), "import", zipped("link.kmz", "doc.kml", readFileSync(data("network-link.kml"), "utf8"))).err, /NetworkLink/);
    assert.match(run(fresh(), "import", zipped("out.kmz", "../doc.kml", kml)).err, /leads elsewhere/);
});

test("an answer that Overpass did not finish is refused, and OSM objects are refused by name", () => {
    const file = join(folder, "half.json");
    writeFileSync(file, JSON.stringify({ version: 0.6, elements: [], remark: "runtime error: Query timed out" }));
    assert.match(run(fresh(), "import", file).err, /Query timed out/);
    writeFileSync(file, JSON.stringify({ version: 0.6, elements: [{ type: "node", id: 77, lat: 48.85, lon: 2.35, tags: { man_made: "surveillance", "surveillance:type": "guard" } }] }));
    assert.match(run(fresh(), "import", file).err, /\(node 77\): .*guard/);
});

test("every format is read", () => {
    for (const [name, expected] of [["overpass.json", [2, 2, 0, 0, 0, 0]], ["extended-data.kml", [2, 1, 0, 0, 0, 1]], ["lines.geojsonl", [2, 2, 0, 0, 0, 0]]])
        assert.equal(run(fresh(), "import", ...(name === "lines.geojsonl" ? ["--category", "cctv"] : []), data(name)).last, counts(expected), name);
});

test("what leads elsewhere or is broken is refused in one sentence, and nothing of it stays", () => {
    const files = { "network-link.kml": /NetworkLink/, "entity.kml": /DOCTYPE/, "renamed-vrt.csv": /OGRVRTDataSource/, "crs-link.geojson": /link/, "cut-off.geojson": /cut off/ };
    for (const [name, why] of Object.entries(files)) {
        const db = fresh();
        const r = run(db, "import", data(name));
        assert.equal(r.code, 1, name);
        assert.match(r.err, why);
        assert.equal(r.err.trim().split("\n").length, 1);
        assert.match(run(db, "stats").out, /records +0/);
    }
    const db = fresh();
    assert.match(run(db, "import", "http://127.0.0.1/x.csv").err, /only local files/);
    assert.match(run(db, "import", "/vsicurl/http://127.0.0.1/x.csv").err, /only local files/);
});

test("boundaries that come later assign what is there, and an import still updates and takes back", () => {
    const db = fresh();
    const area = join(folder, "communes.geojson");
    writeFileSync(area, JSON.stringify({ type: "FeatureCollection", features: [{ type: "Feature", properties: { code: "06088", nom: "Nice" },
        geometry: { type: "Polygon", coordinates: [[[7.2, 43.6], [7.3, 43.6], [7.3, 43.8], [7.2, 43.8], [7.2, 43.6]]] } }] }));
    const batch = /--undo (\S+)/.exec(run(db, "import", data("osm.geojson")).err)[1];
    assert.equal(run(db, "places", "import", area).last, "read 1 placed 1 refused 0");
    assert.match(run(db, "stats").out, /3 +Nice \(06088\)/);
    assert.equal(run(db, "import", data("osm.geojson")).last, counts([6, 0, 0, 3, 0, 3]));
    assert.equal(run(db, "import", "--undo", batch).last, "undone 3");
    assert.match(run(db, "stats").out, /records +0/);
});

test("a dry run writes nothing", () => {
    const db = fresh();
    assert.equal(run(db, "import", "--dry-run", data("osm.geojson")).last, counts([6, 3, 0, 0, 0, 3]));
    assert.match(run(db, "stats").out, /records +0/);
});

test("killed in the middle, it leaves the database as it was", async () => {
    const db = fresh();
    run(db, "import", data("osm.geojson"));
    const big = join(folder, "big.csv");
    const lines = ["id,lon,lat"];
    for (let i = 0; i < 200000; i++)
        lines.push(`${i},${(2 + i * 1e-6).toFixed(6)},48.5`);
    writeFileSync(big, lines.join("\n"));
    const child = spawn(program, ["--db", db, "import", "--category", "cctv", big], { stdio: "ignore" });
    await new Promise((r) => setTimeout(r, 700));
    assert.equal(child.exitCode, null, "it had ended before it was killed");
    child.kill("SIGKILL");
    await new Promise((r) => child.on("exit", r));
    assert.match(run(db, "stats").out, /records +3/);
    assert.equal(run(db, "check").code, 0);
});

test("the starter list is loaded once, sourced and linked", () => {
    const db = fresh();
    assert.equal(run(db, "starter").last, counts([13, 13, 0, 0, 0, 0]));
    assert.equal(run(db, "starter").last, counts([13, 0, 0, 13, 0, 0]));
    const all = run(db, "export", "--format", "geojsonl", "-o", "-").out.split("\n").map((l) => JSON.parse(l));
    for (const f of all) {
        assert.match(f.properties.sources, /Quadrature/);
        assert.match(f.properties.summary_fr, /En 2019/);
        assert.ok(["city", "region", "country"].includes(f.properties.location_precision));
        assert.equal(f.geometry === null, f.properties.location_precision !== "city");
    }
});

test("every export format holds every record that has a place", () => {
    const db = fresh();
    run(db, "import", data("osm.geojson"));
    for (const format of ["geojson", "csv", "gpkg", "kml", "gpx", "fgb"]) {
        const file = join(folder, `out.${format}`);
        assert.equal(run(db, "export", "--format", format, "-o", file).code, 0, format);
        assert.equal(run(fresh(), "import", "--category", "cctv", file).last.split(" ")[3], "3", format);
    }
    assert.equal(run(db, "export", "--format", "csv", "--bbox", "0,0,1,1", "-o", "-").out.split("\n").length, 1);
    assert.equal(run(db, "export", "--format", "csv", "--filter", "category = 'vsa'", "-o", "-").out.split("\n").length, 1);
});

test("a table says its file as the source, and a licence that nobody gave stays unknown", () => {
    const db = fresh();
    const r = run(db, "import", "--category", "cctv", data("lambert-93.csv"));
    assert.equal(r.err.match(/under which licence/g).length, 1);
    const [row] = run(db, "export", "--format", "geojsonl", "-o", "-").out.split("\n").map((l) => JSON.parse(l).properties);
    assert.equal("licence" in row, false);
    assert.match(row.sources, /^lambert-93\.csv/);

    const given = fresh();
    const quiet = run(given, "import", "--category", "cctv", "--licence", "Licence Ouverte 2.0", "--attribution", "Ville de Paris",
        "--source-url", "https://example.org/cameras", data("lambert-93.csv"));
    assert.doesNotMatch(quiet.err, /under which licence/);
    const [told] = run(given, "export", "--format", "geojsonl", "-o", "-").out.split("\n").map((l) => JSON.parse(l).properties);
    assert.equal(told.licence, "Licence Ouverte 2.0");
    assert.match(told.sources, /lambert-93\.csv, Ville de Paris/);
    assert.equal(told.source_urls, "https://example.org/cameras");
    assert.equal(told.stale, false);
});

test("objects of OpenStreetMap are under its licence without being told so", () => {
    const db = fresh();
    assert.doesNotMatch(run(db, "import", data("osm.geojson")).err, /under which licence/);
    for (const line of run(db, "export", "--format", "geojsonl", "-o", "-").out.split("\n")) {
        const row = JSON.parse(line).properties;
        assert.equal(row.licence, "ODbL-1.0");
        assert.match(row.source_urls, /^https:\/\/www\.openstreetmap\.org\//);
    }
});

test("what stood once does not stand on the map, also where nothing else says that it is from OpenStreetMap", () => {
    const db = fresh();
    const file = join(folder, "gone.geojson");
    const gone = ["disused", "removed", "razed", "was"].map((prefix, i) => ({ type: "Feature", id: `node/${i + 1}`,
        geometry: { type: "Point", coordinates: [2.35 + i / 100, 48.85] }, properties: { [`${prefix}:man_made`]: "surveillance" } }));
    writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: gone }));
    run(db, "import", "--as-of", "2026-05-01", file);
    const states = run(db, "export", "--format", "geojsonl", "-o", "-").out.split("\n").map((l) => JSON.parse(l).properties.status);
    assert.deepEqual(states.sort(), ["ended", "removed", "removed", "removed"]);
});

test("what nothing calls surveillance is refused with the way to say it", () => {
    const write = (name, text) => (writeFileSync(join(folder, name), text), join(folder, name));
    const crossings = "id;nom;type;lon;lat\n1;Rue A / Rue de Montévidéo;croisement;2.35;48.85\n2;Rue C;adresse;2.36;48.86\n";
    const db = fresh(), file = write("croisements.csv", crossings);
    const r = run(db, "import", file);
    assert.equal(r.last, counts([2, 0, 0, 0, 0, 2]));
    assert.match(r.err, /--category cctv/);
    assert.match(run(db, "stats").out, /records +0/);
    assert.equal(run(db, "import", "--category", "cctv", file).last, counts([2, 2, 0, 0, 0, 0]));
    assert.equal(run(fresh(), "import", write("videoprotection.csv", crossings)).last, counts([2, 2, 0, 0, 0, 0]));
    const places = "nom;type;lon;lat\na;Surface commerciale;2.3;48.8\nb;Itinéraire cyclable;2.4;48.8\nc;LAPI;2.5;48.8\n";
    assert.equal(run(fresh(), "import", write("lieux.csv", places)).last, counts([3, 1, 0, 0, 0, 2]), "words that mean other things too");
});
