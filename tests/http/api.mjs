import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { camera, importCameras } from "./lib/cameras.mjs";
import { freshFolder, get, serve } from "./lib/program.mjs";

let at, server;
const N = 25;

before(async () => {
  at = freshFolder();
  await importCameras(at, Array.from({ length: N }, (_, i) => camera(100 + i, 2 + i / 100, 48, { "surveillance:type": i % 5 ? "camera" : "ALPR" })));
  server = await serve(at.db);
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0);
  at.remove();
});

const items = async (query = "") => {
  const answer = await get(`${server.url}/api/collections/deployments/items${query}`);
  return { ...answer, json: JSON.parse(answer.body) };
};

test("the landing page leads to the items", async () => {
  const landing = JSON.parse((await get(`${server.url}/api`)).body);
  for (const rel of ["self", "service-desc", "conformance", "data"]) {
    const link = landing.links.find((l) => l.rel === rel);
    assert.equal((await get(link.href)).status, 200, rel);
  }
  const collections = JSON.parse((await get(`${server.url}/api/collections`)).body);
  const link = collections.collections[0].links.find((l) => l.rel === "items");
  assert.equal(JSON.parse((await get(link.href)).body).type, "FeatureCollection");
});

test("pages follow each other and every record is on one of them", async () => {
  const seen = new Set();
  let next = `${server.url}/api/collections/deployments/items?limit=7`;
  for (let pages = 0; next; pages++) {
    assert.ok(pages < 5);
    const answer = await get(next);
    assert.equal(answer.headers["content-type"], "application/geo+json");
    const page = JSON.parse(answer.body);
    assert.equal(page.numberMatched, N);
    assert.equal(page.numberReturned, page.features.length);
    for (const feature of page.features) seen.add(feature.id);
    next = page.links.find((l) => l.rel === "next")?.href;
  }
  assert.equal(seen.size, N);
});

test("a box and a filter narrow the list", async () => {
  assert.equal((await items("?bbox=2.045,47,2.085,49&limit=100")).json.numberMatched, 4);
  assert.equal((await items("?category=alpr")).json.numberMatched, N / 5);
  assert.equal((await items("?bbox=10,10,11,11")).json.numberMatched, 0);
});

test("a record is one feature", async () => {
  const first = (await items("?limit=1")).json.features[0];
  const answer = await get(`${server.url}/api/collections/deployments/items/${first.id}`);
  const feature = JSON.parse(answer.body);
  assert.equal(feature.type, "Feature");
  assert.equal(feature.id, first.id);
  assert.equal(feature.geometry.type, "Point");
  assert.equal((await get(`${server.url}/api/collections/deployments/items/999999`)).status, 404);
  assert.equal((await get(`${server.url}/api/collections/deployments/items/x`)).status, 404);
});

test("what is not understood is 400 and says why", async () => {
  for (const query of ["?bbox=1,2,3", "?bbox=a,b,c,d", "?bbox=0,10,1,5", "?limit=0", "?limit=-1", "?limit=x", "?offset=-1", "?nope=1", "?fbclid=1", "?datetime=x",
    "?category=nope", "?city=nowhere-at-all", "?f=xml"]) {
    const { status, headers, json } = await items(query);
    assert.equal(status, 400, query);
    assert.equal(headers["content-type"], "application/problem+json");
    assert.equal(json.status, 400);
    assert.ok(json.detail.length > 10, query);
  }
});

test("more than a page may hold is cut to what it may", async () => {
  assert.equal((await items("?limit=100000")).status, 200);
});
