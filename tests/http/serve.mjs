import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { camera, importCameras } from "./lib/cameras.mjs";
import { freshFolder, get, raw, serve } from "./lib/program.mjs";

let at, server;

const importList = (name, list) => importCameras(at, list.map((c) => camera(...c)), name);

before(async () => {
  at = freshFolder();
  await importList("first.geojson", [[1, 7.2619, 43.7102], [2, 7.27, 43.7]]);
  server = await serve(at.db, "--workers", "2");
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0);
  at.remove();
});

const TILE = "/tiles/deployments/16/34090/23908.png"; // 7.2619, 43.7102 lies in it

function tileOf(lon, lat, z) {
  const y = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
  return `${z}/${Math.floor(((lon + 180) / 360) * 2 ** z)}/${Math.floor(y * 2 ** z)}`;
}

test("a tile is a picture with a strong ETag, and the same again is 304", async () => {
  const first = await get(server.url + TILE);
  assert.equal(first.status, 200);
  assert.equal(first.headers["content-type"], "image/png");
  assert.equal(first.headers["cache-control"], "public, no-cache");
  assert.match(first.headers.etag, /^"[^"]+"$/);
  assert.equal(first.body.subarray(1, 4).toString(), "PNG");
  const again = await get(server.url + TILE, { headers: { "if-none-match": first.headers.etag } });
  assert.equal(again.status, 304);
  assert.equal(again.body.length, 0);
  assert.equal(again.headers.etag, first.headers.etag);
  const head = await get(server.url + TILE, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(Number(head.headers["content-length"]), first.body.length);
});

test("a connection is kept alive over many requests", async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < 30; i++) assert.equal((await get(server.url + TILE, { agent })).status, 200);
  assert.equal(Object.values(agent.freeSockets).flat().length, 1);
  agent.destroy();
});

test("addresses of tiles that cannot be are refused", async () => {
  for (const [tile, status] of [["/tiles/light/23/0/0.png", 404], ["/tiles/light/1/2/0.png", 404], ["/tiles/light/+1/0/0.png", 400],
    ["/tiles/light/01/0/0.png", 400], ["/tiles/light/1e1/0/0.png", 400], ["/tiles/light/1/0/0@5x.png", 400], ["/tiles/light/1/0/0@2x@2x.png", 400],
    ["/tiles/light/1/0/0.gif", 404], ["/tiles/nothing/1/0/0.png", 404], ["/tiles/light/1/0/0.png?x=1", 400], ["/tiles/light/1/0/0.png?category=nope", 400],
    ["/tiles/light/1/0/0.png?date=2019-13", 400], ["/tiles/light/-1/0/0.png", 400], ["/tiles/light/1/0/0", 400], ["/tiles/light/1/0/0.png?lang=de", 400],
    ["/tiles/light/1/0/0.png?date=2019&date=2020", 400], ["/tiles/deployments/15/0/0.mvt", 404], ["/tiles/light/1/0/0.png?city=nowhere-at-all", 404]]) {
    const answer = await get(server.url + tile);
    assert.equal(answer.status, status, tile);
    assert.equal(answer.headers["content-type"], "application/problem+json", tile);
  }
});

test("what another process imports is on the next tile within a second", async () => {
  const [lon, lat] = [7.3001, 43.6901];
  const tiles = [`${server.url}/tiles/deployments/${tileOf(lon, lat, 16)}.png`, `${server.url}/tiles/deployments/${tileOf(lon, lat, 14)}.mvt`];
  const empty = await Promise.all(tiles.map((tile) => get(tile)));
  for (const [i, tile] of tiles.entries()) assert.equal((await get(tile)).headers.etag, empty[i].headers.etag);
  await importList("second.geojson", [[3, lon, lat]]);
  await new Promise((resolve) => setTimeout(resolve, 900));
  for (const [i, tile] of tiles.entries()) {
    const full = await get(tile);
    assert.notEqual(full.headers.etag, empty[i].headers.etag, tile);
    assert.ok(full.body.length > empty[i].body.length, tile);
  }
});

test("text is gzipped for those who take it, and says that it varies", async () => {
  const packed = await get(`${server.url}/web/map.js`, { headers: { "accept-encoding": "gzip" } });
  const plain = await get(`${server.url}/web/map.js`);
  assert.equal(packed.headers["content-encoding"], "gzip");
  assert.equal(plain.headers["content-encoding"], undefined);
  assert.notEqual(packed.headers.etag, plain.headers.etag);
  for (const answer of [packed, plain]) assert.match(answer.headers.vary, /Accept-Encoding/);
});

test("a wrong method is told the right ones; what is not there is 404", async () => {
  const wrong = await get(server.url + TILE, { method: "DELETE" });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.allow, "GET, HEAD");
  assert.equal((await get(`${server.url}/nowhere`)).status, 404);
  assert.match((await get(`${server.url}/nowhere`)).headers["content-type"], /text\/html/);
  assert.equal((await get(`${server.url}/api/nowhere`)).headers["content-type"], "application/problem+json");
});

test("pages are not framed, data may be read by anyone, nothing sets a cookie", async () => {
  const page = await get(`${server.url}/`);
  assert.equal(page.status, 200);
  assert.match(page.headers["content-security-policy"], /frame-ancestors 'none'/);
  const data = await get(`${server.url}/api`);
  assert.equal(data.headers["access-control-allow-origin"], "*");
  for (const answer of [page, data, await get(server.url + TILE)]) {
    assert.equal(answer.headers["set-cookie"], undefined);
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    assert.equal(answer.headers["referrer-policy"], "no-referrer");
  }
});

test("a parameter that a page does not know is ignored", async () => {
  assert.equal((await get(`${server.url}/?fbclid=1&utm_source=x`)).status, 200);
});

test("two answers on one connection cannot be had by two lengths", async () => {
  for (const head of ["Content-Length: 4\r\nTransfer-Encoding: chunked", "Content-Length: 4\r\nContent-Length: 5", "Transfer-Encoding: gzip",
    "Host: other"]) {
    const came = await raw(server.port, `POST /api HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\nGET /api HTTP/1.1\r\nHost: x\r\n\r\n`);
    assert.match(came, /^HTTP\/1\.1 (4|501)/, head);
    assert.equal(came.match(/HTTP\/1\.1 /g).length, 1, head);
  }
});

test("a head that trickles is cut after ten seconds and a bit", async () => {
  const began = Date.now();
  const socket = net.connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.1\r\n");
  const drip = setInterval(() => socket.write("X-A: b\r\n"), 1000);
  await new Promise((resolve) => socket.on("close", resolve).on("end", resolve));
  clearInterval(drip);
  socket.destroy();
  assert.ok(Date.now() - began < 13000);
});

test("a storm of tiles never seen is served or told to come back, and the cached tile goes on", async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const storm = Array.from({ length: 600 }, (_, i) => get(`${server.url}/tiles/light/18/${136000 + (i % 30)}/${95000 + Math.floor(i / 30)}.png`, { agent }));
  const worst = { ms: 0 };
  const watch = (async () => {
    for (let i = 0; i < 20; i++) {
      const began = Date.now();
      assert.equal((await get(server.url + TILE)).status, 200);
      worst.ms = Math.max(worst.ms, Date.now() - began);
    }
  })();
  const statuses = (await Promise.all(storm)).map((answer) => {
    if (answer.status === 503) assert.equal(answer.headers["retry-after"], "1");
    return answer.status;
  });
  await watch;
  agent.destroy();
  assert.ok(statuses.every((status) => status === 200 || status === 503));
  assert.ok(statuses.includes(200));
  assert.ok(worst.ms < 1000, `${worst.ms} ms`);
});

test("a tile that sixty-four want at once is drawn once", async () => {
  const drawn = async () => Number(/contrechamp_tiles_drawn_total (\d+)/.exec((await get(`${server.admin}/metrics`)).body)[1]);
  const before_ = await drawn();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const answers = await Promise.all(Array.from({ length: 64 }, () => get(`${server.url}/tiles/light/9/265/187.png`, { agent })));
  agent.destroy();
  assert.ok(answers.every((answer) => answer.status === 200 && answer.headers.etag === answers[0].headers.etag));
  assert.equal(await drawn() - before_, 1);
});

test("the admin listener alone tells of health and figures", async () => {
  assert.equal((await get(`${server.admin}/healthz`)).status, 200);
  assert.equal((await get(`${server.admin}/readyz`)).status, 200);
  assert.match((await get(`${server.admin}/metrics`)).body.toString(), /contrechamp_http_requests_total \d+/);
  assert.equal((await get(`${server.url}/metrics`)).status, 404);
});

test("styles and tiles name each other by absolute addresses", async () => {
  const style = JSON.parse((await get(`${server.url}/styles/light.json`)).body);
  assert.equal(style.sources.deployments.url, `${server.url}/tiles/deployments.json`);
  const json = JSON.parse((await get(style.sources.deployments.url)).body);
  assert.equal(json.tilejson, "3.0.0");
  assert.ok(json.vector_layers.some((layer) => layer.id === "deployments"));
  const pictures = JSON.parse((await get(`${server.url}/tiles/light.png.json`)).body);
  assert.deepEqual(pictures.tiles, [`${server.url}/tiles/light/{z}/{x}/{y}.png`]);
});
