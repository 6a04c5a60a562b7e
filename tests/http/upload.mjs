// Uploaded files: what they would bring is looked at first, then proposed or published as one batch; what is hostile is refused.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { deflateRawSync, crc32 } from "node:zlib";
import { changed, openForm, readForm, sendForm, solve } from "./lib/forms.mjs";
import { freshFolder, get, raw, run, serve } from "./lib/program.mjs";

let at, server, group, other, moderator, workshop;

async function token(...args) {
  const made = await run(at.db, "token", "add", ...args);
  assert.equal(made.code, 0, made.stderr);
  return made.stdout.trim();
}

const square = (code, nom, west, south, east, north) => ({ type: "Feature", properties: { code, nom },
  geometry: { type: "Polygon", coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] } });

before(async () => {
  at = freshFolder();
  const file = path.join(at.folder, "communes.geojson");
  writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: [square("06088", "Nice", 7.1, 43.6, 7.4, 43.8), square("13055", "Marseille", 5.2, 43.1, 5.6, 43.4)] }));
  const places = await run(at.db, "places", "import", file);
  assert.equal(places.code, 0, places.stderr);
  group = await token("--label", "collectif");
  other = await token("--label", "autre");
  moderator = await token("--label", "modération", "--role", "moderator", "--territory", "06088");
  workshop = await token("--label", "atelier", "--workshop");
  server = await serve(at.db);
});
after(async () => {
  if (server) await server.stop();
  if (at) at.remove();
});

/* ---- the API ---- */

function multipart(parts) {
  const boundary = "------------------------8d1f0b", chunks = [];
  for (const { name, file, bytes } of parts)
    chunks.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? "" : `; filename="${file}"\r\nContent-Type: application/octet-stream`}\r\n\r\n`),
      Buffer.from(bytes), Buffer.from("\r\n"));
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return { body: Buffer.concat(chunks), type: `multipart/form-data; boundary=${boundary}` };
}

async function ask(method, address, who, body, type = "application/json") {
  const headers = { "content-type": type };
  if (who) headers.authorization = `Bearer ${who}`;
  const answer = await get(`${server.url}${address}`, { method, headers, body });
  const text = answer.body.toString();
  return { ...answer, json: /json/.test(answer.headers["content-type"] || "") ? JSON.parse(text) : null, text };
}

async function send(bytes, file, who = group, fields = {}) {
  const form = multipart([...Object.entries(fields).map(([name, value]) => ({ name, bytes: value })), { name: "file", file, bytes }]);
  return ask("POST", "/api/imports", who, form.body, form.type);
}

async function settled(address, who = group) {
  for (let i = 0; i < 600; i++) {
    const seen = await ask("GET", address, who);
    assert.equal(seen.status, 200, seen.text);
    if (seen.json.state !== "reading") return seen.json;
    await new Promise((r) => setTimeout(r, 50));
  }
  return assert.fail("it is still being read");
}

async function uploaded(bytes, file, who = group, fields = {}) {
  const sent = await send(bytes, file, who, fields);
  assert.equal(sent.status, 202, sent.text);
  assert.match(sent.headers.location, /^\/api\/imports\/[0-9a-f]{32}$/);
  return { address: sent.headers.location, ...(await settled(sent.headers.location, who)) };
}

const rows = (n, { lon = 5.37, lat = 43.29, from = 0, type = "caméra dôme", height = 4 } = {}) => ["id;numero;lon;lat;type;hauteur",
  ...Array.from({ length: n }, (_, i) => `${from + i};K${from + i};${(lon + (i % 100) / 1000).toFixed(5)};${(lat + Math.floor(i / 100) / 5000).toFixed(5)};${type};${height}`)].join("\n");

test("a table is previewed: its columns are guessed, its rows counted and put on a map, and nothing is stored", async () => {
  const seen = await uploaded(rows(3), "cameras.csv");
  assert.equal(seen.state, "ready");
  assert.deepEqual(seen.columns.map((c) => [c.name, c.field]), [["id", "id"], ["numero", "ref"], ["lon", "lon"], ["lat", "lat"], ["type", "category"], ["hauteur", "height"]]);
  assert.equal(seen.columns[1].sample, "K0");
  assert.deepEqual([seen.counts.read, seen.counts.new, seen.counts.refused], [3, 3, 0]);
  assert.equal(seen.preview.features.length, 3);
  assert.deepEqual(seen.preview.features[0], { type: "Feature", geometry: { type: "Point", coordinates: [5.37, 43.29] }, properties: { class: "new", row: 2 } });
  const items = await ask("GET", "/api/collections/deployments/items");
  assert.equal(items.json.numberMatched, 0);
});

test("applying makes one batch of proposals, once; the same file again brings nothing new", async () => {
  const seen = await uploaded(rows(5, { from: 100 }), "once.csv");
  const done = await ask("POST", `${seen.address}/apply`, group);
  assert.equal(done.status, 200, done.text);
  assert.deepEqual([done.json.state, done.json.proposed, done.json.published], ["applied", 5, 0]);
  const twice = await ask("POST", `${seen.address}/apply`, group);
  assert.equal(twice.status, 409);
  assert.match(twice.json.detail, /taken in already/);
  assert.equal((await ask("GET", seen.address, group)).json.state, "applied");
  const again = await uploaded(rows(5, { from: 100 }), "once.csv");
  assert.deepEqual([again.counts.new, again.counts.same], [0, 5]);
  const nothing = await ask("POST", `${again.address}/apply`, group);
  assert.equal(nothing.status, 409);
  assert.equal((await ask("GET", again.address, group)).json.state, "ready", "what failed can be tried again");
  assert.equal((await ask("GET", "/api/collections/deployments/items")).json.numberMatched, 0, "a proposal is not on the map");
});

test("a moderator may publish at once, in the territory only; the rest is proposed", async () => {
  const here = rows(2, { lon: 7.2, lat: 43.7, from: 200 }), there = rows(3, { lon: 5.3, lat: 43.3, from: 210 }).split("\n").slice(1).join("\n");
  const seen = await uploaded(`${here}\n${there}`, "nice.csv", moderator);
  assert.deepEqual([seen.counts.new, seen.counts.publishable], [5, 2]);
  const done = await ask("POST", `${seen.address}/apply`, moderator, JSON.stringify({ publish: true }));
  assert.deepEqual([done.json.published, done.json.proposed], [2, 3], done.text);
  const items = (await ask("GET", "/api/collections/deployments/items")).json;
  assert.equal(items.numberMatched, 2);
  const known = await uploaded(here, "nice.csv", moderator);
  assert.equal(known.counts.same, 2);
  const moved = await uploaded(rows(2, { lon: 7.2, lat: 43.7, from: 200, height: 6 }), "nice.csv", moderator);
  assert.deepEqual([moved.counts.changed, moved.changed_rows.length], [2, 2]);
  assert.ok(moved.changed_rows[0].id > 0);
  const changedNow = await ask("POST", `${moved.address}/apply`, moderator, JSON.stringify({ publish: true }));
  assert.deepEqual([changedNow.json.published, changedNow.json.proposed], [2, 0]);
  const one = (await ask("GET", `/api/collections/deployments/items/${moved.changed_rows[0].id}`)).json;
  assert.equal(one.properties.height_m, 6);
  const twins = await uploaded(rows(2, { lon: 7.2, lat: 43.7, from: 200 }), "autre-nom.csv");
  assert.equal(twins.counts.duplicate, 2, "the same number within 25 m, out of another source");
  assert.ok(twins.duplicate_rows[0].duplicate_of > 0 && twins.duplicate_rows[0].distance_m === 0);
  assert.doesNotMatch(JSON.stringify(one), /\d{4}-\d{2}-\d{2}/, "no day of people's work");
  const others = await ask("POST", `${twins.address}/apply`, group, JSON.stringify({ duplicates: true }));
  assert.deepEqual([others.json.proposed, others.json.published], [2, 0]);
  const listed = (await run(at.db, "stats")).stdout.match(/upload-\S+/g);
  const undone = await run(at.db, "import", "--undo", listed[1]); /* the newest are the proposals */
  assert.match(undone.stdout, /^undone 2$/m, undone.stderr);
  const before = (await ask("GET", `/api/collections/deployments/items/${moved.changed_rows[0].id}`)).json;
  assert.equal(before.properties.height_m, 4);
});

test("a mapping is corrected, unknown columns are named, and what the group said is remembered for the next file", async () => {
  const table = "a;b;c;d\n5.41;43.31;X1;caméra\n5.42;43.32;X2;caméra\n";
  const seen = await uploaded(table, "sans-noms.csv");
  assert.equal(seen.counts.refused, 2);
  assert.match(seen.refused_rows[0].why, /it has none/);
  assert.deepEqual([seen.refused_rows[0].row, seen.refused_rows[0].field], [2, "position"]);
  const wrong = await ask("PUT", seen.address, group, JSON.stringify({ mapping: { lon: "a", lat: "zz" } }));
  assert.equal(wrong.status, 202);
  const failed = await settled(seen.address);
  assert.equal(failed.state, "failed");
  assert.match(failed.error, /there is no column "zz"; there are: a, b, c, d/);
  assert.equal((await ask("POST", `${seen.address}/apply`, group)).status, 409);
  const bad = await ask("PUT", seen.address, group, JSON.stringify({ mapping: { longitude_of_it: "a" } }));
  assert.equal(bad.status, 400);
  assert.match(bad.json.detail, /there is no field longitude_of_it/);
  const category = await ask("PUT", seen.address, group, JSON.stringify({ mapping: {}, category: "nonsense" }));
  assert.deepEqual([category.status, category.json.pointer], [400, "/category"]);
  assert.equal((await ask("PUT", seen.address, group, JSON.stringify({ mapping: { lon: "a", lat: "b", ref: "c", category: "d" }, category: "cctv", licence: "ODbL-1.0" }))).status, 202);
  const right = await settled(seen.address);
  assert.deepEqual([right.state, right.counts.new, right.licence], ["ready", 2, "ODbL-1.0"]);
  assert.equal((await ask("POST", `${seen.address}/apply`, group)).status, 200);
  const next = await uploaded("a;b;c;d\n5.43;43.33;X3;caméra\n", "sans-noms-2.csv");
  assert.deepEqual([next.remembered, next.counts.new], [true, 1]);
});

test("what a null names is not looked for", async () => {
  const seen = await uploaded(rows(1, { from: 300 }), "null.csv", group, { mapping: JSON.stringify({ ref: null, columns: { height: null } }) });
  assert.deepEqual(seen.columns.filter((c) => c.field === null).map((c) => c.name), ["numero", "hauteur"]);
  assert.equal(seen.counts.new, 1);
});

test("an upload is its sender's alone, and strangers have none", async () => {
  const seen = await uploaded(rows(1, { from: 400 }), "mine.csv");
  for (const [method, address] of [["GET", seen.address], ["PUT", seen.address], ["POST", `${seen.address}/apply`]])
    assert.equal((await ask(method, address, other, method === "PUT" ? "{}" : undefined)).status, 404, `${method} ${address}`);
  assert.equal((await ask("GET", seen.address)).status, 404);
  assert.equal((await ask("GET", "/api/imports/0123456789abcdef0123456789abcdef", group)).status, 404);
  assert.equal((await send(rows(1), "x.csv", null)).status, 401);
  assert.equal((await send(rows(1), "x.csv", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-A")).status, 401);
  assert.equal((await ask("POST", `${seen.address}/apply`)).status, 401);
});

/* ---- bad input ---- */

function zipOf(name, bytes, claimed = bytes.length) {
  const packed = deflateRawSync(bytes), head = Buffer.alloc(30), entry = Buffer.alloc(46), end = Buffer.alloc(22), label = Buffer.from(name);
  head.writeUInt32LE(0x04034b50, 0); head.writeUInt16LE(20, 4); head.writeUInt16LE(8, 8); head.writeUInt32LE(crc32(bytes), 14);
  head.writeUInt32LE(packed.length, 18); head.writeUInt32LE(claimed, 22); head.writeUInt16LE(label.length, 26);
  entry.writeUInt32LE(0x02014b50, 0); entry.writeUInt16LE(20, 4); entry.writeUInt16LE(20, 6); entry.writeUInt16LE(8, 10); entry.writeUInt32LE(crc32(bytes), 16);
  entry.writeUInt32LE(packed.length, 20); entry.writeUInt32LE(claimed, 24); entry.writeUInt16LE(label.length, 28);
  const body = Buffer.concat([head, label, packed]);
  end.writeUInt32LE(0x06054b50, 0); end.writeUInt16LE(1, 8); end.writeUInt16LE(1, 10); end.writeUInt32LE(46 + label.length, 12); end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, entry, label, end]);
}

const sample = (name) => readFileSync(path.join("tests/data/import", name));
const HOSTILE = [
  ["a picture that says it is a table", Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex"), "x.csv", /cannot be told|not a table|no row/],
  ["markup with entities", sample("entity.kml"), "x.kml", /DOCTYPE/],
  ["a link to a file elsewhere", sample("network-link.kml"), "x.kml", /NetworkLink/],
  ["a file that was cut off", sample("cut-off.geojson"), "x.geojson", /broken|cut off|too early/],
  ["a virtual format under the name of a table", sample("renamed-vrt.csv"), "x.csv", /not read|cannot be told|not a table/],
  ["a zip that unpacks to a thousand times its size", zipOf("doc.kml", Buffer.alloc(64 << 20, 32)), "x.kmz", /unpacks to/],
  ["a zip that says less than it holds", zipOf("doc.kml", Buffer.alloc(200 << 20, 32), 1000), "x.kmz", /unpack|cannot be read|damaged|too much/],
  ["nothing but a header", "lon;lat;type\n", "x.csv", /no row/],
  ["an empty list", '{"type":"FeatureCollection","features":[]}', "x.geojson", /no row/],
  ["10,000 brackets", "[".repeat(10000), "x.json", /JSON/],
  ["more columns than are read", `${Array.from({ length: 201 }, (_, i) => `c${i}`).join(";")}\n${"1;".repeat(200)}1\n`, "x.csv", /more than 200 columns/],
  ["more rows than are read", `lon;lat;type\n${"5.3;43.2;caméra\n".repeat(100001)}`, "x.csv", /more than 100000 rows/],
];
for (const [what, bytes, name, says] of HOSTILE)
  test(`refused, and said why: ${what}`, async () => {
    const seen = await uploaded(bytes, name);
    assert.equal(seen.state, "failed", JSON.stringify(seen).slice(0, 300));
    assert.match(seen.error, says);
    assert.equal((await ask("GET", "/api/collections/deployments/items?limit=1")).status, 200, "the server goes on");
  });

test("a file that is empty, missing or too large is refused at the door", async () => {
  const empty = await send("", "x.csv");
  assert.deepEqual([empty.status, empty.json.pointer], [400, "/file"]);
  const none = multipart([{ name: "name", bytes: "x" }]);
  assert.equal((await ask("POST", "/api/imports", group, none.body, none.type)).status, 400);
  assert.equal((await ask("POST", "/api/imports", group, "{}", "application/json")).status, 400);
  const past = await send(Buffer.alloc(50_000_001, "a"), "x.csv");
  assert.equal(past.status, 413);
  assert.match(past.json.detail, /larger than 50 MB/);
  const began = Date.now();
  const early = await raw(server.port, `POST /api/imports HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${group}\r\n` +
    "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000000\r\n\r\n");
  assert.match(early, /^HTTP\/1\.1 413/);
  assert.ok(Date.now() - began < 1000, "before any of it was read");
});

test("more changes than one step takes are not applied, and said so", async () => {
  const seen = await uploaded(rows(20001, { from: 100000, lon: 4, lat: 44 }), "viele.csv");
  assert.equal(seen.counts.new, 20001);
  assert.equal(seen.preview.features.length, 5000);
  assert.equal(seen.preview_left_out, 15001);
  assert.equal(seen.new_rows.length, 50);
  const done = await ask("POST", `${seen.address}/apply`, group);
  assert.equal(done.status, 413);
  assert.match(done.json.detail, /more than 20000 records/);
});

/* ---- the page, without script ---- */

async function sendFile(form, changes, bytes, file, headers = {}) {
  const fields = changed(form.fields, changes);
  const challenge = fields.find(([name]) => name === "challenge"), answer = fields.find(([name]) => name === "answer");
  if (challenge) answer[1] = solve(challenge[1], form.bits);
  const body = multipart([...fields.map(([name, value]) => ({ name, bytes: value })), { name: "file", file, bytes }]);
  const sent = await get(server.url + form.action, { method: "POST", body: body.body,
    headers: { accept: "text/html", "accept-language": "fr", "content-type": body.type, "sec-fetch-site": "same-origin", ...headers } });
  return { ...sent, text: sent.body.toString() };
}

async function page(address) {
  for (let i = 0; i < 200; i++) {
    const seen = await get(server.url + address, { headers: { accept: "text/html", "accept-language": "fr" } });
    assert.equal(seen.status, 200);
    const text = seen.body.toString();
    if (!/http-equiv="refresh"/.test(text)) return text;
    await new Promise((r) => setTimeout(r, 50));
  }
  return assert.fail("it is still being read");
}

test("a workshop's code is enough, by forms alone: choose, correct, propose", async () => {
  const form = await openForm(server, "/import");
  assert.equal(form.enctype, "multipart/form-data");
  const table = 'a;b;c;quoi\n5.51;43.21;"<script>alert(1)</script>";caméra\n5.52;43.22;Z2;caméra\n';
  const without = await sendFile(form, {}, table, "atelier.csv");
  assert.equal(without.status, 401);
  assert.match(without.text, /connectez-vous d&#39;abord/);
  const sent = await sendFile(await openForm(server, "/import"), { workshop }, table, "atelier.csv");
  assert.equal(sent.status, 303, sent.text);
  const address = sent.headers.location;
  assert.match(address, /^\/import\/[0-9a-f]{32}$/);
  let text = await page(address);
  assert.match(text, /Aucune ligne n&#39;a pu être comprise/);
  assert.match(text, /la ligne n&#39;a pas de position/);
  const correct = readForm(text.slice(text.indexOf('id="columns"')), address);
  correct.headers = {};
  const read = await sendForm(server, correct, { workshop, col_lon: "0", col_lat: "1", col_ref: "2", col_category: "3", do: "read" });
  assert.equal(read.status, 303, read.text);
  text = await page(address);
  assert.match(text, /<strong>2<\/strong> nouvelles/);
  assert.ok(text.includes("&lt;script&gt;alert(1)") && !text.includes("<script>alert"), "a stranger's text is text");
  assert.match(text, /<svg[^>]*role="img"/);
  const propose = readForm(text, address);
  propose.headers = {};
  const noCode = await sendForm(server, propose, { do: "apply", workshop: "" });
  assert.equal(noCode.status, 401);
  const done = await sendForm(server, propose, { do: "apply", workshop });
  assert.equal(done.status, 303, done.text);
  assert.match(await page(address), /2 lignes sont proposées, en un lot/);
  const twice = await sendForm(server, propose, { do: "apply", workshop });
  assert.ok(twice.status === 409 || twice.status === 400, `${twice.status}`);
});

test("a file from another site's page is not taken", async () => {
  const form = await openForm(server, "/import");
  const sent = await sendFile(form, { workshop }, rows(1), "x.csv", { "sec-fetch-site": "cross-site" });
  assert.equal(sent.status, 403);
});

test("files lie under a name made by chance while they are looked at, go when they were taken in, and are swept at start", async () => {
  const folder = `${at.db}-uploads`;
  const seen = await uploaded(rows(1, { from: 600 }), "geheim.csv");
  const lying = readdirSync(folder);
  assert.ok(lying.length > 0 && lying.every((name) => /^[0-9a-f]{32}(\.\w+)?$/.test(name)), lying.join());
  assert.equal((await ask("POST", `${seen.address}/apply`, group)).status, 200);
  assert.equal(readdirSync(folder).length, lying.length - 1);
  assert.ok(!server.log.includes("geheim"), "no name of a file in the log");
  await server.stop("SIGKILL");
  assert.ok(readdirSync(folder).length > 0);
  server = await serve(at.db);
  assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], []);
  const check = await run(at.db, "check");
  assert.equal(check.code, 0, check.stdout);
});
