// A canary: a camera of a home whose place is known and not published. Its number, its name in OpenStreetMap and its coordinates
// are searched for in every answer the program gives.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { freshFolder, get, run, serve } from "./lib/program.mjs";

const LON = 7.2681234, LAT = 43.7001234, NODE = 424242424, REF = "KNOCK77";
const node = (tags) => `<osm version="0.6"><node id="${NODE}" lat="${LAT}" lon="${LON}" version="1">` +
  Object.entries({ man_made: "surveillance", surveillance: "public", "operator:type": "private", ref: REF, name: `Villa ${REF}`, "camera:direction": "90", ...tags })
    .map(([k, v]) => `<tag k="${k}" v="${v}"/>`).join("") + "</node></osm>";
const commune = JSON.stringify({ type: "FeatureCollection", features: [{ type: "Feature", properties: { "INSEE_COM": "06088", nom: "Nice" },
  geometry: { type: "Polygon", coordinates: [[[7.2, 43.6], [7.4, 43.6], [7.4, 43.8], [7.2, 43.8], [7.2, 43.6]]] } }] });

const double = (v) => { const b = Buffer.alloc(8); b.writeDoubleLE(v); return b; };
const integer = (v) => { const b = Buffer.alloc(8); b.writeBigInt64LE(BigInt(v)); return b; };
// As text down to about ten metres, and as the formats of files hold it.
const CANARIES = [[String(NODE), "the number in OSM"], [REF, "the number on the pole"], ["7.2681", "longitude"], ["43.7001", "latitude"],
  [double(LON), "longitude"], [double(LAT), "latitude"], [integer(NODE), "the number in OSM"]];

function look(where, bytes) {
  for (const [canary, what] of CANARIES)
    assert.ok(!bytes.includes(canary), `${where} tells ${what}`);
}

async function withWithheld(stories, fn) {
  const at = freshFolder();
  try {
    const boundary = path.join(at.folder, "communes.geojson");
    writeFileSync(boundary, commune);
    assert.equal((await run(at.db, "places", "import", boundary)).code, 0);
    for (const tags of stories) {
      const file = path.join(at.folder, `node-${NODE}.osm`); // also the name of the batch
      writeFileSync(file, node(tags));
      const done = await run(at.db, "import", "--source-url", `https://www.openstreetmap.org/node/${NODE}`, file);
      assert.equal(done.code, 0, done.stderr);
    }
    const server = await serve(at.db, "--base-url", "https://map.example");
    try {
      await fn(server, at, stories.length);
    } finally {
      server.child.kill("SIGKILL");
      await server.ended;
    }
  } finally {
    at.remove();
  }
}

// Every tile over the place, of every zoom, as it is and decoded.
async function lookAtTiles(server, at) {
  for (let z = 0; z <= 14; z++) {
    const n = 2 ** z, y = (1 - Math.asinh(Math.tan(LAT * Math.PI / 180)) / Math.PI) / 2;
    const name = `${z}/${Math.floor((LON + 180) / 360 * n)}/${Math.floor(y * n)}`;
    const tile = await get(`${server.url}/tiles/deployments/${name}.mvt`);
    assert.ok(tile.status === 200 || tile.status === 204, `${name}: ${tile.status}`);
    look(`tile ${name}`, tile.body);
    if (!tile.body.length) continue;
    const file = path.join(at.folder, "tile.mvt");
    writeFileSync(file, tile.body);
    const decoded = await run(at.db, "tile", "decode", file);
    look(`tile ${name}, decoded`, Buffer.from(decoded.stdout));
    for (const layer of JSON.parse(decoded.stdout).layers || [])
      assert.ok(!["cones", "zones"].includes(layer.name) || !layer.features.length, `tile ${name} has a cone`);
  }
}

async function lookAtPages(server, versions) {
  const pages = ["/", `/?center=${LON.toFixed(2)},${LAT.toFixed(2)}&zoom=17`, "/list", "/list?category=all&space=all", "/d/1", "/d/1?part=record", "/d/1?lang=en",
    "/d/1/history", "/d/1/history?a=1&b=1", `/d/1/history?a=1&b=${versions}`, "/history", "/k/cctv", "/c/06088", "/c/nice", "/api/collections/deployments/items", "/api/collections/deployments/items/1",
    "/api/collections/deployments/items?space=all&category=all&limit=100", "/api/places?q=nice", "/feed.atom", "/c/nice/feed.atom", "/api/changes?since=0",
    ...Array.from({ length: versions }, (_, i) => `/d/1/v/${i + 1}`)];
  let answered = 0;
  for (const page of pages)
    for (const headers of [{}, { Accept: "text/html" }]) {
      const answer = await get(server.url + page, { headers });
      answered += answer.status === 200;
      // The view that was asked for is said again in two places of its page.
      look(page, answer.body);
    }
  assert.ok(answered > 20);
  // Whoever knows a key does not find the record by it, nor whoever draws a small box.
  for (const words of [String(NODE), REF, "Villa"]) {
    const found = await get(`${server.url}/api/collections/deployments/items?q=${words}&space=all&category=all`);
    assert.equal(JSON.parse(found.body).numberMatched, 0, `found by ${words}`);
    assert.ok(!(await get(`${server.url}/list?q=${words}`)).body.includes("/d/1"), `/list finds it by ${words}`);
  }
  const box = await get(`${server.url}/api/collections/deployments/items?bbox=${LON - 1e-3},${LAT - 1e-3},${LON + 1e-3},${LAT + 1e-3}&space=all&category=all`);
  assert.equal(JSON.parse(box.body).numberMatched, 0, "found by a box");
  const there = await get(`${server.url}/identify?deployments&lon=${LON}&lat=${LAT}&zoom=18`);
  assert.ok(there.status >= 400 || !there.body.includes('"id":1'), "identified at its place");
}

async function lookAtExports(at) {
  for (const format of ["geojson", "geojsonl", "csv", "gpkg", "kml", "gpx", "fgb"]) {
    const file = path.join(at.folder, `out.${format}`);
    const done = await run(at.db, "export", "--format", format, "-o", file);
    assert.equal(done.code, 0, done.stderr);
    const bytes = readFileSync(file);
    assert.ok(bytes.length > 100);
    look(`export as ${format}`, bytes);
  }
}

async function lookEverywhere(server, at, versions) {
  const kept = await run(at.db, "stats");
  assert.match(kept.stdout, /records 1\ndevices 1\n/); // it is there, or this test looks for nothing
  await lookAtTiles(server, at);
  await lookAtPages(server, versions);
  await lookAtExports(at);
  const item = JSON.parse((await get(`${server.url}/api/collections/deployments/items/1`)).body);
  assert.equal(item.properties.place_id, "06088"); // the city is told
  assert.equal(item.properties.location_precision, "city");
  assert.match(item.properties.sources[0].title, /OpenStreetMap/); // and so is who says it
  assert.equal(item.properties.source_urls, "https://www.openstreetmap.org/");
  look("the log of the server", Buffer.from(server.log));
}

test("nothing tells where a withheld camera is", () => withWithheld([{ building: "house" }], lookEverywhere));

test("nor do the versions from before it was withheld", () => withWithheld([{}, { building: "house" }], lookEverywhere));

test("what is not withheld names its object in OpenStreetMap, with or without a type", async () => {
  for (const tags of [{}, { "surveillance:type": "camera" }])
    await withWithheld([tags], async (server) => {
      const item = JSON.parse((await get(`${server.url}/api/collections/deployments/items/1`)).body);
      assert.equal(item.properties.source_urls, `https://www.openstreetmap.org/node/${NODE}`);
      assert.equal(item.properties.licence, "ODbL-1.0");
      assert.match(String((await get(`${server.url}/d/1`)).body), new RegExp(`href="https://www.openstreetmap.org/node/${NODE}"`));
    });
});

test("boundaries that come later give it its commune, as they give it to what is not withheld", async () => {
  const at = freshFolder();
  try {
    const file = path.join(at.folder, "home.osm"), boundary = path.join(at.folder, "communes.geojson");
    writeFileSync(file, node({ building: "house" }));
    writeFileSync(boundary, commune);
    for (const words of [["import", file], ["places", "import", boundary]]) {
      const done = await run(at.db, ...words);
      assert.equal(done.code, 0, done.stderr);
    }
    const [line] = (await run(at.db, "export", "--format", "geojsonl", "-o", "-")).stdout.trim().split("\n");
    assert.equal(JSON.parse(line).properties.place_name, "Nice");
    look("the export", Buffer.from(line));
  } finally {
    at.remove();
  }
});
