// What a map program asks of a server that it knows by a style's address alone: glyphs, sprites, styles, vector tiles.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { PbfReader } from "pbf";
import { PNG } from "pngjs";
import { freshFolder, get, hasBasemap, raw, run, serve } from "./lib/program.mjs";
import { complaints, readTile } from "./lib/vector_tile.mjs";

let at, server;

before(async () => {
  at = freshFolder();
  assert.equal((await run(at.db, "starter")).code, 0);
  server = await serve(at.db, "--workers", "2");
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0);
  at.remove();
});

// ---- glyphs ----

function readGlyph(tag, glyph, pbf) {
  if (tag === 1) glyph.id = pbf.readVarint();
  if (tag === 2) glyph.bitmap = pbf.readBytes();
  if (tag === 3) glyph.width = pbf.readVarint();
  if (tag === 4) glyph.height = pbf.readVarint();
  if (tag === 5) glyph.left = pbf.readSVarint();
  if (tag === 6) glyph.top = pbf.readSVarint();
  if (tag === 7) glyph.advance = pbf.readVarint();
}

function readRange(bytes) {
  const stacks = [];
  new PbfReader(bytes).readFields((tag, _, pbf) => {
    assert.equal(tag, 1);
    stacks.push(pbf.readMessage((inner, stack, message) => {
      if (inner === 1) stack.name = message.readString();
      if (inner === 2) stack.range = message.readString();
      if (inner === 3) stack.glyphs.push(message.readMessage(readGlyph, {}));
    }, { glyphs: [] }));
  });
  assert.equal(stacks.length, 1);
  return stacks[0];
}

const glyphs = (stack, range) => get(`${server.url}/fonts/${encodeURIComponent(stack)}/${range}.pbf`);

test("a range of glyphs has the metrics and the field that MapLibre reads", async () => {
  const answer = await glyphs("Noto Sans Regular", "0-255");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-type"], "application/x-protobuf");
  assert.equal(answer.headers["access-control-allow-origin"], "*");
  const range = readRange(answer.body);
  assert.equal(range.range, "0-255");
  const of = new Map(range.glyphs.map((glyph) => [String.fromCodePoint(glyph.id), glyph]));
  for (const letter of "ABCXYZabcxyz0189éàç") assert.ok(of.has(letter), letter);
  for (const glyph of range.glyphs) {
    assert.ok(glyph.id >= 0x20 && glyph.id < 256);
    assert.equal(glyph.bitmap?.length ?? 0, glyph.width ? (glyph.width + 6) * (glyph.height + 6) : 0, `${glyph.id}`);
  }
  const space = of.get(" "), capital = of.get("H"), low = of.get("g");
  assert.deepEqual([space.width, space.height, space.left, space.top, space.advance], [0, 0, 0, -26, 6]);
  // A capital of Noto Sans is 0.714 em high, so 17 px of 24, and stands on the baseline, 26 px under the line's top.
  assert.deepEqual([capital.width, capital.height, capital.left, capital.top, capital.advance], [13, 17, 2, -9, 18]);
  assert.equal(low.height + (-26 - low.top), 6, "6 px of g hang below");
  // The field: half way through a stem of H is inside, the corner of the border far outside, the edge between.
  const wide = capital.width + 6, value = (x, y) => capital.bitmap[(y + 3) * wide + x + 3];
  assert.ok(value(1, 4) > 191 && value(11, 4) > 191, "inside of both stems");
  assert.ok(value(6, 2) < 191, "between them");
  assert.ok(value(-3, -3) < 80);
  for (let y = 1; y < 16; y++)
    for (let x = -3; x < capital.width + 2; x++) assert.ok(Math.abs(value(x + 1, y) - value(x, y)) <= 33, "a px of way is 32 steps at most");
});

test("a bold font is bolder, an unknown one is Noto Sans, and names of one font are one answer", async () => {
  const dark = (range) => range.glyphs.reduce((sum, glyph) => sum + (glyph.bitmap ?? []).filter((v) => v > 191).length, 0);
  const plain = await glyphs("Noto Sans Regular", "0-255"), bold = await glyphs("Noto Sans Bold", "0-255");
  assert.ok(dark(readRange(bold.body)) > 1.3 * dark(readRange(plain.body)));
  for (const name of ["Nowhere Regular", "noto sans", "Noto Sans Regular,Nowhere Bold", "Nowhere"])
    assert.equal((await glyphs(name, "0-255")).headers.etag, plain.headers.etag, name);
  assert.equal((await glyphs("Nowhere Bold", "0-255")).headers.etag, bold.headers.etag);
});

test("a range without a letter is a range all the same", async () => {
  const empty = await glyphs("Noto Sans Regular", "57344-57599");
  assert.equal(empty.status, 200);
  assert.equal(readRange(empty.body).range, "57344-57599");
});

test("glyphs are kept by who has them, packed for who takes it, and asked for by GET and HEAD alone", async () => {
  const address = `${server.url}/fonts/Noto%20Sans%20Regular/256-511.pbf`;
  const first = await get(address);
  assert.equal((await get(address, { headers: { "if-none-match": first.headers.etag } })).status, 304);
  const head = await get(address, { method: "HEAD" });
  assert.deepEqual([head.status, head.body.length, Number(head.headers["content-length"])], [200, 0, first.body.length]);
  const packed = await get(address, { headers: { "accept-encoding": "gzip" } });
  assert.equal(packed.headers["content-encoding"], "gzip");
  assert.match(packed.headers.vary, /Accept-Encoding/);
  assert.ok(packed.body.length < first.body.length);
  const wrong = await get(address, { method: "POST", body: "x" });
  assert.deepEqual([wrong.status, wrong.headers.allow], [405, "GET, HEAD"]);
});

test("addresses of glyphs that cannot be are refused", async () => {
  for (const [path, status] of [["Noto%20Sans/0-256.pbf", 400], ["Noto%20Sans/1-256.pbf", 400], ["Noto%20Sans/00-255.pbf", 400], ["Noto%20Sans/0-255", 400],
    ["Noto%20Sans/65536-65791.pbf", 400], ["Noto%20Sans/0-255.pbf?x=1", 400], ["Noto%20Sans/..%2f0-255.pbf", 400], ["%00/0-255.pbf", 400], ["%ff/0-255.pbf", 400],
    ["../0-255.pbf", 400], [`${"x".repeat(257)}/0-255.pbf`, 400], [`${"x,".repeat(8)}x/0-255.pbf`, 400], ["Noto%20Sans/0-255.pbf/", 404], ["/0-255.pbf", 404],
    [`${"x".repeat(3000)}/0-255.pbf`, 414]]) {
    const came = await raw(server.port, `GET /fonts/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(came, new RegExp(`^HTTP/1\\.1 ${status} `), path);
    assert.match(came, /application\/problem\+json/, path);
  }
  // A path in the name of a font, or what a font library might read in one, is a name that no font has.
  for (const name of ["..%2f..%2fetc%2fpasswd", "Sans%20@wght=1e999", "%20", "%F0%9F%98%80", "%25n%25s", "Noto%20Sans%2099999999", ",,,,"])
    assert.equal((await get(`${server.url}/fonts/${name}/0-255.pbf`)).status, 200, name);
});

// ---- sprites ----

const json = async (path) => {
  const answer = await get(server.url + path);
  assert.equal(answer.status, 200, path);
  return JSON.parse(answer.body);
};
const FAMILIES = ["image", "recognition", "sound", "air", "systems", "other"];
const STATUSES = ["unknown", "announced", "trial", "active", "suspended", "abandoned", "prohibited", "ended", "removed"];

async function readSheet(name) {
  const index = await json(`/sprites/${name}.json`), answer = await get(`${server.url}/sprites/${name}.png`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-type"], "image/png");
  return { index, png: PNG.sync.read(answer.body) };
}

// How many pixels of an icon are not wholly transparent.
function inked(png, at) {
  let n = 0;
  for (let y = at.y; y < at.y + at.height; y++)
    for (let x = at.x; x < at.x + at.width; x++) n += png.data[4 * (y * png.width + x) + 3] > 0;
  return n;
}

test("a style's sprite has every icon that the style can ask for, each drawn at its place", async () => {
  for (const style of ["light", "dark", "print", "deployments"]) {
    const { index, png } = await readSheet(style), tail = style === "dark" ? ":dark" : "";
    for (const family of FAMILIES) {
      for (const status of STATUSES)
        for (const size of [5, 9, 16])
          for (const stale of ["", ":stale"]) assert.ok(index[`mark:${family}:${status}:${size}${stale}${tail}`], `${style} ${family} ${status} ${size}${stale}`);
      for (const size of [9, 16, 22]) assert.ok(index[`tick:${family}:${size}${tail}`]);
      for (let part = family === "other" ? 24 : 1; part <= 24; part++) assert.ok(index[`ring:${family}:${part}:40${tail}`], `${style} ${family} ${part}`);
      for (const room of [1, 2, 3, 4, 5]) assert.ok(index[`tab:${family}:${room}${tail}`]);
    }
    assert.ok(index[`mark:recognition:trial:22:facial_recognition:stale${tail}`]);
    for (const name of style === "deployments" ? [] : ["school", "police", "station", "court", "townhall", "place"]) assert.ok(index[name], name);
    for (const name of ["hatch", "dots"]) assert.ok(index[style === "dark" ? `${name}-dark` : name], name);
    for (const [name, at_] of Object.entries(index)) {
      assert.equal(at_.pixelRatio, 1);
      assert.ok(at_.x >= 0 && at_.y >= 0 && at_.x + at_.width <= png.width && at_.y + at_.height <= png.height, name);
      assert.ok(inked(png, at_) > 0, `${name} is empty`);
    }
  }
});

test("no icon lies on another", async () => {
  const { index, png } = await readSheet("light");
  const taken = new Uint8Array(png.width * png.height);
  for (const [name, at_] of Object.entries(index))
    for (let y = at_.y; y < at_.y + at_.height; y++)
      for (let x = at_.x; x < at_.x + at_.width; x++) assert.equal(taken[y * png.width + x]++, 0, name);
  for (let i = 0; i < taken.length; i++) assert.ok(taken[i] || !png.data[4 * i + 3], "nothing is drawn between them");
});

test("the sprite of twice the size has the same icons, twice the size", async () => {
  const once = await readSheet("light"), twice = await readSheet("light@2x");
  assert.deepEqual(Object.keys(twice.index).sort(), Object.keys(once.index).sort());
  for (const [name, at_] of Object.entries(twice.index))
    assert.deepEqual([at_.pixelRatio, at_.width, at_.height], [2, 2 * once.index[name].width, 2 * once.index[name].height], name);
});

test("sprites are the same bytes on every server, kept by who has them, and packed as text is", async () => {
  const other = await serve(at.db, "--workers", "1");
  for (const file of ["light.png", "light.json", "dark@2x.png"]) {
    const here = await get(`${server.url}/sprites/${file}`), there = await get(`${other.url}/sprites/${file}`);
    assert.ok(here.body.equals(there.body), file);
    assert.equal((await get(`${server.url}/sprites/${file}`, { headers: { "if-none-match": here.headers.etag } })).status, 304);
    assert.equal((await get(`${server.url}/sprites/${file}`, { method: "HEAD" })).headers["content-length"], String(here.body.length));
    const packed = await get(`${server.url}/sprites/${file}`, { headers: { "accept-encoding": "gzip" } });
    assert.equal(packed.headers["content-encoding"], file.endsWith(".json") ? "gzip" : undefined, file);
  }
  assert.equal(await other.stop(), 0);
});

test("addresses of sprites and styles that cannot be are refused", async () => {
  for (const [path, status] of [["/sprites/nowhere.json", 404], ["/sprites/light", 404], ["/sprites/light.jpg", 404], ["/sprites/light@3x.png", 404],
    ["/sprites/light@2x@2x.png", 404], ["/sprites/.json", 404], ["/sprites/@2x.json", 404], ["/sprites/light.json?x=1", 400], ["/sprites/..%2fstyles%2flight.json", 404],
    ["/sprites/%2e%2e/light.json", 400], ["/sprites/light.json%00", 400], ["/sprites", 404], ["/styles/light", 404], ["/styles/nowhere.json", 404],
    ["/styles/light.json?x=1", 400], ["/styles/..%2f..%2fetc%2fpasswd.json", 404], ["/styles/light.json/", 404]]) {
    const came = await raw(server.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(came, new RegExp(`^HTTP/1\\.1 ${status} `), path);
  }
  for (const path of ["/sprites/light.json", "/styles/light.json", "/fonts/x/0-255.pbf", "/tiles/deployments.json"]) {
    const wrong = await get(server.url + path, { method: "DELETE" });
    assert.deepEqual([wrong.status, wrong.headers.allow], [405, "GET, HEAD"], path);
  }
});

// ---- styles ----

test("a style is served with all that it needs at absolute addresses, and asks for no icon that has no end of names", async () => {
  const base = "https://map.example/under";
  const behind = await serve(at.db, "--base-url", `${base}/`);
  for (const name of ["light", "dark", "print", "deployments"]) {
    const style = JSON.parse((await get(`${behind.url}/styles/${name}.json`)).body);
    assert.equal(style.version, 8);
    assert.equal(style.sprite, `${base}/sprites/${name}`);
    assert.equal(style.glyphs, `${base}/fonts/{fontstack}/{range}.pbf`);
    for (const [id, source] of Object.entries(style.sources)) assert.deepEqual(source, { type: "vector", url: `${base}/tiles/${id}.json` });
    assert.doesNotMatch(JSON.stringify(style), /contrechamp:|cluster:|badge:/);
    const ids = style.layers.map((layer) => layer.id);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.includes("clusters-count") && ids.includes("badges"));
  }
  const tiles = JSON.parse((await get(`${behind.url}/tiles/basemap.json`)).body);
  assert.deepEqual(tiles.tiles, [`${base}/tiles/basemap/{z}/{x}/{y}.mvt`]);
  assert.equal(await behind.stop(), 0);
});

test("TileJSON names every layer that a style asks for, whether or not the base map has it", async () => {
  for (const name of ["light", "dark", "print", "deployments"]) {
    const style = await json(`/styles/${name}.json`);
    for (const [id, source] of Object.entries(style.sources)) {
      const tiles = await json(new URL(source.url).pathname), layers = tiles.vector_layers.map((layer) => layer.id);
      assert.equal(tiles.tilejson, "3.0.0");
      assert.ok(tiles.minzoom <= tiles.maxzoom && tiles.bounds.length === 4 && tiles.attribution);
      assert.equal(new Set(layers).size, layers.length);
      for (const layer of tiles.vector_layers) assert.equal(typeof layer.fields, "object");
      for (const layer of style.layers) if (layer.source === id) assert.ok(layers.includes(layer["source-layer"]), `${name}: ${layer["source-layer"]}`);
    }
  }
});

// ---- vector tiles ----

const tileOf = (lon, lat, z) => [Math.floor(((lon + 180) / 360) * 2 ** z),
  Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z)];

test("vector tiles keep to the letter of the specification", async () => {
  const seen = { basemap: 0, deployments: 0 };
  for (const source of Object.keys(seen))
    for (let z = 0; z <= 14; z++)
      for (const [lon, lat] of [[7.27, 43.7], [2.35, 48.86], [5.37, 43.3], [-179.99, 0], [20, 70]]) {
        const [x, y] = tileOf(lon, lat, z);
        const answer = await get(`${server.url}/tiles/${source}/${z}/${x}/${y}.mvt`);
        assert.ok(answer.status === 200 || answer.status === 204, `${answer.status}`);
        if (answer.status === 204) continue;
        assert.equal(answer.headers["content-type"], "application/vnd.mapbox-vector-tile");
        assert.deepEqual(complaints(answer.body), [], `${source}/${z}/${x}/${y}`);
        seen[source] += readTile(answer.body).length;
      }
  assert.ok(seen.deployments > 20, `${seen.deployments}`);
  if (hasBasemap) assert.ok(seen.basemap > 100, `${seen.basemap}`);
});

test("TileJSON tells of every layer and property that is in the tiles", async () => {
  for (const source of ["basemap", "deployments"]) {
    const told = new Map((await json(`/tiles/${source}.json`)).vector_layers.map((layer) => [layer.id, layer]));
    for (let z = 0; z <= 14; z++)
      for (const [lon, lat] of [[7.27, 43.7], [2.35, 48.86]]) {
        const answer = await get(`${server.url}/tiles/${source}/${z}/${tileOf(lon, lat, z).join("/")}.mvt`);
        for (const layer of answer.status === 204 ? [] : readTile(answer.body)) {
          assert.ok(told.has(layer.name), `${source}: ${layer.name}`);
          for (const key of layer.keys) assert.ok(key in told.get(layer.name).fields, `${source}: ${layer.name}.${key}`);
        }
      }
  }
});
