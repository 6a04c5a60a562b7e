// The page of a group in a real browser: its colour is seen by day and by night, its form works by keyboard and without script.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { importPlaces } from "../http/lib/cameras.mjs";
import { freshFolder, run, serve } from "../http/lib/program.mjs";
import { launch, missing, watch } from "./lib/page.mjs";

const HOSTILE = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>";
let at, server, browser, token;

before(async () => {
  if (missing) return;
  at = freshFolder();
  await importPlaces(at);
  token = (await run(at.db, "token", "add", "--label", "test", "--role", "moderator", "--territory", "13055")).stdout.trim();
  server = await serve(at.db);
  browser = await launch();
});
after(async () => {
  if (browser) await browser.close();
  if (server) await server.stop();
  if (at) at.remove();
});

async function open(address, { moderator = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 400, height: 800 }, locale: "fr-FR", ...options,
    extraHTTPHeaders: moderator ? { Authorization: `Bearer ${token}` } : {} });
  const page = await context.newPage();
  const wrong = watch(page, server.url, /422/);
  await page.goto(server.url + address, { waitUntil: "networkidle" });
  return { page, close: async () => {
    assert.deepEqual(await context.cookies(), []);
    await context.close();
    assert.deepEqual(wrong, []);
  } };
}

const check = (name, fn) => test(name, { skip: missing, timeout: 60000 }, fn);

for (const javaScriptEnabled of [true, false]) {
  check(`a moderator writes the page with the keys alone, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { page, close } = await open("/c/marseille/group", { moderator: true, javaScriptEnabled });
    const focused = () => page.evaluate(() => document.activeElement.name || document.activeElement.textContent);
    let keys = 0;
    const press = async (key) => { keys++; await page.keyboard.press(key); };
    await page.keyboard.press("Tab"); /* to "skip to content" */
    await page.keyboard.press("Enter");
    for (; keys < 12 && await focused() !== "body";) await press("Tab");
    assert.equal(await focused(), "body");
    await page.keyboard.press("Control+A");
    await page.keyboard.type(`Nous relevons. ${HOSTILE}`);
    await press("Tab");
    assert.equal(await focused(), "contact");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("pas une adresse");
    await press("Tab");
    assert.equal(await focused(), "colour");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("#FFD400");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assert.equal(await page.getAttribute("#f-contact", "aria-invalid"), "true");
    const described = (await page.getAttribute("#f-contact", "aria-describedby")).split(" ");
    for (const id of described) assert.ok((await page.textContent(`#${id}`)).length > 20, id);
    assert.equal(await page.inputValue("#f-contact"), "pas une adresse");
    assert.match(await page.inputValue("#f-body"), /Nous relevons\. <img/);
    await page.fill("#f-contact", "groupe@exemple.org");
    await Promise.all([page.waitForNavigation(), page.click("button:has-text('Publier')")]);
    assert.match(page.url(), /\/c\/marseille$/);
    assert.match(await page.textContent(".group"), /Nous relevons\. <img src=x/);
    assert.equal(await page.locator(".group img, .group script").count(), 0);
    assert.doesNotMatch(await page.title(), /broken/);
    await close();
  });
}

check("the colour edges the group's words, strengthened for each ground, and nothing is wider than the screen", async () => {
  const edges = {};
  for (const colorScheme of ["light", "dark"]) {
    const { page, close } = await open("/c/marseille", { colorScheme });
    edges[colorScheme] = await page.evaluate(() => getComputedStyle(document.querySelector(".group")).borderLeftColor);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 400);
    assert.equal(await page.getAttribute(".group a", "href"), "mailto:groupe@exemple.org");
    await close();
  }
  assert.equal(edges.dark, "rgb(255, 212, 0)");
  assert.notEqual(edges.light, edges.dark);
});

check("legal, contact and guide fit a narrow screen and every field of theirs has a name", async () => {
  for (const address of ["/legal", "/contact", "/guide", "/c/marseille?show=stale"]) {
    const { page, close } = await open(address, { viewport: { width: 320, height: 600 } });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320, address);
    assert.equal(await page.locator("h1").count(), 1, address);
    const levels = await page.evaluate(() => [...document.querySelectorAll("h1, h2, h3")].map((h) => Number(h.tagName[1])));
    levels.forEach((level, i) => assert.ok(i === 0 || level <= levels[i - 1] + 1, `${address}: h${level} after h${levels[i - 1]}`));
    await close();
  }
});
