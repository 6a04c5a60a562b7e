// /identify answers what is drawn at a place, and nothing that is not.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { camera, importCameras } from "./lib/cameras.mjs";
import { freshFolder, get, run, serve } from "./lib/program.mjs";

const AT = [5.3721, 43.2951];
let at, server;

const point = (name, [lon, lat], rank = 0) => ({ type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { name, rank } });
const square = (name, [lon, lat], half) => ({ type: "Feature", properties: { name }, geometry: { type: "Polygon", coordinates: [[[lon - half, lat - half],
  [lon + half, lat - half], [lon + half, lat + half], [lon - half, lat + half], [lon - half, lat - half]]] } });
const source = (...features) => ({ type: "geojson", data: { type: "FeatureCollection", features } });

// One kind of thing a degree east of the other, so that each is asked for alone.
const place = (n) => [n, 10];
const STYLE = {
  version: 8,
  sources: {
    areas: source(square("below", place(0), 0.01), square("above", place(0), 0.005)),
    pattern: source(square("hatched", place(1), 0.01)),
    unseen: source(square("unseen", place(2), 0.01), point("unseen", place(2))),
    labels: source(point("first", place(3), 1), point("second", place(3), 2), point("alone", place(4), 1)),
    dots: source(point("dot", place(5))),
    line: { type: "geojson", data: { type: "Feature", properties: { name: "line" }, geometry: { type: "LineString", coordinates: [[5.99, 10], [6.01, 10]] } } },
  },
  layers: [
    { id: "ground", type: "background", paint: { "background-color": "#fff" } },
    { id: "areas", type: "fill", source: "areas", paint: { "fill-color": "#888" } },
    { id: "areas-again", type: "fill", source: "areas", filter: ["==", ["get", "name"], "above"], paint: { "fill-color": "#444" } },
    { id: "pattern", type: "fill", source: "pattern", paint: { "fill-pattern": "hatch" } },
    { id: "hidden", type: "fill", source: "unseen", layout: { visibility: "none" } },
    { id: "too-far", type: "fill", source: "unseen", minzoom: 16 },
    { id: "clear", type: "fill", source: "unseen", paint: { "fill-color": "#000", "fill-opacity": 0 } },
    { id: "clear-color", type: "fill", source: "unseen", paint: { "fill-color": "rgba(0,0,0,0)" } },
    { id: "clear-line", type: "line", source: "unseen", paint: { "line-opacity": 0 } },
    { id: "clear-dot", type: "circle", source: "unseen", paint: { "circle-opacity": 0, "circle-radius": 9 } },
    { id: "clear-label", type: "symbol", source: "unseen", layout: { "text-field": ["get", "name"] }, paint: { "text-opacity": 0 } },
    { id: "empty-label", type: "symbol", source: "unseen", layout: { "text-field": "" } },
    { id: "no-icon", type: "symbol", source: "unseen", layout: { "icon-image": "there-is-none" } },
    { id: "labels", type: "symbol", source: "labels", layout: { "text-field": ["get", "name"], "text-size": 16, "symbol-sort-key": ["get", "rank"] } },
    { id: "dots", type: "circle", source: "dots", paint: { "circle-radius": 5, "circle-color": "#f00" } },
    { id: "line", type: "line", source: "line", paint: { "line-width": 3, "line-dasharray": [2, 2] } },
  ],
};

before(async () => {
  at = freshFolder();
  const styles = path.join(at.folder, "styles");
  mkdirSync(styles);
  writeFileSync(path.join(styles, "things.json"), JSON.stringify(STYLE));
  assert.equal((await run(at.db, "starter")).code, 0);
  await importCameras(at, [camera(1, ...AT, { "camera:direction": "90", "surveillance:type": "ALPR" }), camera(2, AT[0] + 0.01, AT[1]),
    camera(3, AT[0] + 0.02, AT[1], { surveillance: "indoor" })]);
  server = await serve(at.db, "--styles", styles, "--workers", "2");
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0);
  at.remove();
});

const ask = (query) => get(`${server.url}/identify?${query}`);
async function identify(style, [lon, lat], zoom, more = "") {
  const answer = await ask(`style=${style}&lon=${lon}&lat=${lat}&zoom=${zoom}${more}`);
  assert.equal(answer.status, 200, answer.body.toString());
  assert.equal(answer.headers["content-type"], "application/geo+json");
  const found = JSON.parse(answer.body);
  assert.equal(found.type, "FeatureCollection");
  for (const f of found.features) assert.ok(f.type === "Feature" && f.geometry.type && f.layer && f.source, JSON.stringify(f));
  return found.features;
}
const names = (features) => features.map((f) => `${f.layer}:${f.properties.name}`);

test("what lies above comes first, layer by layer and within a layer", async () => {
  assert.deepEqual(names(await identify("things", place(0), 14)), ["areas-again:above", "areas:above", "areas:below"]);
  assert.deepEqual(names(await identify("things", [0.0075, 10], 14)), ["areas:below"]);
  assert.deepEqual(names(await identify("things", [0.012, 10], 14)), []);
});

test("a pattern, a dot and a dashed line are there to be asked for", async () => {
  assert.deepEqual(names(await identify("things", place(1), 14)), ["pattern:hatched"]);
  assert.deepEqual(names(await identify("things", place(5), 14)), ["dots:dot"]);
  assert.deepEqual(names(await identify("things", place(6), 14)), ["line:line"]);
});

test("what is not seen is not answered: hidden, at another zoom, clear, empty, without its icon", async () => {
  assert.deepEqual(names(await identify("things", place(2), 14)), []);
  assert.deepEqual(names(await identify("things", place(2), 16)), ["too-far:unseen"]);
});

test("a label is answered where its text stands, and one that gave way is not", async () => {
  assert.deepEqual(names(await identify("things", place(3), 14)), ["labels:first"]);
  assert.deepEqual(names(await identify("things", place(4), 14)), ["labels:alone"]);
  const px = 360 / (512 * 2 ** 14);
  assert.deepEqual(names(await identify("things", [4 + 15 * px, 10], 14)), ["labels:alone"]);
  assert.deepEqual(names(await identify("things", [4 + 60 * px, 10], 14)), []);
});

test("a device is answered with its mark above its direction and its field of view", async () => {
  const found = await identify("light", AT, 16);
  const layers = found.filter((f) => f.source === "deployments").map((f) => f.layer);
  assert.equal(layers[0], "devices");
  assert.ok(layers.includes("cones") && layers.indexOf("cones") > layers.indexOf("devices"), layers.join());
  assert.equal(found[0].properties.category, "alpr");
  assert.deepEqual(found[0].geometry.coordinates.map((v) => Number(v.toFixed(3))), AT.map((v) => Number(v.toFixed(3))));
});

test("from afar it is a cluster with its count, or a badge", async () => {
  const cluster = (await identify("light", [AT[0] + 0.005, AT[1]], 8)).find((f) => f.layer === "clusters");
  assert.ok(cluster && cluster.properties.count >= 2, JSON.stringify(cluster));
  assert.deepEqual((await identify("light", [AT[0] + 0.005, AT[1]], 8)).filter((f) => f.layer === "devices"), []);
  const badges = await Promise.all([[7.262, 43.7102], [5.3699, 43.2965], [4.3873, 45.4347]].map(async ([lon, lat]) => {
    const px = 360 / (512 * 2 ** 10);
    return (await identify("light", [lon, lat - 15 * px * Math.cos((lat * Math.PI) / 180)], 10)).filter((f) => f.layer === "badges");
  }));
  assert.ok(badges.flat().length > 0 && badges.flat().every((f) => f.properties.kind === "badge"));
});

test("what a filter leaves out is not answered", async () => {
  const indoor = [AT[0] + 0.02, AT[1]];
  const devices = async (place_, more) => (await identify("light", place_, 16, more)).filter((f) => f.layer === "devices").length;
  assert.equal(await devices(indoor), 0, "indoor is left out unless asked for");
  assert.equal(await devices(indoor, "&space=all"), 1);
  assert.equal(await devices(AT, "&category=alpr"), 1);
  assert.equal(await devices(AT, "&category=cctv"), 0);
});

test("the style may stand as a bare name, and the answer is kept by who has it", async () => {
  const [lon, lat] = AT;
  const bare = await ask(`light&lon=${lon}&lat=${lat}&zoom=16`);
  assert.equal(bare.status, 200);
  assert.ok(bare.body.equals((await ask(`style=light&lon=${lon}&lat=${lat}&zoom=16`)).body));
  assert.equal((await get(`${server.url}/identify?light&lon=${lon}&lat=${lat}&zoom=16`, { headers: { "if-none-match": bare.headers.etag } })).status, 304);
});

test("questions that cannot be asked are refused", async () => {
  for (const query of ["", "style=light", "style=light&lon=1&lat=1", "style=light&lon=181&lat=1&zoom=3", "style=light&lon=1&lat=-91&zoom=3", "style=light&lon=1&lat=1&zoom=25",
    "style=light&lon=nan&lat=1&zoom=3", "style=light&lon=1e999&lat=1&zoom=3", "style=light&lon=1&lat=1&zoom=-1", "style=nowhere&lon=1&lat=1&zoom=3", "lon=1&lat=1&zoom=3",
    "style=light&lon=1&lat=1&zoom=3&x=1", "style=light&lon=1&lon=2&lat=1&zoom=3", "style=light&lon=1&lat=1&zoom=3&category=nope", "style=..%2flight&lon=1&lat=1&zoom=3"]) {
    const answer = await ask(query);
    assert.equal(answer.status, 400, query);
    assert.equal(answer.headers["content-type"], "application/problem+json", query);
  }
  for (const [lon, lat] of [[180, 90], [-180, -90], [0, 85.06]]) assert.equal((await ask(`style=light&lon=${lon}&lat=${lat}&zoom=0`)).status, 200);
});
