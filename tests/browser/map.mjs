// The map page in a real browser: with script and without, wide and narrow, by mouse and by keyboard, in both languages.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { camera, importCameras, importPlaces } from "../http/lib/cameras.mjs";
import { freshFolder, get, serve } from "../http/lib/program.mjs";
import { launch, missing, watch } from "./lib/page.mjs";

const CAMERA = [5.3721, 43.2951];
const HOSTILE = "<img src=x onerror=\"document.title='broken'\">";
let at, server, browser;

before(async () => {
  if (missing) return;
  at = freshFolder();
  await importPlaces(at);
  await importCameras(at, [
    camera(1, ...CAMERA, { name: HOSTILE, operator: HOSTILE, "camera:type": "dome" }),
    camera(2, 5.38, 43.3), camera(3, 5.36, 43.29), camera(4, 5.3722, 43.2971, { surveillance: "indoor" })]);
  server = await serve(at.db);
  browser = await launch();
});
after(async () => {
  if (browser) await browser.close();
  if (server) await server.stop();
  if (at) at.remove();
});

// A page that notes what must not happen: requests to other hosts, errors in the console, things kept.
async function open(address = "/", options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "fr-FR", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const wrong = watch(page, server.url);
  await page.goto(server.url + address, { waitUntil: "networkidle" });
  const close = async () => {
    assert.deepEqual(await context.cookies(), [], "no cookie");
    if (options.javaScriptEnabled !== false)
      assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0, "nothing stored");
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return { page, close };
}

const NEAR = `/?center=${CAMERA[0]},${CAMERA[1]}&zoom=17`;
const check = (name, fn) => test(name, { skip: missing, timeout: 60000 }, fn);

check("the first screen says what is seen, and that the survey is incomplete", async () => {
  const { page, close } = await open();
  assert.match(await page.textContent(".tagline"), /Relevé incomplet/);
  const line = await page.textContent("#seen");
  assert.match(line, /Dans cette vue\u00a0: \d+ projets, au moins 3 caméras relevées/);
  assert.match(line, /données au \d+/);
  assert.match(await page.textContent("#legend"), /masqués\.\s+1 ici/);
  assert.ok(await page.locator("#map .leaflet-tile-loaded").count() > 0, "tiles are drawn by Leaflet");
  assert.equal(await page.locator("#map .drawn").count(), 0, "the server's picture has gone");
  await close();
});

check("a filter changes tiles, line, chips and address, and a chip takes it off", async () => {
  const { page, close } = await open();
  await page.click("#filters summary");
  const asked = page.waitForRequest((r) => /\/tiles\/light\/.*category=vsa/.test(r.url()));
  await page.check("input[value=vsa]");
  await asked;
  await page.waitForSelector("#chips .chip");
  assert.match(page.url(), /[?&]category=vsa(&|#|$)/);
  await page.waitForFunction(() => !/caméras relevées/.test(document.getElementById("seen").textContent));
  await page.keyboard.press("Escape");
  await page.click("#chips .chip");
  await page.waitForFunction(() => /3 caméras relevées/.test(document.getElementById("seen").textContent));
  assert.doesNotMatch(page.url(), /category/);
  assert.equal(await page.isChecked("input[value=vsa]"), false);
  await close();
});

check("a town is found by typing and reached by Enter", async () => {
  const { page, close } = await open();
  await page.fill("#q", "marseil");
  await page.waitForSelector("#found li[role=option]");
  assert.equal(await page.getAttribute("#q", "aria-expanded"), "true");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.getAttribute("#q", "aria-activedescendant"), "found-0");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /^#1[234]\/43\.[23]/.test(location.hash));
  await close();
});

check("a click on what is drawn opens its record; Escape closes it; hostile text stays text", async () => {
  const { page, close } = await open(NEAR);
  const map = await page.locator("#map").boundingBox();
  await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
  await page.waitForSelector("#panel:not([hidden]) h2");
  assert.match(await page.textContent("#panel h2"), /Caméra dôme/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "record-title");
  assert.ok((await page.textContent("#panel")).includes(HOSTILE), "the name in the source is quoted");
  assert.equal(await page.locator("#panel img").count(), 0);
  assert.notEqual(await page.title(), "broken");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#panel").isHidden(), true);
  await close();
});

check("by keyboard alone: the map is focused, moved, and asked what is at its centre", async () => {
  const { page, close } = await open(NEAR);
  await page.focus("#map");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#panel:not([hidden]) h2");
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.id), "map");
  assert.equal(await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth), "3px", "focus is seen");
  const before = await page.evaluate(() => location.hash);
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((old) => location.hash !== old, before);
  await close();
});

check("what is old is told as old, in the panel and in the list", async () => {
  const { page, close } = await open("/?city=nice");
  const rows = await page.locator("#list .row").allTextContents();
  assert.ok(rows.some((t) => /essai signalé en 2019, pas de nouvelle depuis/.test(t)), rows.join("\n"));
  assert.ok(!rows.some((t) => /en service, signalé en 201/.test(t)));
  await page.locator("#list a.record").first().click();
  await page.waitForSelector("#panel .dots");
  assert.match(await page.textContent("#panel .dots"), /2019/);
  assert.ok(await page.locator("#panel .sources li").count() > 0, "its sources are named");
  await close();
});

check("on a telephone the record is a sheet at the bottom, and everything can be touched", async () => {
  const { page, close } = await open("/?city=nice", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
  for (const target of await page.locator(".top button:visible, .top summary, .top .tools > a, #map .leaflet-bar a, #q").all()) {
    const size = await target.boundingBox();
    assert.ok(size.height >= 44 && size.width >= 44, `${await target.evaluate((e) => e.outerHTML.slice(0, 80))}: ${size.width}×${size.height}`);
  }
  await page.locator("#list a.record").first().tap();
  await page.waitForSelector("#panel:not([hidden]) h2");
  const panel = await page.locator("#panel").boundingBox();
  assert.ok(Math.abs(panel.y + panel.height - 844) < 2 && panel.width === 390 && panel.y > 200, JSON.stringify(panel));
  await close();
});

check("without script there is a map to steer, filters, search and the list", async () => {
  const { page, close } = await open(NEAR, { javaScriptEnabled: false });
  assert.equal(await page.locator("#map .drawn img").count(), 35);
  assert.equal((await get(server.url + await page.locator("#map .drawn img").nth(17).getAttribute("src"))).status, 200);
  assert.equal(await page.locator("#near").isVisible(), false);
  assert.match(await page.textContent("#seen"), /au moins 1 caméra relevée/);
  await page.click(".step.out");
  assert.match(page.url(), /zoom=16/);
  await page.click("#filters summary");
  await page.check("input[value=drone]");
  await page.click("#filters .actions button");
  assert.match(page.url(), /category=drone/);
  assert.match(await page.textContent("#seen"), /Rien de tel dans cette vue avec ces filtres/);
  await page.fill("#q", "Nice");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/list\?q=Nice/);
  await page.click(".communes a");
  assert.match(page.url(), /\/c\/nice/);
  assert.match(await page.textContent("h1"), /Nice/);
  await page.locator(".rows a.record").first().click();
  assert.match(page.url(), /\/d\/\d+/);
  assert.equal(await page.locator("h1").count(), 1);
  await close();
});

check("nobody looked is not nothing like it", async () => {
  const { page, close } = await open("/?center=-4.2,48.3&zoom=12");
  assert.match(await page.textContent("#seen"), /Personne n'a encore relevé ici/);
  await close();
});

check("English for who asks for it, by address or by browser", async () => {
  const chosen = await open("/?lang=en");
  assert.equal(await chosen.page.getAttribute("html", "lang"), "en");
  assert.match(await chosen.page.textContent("#seen"), /In this view: \d+ projects/);
  assert.match(await chosen.page.locator("footer nav a").first().getAttribute("href"), /lang=en/);
  await chosen.close();
  const asked = await open("/method", { locale: "en-GB" });
  assert.equal(await asked.page.textContent("h1"), "Method");
  await asked.close();
});

check("every page has one heading, one main part, and no text left out", async () => {
  for (const address of ["/", "/list", "/list?q=nice", "/c/nice", "/c/06088", "/d/1", "/d/1/v/1", "/d/1/history", "/k/vsa", "/method", "/data", "/accessibility", "/legal",
    "/contact"]) {
    const { page, close } = await open(address);
    assert.equal(await page.locator("h1").count(), 1, address);
    assert.equal(await page.locator("main").count(), 1, address);
    const empty = await page.evaluate(() => [...document.querySelectorAll("h1, h2, h3, a, button, summary, legend, dt")]
      .filter((e) => !e.textContent.trim() && !e.ariaHidden).map((e) => e.outerHTML.slice(0, 120)));
    assert.deepEqual(empty, [], address);
    await close();
  }
  const none = await get(`${server.url}/d/999999`, { headers: { accept: "text/html", "accept-language": "fr" } });
  assert.equal(none.status, 404);
  assert.match(none.body.toString(), /Il n(&#39;|')y a rien à cette adresse/);
});
