// Writing over the API, as OGC API - Features part 4 has it: proposals of strangers, changes of those who may decide, conditions,
// receipts, faults with a pointer.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { camera, importCameras } from "./lib/cameras.mjs";
import { freshFolder, get, raw, run, serve } from "./lib/program.mjs";

const ITEMS = "/api/collections/deployments/items";
const FEATURE = "application/geo+json", PATCH = "application/merge-patch+json";
let at, server, moderator, other, contributor;

const token = async (...args) => {
  const made = await run(at.db, "token", "add", "--label", args.join(" "), ...args);
  assert.equal(made.code, 0, made.stderr);
  return made.stdout.trim();
};

before(async () => {
  at = freshFolder();
  const places = await run(at.db, "places", "import", "--default");
  assert.equal(places.code, 0, places.stderr);
  // Of two communes the boundary is known: rights over a territory need it.
  const square = (code, name, w, s, e, n) => ({ type: "Feature", properties: { "ref:INSEE": code, insee: code, code, name, nom: name },
    geometry: { type: "Polygon", coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] } });
  const file = path.join(at.folder, "communes.geojson");
  writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: [square("13055", "Marseille", 5, 43, 5.6, 43.5), square("75056", "Paris", 2, 48.5, 2.6, 49)] }));
  const boundaries = await run(at.db, "places", "import", file);
  assert.equal(boundaries.code, 0, boundaries.stderr);
  await importCameras(at, [camera(7001, 5.30, 43.20, { "camera:direction": "90", height: "4", operator: "Ville de Marseille", ref: "C1" }),
    camera(7002, 5.31, 43.21), camera(7003, 5.32, 43.22)]);
  moderator = await token("--role", "moderator", "--territory", "13055");
  other = await token("--role", "moderator", "--territory", "75056");
  contributor = await token("--role", "contributor");
  server = await serve(at.db, "--rate", "0");
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0);
  at.remove();
});

const bearer = (t) => (t ? { authorization: `Bearer ${t}` } : {});
async function send(method, where, body, { as, type = FEATURE, match, headers = {} } = {}) {
  const text = body === undefined ? undefined : typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const answer = await get(`${server.url}${where}`, { method, body: text,
    headers: { ...(text === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(text) }), ...bearer(as), ...(match ? { "if-match": match } : {}), ...headers } });
  let json = null;
  try { json = JSON.parse(answer.body); } catch { /* an empty answer */ }
  return { ...answer, json };
}
const read = async (where, options) => send("GET", where, undefined, options);
const point = (lon, lat, properties = {}) => ({ type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { category: "cctv", ...properties } });
const firstItem = async (query) => (await read(`${ITEMS}?limit=1&${query}`)).json.features[0].id;

// What a caller sees of a fault: its status, where, and that it is a problem.
function isFault(answer, status, pointer, what) {
  assert.equal(answer.status, status, `${what}: ${answer.body}`);
  assert.equal(answer.headers["content-type"], "application/problem+json", what);
  assert.equal(answer.json.status, status, what);
  assert.ok(answer.json.detail.length > 10, what);
  if (pointer !== undefined) assert.equal(answer.json.pointer, pointer, `${what}: ${answer.body}`);
}

test("a stranger's record is a proposal with a receipt, on no map until somebody decides", async () => {
  const tile = `${server.url}/tiles/deployments/14/8440/6002.png`; // 5.45 E, 43.29 N
  const vector = `${server.url}/tiles/deployments/13/4220/3001.mvt`;
  const before = [(await get(tile)).headers.etag, (await get(vector)).headers.etag, (await read(`${ITEMS}?limit=1`)).json.numberMatched];
  const made = await send("POST", ITEMS, point(5.45, 43.29, { device_type: "dome", direction: "NW", height_m: 4, note: "seen from the stop" }));
  assert.equal(made.status, 202, made.body.toString());
  assert.deepEqual(Object.keys(made.json).sort(), ["id", "receipt", "state"]);
  assert.equal(made.json.state, "pending");
  assert.equal(made.headers.location, `/api/contributions/${made.json.id}`);
  assert.equal(made.headers["cache-control"], "no-store");
  assert.deepEqual([(await get(tile)).headers.etag, (await get(vector)).headers.etag, (await read(`${ITEMS}?limit=1`)).json.numberMatched], before);

  const mine = await read(made.headers.location, { as: made.json.receipt });
  assert.equal(mine.status, 200);
  assert.equal(mine.json.state, "pending");
  assert.equal(mine.json.note, "seen from the stop");
  assert.equal(mine.json.survey, true, "without a source it was seen on foot");
  assert.equal(mine.json.changes.devices[0].views[0].bearing_deg, 315);
  assert.match(mine.json.received, /^\d{4}-\d{2}$/);
  assert.equal(mine.headers.etag, `"c${made.json.id}-v1"`);
  assert.equal((await read(made.headers.location)).status, 401);
  isFault(await read(made.headers.location, { as: "00000-00000-00000-00000-00000-0" }), 401, undefined, "a guessed receipt");
  const accepted = await send("POST", `${made.headers.location}/ruling`, { kind: "accept", publish_at_once: true }, { as: moderator, type: "application/json", match: mine.headers.etag });
  assert.equal(accepted.json.state, "accepted", accepted.body.toString());
  const then = [(await get(tile)).headers.etag, (await get(vector)).headers.etag, (await read(`${ITEMS}?limit=1`)).json.numberMatched];
  assert.ok(then.every((t, i) => t && t !== before[i]), "and then it is on them");
  const second = await send("POST", ITEMS, point(5.46, 43.29));
  assert.equal((await read(made.headers.location, { as: second.json.receipt })).status, 404, "the receipt of another");
});

test("an author and a moderator talk about a proposal, and the moderator decides, once", async () => {
  const made = await send("POST", ITEMS, point(5.41, 43.31, { sources: [{ kind: "press", url: "https://example.org/a", title: "Article" }] }));
  const where = made.headers.location;
  const seen = await read(where, { as: moderator });
  assert.equal(seen.status, 200);
  assert.equal((await read(where, { as: other })).status, 404, "of another territory");
  isFault(await send("POST", `${where}/ruling`, { kind: "ask", reason: "Which street?" }, { as: moderator, type: "application/json" }), 428, undefined, "no version");
  const asked = await send("POST", `${where}/ruling`, { kind: "ask", reason: "Which street?" }, { as: moderator, type: "application/json", match: seen.headers.etag });
  assert.equal(asked.status, 200, asked.body.toString());
  assert.equal(asked.json.state, "asked");
  isFault(await send("POST", `${where}/ruling`, { kind: "refuse", reason: "late" }, { as: moderator, type: "application/json", match: seen.headers.etag }), 412, undefined, "stale");
  isFault(await send("POST", `${where}/messages`, {}, { as: made.json.receipt, type: "application/json" }), 422, "/text", "no text");
  const told = await send("POST", `${where}/messages`, { text: "Rue de la <b>République</b>" }, { as: made.json.receipt, type: "application/json" });
  assert.equal(told.json.state, "pending");
  assert.deepEqual(told.json.messages, [{ from: "moderator", text: "Which street?" }, { from: "author", text: "Rue de la <b>République</b>" }]);
  isFault(await send("POST", `${where}/ruling`, { kind: "accept" }, { as: made.json.receipt, type: "application/json", match: told.headers.etag }), 403, undefined, "an author decides nothing");
  isFault(await send("POST", `${where}/ruling`, { kind: "refuse" }, { as: moderator, type: "application/json", match: told.headers.etag }), 422, "/reason", "no reason");
  isFault(await send("POST", `${where}/ruling`, { kind: "accept", corrected: { category: "nope" } }, { as: moderator, type: "application/json", match: told.headers.etag }), 422, "/corrected", "a wrong correction");
  const corrected = { ...told.json.changes, category: "alpr" };
  const done = await send("POST", `${where}/ruling`, { kind: "accept", corrected }, { as: moderator, type: "application/json", match: told.headers.etag });
  assert.equal(done.json.state, "accepted", done.body.toString());
  assert.equal((await read(done.json.record)).json.properties.category, "alpr");
  isFault(await send("POST", `${where}/ruling`, { kind: "refuse", reason: "no" }, { as: moderator, type: "application/json", match: done.headers.etag }), 409, undefined, "decided already");
});

test("a moderator's record is there at once, with its address and version; elsewhere it waits like anybody's", async () => {
  const made = await send("POST", ITEMS, point(5.35, 43.25, { status: "active", status_since: "2024", operator: "Ville de Marseille; Métropole", sources: [{ kind: "press", title: "X" }] }), { as: moderator });
  assert.equal(made.status, 201, made.body.toString());
  assert.equal(made.headers.location, `${ITEMS}/${made.json.id}`);
  assert.equal(made.json.properties.place_id, "13055");
  assert.equal(made.json.properties.licence, "ODbL-1.0");
  assert.equal(made.json.properties.status, "active");
  assert.equal(made.json.properties.location_precision, "street", "said by nobody");
  assert.deepEqual(made.json.properties.orgs.map((o) => o.name), ["Ville de Marseille", "Métropole"]);
  const now = await read(made.headers.location);
  assert.equal(now.headers.etag, made.headers.etag);
  assert.deepEqual(now.json, made.json);
  assert.equal((await send("POST", ITEMS, point(2.3, 48.8), { as: moderator })).status, 202, "not their territory");
  assert.equal((await send("POST", ITEMS, point(5.36, 43.26), { as: contributor })).status, 202);
  const held = await send("POST", ITEMS, point(5.36, 43.26, { survey: true }), { as: moderator });
  assert.equal(held.status, 202, "what was seen on foot is held");
  assert.equal(held.json.state, "held");
  assert.match((await read(held.headers.location, { as: held.json.receipt })).json.published_in, /^\d{4}-\d{2}$/);
  assert.equal((await send("POST", ITEMS, point(5.36, 43.26, { survey: true, publish_at_once: true }), { as: moderator })).status, 201);
});

test("a polygon makes a zone, a place a programme", async () => {
  const zone = await send("POST", ITEMS, { type: "Feature", geometry: { type: "Polygon", coordinates: [[[5.2, 43.1], [5.3, 43.1], [5.3, 43.2], [5.2, 43.2], [5.2, 43.1]]] },
    properties: { category: "vsa", zone_kind: "pilot" } }, { as: moderator });
  assert.equal(zone.status, 201, zone.body.toString());
  assert.equal(zone.json.properties.zones[0].zone_kind, "pilot");
  assert.equal(zone.json.properties.zones[0].geom.type, "MultiPolygon");
  assert.equal(zone.json.properties.zones[0].geom.coordinates[0][0].length, 5);
  assert.deepEqual(zone.json.properties.devices, []);
  const programme = await send("POST", ITEMS, { type: "Feature", geometry: null, properties: { category: "hypervision", place_id: "13055", title_fr: "Big Data", device_count: 1300 } }, { as: moderator });
  assert.equal(programme.status, 201, programme.body.toString());
  assert.equal(programme.json.properties.programme, true);
  assert.equal(programme.json.properties.location_precision, "city");
  assert.equal(programme.json.properties.title, "Big Data");
  assert.deepEqual(programme.json.properties.devices, []);
  for (const made of [zone, programme]) {
    const again = await send("PUT", made.headers.location, made.json, { as: moderator, match: made.headers.etag });
    assert.equal(again.headers.etag, made.headers.etag, "sent back as it was");
  }
});

test("every record that is read can be sent back unchanged, and then nothing changes", async () => {
  for (const { id } of (await read(`${ITEMS}?limit=100&category=all&space=all`)).json.features) {
    const now = await read(`${ITEMS}/${id}`);
    const put = await send("PUT", `${ITEMS}/${id}`, now.body, { as: moderator, match: now.headers.etag });
    assert.equal(put.status, 200, put.body.toString());
    assert.equal(put.headers.etag, now.headers.etag);
    assert.deepEqual(put.json, now.json);
    const patched = await send("PATCH", `${ITEMS}/${id}`, { properties: {} }, { match: now.headers.etag, type: PATCH });
    assert.equal(patched.headers.etag, now.headers.etag);
  }
});

test("a change says which version it is of: 428 without, 412 when it is not the newest", async () => {
  const id = await firstItem("bbox=5.30,43.20,5.3001,43.2001");
  const where = `${ITEMS}/${id}`, now = await read(where);
  for (const [method, body, type] of [["PUT", now.body], ["PATCH", { properties: { height_m: 5 } }, PATCH], ["DELETE"]]) {
    isFault(await send(method, where, body, { type }), 428, undefined, method);
    for (const match of [`"d${id}-v9"`, `W/${now.headers.etag}`, `"d${id + 1}-v1"`, '"*"', `d${id}-v1`, `"d${id}-v10"`])
      isFault(await send(method, where, body, { type, match }), 412, undefined, `${method} ${match}`);
  }
  const changed = await send("PATCH", where, { properties: { height_m: 5 } }, { as: moderator, type: PATCH, match: `"d${id}-v1-12345678-g", "x"` });
  assert.equal(changed.status, 200, changed.body.toString());
  assert.equal(changed.json.properties.devices[0].height_m, 5);
  assert.match(changed.headers.etag, new RegExp(`^"d${id}-v2-`));
  assert.equal((await read(where)).headers.etag, changed.headers.etag);
  isFault(await send("PATCH", where, { properties: { height_m: 6 } }, { as: moderator, type: PATCH, match: now.headers.etag }), 412, undefined, "what was read before");
  assert.equal((await read(`/d/${id}/v/1`)).status, 200, "the one before is kept");
});

test("of twenty who change the same version at once one wins, and nothing is half done", async () => {
  const made = await send("POST", ITEMS, point(5.33, 43.33), { as: moderator });
  const all = await Promise.all(Array.from({ length: 20 }, (_, i) =>
    send("PATCH", made.headers.location, { properties: { retention_days: i + 1 } }, { as: moderator, type: PATCH, match: made.headers.etag })));
  const statuses = all.map((a) => a.status);
  assert.equal(statuses.filter((s) => s === 200).length, 1, statuses.join(" "));
  assert.equal(statuses.filter((s) => s === 412).length, 19, statuses.join(" "));
  const won = all.find((a) => a.status === 200).json;
  assert.deepEqual((await read(made.headers.location)).json, won);
  assert.equal(won.properties.version, 2);
});

test("a stranger's change and removal wait; a moderator's are done", async () => {
  const made = await send("POST", ITEMS, point(5.34, 43.34, { ref: "A", height_m: 3 }), { as: moderator });
  const where = made.headers.location, match = made.headers.etag;
  for (const [method, body, type] of [["PUT", { ...made.json, properties: { ...made.json.properties, ref: "B" } }], ["PATCH", { properties: { ref: "B" } }, PATCH], ["DELETE"]]) {
    for (const as of [undefined, contributor, other]) {
      const waits = await send(method, where, body, { as, type, match });
      assert.equal(waits.status, 202, `${method} ${waits.body}`);
      assert.equal((await read(waits.headers.location, { as: waits.json.receipt })).json.target, where);
    }
  }
  assert.equal((await read(where)).headers.etag, match);
  const moved = await send("PATCH", where, { geometry: { type: "Point", coordinates: [5.35, 43.35] } }, { as: moderator, type: PATCH, match });
  assert.equal(moved.status, 200, moved.body.toString());
  assert.deepEqual(moved.json.properties.devices[0].position, [5.35, 43.35], "a lone device goes along");
  const away = await send("PATCH", where, { geometry: { type: "Point", coordinates: [2.35, 48.85] } }, { as: moderator, type: PATCH, match: moved.headers.etag });
  isFault(away, 422, "/properties/place_id", "it would lie in another commune than it says");
  const paris = await send("PATCH", where, { geometry: { type: "Point", coordinates: [2.35, 48.85] }, properties: { place_id: "75056" } }, { as: moderator, type: PATCH, match: moved.headers.etag });
  assert.equal(paris.status, 202, "into a territory that is not theirs");
  const whole = moved.json;
  delete whole.properties.ref;
  const put = await send("PUT", where, whole, { as: moderator, match: moved.headers.etag });
  assert.equal(put.status, 200, put.body.toString());
  assert.equal(put.json.properties.ref, undefined, "what is not there is gone");
  assert.equal(put.json.properties.devices[0].height_m, 3);
  const gone = await send("PATCH", where, { properties: { height_m: null } }, { as: moderator, type: PATCH, match: put.headers.etag });
  assert.equal(gone.json.properties.devices[0].height_m, undefined);
  assert.equal((await send("DELETE", `${where}?note=twice`, undefined, { as: moderator, match: gone.headers.etag })).status, 204);
  assert.equal((await read(where)).status, 404);
  assert.equal((await send("DELETE", where, undefined, { as: moderator, match: gone.headers.etag })).status, 404);
});

test("each fault is named with the place it is in", async () => {
  const bad = (change) => { const f = point(5.4, 43.3); change(f); return f; };
  const cases = [
    ["/type", bad((f) => { f.type = "FeatureCollection"; })], ["", []], ["/properties", bad((f) => { delete f.properties; })],
    ["/geometry", bad((f) => { delete f.geometry; })], ["/geometry", bad((f) => { f.geometry = null; })],
    ["/geometry", bad((f) => { f.geometry = { type: "LineString", coordinates: [[0, 0], [1, 1]] }; })],
    ["/geometry/coordinates", bad((f) => { f.geometry.coordinates = [5, 91]; })], ["/geometry/coordinates", bad((f) => { f.geometry.coordinates = ["5", 43]; })],
    ["/geometry/coordinates", bad((f) => { f.geometry = { type: "Polygon", coordinates: [[[5, 43], [5.1, 43], [5, 43]]] }; })],
    ["/geometry/coordinates", bad((f) => { f.geometry = { type: "Polygon", coordinates: [[[5, 43], [5.1, 43], [5.1, 43.1], [5, 43.1]]] }; })],
    ["/geometry/coordinates", bad((f) => { f.geometry = { type: "Polygon", coordinates: [] }; })],
    ["/properties/category", bad((f) => { delete f.properties.category; })], ["/properties/category", bad((f) => { f.properties.category = "camera"; })],
    ["/properties/category", bad((f) => { f.properties.category = 7; })], ["/properties/no~1such~0", bad((f) => { f.properties["no/such~"] = 1; })],
    ["/properties/height_m", bad((f) => { f.properties.height_m = 100; })], ["/properties/height_m", bad((f) => { f.properties.height_m = "4"; })],
    ["/properties/direction", bad((f) => { f.properties.direction = "left"; })], ["/properties/place_id", bad((f) => { f.properties.place_id = "99999x"; })],
    ["/properties/place_id", bad((f) => { f.properties.place_id = "75056"; })], ["/properties/status", bad((f) => { f.properties.status = "on"; })],
    ["/properties/status", bad((f) => { Object.assign(f.properties, { status: "active", status_events: [] }); })],
    ["/properties/status_since", bad((f) => { f.properties.status_since = "2024"; })],
    ["/properties/status_events/0/date", bad((f) => { f.properties.status_events = [{ status: "active", date: "28/10/2019" }]; })],
    ["/properties/status_events", bad((f) => { f.properties.status_events = [{ status: "prohibited" }]; })],
    ["/properties/claims", bad((f) => { f.properties.claims = [{ field: "exists", basis: "press" }]; })],
    ["/properties/claims", bad((f) => { f.properties.claims = [{ field: "exists", basis: "press", source: 2 }]; })],
    ["/properties/claims/0/source", bad((f) => { f.properties.claims = [{ source: 4294967297 }]; })],
    ["/properties/sources/1/url", bad((f) => { f.properties.sources = [{ title: "x" }, { url: "javascript:alert(1)" }]; })],
    ["/properties/sources/0/quote", bad((f) => { f.properties.sources = [{ quote: "x".repeat(301) }]; })],
    ["/properties/sources/0", bad((f) => { f.properties.sources = ["x"]; })], ["/properties/sources", bad((f) => { f.properties.sources = "x"; })],
    ["/properties/devices/0/views/0/bearing_deg", bad((f) => { f.properties.devices = [{ views: [{ bearing_deg: 360 }] }]; })],
    ["/properties/devices/0/views", bad((f) => { f.properties.devices = [{ views: Array(9).fill({ bearing_deg: 1 }) }]; })],
    ["/properties/devices/1/position", bad((f) => { f.properties.devices = [{}, { position: [200, 0] }]; })],
    ["/properties/devices", bad((f) => { f.properties.devices = Array(501).fill({}); })], ["/properties/devices", bad((f) => { f.properties.devices = 1; })],
    ["/properties/zones/0/geom", bad((f) => { f.properties.zones = [{ geom: { type: "Point", coordinates: [5, 43] } }]; })],
    ["/properties/orgs/0/name", bad((f) => { f.properties.orgs = [{ role: "operator" }]; })],
    ["/properties/title_fr", bad((f) => { f.properties.title_fr = "Ma caméra"; })], ["/properties/licence", bad((f) => { f.properties.licence = "CC0-1.0"; })],
    ["/properties/external_id", bad((f) => { f.properties.external_id = "x"; })], ["/properties/note", bad((f) => { f.properties.note = "x".repeat(4001); })],
    ["/properties/summary_fr", bad((f) => { f.properties.summary_fr = "x".repeat(601); })], ["/properties/summary_fr", bad((f) => { f.properties.summary_fr = "a\u0000b"; })],
    ["/properties/osm_id", bad((f) => { Object.assign(f.properties, { osm_type: "node", osm_id: 7001 }); })],
    ["/properties/categories2", bad((f) => { f.properties.categories2 = ["cctv", "nope"]; })], ["/properties/survey", bad((f) => { f.properties.survey = "yes"; })],
    ["/properties/category", bad((f) => { f.properties.category = "police_file"; })], ["/properties/public_precision", bad((f) => { f.properties.public_precision = "x"; })],
  ];
  for (const [pointer, body] of cases) isFault(await send("POST", ITEMS, body), 422, pointer, JSON.stringify(body).slice(0, 200));
  const id = await firstItem("bbox=5.31,43.21,5.3101,43.2101"), now = await read(`${ITEMS}/${id}`);
  for (const [pointer, properties] of [["/properties/status", { status: "removed" }], ["/properties/title", { title: "x" }], ["/properties/place_name", { place_name: "x" }],
    ["/properties/id", { id: id + 1 }], ["/properties/attribution", { attribution: "me" }], ["/properties/devices", { devices: "x" }], ["/properties/category", { category: null }]])
    isFault(await send("PATCH", `${ITEMS}/${id}`, { properties }, { type: PATCH, match: now.headers.etag }), 422, pointer, JSON.stringify(properties));
});

test("bodies that are malformed, of another kind or too large are refused early", async () => {
  isFault(await send("POST", ITEMS, "{"), 400, undefined, "half");
  isFault(await send("POST", ITEMS, ""), 400, undefined, "nothing");
  isFault(await send("POST", ITEMS, Buffer.from('{"type":"Feature\xff"}', "latin1")), 400, undefined, "not UTF-8");
  isFault(await send("POST", ITEMS, '{"type":"Feature","type":"Feature"}'), 400, undefined, "a key twice");
  isFault(await send("POST", ITEMS, '{"type":1e999}'), 400, undefined, "not finite");
  isFault(await send("POST", ITEMS, "[".repeat(10000)), 413, undefined, "10,000 deep");
  isFault(await send("POST", ITEMS, `[${"0,".repeat(10001)}0]`), 413, undefined, "too many values");
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", PATCH, "application/jsonx"])
    isFault(await send("POST", ITEMS, point(5.4, 43.3), { type }), 415, undefined, type);
  isFault(await send("POST", ITEMS, point(5.4, 43.3), { type: "" }), 400, undefined, "of no kind");
  isFault(await send("POST", ITEMS, point(5.4, 43.3), { headers: { "content-crs": "<http://www.opengis.net/def/crs/EPSG/0/2154>" } }), 400, undefined, "in other coordinates");
  assert.equal((await send("POST", ITEMS, point(5.4, 43.3), { headers: { "content-crs": "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>" } })).status, 202);
  assert.equal((await send("POST", ITEMS, point(5.4, 43.3), { type: "Application/JSON; charset=utf-8" })).status, 202);
  isFault(await send("PATCH", `${ITEMS}/1`, {}, { type: FEATURE, match: "*" }), 415, undefined, "a patch is no feature");
  isFault(await send("POST", ITEMS, Buffer.alloc(256 * 1024 + 1, 0x20)), 413, undefined, "one past the bound");
  const began = Date.now();
  const big = await raw(server.port, `POST ${ITEMS} HTTP/1.1\r\nHost: x\r\nContent-Type: ${FEATURE}\r\nContent-Length: 100000000\r\n\r\n`);
  assert.match(big, /^HTTP\/1\.1 413 /);
  assert.ok(Date.now() - began < 1000, "before a byte of it was read");
  isFault(await send("POST", `${ITEMS}?city=x`, point(5.4, 43.3)), 400, undefined, "a parameter");
  isFault(await send("POST", "/api/collections/other/items", point(5.4, 43.3)), 404, undefined, "another collection");
  isFault(await send("PUT", `${ITEMS}/1`, { ...point(5.4, 43.3), id: 2 }, { match: "*" }), 422, "/id", "the number of another");
  isFault(await send("PUT", `${ITEMS}/999999`, point(5.4, 43.3), { match: "*" }), 404, undefined, "no such record");
});

test("what an address takes is said to whoever asks, pages of elsewhere too; cookies never count", async () => {
  for (const [where, methods] of [[ITEMS, ["GET", "HEAD", "POST", "OPTIONS"]], [`${ITEMS}/1`, ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]]]) {
    const asked = await send("OPTIONS", where, undefined, { headers: { origin: "https://elsewhere.example", "access-control-request-method": "POST" } });
    assert.equal(asked.status, 200);
    assert.deepEqual(asked.headers.allow.split(", ").sort(), methods.sort());
    assert.match(asked.headers["access-control-allow-headers"], /Authorization/);
    assert.equal(asked.headers["access-control-allow-origin"], "*");
    assert.equal(asked.headers["access-control-allow-credentials"], undefined);
  }
  assert.equal((await send("OPTIONS", ITEMS)).headers["accept-post"], "application/geo+json, application/json");
  assert.equal((await send("OPTIONS", `${ITEMS}/1`)).headers["accept-patch"], PATCH);
  assert.equal((await send("OPTIONS", "/api/contributions/1/messages")).headers["accept-post"], "application/json");
  assert.equal((await send("POST", `${ITEMS}/1`, point(1, 1))).status, 405);
});

test("a wrong token is refused, and guesses are few", async () => {
  const alone = await serve(at.db, "--rate", "0");
  const guess = () => get(`${alone.url}${ITEMS}`, { method: "POST", body: "{}", headers: { authorization: "Bearer 7K3QM-7K3QM-7K3QM-7K3QM-7K3QM-7", "content-type": FEATURE } });
  const first = await guess();
  assert.equal(first.status, 401);
  assert.match(first.headers["www-authenticate"], /^Bearer/);
  let last = first;
  for (let i = 0; i < 25 && last.status === 401; i++) last = await guess();
  assert.equal(last.status, 429);
  assert.ok(Number(last.headers["retry-after"]) > 0);
  assert.equal(await alone.stop(), 0);
});

test("strangers have an allowance; what is closed says so", async () => {
  const few = await serve(at.db, "--rate", "3");
  const post = (where, headers = {}) => get(`${where}${ITEMS}`, { method: "POST", body: JSON.stringify(point(5.4, 43.3)), headers: { "content-type": FEATURE, ...headers } });
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await post(few.url)).status);
  assert.deepEqual(statuses, [202, 202, 202, 429]);
  assert.equal((await post(few.url, bearer(contributor))).status, 202, "people who are known have their own");
  assert.equal(await few.stop(), 0);
  const closed = await serve(at.db, "--contributions", "token");
  assert.equal((await post(closed.url)).status, 403);
  assert.equal((await post(closed.url, bearer(contributor))).status, 202);
  assert.equal(await closed.stop(), 0);
});

test("script in every property is text in the data and on the pages", async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;
  const made = await send("POST", ITEMS, point(5.37, 43.37, { ref: evil, source_name: evil, operator: evil, vendor: evil, model: evil, legal_basis: evil, legal_basis_text: evil,
    authorisation_ref: evil, summary_fr: evil, summary_en: evil, body_fr: evil, body_en: evil,
    sources: [{ kind: "press", title: evil, publisher: evil, author: evil, quote: evil, page: evil, licence: evil, url: "https://example.org/?q=%3Cscript%3E" }],
    status_events: [{ status: "active", date: "2024", note_fr: evil, note_en: evil, source: 1 }],
    claims: [{ field: "exists", value: evil, says_fr: evil, says_en: evil, basis: "press", source: 1 }], note: evil }), { as: moderator });
  assert.equal(made.status, 201, made.body.toString());
  assert.equal(made.json.properties.ref, evil);
  assert.match(made.headers["content-type"], /json/);
  for (const where of [`/d/${made.json.id}`, `/d/${made.json.id}?lang=en`, `/d/${made.json.id}/v/1`, `/d/${made.json.id}/history`, "/list", "/list?q=alert", "/c/marseille", "/k/cctv", `/o/${made.json.properties.orgs[0].slug || "script-alert-1-script-img-src-x-onerror-alert-2"}`]) {
    const html = (await read(where)).body.toString();
    assert.ok(!html.includes("<script>alert") && !html.includes("<img src=x"), where);
  }
  assert.ok((await read(`/d/${made.json.id}`)).body.toString().includes("&lt;script&gt;alert(1)"), "shown as text");
});

test("the change log tells what changed, what went and what must be erased, and no day of it", async () => {
  const lines = (answer) => answer.body.toString().split("\n").filter(Boolean).map((l) => JSON.parse(l));
  const made = await send("POST", ITEMS, point(5.38, 43.38), { as: moderator });
  const all = [];
  for (let next = "/api/changes?limit=3", pages = 0; ; pages++) {
    assert.ok(pages < 100);
    const page = await read(next);
    assert.equal(page.headers["content-type"], "application/x-ndjson");
    const found = lines(page);
    if (!found.length) break;
    all.push(...found);
    next = new URL(/<([^>]+)>; rel="next"/.exec(page.headers.link)[1]).pathname + new URL(/<([^>]+)>/.exec(page.headers.link)[1]).search;
  }
  const mine = all.filter((l) => l.id === made.json.id);
  assert.equal(mine.at(-1).change, "put");
  assert.deepEqual(mine.at(-1).feature, made.json);
  assert.ok(all.every((l, i) => !i || l.seq > all[i - 1].seq));
  const last = all.at(-1).seq;
  assert.equal((await read(`/api/changes?since=${last}`)).body.length, 0);
  assert.equal((await send("DELETE", made.headers.location, undefined, { as: moderator, match: made.headers.etag })).status, 204);
  assert.deepEqual(lines(await read(`/api/changes?since=${last}`)).map(({ id, change, feature }) => ({ id, change, feature })), [{ id: made.json.id, change: "deleted", feature: undefined }]);
  const erased = await send("POST", ITEMS, point(5.39, 43.39, { ref: "canary-ref" }), { as: moderator });
  const done = await run(at.db, "erase", String(erased.json.id), "--reason", "asked for");
  assert.equal(done.code, 0, done.stderr);
  for (let i = 0; i < 40 && (await read(erased.headers.location)).status !== 410; i++) await new Promise((r) => setTimeout(r, 100));
  const after = await read(`/api/changes?since=${last}`);
  assert.equal(lines(after).find((l) => l.id === erased.json.id).change, "erased");
  assert.ok(!after.body.toString().includes("canary-ref"));
  assert.ok(!/"updated":"\d{4}-\d{2}-/.test((await read("/api/changes")).body.toString()));
  for (const query of ["since=-1", "since=x", "limit=0", "nope=1"]) assert.equal((await read(`/api/changes?${query}`)).status, 400, query);
});

test("a record that is published less precisely than it is known is not changed through what is shown of it", async () => {
  const made = await send("POST", ITEMS, point(5.4012345, 43.4012345, { location_precision: "exact", ref: "canary-7", public_precision: "street" }), { as: moderator });
  assert.equal(made.status, 201, made.body.toString());
  assert.ok(!made.body.toString().includes("5.4012345") && !made.body.toString().includes("canary-7"), "its place is told to nobody");
  const back = await send("PUT", made.headers.location, made.json, { as: moderator, match: made.headers.etag });
  assert.equal(back.headers.etag, made.headers.etag);
  isFault(await send("PATCH", made.headers.location, { geometry: { type: "Point", coordinates: [5.41, 43.41] } }, { as: moderator, type: PATCH, match: made.headers.etag }), 422, undefined, "its place");
  const changed = await send("PATCH", made.headers.location, { properties: { retention_days: 30 } }, { as: moderator, type: PATCH, match: made.headers.etag });
  assert.equal(changed.status, 200, changed.body.toString());
  const shown = await send("PATCH", made.headers.location, { properties: { public_precision: "exact" } }, { as: moderator, type: PATCH, match: changed.headers.etag });
  assert.equal(shown.json.geometry.coordinates[0], 5.4012345, "nothing of it was lost");
  assert.equal(shown.json.properties.ref, "canary-7");
});

test("the database is sound after all of it", async () => {
  const checked = await run(at.db, "check");
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});
