// What a map program asks of a server that it knows by a style's address alone: glyphs, sprites, styles, vector tiles.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { PbfReader } from "pbf";
import { freshFolder, get, raw, run, serve } from "./lib/program.mjs";

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
