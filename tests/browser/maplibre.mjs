// MapLibre GL JS opens our styles as they are served: nothing is missing, and nothing comes from elsewhere.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { camera, importCameras, importPlaces } from "../http/lib/cameras.mjs";
import { freshFolder, hasBasemap, serve } from "../http/lib/program.mjs";
import { drawMap, launch, missing, openPage } from "./lib/maplibre.mjs";

const MARSEILLE = [5.3721, 43.2951];
let at, server, browser;

before(async () => {
  if (missing) return;
  at = freshFolder();
  const [lon, lat] = MARSEILLE;
  const near = Array.from({ length: 40 }, (_, i) => camera(i + 1, lon + 0.002 * (i % 8), lat + 0.002 * Math.floor(i / 8), i % 3 ? { "camera:direction": String(i * 9) } : {}));
  await importPlaces(at);
  await importCameras(at, [...near, camera(90, lon + 0.001, lat, { "surveillance:type": "ALPR" })]);
  server = await serve(at.db);
  browser = await launch();
});
after(async () => {
  if (browser) await browser.close();
  if (server) await server.stop();
  if (at) at.remove();
});

const check = (name, fn) => test(name, { skip: missing, timeout: 120000 }, fn);

async function open(style, zoom, options = {}) {
  const opened = await openPage(browser, { server: server.url, ...options });
  const complaints = await drawMap(opened.page, { style: `${server.url}/styles/${style}.json`, center: MARSEILLE, zoom });
  assert.deepEqual([complaints, opened.wrong], [[], []], `${style} at ${zoom}`);
  return opened;
}

const drawn = (page, layers) => page.evaluate((ids) => window.shown.queryRenderedFeatures({ layers: ids }).map((f) => f.properties), layers);

check("every style opens without a complaint at every zoom, and asks no other host", async () => {
  for (const style of ["light", "dark", "print", "deployments"]) {
    const { page, asked, wrong, close } = await open(style, 3);
    for (const zoom of [5, 8, 10, 12, 14, 15.5, 17]) {
      const idle = page.evaluate((z) => new Promise((done) => { window.shown.once("idle", () => done(true)); window.shown.jumpTo({ zoom: z }); }), zoom);
      assert.equal(await idle, true);
    }
    assert.deepEqual([await page.evaluate(() => window.complaints), wrong], [[], []], style);
    assert.ok(asked.some((url) => url.endsWith(`/sprites/${style}.json`)) && asked.some((url) => url.endsWith(`/sprites/${style}.png`)), style);
    assert.ok(asked.some((url) => url.includes("/tiles/deployments/14/")), style);
    await close();
  }
});

check("devices are drawn with their marks and directions", async () => {
  const { page, close } = await open("light", 15);
  const marks = await drawn(page, ["devices"]);
  assert.ok(marks.length >= 5, `${marks.length}`);
  assert.ok(marks.every((p) => p.family && p.status && p.category));
  assert.ok((await drawn(page, ["directions"])).length > 0);
  assert.ok((await drawn(page, ["cones"])).length > 0);
  await close();
});

check("clusters are rings of their families with their count, put together from the sprite and our glyphs", async () => {
  const { page, asked, close } = await open("light", 7);
  const rings = await drawn(page, ["clusters-image"]);
  const counts = await drawn(page, ["clusters-count"]);
  assert.ok(rings.length > 0 && counts.length >= rings.length);
  assert.ok(counts.some((p) => p.count >= 41 && p.recognition >= 1), JSON.stringify(counts));
  assert.ok(asked.some((url) => url.includes("/fonts/Noto%20Sans%20Bold/0-255.pbf")));
  await close();
});

check("what is known to a city only is a tab with its count", async () => {
  const { page, close } = await open("dark", 10);
  assert.ok((await drawn(page, ["badges"])).every((p) => p.kind === "badge" && p.count >= 1));
  assert.ok((await drawn(page, ["badges"])).length > 0);
  await close();
});

check("names are set in glyphs from here", async () => {
  if (!hasBasemap) return;
  const { page, asked, close } = await open("light", 6);
  assert.ok((await drawn(page, ["town-names"])).some((p) => p.name === "Marseille"));
  assert.ok(asked.some((url) => url.includes("/fonts/Noto%20Sans%20Regular/0-255.pbf")));
  await close();
});

check("on a fine screen the sprite of twice the size is taken", async () => {
  const { asked, close } = await open("light", 14, { ratio: 2 });
  assert.ok(asked.some((url) => url.endsWith("/sprites/light@2x.png")));
  assert.ok(!asked.some((url) => url.endsWith("/sprites/light.png")));
  await close();
});
