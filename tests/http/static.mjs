// Pictures by address and preview cards: every form, what is drawn on them, and what is refused before anything is drawn.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { camera, importCameras, importPlaces } from "./lib/cameras.mjs";
import { pixels, readPng } from "./lib/png.mjs";
import { freshFolder, get, serve } from "./lib/program.mjs";

const MARSEILLE = [5.3698, 43.2965];
const canRead = spawnSync("pdftotext", ["-v"]).status === 0;
const unread = canRead ? false : "there is no pdftotext";
let at, server;

before(async () => {
  at = freshFolder();
  await importPlaces(at);
  await importCameras(at, [camera(1, ...MARSEILLE, { "camera:type": "dome", "camera:direction": "45", "addr:city": "Marseille" }),
    camera(2, MARSEILLE[0] + 0.003, MARSEILLE[1] - 0.003), camera(3, MARSEILLE[0] + 0.001, MARSEILLE[1], { surveillance: "indoor" })]);
  server = await serve(at.db, "--workers", "2");
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0);
  at.remove();
});

const ask = (address, headers = {}) => get(server.url + address, { headers });

async function words(address) {
  const got = await ask(address), file = path.join(at.folder, "picture.pdf");
  assert.equal(got.status, 200, got.body.toString());
  writeFileSync(file, got.body);
  return execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" }).normalize("NFKC").replace(/\s+/g, " ");
}

async function picture(address) {
  const got = await ask(address);
  assert.equal(got.status, 200, `${address}: ${got.status >= 400 ? got.body : ""}`);
  assert.equal(got.headers["content-type"], "image/png");
  return readPng(got.body);
}

const size = (png) => `${png.width}x${png.height}`;

// ---- forms ----

test("a centre, a box and a town, in px", async () => {
  for (const place of ["5.37,43.2965,12", "5.37,43.2965,12.5,30", "5.37,43.2965,12@-45", "5.2,43.2,5.5,43.4", "city/marseille", "city/13055"])
    assert.equal(size(await picture(`/static/light/${place}/500x400.png`)), "500x400", place);
  assert.equal(size(await picture("/static/dark/city/nice/300x260@2x.png?scalebar=1")), "600x520");
});

test("millimetres are 300 dots an inch, and points in a PDF", { skip: unread }, async () => {
  assert.equal(size(await picture("/static/print/city/marseille/105x90mm.png")), "1240x1063");
  const got = await ask("/static/print/city/marseille/105x90mm.pdf"), file = path.join(at.folder, "size.pdf");
  assert.equal(got.headers["content-type"], "application/pdf");
  writeFileSync(file, got.body);
  assert.match(execFileSync("pdfinfo", [file], { encoding: "utf8" }), /Page size: +297\.6\d* x 255\.1\d* pts/);
});

test("WebP and SVG", async () => {
  const webp = await ask("/static/light/city/marseille/400x300.webp"), svg = await ask("/static/light/city/marseille/400x300.svg");
  assert.equal(webp.headers["content-type"], "image/webp");
  assert.equal(webp.body.toString("latin1", 8, 12), "WEBP");
  assert.equal(svg.headers["content-type"], "image/svg+xml");
  assert.match(svg.body.toString(), /<svg [^>]*width="400(\.0+)?px" height="300(\.0+)?px"/);
});

test("letters are text in a PDF and outlines in an SVG, whose title can be heard", { skip: unread }, async () => {
  assert.match(await words("/static/light/city/marseille/500x400.pdf?lang=fr"), /^\s*Marseille : la surveillance relevée/);
  const svg = (await ask("/static/light/city/marseille/500x400.svg?lang=fr")).body.toString();
  assert.doesNotMatch(svg, /<text|font-family/);
  assert.match(svg, /<title>Marseille\u00a0: la surveillance relevée<\/title>/);
});

// ---- what stands on it ----

test("the title is computed, and nobody's own words get in", { skip: unread }, async () => {
  assert.match(await words("/static/light/city/marseille/600x400.pdf?lang=fr&category=vsa,cctv"), /^\s*Marseille : vidéosurveillance, vidéosurveillance\s+algorithmique/);
  assert.match(await words("/static/light/city/marseille/600x400.pdf?lang=en&date=2019-10"), /Marseille: surveillance on record, in October 2019/);
  assert.equal((await ask("/static/light/city/marseille/600x400.png?title=Wanted")).status, 400);
  // Without a boundary it is not said that a picture is of a town, only which is the largest in it.
  assert.match(await words("/static/light/5.37,43.2965,12/600x400.pdf?lang=fr"), /^ ?Marseille et alentours : la surveillance relevée/);
  assert.match(await words("/static/light/-20.5,50.1,12/600x400.pdf?lang=fr"), /^ ?La surveillance relevée/);
});

test("filters in words, numbers as at least, the date of the data, address and credit", { skip: unread }, async () => {
  const text = await words("/static/light/5.37,43.2965,14/800x600.pdf?lang=fr&status=active,trial&legend=1&scalebar=1");
  assert.match(text, /Dans cet état seulement : essai, en service\./);
  assert.match(text, /Dans cette image : au moins 2 caméras relevées\./);
  assert.match(text, /Relevé incomplet/);
  assert.match(text, /Données au \d+(er)? \p{L}+ \d{4}/u);
  assert.ok(text.includes(`${server.url.slice(7)}/?center=5.37,43.2965&zoom=15&status=active,trial`), text);
  assert.match(text, /OpenStreetMap|Contrechamp/);
  assert.match(text, /\d+ k?m\b/);
  assert.match(await words("/static/light/5.37,43.2965,14/800x600.pdf?lang=fr&space=all&category=all"), /au moins 3 caméras relevées/);
  assert.match(await words("/static/light/-20.5,50.1,6/800x600.pdf?lang=fr"), /Personne n'a encore relevé ici/);
});

test("the legend names what is in the picture, and nothing else", { skip: unread }, async () => {
  const near = await words("/static/light/5.37,43.2965,14/800x600.pdf?lang=fr&legend=1");
  assert.match(near, /Vidéosurveillance/);
  assert.match(near, /Regarde par là/);
  assert.doesNotMatch(near, /Drone|Capteur sonore|Nombre de dispositifs|Champ/);
  const far = await words("/static/light/-5,41,10,51/800x600.pdf?lang=fr&legend=1");
  assert.match(far, /Nombre de dispositifs/);
  assert.doesNotMatch(far, /Regarde par là/);
  const without = await words("/static/light/5.37,43.2965,14/800x600.pdf?lang=fr");
  assert.doesNotMatch(without, /En service/);
});

test("a turned picture counts what is in it, not what is in the box round it", { skip: unread }, async () => {
  // 600 px at zoom 16: the second camera, 0.003° to the south-east, lies in the corner that turning takes away.
  const upright = await words("/static/light/5.3698,43.2965,15.5/600x700.pdf?lang=fr"), turned = await words("/static/light/5.3698,43.2965,15.5,45/600x700.pdf?lang=fr");
  assert.match(upright, /au moins 2 caméras/);
  assert.match(turned, /au moins 1 caméra /);
});

test("black ink is greys, in pixels and in vectors", { skip: unread }, async () => {
  const grey = await picture("/static/light/5.37,43.2965,14/500x400.png?ink=black&legend=1"), colour = await picture("/static/light/5.37,43.2965,14/500x400.png?legend=1");
  const coloured = (png) => { let n = 0; for (const [r, g, b] of pixels(png)) n += r !== g || g !== b; return n; };
  assert.equal(coloured(grey), 0);
  assert.ok(coloured(colour) > 1000);
  const svg = (await ask("/static/light/5.37,43.2965,14/500x400.svg?ink=black&legend=1")).body.toString();
  for (const [, r, g, b] of svg.matchAll(/rgb\(([\d.]+)%, ?([\d.]+)%, ?([\d.]+)%\)/g))
    assert.ok(Math.abs(r - g) < 0.5 && Math.abs(g - b) < 0.5 || Number(r) < 60 && Math.abs(r - b) < 8, `${r} ${g} ${b}`);
});

test("no line on paper is thinner than a quarter of a point", { skip: unread }, async () => {
  const svg = (await ask("/static/print/-5,41,10,51/210x297mm.svg?legend=1&scalebar=1")).body.toString();
  const widths = [...svg.matchAll(/stroke-width[:=]"?([\d.]+)/g)].map(([, w]) => Number(w));
  assert.ok(widths.length > 3);
  assert.ok(Math.min(...widths) >= 0.25 * 96 / 72 - 1e-6, `${Math.min(...widths)} px`);
});

// ---- kept, and forgotten ----

test("the same picture is the same bytes, and is not sent again", async () => {
  const address = "/static/light/city/marseille/420x300.png?legend=1";
  const once = await ask(address), twice = await ask(address);
  assert.ok(once.body.equals(twice.body));
  assert.match(once.headers.etag, /^"/);
  assert.equal(twice.headers.etag, once.headers.etag);
  assert.equal((await ask(address, { "If-None-Match": once.headers.etag })).status, 304);
  assert.match(once.headers["cache-control"], /no-cache/);
  assert.equal(once.headers["access-control-allow-origin"], "*");
});

test("an answer that is kept costs next to nothing", async () => {
  const address = "/static/light/-5,41,10,51/1200x900.png?legend=1";
  const time = async () => { const from = performance.now(); assert.equal((await ask(address)).status, 200); return performance.now() - from; };
  const first = await time(), again = Math.min(await time(), await time(), await time());
  assert.ok(again < first / 2, `${first} ms, then ${again} ms`);
});

test("a change of the map is in the next picture", async () => {
  const other = freshFolder();
  await importPlaces(other);
  await importCameras(other, [camera(1, ...MARSEILLE)]);
  const busy = await serve(other.db);
  try {
    const addresses = ["/static/light/5.37,43.2965,14/400x300.png", "/card/map.png?center=5.37,43.2965&zoom=14"];
    const tags = async () => Promise.all(addresses.map(async (a) => (await get(busy.url + a)).headers.etag));
    const old = await tags();
    await importCameras(other, [camera(2, MARSEILLE[0] + 0.001, MARSEILLE[1])], "more.geojson");
    let now = old;
    for (let i = 0; i < 50 && now.some((tag, k) => tag === old[k]); i++) {
      await new Promise((done) => setTimeout(done, 100));
      now = await tags();
    }
    now.forEach((tag, k) => assert.notEqual(tag, old[k], addresses[k]));
  } finally {
    await busy.stop();
    other.remove();
  }
});

test("a second large picture is told to come back", async () => {
  const [one, two] = await Promise.all([ask("/static/light/city/marseille/2400x1800.png"), ask("/static/light/city/nice/2400x1800.png")]);
  assert.deepEqual([one.status, two.status].sort(), [200, 503]);
  const refused = one.status === 503 ? one : two;
  assert.ok(Number(refused.headers["retry-after"]) > 0);
  assert.match(refused.body.toString(), /another large picture/);
  assert.equal((await ask("/static/light/city/nice/2400x1800.png")).status, 200); // afterwards there is room again
});

// ---- bad input ----

test("what cannot be drawn is refused, with a sentence that says what to do", async () => {
  const town = "/static/light/city/marseille";
  const refused = {
    [`${town}/100000x100000.png`]: [413, /40 million/], [`${town}/99999999999x9.png`]: [400, /at least/], [`${town}/5000x4000@4x.png`]: [413, /lower @Rx/],
    [`${town}/16384x300.png`]: [413, /16383/], [`${town}/7000x7000.pdf`]: [413, /40 million/], [`${town}/2001x90mm.pdf`]: [413, /2000 mm/],
    [`${town}/199x300.png`]: [400, /at least 200 px/], [`${town}/0x0.png`]: [400, /WIDTHxHEIGHT/], [`${town}/-5x300.png`]: [400, /WIDTHxHEIGHT/],
    [`${town}/nanx300.png`]: [400, /WIDTHxHEIGHT/], [`${town}/800.png`]: [400, /WIDTHxHEIGHT/], [`${town}/800x600`]: [400, /WIDTHxHEIGHT/],
    [`${town}/800.5x600.png`]: [400, /whole/], [`${town}/800x600.gif`]: [404, /no \.gif/], [`${town}/800x600@5x.png`]: [400, /@4x/],
    [`${town}/800x600@2.png`]: [400, /@1x/], [`${town}/105x90mm@2x.pdf`]: [400, /dots an inch/], [`${town}/210x200.png?legend=1`]: [400, /larger picture/],
    "/static/light/city/nowhere-at-all/800x600.png": [404, /nowhere-at-all/], "/static/neon/city/marseille/800x600.png": [404, /neon/],
    "/static/light/1,2/800x600.png": [400, /LON,LAT,ZOOM/], "/static/light/a,b,c/800x600.png": [400, /LON,LAT,ZOOM/], "/static/light/1,2,3,4,5/800x600.png": [400, /LON,LAT,ZOOM/],
    "/static/light/181,2,3/800x600.png": [400, /longitude/], "/static/light/1,89,3/800x600.png": [400, /85\.05/], "/static/light/1,2,23/800x600.png": [400, /zoom/],
    "/static/light/1,2,-1/800x600.png": [400, /zoom/], "/static/light/1,2,3@1e9/800x600.png": [400, /bearing/], "/static/light/5,43,5,44/800x600.png": [400, /box/],
    "/static/light/-190,1,2,3/800x600.png": [400, /box/], "/static/light/1,86,2,89/800x600.png": [400, /85\.05/], "/static/light/inf,1,2/800x600.png": [400, /LON,LAT,ZOOM/],
    [`${town}/800x600.png?utm_source=x`]: [400, /utm_source/], [`${town}/800x600.png?legend=yes`]: [400, /legend/], [`${town}/800x600.png?ink=red`]: [400, /ink/],
    [`${town}/800x600.png?category=nothing`]: [400, /category/], [`${town}/800x600.png?date=tomorrow`]: [400, /date/], [`${town}/800x600.png?legend=1&legend=0`]: [400, /twice/],
    [`${town}/800x600.png?lang=de`]: [400, /lang/], [`${town}/800x600.png?city=nowhere-at-all`]: [404, /nowhere-at-all/], [`${town}/800x600.png?operator=nobody-at-all`]: [400, /nobody-at-all/],
    "/card/c/nowhere-at-all.png": [404, /nowhere-at-all/], "/card/d/999999.png": [404, /record|fiche/], "/card/d/x.png": [404, /"?x"?/], "/card/c/marseille.gif": [404, /\.png/],
    "/card/map.png?center=1": [400, /center/], "/card/map.png?zoom=21": [400, /zoom/], "/card/map.png?utm_source=x": [400, /utm_source/], "/card/d/1.png?zoom=3": [400, /zoom/],
  };
  for (const [address, [status, says]] of Object.entries(refused)) {
    const got = await ask(address);
    assert.equal(got.status, status, `${address}: ${got.body.subarray(0, 300)}`);
    assert.equal(got.headers["content-type"], "application/problem+json");
    assert.match(JSON.parse(got.body).detail, says, address);
    assert.equal(got.headers["cache-control"], "no-store");
  }
  assert.equal((await get(`${server.url}${town}/800x600.png`, { method: "POST" })).status, 405);
});

test("over the antimeridian, at the pole and round the world there is a picture too", { skip: unread }, async () => {
  for (const box of ["170,-30,-170,-10", "-180,-90,180,90", "-180,80,180,90", "179.9999,0,-179.9999,0.0002"])
    assert.equal(size(await picture(`/static/light/${box}/500x400.png?legend=1&scalebar=1`)), "500x400", box);
  assert.match(await words("/static/light/-180,-85,180,85/700x700.pdf?lang=fr&legend=1&scalebar=1"), /à \d+° de latitude/);
});

// ---- cards ----

test("cards of a record, a town and the map have the size that is shared", async () => {
  for (const address of ["/card/d/1.png", "/card/d/1.png?lang=en", "/card/c/marseille.png", "/card/c/13055.png", "/card/map.png", "/card/map.png?center=5.37,43.29&zoom=14",
    "/card/map.png?city=marseille&category=vsa&date=2019", "/card/map.png?zoom=0"])
    assert.equal(size(await picture(address)), "1200x630", address);
});

test("cards differ by language, by filter and by place", async () => {
  const tags = new Set();
  const addresses = ["/card/c/marseille.png?lang=fr", "/card/c/marseille.png?lang=en", "/card/map.png", "/card/map.png?category=drone", "/card/map.png?zoom=8", "/card/d/1.png", "/card/d/2.png"];
  for (const address of addresses)
    tags.add((await ask(address)).headers.etag);
  assert.equal(tags.size, addresses.length);
});

test("every page says what its link looks like, and where it is in the other language", async () => {
  const pages = { "/": "/card/map.png", "/list": "/card/map.png", "/c/marseille": "/card/c/marseille.png", "/d/1": "/card/d/1.png", "/method": "/card/map.png" };
  for (const [page, card] of Object.entries(pages)) {
    const html = (await ask(page, { "Accept-Language": "fr" })).body.toString();
    const meta = (name) => (new RegExp(`(?:property|name)="${name}" content="([^"]*)"`).exec(html) || [])[1];
    assert.equal(meta("og:image"), server.url + card, page);
    assert.equal(meta("twitter:card"), "summary_large_image");
    assert.ok(meta("description") && meta("og:description") && meta("og:title"), page);
    assert.equal(meta("og:url"), server.url + page);
    for (const lang of ["fr", "en"])
      assert.ok(html.includes(`<link rel="alternate" hreflang="${lang}" href="${server.url}${page}?lang=${lang}">`), page);
    assert.match(html, /hreflang="x-default"/);
    assert.equal((await ask(meta("og:image").slice(server.url.length))).status, 200);
  }
  const shared = (await ask("/?center=5.37,43.29&zoom=14&category=vsa")).body.toString();
  assert.ok(shared.includes("/card/map.png?center=5.37,43.29&amp;zoom=14&amp;category=vsa"));
  assert.doesNotMatch((await ask("/nothing-here", { Accept: "text/html" })).body.toString(), /og:image/);
});
