// Adding a camera in a real browser by keyboard alone, with script and without; keys and requests are counted. And what script adds.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { camera, importCameras, importPlaces } from "../http/lib/cameras.mjs";
import { freshFolder, serve } from "../http/lib/program.mjs";
import { launch, missing, watch } from "./lib/page.mjs";

const KEYS_MAX = 60, SECONDS_MAX = 60, SECONDS_A_KEY = 0.28 /* KLM: an average typist (Card, Moran and Newell 1980) */;
let at, server, browser;

before(async () => {
  if (missing) return;
  at = freshFolder();
  await importPlaces(at);
  await importCameras(at, [camera(1, 5.3721, 43.2951, { "camera:type": "dome" })]);
  server = await serve(at.db, "--contributions", "open", "--rate", "0");
  browser = await launch();
});
after(async () => {
  if (browser) await browser.close();
  if (server) await server.stop();
  if (at) at.remove();
});

const check = (name, fn) => test(name, { skip: missing, timeout: 60000 }, fn);

async function open(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, locale: "fr-FR", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const wrong = watch(page, server.url, /400|503/), count = { keys: 0, pages: 0, all: 0 };
  page.on("request", (r) => {
    count.all++;
    if (r.isNavigationRequest()) count.pages++;
  });
  await page.goto(server.url + address, { waitUntil: "networkidle" });
  const press = async (...keys) => {
    for (const key of keys) {
      count.keys++;
      await page.keyboard.press(key);
    }
  };
  const type = async (text) => press(...text);
  const active = () => page.evaluate(() => document.activeElement.id || document.activeElement.value || document.activeElement.tagName);
  /* Tab until the field is reached: every press counts. */
  const tabTo = async (id) => {
    for (let i = 0; i < 30; i++) {
      if (await active() === id) return;
      await press("Tab");
    }
    assert.fail(`${id} is not reached; at ${await active()}`);
  };
  const enter = async () => {
    const went = page.waitForNavigation({ waitUntil: "load" });
    await press("Enter");
    await went;
  };
  const close = async () => {
    assert.deepEqual(await context.cookies(), [], "no cookie");
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return { page, press, type, active, tabTo, enter, count, close };
}

function fast(t, count, requests) {
  const seconds = count.keys * SECONDS_A_KEY + 1.35 * count.pages; /* and a mental step for each page */
  t.diagnostic(`${count.keys} keys, ${count.pages} pages, ${requests} requests, about ${seconds.toFixed(0)} s`);
  assert.ok(count.keys <= KEYS_MAX && seconds < SECONDS_MAX, `${count.keys} keys, ${seconds} s`);
}

check("with script a camera is added by keyboard alone in under a minute", async (t) => {
  const { page, press, type, active, tabTo, enter, count, close } = await open("/add?center=5.385,43.299&zoom=17");
  assert.equal(await page.evaluate(() => document.activeElement.className.includes("stage")), true, "it starts on the map");
  await press("ArrowRight", "ArrowUp", "Enter");
  assert.equal(await active(), "kind", "the point is set, and the next question has the focus");
  assert.match(await page.inputValue("#at"), /^43\.29\d+, 5\.38\d+$/);
  await press("d");
  await tabTo("mount");
  await press("m", "m");
  await tabTo("direction");
  await type("ne");
  assert.equal(await page.locator(".draft-map .cone").count(), 1, "where it looks is drawn");
  await page.waitForFunction(() => document.querySelector("input[name=answer]").value !== "");
  await enter();
  assert.equal(await active(), "send", "what will be proposed is shown, and sending is next");
  assert.match(await page.textContent(".preview"), /Caméra dôme/);
  assert.equal(await page.inputValue("#mount"), "pole");
  await page.waitForFunction(() => document.querySelector("input[name=answer]").value !== "");
  await enter();
  assert.match(await page.textContent("#receipt"), /^[0-9A-Z-]{30}$/);
  fast(t, count, count.all);
  await enter(); /* another one nearby */
  assert.match(await page.inputValue("[name=center]"), /^5\.38\d*,43\.29\d*$/);
  await close();
});

check("without script a camera is added by keyboard alone in under a minute", async (t) => {
  const { page, press, type, active, tabTo, enter, count, close } = await open("/add?center=5.386,43.2995&zoom=17", { javaScriptEnabled: false });
  const focused = async () => (await page.locator(":focus").getAttribute("id")) || (await page.locator(":focus").getAttribute("value"));
  assert.equal(await focused(), "map", "it starts on the map");
  await enter(); /* the point is set on the cross */
  assert.equal(await focused(), "kind");
  await press("d", "Tab", "m", "m", "Tab");
  await type("ne");
  await enter();
  assert.equal(await focused(), "send");
  assert.match(await page.textContent(".preview"), /Caméra dôme/);
  await page.waitForTimeout(3100); /* nobody types faster than this */
  await enter();
  assert.match(await page.textContent("#receipt"), /^[0-9A-Z-]{30}$/);
  fast(t, count, count.all);
  assert.ok(tabTo && active);
  await close();
});

check("without script the map is moved by keyboard, and the pressed button keeps the focus", async () => {
  const { page, tabTo, enter, close } = await open("/add?center=5.386,43.2995&zoom=16", { javaScriptEnabled: false });
  await page.focus(".step.north");
  const before = await page.inputValue("[name=center]");
  await enter();
  assert.notEqual(await page.inputValue("[name=center]"), before);
  assert.equal(await page.locator(":focus").getAttribute("value"), "north");
  await page.focus("#place");
  await page.keyboard.type("Aubagne");
  await enter();
  assert.match(await page.inputValue("[name=center]"), /^5\.5/);
  assert.equal(await page.locator(":focus").getAttribute("id"), "map");
  await page.locator("input[type=image]").click({ position: { x: 400, y: 150 } });
  assert.match(await page.inputValue("#at"), /^43\.2\d+, 5\.5\d+$/);
  assert.ok(tabTo);
  await close();
});

check("with script the point is dragged, the arrow turned by mouse and by arrows", async () => {
  const { page, close } = await open("/add?center=5.386,43.2995&zoom=18");
  const box = await page.locator(".draft-map .stage").boundingBox();
  await page.mouse.click(box.x + 300, box.y + 200);
  const first = await page.inputValue("#at");
  const spot = await page.locator(".handle.spot").boundingBox();
  await page.mouse.move(spot.x + 12, spot.y + 12);
  await page.mouse.down();
  await page.mouse.move(spot.x + 72, spot.y + 12, { steps: 5 });
  await page.mouse.up();
  assert.notEqual(await page.inputValue("#at"), first);
  const arrow = await page.locator(".handle.turn").boundingBox(), at = await page.locator(".handle.spot").boundingBox();
  await page.mouse.move(arrow.x + 14, arrow.y + 14);
  await page.mouse.down();
  await page.mouse.move(at.x + 12 + 80, at.y + 12, { steps: 8 });
  await page.mouse.up();
  assert.ok(Math.abs(Number(await page.inputValue("#direction")) - 90) < 4, await page.inputValue("#direction"));
  await page.focus(".handle.turn");
  const before = Number(await page.inputValue("#direction"));
  await page.keyboard.press("ArrowRight");
  assert.equal(Number(await page.inputValue("#direction")), before + 5);
  assert.equal(await page.getAttribute(".handle.turn", "aria-valuenow"), String(before + 5));
  await page.focus(".handle.spot");
  const stood = await page.inputValue("#at");
  await page.keyboard.press("Shift+ArrowUp");
  assert.notEqual(await page.inputValue("#at"), stood);
  await page.fill("#direction", "N; S");
  assert.equal(await page.locator(".draft-map .cone").count(), 2);
  assert.equal(await page.locator(".handle.turn").count(), 0, "several are typed");
  await close();
});

check("a record that may be the same has its number in the list and on the map", async () => {
  const { page, close } = await open("/add?center=5.3721,43.2951&zoom=18&at=43.29513,5.37213");
  await page.waitForFunction(() => document.querySelector("input[name=answer]").value !== "");
  await page.click("button[value=send]");
  assert.match(await page.textContent(".alike"), /Déjà sur la carte/);
  assert.equal(await page.textContent(".alike .number"), "1");
  assert.equal(await page.textContent(".draft-map .known"), "1");
  await page.waitForFunction(() => document.querySelector("input[name=answer]").value !== "");
  await page.keyboard.press("Enter"); /* "it is another one" has the focus */
  await page.waitForSelector("#receipt");
  await close();
});

check("opening a correction with script changes nothing by itself", async () => {
  const { page, close } = await open("/?center=5.3721,43.2951&zoom=17");
  const found = await page.evaluate(() => fetch("/api/collections/deployments/items?bbox=5.3720,43.2950,5.3722,43.2952").then((r) => r.json()));
  await page.goto(`${server.url}/d/${found.features[0].id}/correct`, { waitUntil: "networkidle" });
  assert.equal(await page.locator(".draft-map .handle.spot").count(), 1);
  await page.click(".actions button[value=send]");
  assert.match(await page.textContent(".faults"), /Rien n'a été changé/);
  await page.fill("#height", "5");
  await page.waitForFunction(() => document.querySelector("input[name=answer]").value !== "");
  await page.click(".actions button[value=send]");
  await page.waitForSelector("#receipt");
  await close();
});

check("with script a zone is drawn and its corners are moved and taken away", async () => {
  const { page, close } = await open("/add?what=zone&center=5.386,43.2995&zoom=16");
  const box = await page.locator(".draft-map .stage").boundingBox();
  for (const [x, y] of [[150, 100], [450, 120], [420, 300], [160, 280]]) await page.mouse.click(box.x + x, box.y + y);
  assert.equal((await page.inputValue("#zone")).split("\n").length, 4);
  await page.locator(".handle.corner").nth(3).focus();
  await page.keyboard.press("Delete");
  assert.equal((await page.inputValue("#zone")).split("\n").length, 3);
  await page.click("button[value=uncorner]");
  assert.equal((await page.inputValue("#zone")).split("\n").length, 2);
  await page.focus(".draft-map .stage");
  await page.keyboard.press("Enter");
  assert.equal((await page.inputValue("#zone")).split("\n").length, 3);
  await page.fill("#date", "2026-10");
  await page.click("button[value=check]:not(.first)");
  assert.match(await page.textContent(".preview"), /Relevé sans dispositif trouvé/);
  await page.waitForFunction(() => document.querySelector("input[name=answer]").value !== "");
  await page.click(".preview button[value=send]");
  assert.match(await page.textContent("h1"), /Merci/);
  await close();
});

check("without script a telephone shows the middle of the map, and nothing goes off the side", async () => {
  for (const address of ["/add?center=5.386,43.2995&zoom=17", "/add?what=zone", "/add?what=programme", "/add?sheet"]) {
    const { page, close } = await open(address, { javaScriptEnabled: false, viewport: { width: 400, height: 800 } });
    const wide = await page.locator("html").evaluate((e) => e.scrollWidth).catch(() => null);
    if (wide !== null) assert.ok(wide <= 400, `${address}: ${wide}`);
    for (const box of await Promise.all((await page.locator("main input:visible:not(.trap input), main select:visible, main .draft-map").all()).filter(Boolean).map((l) => l.boundingBox())))
      if (box && box.width !== 680) assert.ok(box.x >= 0 && box.x + box.width <= 400, `${address}: ${JSON.stringify(box)}`);
    await close();
  }
});

check("nothing typed runs as script on any page of proposing, and all of it can be read and touched on a telephone", async () => {
  const hostile = "<img src=x onerror=\"document.title='broken'\">";
  const { page, close } = await open(`/add?center=5.386,43.2995&zoom=17&operator=${encodeURIComponent(hostile)}&at=43.2,5.3`, { viewport: { width: 400, height: 800 }, isMobile: true, hasTouch: true });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
  for (const target of await page.locator("button:visible:not(.first), .tabs a, select:visible, .form input:visible:not([type=image]):not(.trap input), summary").all()) {
    const size = await target.boundingBox();
    assert.ok(size.height >= 44 || !(await target.isVisible()), `${await target.evaluate((e) => e.outerHTML.slice(0, 80))}: ${size.height}`);
  }
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  for (const name of ["direction", "summary", "note", "s1_url", "s1_title", "height", "place"]) await page.fill(`[name=${name}]`, hostile);
  await page.click("button[value=check]:not(.first)");
  assert.equal(await page.inputValue("[name=operator]"), hostile);
  assert.equal(await page.inputValue("[name=summary]"), hostile);
  assert.notEqual(await page.title(), "broken");
  assert.ok(await page.locator(".fault").count() >= 3);
  const unnamed = await page.evaluate(() => [...document.querySelectorAll("form.draft input:not([type=hidden]), form.draft select, form.draft textarea")]
    .filter((e) => !e.labels?.length && !e.alt && !e.ariaHidden && !e.closest(".trap")).map((e) => e.outerHTML.slice(0, 100)));
  assert.deepEqual(unnamed, [], "every field has a label");
  await close();
});
