// Reporting, following and blurring in a real browser: by keyboard, by mouse, with script and without.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { camera, importCameras } from "../http/lib/cameras.mjs";
import { freshFolder, get, run, serve } from "../http/lib/program.mjs";
import { openForm, readForm, sendForm } from "../http/lib/forms.mjs";
import { png, sendFile } from "../http/lib/multipart.mjs";
import { launch, missing, watch } from "./lib/page.mjs";

let at, server, browser, moderator;
before(async () => {
  if (missing) return;
  at = freshFolder();
  assert.equal((await run(at.db, "places", "import", "--default")).code, 0);
  await importCameras(at, [camera(1, 5.37, 43.3)]);
  moderator = { authorization: `Bearer ${(await run(at.db, "token", "add", "--label", "m", "--role", "moderator", "--territory", "all")).stdout.trim()}` };
  server = await serve(at.db, "--rate", "0", "--photos", "yes");
  browser = await launch();
});
after(async () => {
  if (browser) await browser.close();
  if (server) await server.stop();
  if (at) at.remove();
});

async function open(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, locale: "fr-FR", reducedMotion: "reduce", ...options });
  const page = await context.newPage(), wrong = [];
  page.on("request", (r) => { if (!r.url().startsWith(server.url) && !/^(data|about):/.test(r.url())) wrong.push(`asked ${r.url()}`); });
  page.on("console", (m) => { if (m.type() === "error") wrong.push(`console: ${m.text()}`); });
  page.on("pageerror", (e) => wrong.push(`error: ${e.message}`));
  await page.goto(server.url + address, { waitUntil: "networkidle" });
  return { page, close: async () => { assert.deepEqual(await context.cookies(), []); await context.close(); assert.deepEqual(wrong, []); } };
}
const check = (name, fn) => test(name, { skip: missing, timeout: 60000 }, fn);

async function aPhoto() {
  const sent = await sendForm(server, await openForm(server, "/d/1/report?kind=problem"), { note: "photo" });
  const receipt = /class="receipt"[^>]*>([0-9A-Z-]{30})</.exec(sent.text)[1];
  const form = readForm((await get(`${server.url}/track/photo`, { method: "POST", body: new URLSearchParams({ receipt }).toString(),
    headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded" } })).body.toString(), "/track/photo");
  const list = async () => [...(await get(`${server.url}/queue/photo`, { headers: { ...moderator, accept: "text/html" } })).body.toString().matchAll(/\/queue\/photo\/(\d+)"/g)].map((m) => m[1]);
  const before = await list();
  assert.equal((await sendFile(server, form, { licence: "1", send: "1" }, { name: "photo", bytes: png(400, 300) })).status, 201);
  return (await list()).find((id) => !before.includes(id));
}

for (const javaScriptEnabled of [true, false])
  check(`a report is sent by keyboard alone ${javaScriptEnabled ? "with" : "without"} script, and followed by its code`, async () => {
    const { page, close } = await open("/d/1/report?kind=problem", { javaScriptEnabled });
    for (let i = 0; i < 20 && !(await page.locator("#f-note:focus").count()); i++) await page.keyboard.press("Tab");
    await page.keyboard.type("Elle regarde la place.");
    if (javaScriptEnabled) await page.waitForFunction(() => document.querySelector("[name=answer]").value);
    else await page.waitForTimeout(3100);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#receipt");
    const receipt = await page.textContent("#receipt");
    await page.click("main a[href='/track']");
    await page.fill("[name=receipt]", receipt.toLowerCase().replaceAll("-", " "));
    await page.keyboard.press("Enter");
    await page.waitForSelector(".state");
    assert.match(await page.textContent("main"), /Elle regarde la place\./);
    assert.ok(!page.url().includes(receipt.slice(0, 5)));
    await close();
  });

check("what is wrong is announced, and its link leads to the field", async () => {
  const { page, close } = await open("/d/1/report?kind=confirm", { javaScriptEnabled: false });
  await page.locator("#f-seen_on").evaluate((e) => { e.type = "text"; e.value = "octobre"; });
  await page.waitForTimeout(3100);
  await page.click(".form[action*=report] button");
  await page.waitForSelector(".faults[role=alert]");
  await page.click(".faults a");
  assert.equal(await page.evaluate(() => document.activeElement.id || location.hash.slice(1)), "f-seen_on");
  const field = page.locator("#f-seen_on");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.match(await field.getAttribute("aria-describedby"), /f-seen_on-fault/);
  await page.context().close();
});

// The middle of what is seen inside and outside of the rectangle.
const pixels = (page) => page.evaluate(() => {
  const img = document.getElementById("photo"), canvas = document.createElement("canvas");
  canvas.width = img.naturalWidth;
  canvas.height = img.naturalHeight;
  const c = canvas.getContext("2d");
  c.drawImage(img, 0, 0);
  const spread = (x, y) => { /* how much neighbours differ along a line */
    const d = c.getImageData(x, y, 24, 1).data, all = [];
    for (let i = 0; i < d.length; i += 4) all.push(d[i]);
    return Math.max(...all) - Math.min(...all);
  };
  return { inside: spread(100, 90), outside: spread(330, 250) };
});

check("a rectangle is drawn with the mouse, moved and sized by keyboard, removed, and blurs what it covers and nothing else", async () => {
  const id = await aPhoto(), { page, close } = await open(`/queue/photo/${id}`, { extraHTTPHeaders: moderator });
  const sharp = await pixels(page);
  assert.ok(sharp.inside > 150 && sharp.outside > 150, JSON.stringify(sharp));
  const box = await page.locator(".blur-stage").boundingBox(), row = async (n) => page.locator("#blur tbody tr").nth(n).locator("input").evaluateAll((all) => all.map((i) => Number(i.value)));
  const drag = async (x0, y0, x1, y1) => {
    await page.mouse.move(box.x + box.width * x0, box.y + box.height * y0);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * x1, box.y + box.height * y1, { steps: 5 });
    await page.mouse.up();
  };
  await drag(0.2, 0.2, 0.4, 0.4);
  for (const [got, want] of (await row(0)).map((v, i) => [v, [20, 20, 20, 20][i]])) assert.ok(Math.abs(got - want) < 0.6, `${await row(0)}`);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowDown");
  const moved = await row(0);
  assert.ok(Math.abs(moved[0] - 21) < 0.6 && Math.abs(moved[3] - 21) < 0.6, `${moved}`);
  assert.match(await page.locator(".blur-box").getAttribute("aria-label"), /Rectangle à flouter 1/);
  await drag(0.3, 0.3, 0.3, 0.3);
  await drag(0.6, 0.6, 0.9, 0.9);
  assert.equal(await page.locator(".blur-box").count(), 2);
  await page.keyboard.press("Delete");
  assert.equal(await page.locator(".blur-box").count(), 1);
  assert.deepEqual(await row(1), [0, 0, 0, 0]);
  await page.click("#blur button[value=blur]");
  await page.waitForLoadState("networkidle");
  const blurred = await pixels(page);
  assert.ok(blurred.inside < 80 && blurred.outside > 150, JSON.stringify(blurred));
  await close();
});

check("without script the same is typed in percent", async () => {
  const id = await aPhoto(), { page, close } = await open(`/queue/photo/${id}`, { extraHTTPHeaders: moderator, javaScriptEnabled: false });
  for (const [name, value] of [["x", "20"], ["y", "20"], ["w", "20"], ["h", "20,5"]]) await page.locator(`#blur input[name=${name}]`).first().fill(value);
  await page.click("#blur button[value=blur]");
  await page.waitForLoadState("networkidle");
  const context = await browser.newContext({ extraHTTPHeaders: moderator }), looking = await context.newPage();
  await looking.goto(`${server.url}/queue/photo/${id}`, { waitUntil: "networkidle" });
  const blurred = await pixels(looking);
  assert.ok(blurred.inside < 80 && blurred.outside > 150, JSON.stringify(blurred));
  await context.close();
  await close();
});
