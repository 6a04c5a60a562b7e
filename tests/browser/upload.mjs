// Uploading a spreadsheet in a real browser: with script and without, by keyboard alone, wide and narrow.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { camera, importCameras } from "../http/lib/cameras.mjs";
import { freshFolder, run, serve } from "../http/lib/program.mjs";
import { launch, missing, watch } from "./lib/page.mjs";

const HOSTILE = "<img src=x onerror=\"document.title='broken'\">";
let at, server, browser, code, table;

before(async () => {
  if (missing) return;
  at = freshFolder();
  await importCameras(at, [camera(1, 5.37, 43.3, { ref: "K1" })]);
  const made = await run(at.db, "token", "add", "--label", "atelier", "--workshop");
  assert.equal(made.code, 0, made.stderr);
  code = made.stdout.trim();
  table = path.join(at.folder, "releve.csv");
  writeFileSync(table, ["numero;lon;lat;quoi;nom", "K1;5.37;43.3;caméra;x", "K2;5.372;43.301;caméra;Rue neuve", `"${HOSTILE.replaceAll('"', '""')}";5.374;43.302;caméra;"${HOSTILE.replaceAll('"', '""')}"`,
    "K4;;43.3;caméra;y"].join("\n"));
  server = await serve(at.db);
  browser = await launch();
});
after(async () => {
  if (browser) await browser.close();
  if (server) await server.stop();
  if (at) at.remove();
});

async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, locale: "fr-FR", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const wrong = watch(page, server.url);
  await page.goto(`${server.url}/import`);
  const close = async () => {
    assert.notEqual(await page.title(), "broken");
    assert.deepEqual(await context.cookies(), [], "no cookie");
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return { page, close };
}

async function settled(page) {
  await page.waitForSelector(".counts, .faults, .done", { timeout: 30000 });
}

const check = (name, fn) => test(name, { skip: missing, timeout: 90000 }, fn);

check("by keyboard alone: the code, the file, the button; then what it would bring is said and drawn", async () => {
  const { page, close } = await open();
  await page.locator("#workshop").focus();
  await page.keyboard.type(code);
  await page.setInputFiles("#file", table);
  await page.locator("#file").focus();
  for (let i = 0; i < 8 && !(await page.evaluate(() => document.activeElement.matches("article button"))); i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await settled(page);
  const counts = (await page.locator(".counts li").allTextContents()).map((t) => t.replace(/\s+/g, " ").trim());
  assert.deepEqual(counts, ["2 nouvelles", "0 changée", "0 déjà connue", "1 doublon possible", "1 refusée"]);
  await page.waitForSelector("#preview .leaflet-marker-icon");
  assert.equal(await page.locator("#preview .leaflet-marker-icon").count(), 3);
  assert.equal(await page.locator("#preview .drawn").count(), 0, "the server's drawing has gone");
  assert.match(await page.locator("details", { hasText: "Refusées" }).locator("tbody tr").first().textContent(), /5.*position.*la ligne n'a pas de position/);
  assert.match(await page.locator("details", { hasText: "Doublons possibles" }).locator("tbody tr").first().textContent(), /fiche 1/);
  await page.locator("summary", { hasText: "Nouvelles" }).click();
  assert.ok((await page.textContent("article")).includes(HOSTILE), "a stranger's text is shown as text");
  await close();
});

check("without script a column is corrected, and the rows are proposed", async () => {
  const { page, close } = await open({ javaScriptEnabled: false, viewport: { width: 400, height: 800 } });
  await page.fill("#workshop", code);
  await page.setInputFiles("#file", table);
  await page.waitForTimeout(3200); /* a person needs that long too */
  await page.click("article form button");
  await page.waitForSelector(".counts", { timeout: 30000 });
  assert.equal(await page.locator("#preview .drawn").count(), 2, "tiles, and the marks over them");
  assert.equal(await page.locator("#preview svg path").count(), 3);
  const tile = await page.locator("#preview .drawn").first().boundingBox(), marks = await page.locator("#preview .over").boundingBox();
  assert.ok(Math.abs(tile.x - marks.x) < 0.6 && Math.abs(tile.y - marks.y) < 0.6, "they lie in one grid");
  await page.locator("#columns > summary").click();
  assert.equal(await page.locator("label[for=col_lon]").textContent(), "Longitude");
  await page.selectOption("#col_address", { label: "nom" });
  await page.selectOption("#col_name", "");
  await page.fill("#read-workshop", code);
  await page.waitForTimeout(3200);
  await page.locator("button[value=read]").click();
  await page.waitForSelector(".counts", { timeout: 30000 });
  await page.check("input[name=duplicates]");
  await page.fill("#apply-workshop", code);
  await page.waitForTimeout(3200);
  await page.locator("button[value=apply]").click();
  await page.waitForSelector(".done");
  assert.match((await page.textContent(".done")).replace(/\u00a0/g, " "), /3 lignes sont proposées, en un lot\./);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 400, `${wide} px wide`);
  await close();
});

check("a wrong code is said beside its field, which is found from the list above", async () => {
  const { page, close } = await open();
  await page.fill("#workshop", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-A");
  await page.setInputFiles("#file", table);
  await page.waitForTimeout(3200);
  const [answer] = await Promise.all([page.waitForResponse((r) => r.request().method() === "POST"), page.click("article form button")]);
  assert.equal(answer.status(), 400);
  await page.waitForSelector(".faults a[href='#workshop']");
  assert.equal(await page.getAttribute("#workshop", "aria-invalid"), "true");
  assert.match(await page.textContent("#workshop-fault"), /code d'atelier n'est pas connu/);
  await page.context().close();
});
