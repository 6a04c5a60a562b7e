// The desk of moderators in a real browser: by keyboard alone, with script and without, wide and narrow.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { addUser, importTowns, propose, MARSEILLE } from "../http/lib/people.mjs";
import { freshFolder, serve } from "../http/lib/program.mjs";
import { launch, missing, watch } from "./lib/page.mjs";

const PASSWORD = "correct horse battery";
const HOSTILE = "\"><img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>";
let at, server, browser;

before(async () => {
  if (missing) return;
  at = freshFolder();
  await importTowns(at);
  await addUser(at, "lou", PASSWORD, "--role", "moderator", "--territory", "13055");
  server = await serve(at.db, "--contributions", "open", "--rate", "0");
  for (let i = 0; i < 8; i++)
    await propose(server, [MARSEILLE[0] + i * 0.004, MARSEILLE[1]], { note: HOSTILE, summary_fr: HOSTILE, operator: HOSTILE.slice(0, 100),
      sources: [{ kind: "press", url: "https://example.org/", title: HOSTILE }] });
  browser = await launch();
});
after(async () => {
  if (browser) await browser.close();
  if (server) await server.stop();
  if (at) at.remove();
});

async function open(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "fr-FR", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const wrong = watch(page, server.url);
  await page.goto(server.url + address, { waitUntil: "networkidle" });
  const close = async () => {
    assert.notEqual(await page.title(), "broken", "nothing typed by others runs");
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return { page, context, close };
}

/* Presses Tab until the element in focus fits; how many times that took. */
async function tabTo(page, selector, most = 80) {
  for (let n = 1; n <= most; n++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return n;
  }
  return assert.fail(`${selector} is not reached by ${most} Tabs`);
}

const check = (name, fn) => test(name, { skip: missing, timeout: 90000 }, fn);

for (const script of [true, false])
  check(`one logs in, reads and decides by keyboard alone, ${script ? "with" : "without"} script`, async () => {
    const { page, close } = await open("/queue", { javaScriptEnabled: script });
    assert.match(page.url(), /\/login\?to=/);
    await tabTo(page, "#name");
    await page.keyboard.type("lou");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    if (!script) await page.waitForTimeout(3500); // nobody fills in a form faster
    else await page.waitForFunction(() => document.querySelector("[name=answer]").value);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/queue$/);
    await tabTo(page, "td.what-of a");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/queue\/\d+$/);
    const first = page.url();
    await tabTo(page, ".trail .down");
    await page.keyboard.press("Enter");
    const keys = await tabTo(page, ".decision button.main");
    assert.ok(keys <= 3, `${keys} keys from "decide" to the first decision`);
    await page.keyboard.press("Enter");
    await page.waitForURL(/done=accepted/);
    assert.notEqual(new URL(page.url()).pathname, new URL(first).pathname, "the next one is there at once");
    assert.match(await page.textContent(".done"), /acceptée et publiée/);
    await tabTo(page, "#reason");
    await page.keyboard.type("déjà connue");
    await tabTo(page, ".decision button");
    await page.keyboard.press("Enter");
    await page.waitForURL(/done=refused/);
    await close();
  });

check("the desk fits a telephone: nothing is wider than the page, and every field has a name", async () => {
  const { page, close } = await open("/login", { viewport: { width: 400, height: 800 } });
  await page.fill("#name", "lou");
  await page.fill("#password", PASSWORD);
  await page.waitForFunction(() => document.querySelector("[name=answer]").value);
  await page.click(".login button");
  await page.waitForURL(/\/queue/);
  const item = await page.getAttribute("td.what-of a", "href");
  for (const address of ["/queue", "/queue?tab=decided", item, `${item}/correct`, "/me", "/queue/history", "/queue/undo?record=1&version=1", "/history", "/d/1/history?a=1&b=1"]) {
    const answer = await page.goto(server.url + address, { waitUntil: "networkidle" });
    assert.equal(answer.status(), 200, address);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 400, `${address} is wider than the telephone`);
    const unnamed = await page.evaluate(() => [...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")].filter((e) =>
      !e.labels?.length && !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby") && !e.alt && !e.closest("[aria-hidden]")).map((e) => e.outerHTML));
    assert.deepEqual(unnamed, [], address);
    assert.equal(await page.locator("h1").count(), 1, `${address} has one heading`);
  }
  await close();
});

check("nothing of a session is kept but its cookie, and pages of it are not kept either", async () => {
  const { page, context, close } = await open("/login");
  await page.fill("#name", "lou");
  await page.fill("#password", PASSWORD);
  await page.waitForFunction(() => document.querySelector("[name=answer]").value);
  await page.click(".login button");
  await page.waitForURL(/\/queue/);
  const [cookie, ...others] = await context.cookies();
  assert.deepEqual(others, []);
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, "Strict");
  assert.equal(cookie.expires, -1, "it goes with the browser");
  assert.equal(await page.evaluate(() => document.cookie + localStorage.length + sessionStorage.length), "00");
  await page.click(".desk-bar button");
  await page.waitForURL(/\/login/);
  assert.deepEqual(await context.cookies(), []);
  await page.goBack();
  assert.match(page.url(), /\/(login|queue)/);
  assert.equal(await page.locator(".desk-bar").count(), 0, "the page before is not shown again");
  await close();
});
