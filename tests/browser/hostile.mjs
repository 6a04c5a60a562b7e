// Markup and script in every field that anybody can write, then every page that shows it, clicked through: nothing runs, nothing
// becomes an element, nothing is asked of another host.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { importPlaces } from "../http/lib/cameras.mjs";
import { openForm, sendForm } from "../http/lib/forms.mjs";
import { freshFolder, get, program, run, serve } from "../http/lib/program.mjs";
import { launch, missing, watch } from "./lib/page.mjs";

/* One string that breaks out of text, of an attribute in either quote, of a textarea, a title, a script and a comment. */
const evil = (n) => `x${n}'"></textarea></title></script><!--><img src=//h.invalid/${n} onerror="window.hit=${n}"><script>window.hit=${n}</script><b id=live${n}>`;
const word = (n) => `x${n}'"><img src=x onerror="window.hit=${n}">`; /* for short fields */
const tiny = (n) => `'"><b id=live${n}>`; /* for names */
const PASSWORD = "motdepasse long";
let at, server, browser, context, token, record, proposal, receipt;

function account(name, ...more) {
  return new Promise((resolve) => {
    const child = spawn(program, ["--db", at.db, "user", "add", name, ...more], { stdio: ["pipe", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (b) => { said += b; });
    child.on("exit", (code) => resolve({ code, said }));
    child.stdin.end(`${PASSWORD}\n`);
  });
}

async function api(method, where, body, bearer) {
  const text = JSON.stringify(body);
  const answer = await get(server.url + where, { method, body: text, headers: { "content-type": "application/geo+json", "content-length": Buffer.byteLength(text),
    ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) } });
  return { ...answer, json: JSON.parse(answer.body) };
}

const feature = (n) => ({ type: "Feature", geometry: { type: "Point", coordinates: [5.3721 + n * 1e-4, 43.2951] }, properties: {
  category: "vsa", title_fr: evil(1), title_en: evil(2), summary_fr: evil(3), summary_en: evil(4), body_fr: evil(5), body_en: evil(6), ref: word(7), source_name: word(8),
  legal_basis_text: evil(9), authorisation_ref: word(10), attribution: word(11), note: evil(12), orgs: [{ role: "operator", name: word(13) }, { role: "vendor", name: word(14) }],
  devices: [{ type: "dome", ref: word(15), vendor: word(16), model: word(17) }],
  sources: [{ kind: "press", title: evil(18), publisher: word(19), author: word(20), url: "https://example.org/\"'><script>window.hit=21</script>", quote: evil(22), page: word(23), lang: "fr", published_on: "2024" }],
  status_events: [{ status: "trial", kind: "observed", date: "2024", source: 1, note_fr: evil(24), note_en: evil(25) }],
  claims: [{ field: "exists", says_fr: evil(26), says_en: evil(27), confidence: "probable", basis: "press", source: 1, said_on: "2024" }] } });

/* What the API does not take is left out one by one, so that as much as possible is stored. */
async function store(bearer, n) {
  const f = feature(n);
  for (let i = 0; i < 30; i++) {
    const made = await api("POST", "/api/collections/deployments/items", f, bearer);
    if (made.status < 300) return made;
    const parts = String(made.json.pointer || "").split("/").slice(1);
    assert.ok(parts.length > 1, `${made.status} ${made.body}`);
    let of = f;
    for (const part of parts.slice(0, -1)) of = of[part];
    assert.ok(parts.at(-1) in of && of !== f, `${made.status} ${made.body}`);
    delete of[parts.at(-1)];
  }
  assert.fail("the API took nothing of it");
}

before(async () => {
  if (missing) return;
  at = freshFolder();
  await importPlaces(at);
  const square = { type: "Feature", properties: { "ref:INSEE": "13055", insee: "13055", code: "13055", name: "Marseille", nom: "Marseille" },
    geometry: { type: "Polygon", coordinates: [[[5, 43], [5.6, 43], [5.6, 43.5], [5, 43.5], [5, 43]]] } };
  const file = path.join(at.folder, "communes.geojson");
  writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: [square] }));
  assert.equal((await run(at.db, "places", "import", file)).code, 0);
  const made = await account(tiny(30), "--role", "admin", "--territory", "all");
  assert.equal(made.code, 0, made.said);
  const token_made = await run(at.db, "token", "add", "--label", evil(31).slice(0, 78), "--role", "moderator", "--territory", "all");
  assert.equal(token_made.code, 0, token_made.stderr);
  token = token_made.stdout.trim();
  server = await serve(at.db, "--rate", "0", "--photos", "yes", "--title", word(32));
  const published = await store(token, 0);
  assert.equal(published.status, 201, published.body.toString());
  record = published.json.id;
  const waiting = await store(null, 3);
  assert.equal(waiting.status, 202, waiting.body.toString());
  proposal = waiting.json.id;
  receipt = waiting.json.receipt;
  browser = await launch();
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "fr-FR", reducedMotion: "reduce" });
});
after(async () => {
  if (browser) await browser.close();
  if (server) await server.stop();
  if (at) at.remove();
});

async function isDead(page, wrong, where) {
  assert.equal(await page.evaluate(() => window.hit ?? null), null, `a script ran on ${where}`);
  assert.equal(await page.locator("[id^=live], img[src*=invalid], img[src=x], [onerror], script:not([src]):not([type='application/ld+json'])").count(), 0, `markup became an element on ${where}`);
  assert.deepEqual(wrong, [], where);
}

const check = (name, fn) => test(name, { skip: missing, timeout: 180000 }, fn);

check("what was stored is text on every public page, in both languages, and in the card of the map", async () => {
  const page = await context.newPage();
  const wrong = watch(page, server.url, /status of [45]\d\d/);
  const word22 = encodeURIComponent(evil(40));
  const ofRecord = [`/d/${record}`, `/d/${record}/v/1`, `/d/${record}/history`, "/list?q=x1", "/c/marseille", "/?center=5.3721,43.2951&zoom=18"];
  for (const lang of ["fr", "en"])
    for (const where of lang === "en" ? ofRecord : [...ofRecord, "/list", `/list?q=${word22}`, "/c/marseille?show=unsourced", "/k/vsa", "/data", "/method", "/legal", "/contact", "/guide", "/add", `/add?center=${word22}`, `/d/${record}/correct`,
      ...["confirm", "gone", "problem", "privacy", "reply", "unlawful"].map((k) => `/d/${record}/report?kind=${k}`), "/track", "/login", `/login?to=${word22}`, "/history", `/${word22}`]) {
      const to = `${where}${where.includes("?") ? "&" : "?"}lang=${lang}`;
      const answer = await page.goto(server.url + to, { waitUntil: "domcontentloaded" });
      assert.ok(answer.status() < 500, `${to}: ${answer.status()}`);
      assert.match(answer.headers()["content-security-policy"] || "", /script-src 'self'/, to);
      await isDead(page, wrong, to);
    }
  const orgs = await page.goto(`${server.url}/d/${record}`).then(() => page.locator("a[href^='/o/']").evaluateAll((all) => all.map((a) => a.getAttribute("href"))));
  for (const org of orgs) {
    await page.goto(server.url + org);
    await isDead(page, wrong, org);
  }
  await page.goto(`${server.url}/?center=5.3721,43.2951&zoom=18`, { waitUntil: "networkidle" });
  await page.mouse.click(640, 450);
  await page.waitForTimeout(500);
  await page.locator("#map").press("Enter");
  await page.waitForTimeout(500);
  await isDead(page, wrong, "the map with a record open");
  await page.close();
});

check("what was proposed, reported, asked and named is text on every page of those who decide", async () => {
  for (const kind of ["problem", "reply", "unlawful", "privacy"]) {
    const form = await openForm(server, `/d/${record}/report?kind=${kind}`, { action: "/d/" });
    const changes = {};
    for (const [tag, name] of form.page.matchAll(/<input\b[^>]*name="([^"]+)"[^>]*>/g)) if (/type="checkbox"/.test(tag)) changes[name] = /value="([^"]*)"/.exec(tag)?.[1] ?? "on";
    for (const [name, value] of form.fields)
      if (!value && !["answer", "website", "workshop"].includes(name) && !/month|date|url|address/.test(name)) changes[name] = ["label", "contact", "who"].includes(name) ? word(51) : evil(50);
    const sent = await sendForm(server, form, changes);
    assert.ok(sent.status < 300, `${kind}: ${sent.status} ${sent.text.replace(/<[^>]+>/g, " ").slice(0, 1500)}`);
  }
  const page = await context.newPage();
  const wrong = watch(page, server.url, /status of [45]\d\d/);
  await page.goto(`${server.url}/login`);
  await page.locator("main [name=name]").fill(tiny(30));
  await page.locator("main [name=password]").fill(PASSWORD);
  await page.waitForFunction(() => document.querySelector("main input[name=answer]")?.value !== "");
  await page.locator("main form button").first().click();
  await page.waitForURL((u) => !u.pathname.startsWith("/login"));
  await page.goto(`${server.url}/queue`);
  const ids = await page.locator("a[href^='/queue/']").evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href")))].filter((h) => /^\/queue\/\d+/.test(h)));
  assert.ok(ids.length >= 5, `the queue has what was sent: ${ids}`);
  assert.ok(ids.some((h) => h.startsWith(`/queue/${proposal}`)));
  for (const where of ["/queue", "/queue?state=decided", ...ids, "/me", "/history", "/import", "/c/marseille/group"]) {
    const answer = await page.goto(server.url + where);
    assert.ok(answer.status() < 400, `${where}: ${answer.status()}`);
    await isDead(page, wrong, where);
  }
  await page.goto(`${server.url}/queue/${proposal}`);
  assert.match(await page.textContent("main"), /x12'"><\/textarea>/, "the note is there, as text");
  await page.close();
});

check("what became of it is text for its author too", async () => {
  const page = await context.newPage();
  const wrong = watch(page, server.url, /status of [45]\d\d/);
  await page.goto(`${server.url}/track`);
  await page.locator("main [name=receipt]").first().fill(receipt);
  await page.waitForFunction(() => [...document.querySelectorAll("main input[name=answer]")].every((i) => i.value !== ""));
  await page.locator("main form button").first().click();
  await page.waitForLoadState();
  await isDead(page, wrong, "/track");
  assert.ok((await page.textContent("main")).length > 100);
  await page.close();
});
