// What the site says of itself: who answers for it, what it keeps, how to write, how to survey; and the options behind it.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { freshFolder, get, program, run, serve } from "./lib/program.mjs";

const ONION = "http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion";
const at = freshFolder();
const legal = path.join(at.folder, "legal.txt");
let bare, told;
before(async () => {
  writeFileSync(legal, "publisher: Objectif <b>Nul</b>\nhost: Un hôte, Paris\ncontact: nul@exemple.org\ncontroller: Lou & Zoé\n\n" +
    "Pas de journal d'accès.\nIci non plus.\n\n<script>alert(1)</script> javascript:alert(1)\n");
  assert.equal((await run(at.db, "starter")).code, 0);
  bare = await serve(at.db);
  told = await serve(at.db, "--base-url", "https://map.example", "--legal", legal, "--onion", ONION, "--photos", "yes", "--hold-days", "45");
});
after(async () => { await bare.stop(); await told.stop(); at.remove(); });

const page = async (server, address, headers = {}) => {
  const answer = await get(server.url + address, { headers: { Accept: "text/html", "Accept-Language": "fr", ...headers } });
  return { ...answer, html: String(answer.body) };
};
const words = (html) => html.slice(html.indexOf("<main"), html.indexOf("</main>")).replace(/<[^>]*>/g, " ").replace(/&#39;/g, "'").replace(/[\s\u00a0\u202f]+/g, " ");
// A constant as the program's sources have it, so that what is said is held against what is done.
const constant = (file, name) => {
  const found = new RegExp(`\\b${name} = ([0-9 *]+)`).exec(readFileSync(file, "utf8"));
  return found[1].split("*").map(Number).reduce((a, b) => a * b, 1);
};

test("who answers for the site is what the operator wrote, as text; or that nobody has said it", async () => {
  const { html } = await page(told, "/legal");
  assert.match(html, /<dt>Éditeur<\/dt><dd>Objectif &lt;b&gt;Nul&lt;\/b&gt;<\/dd>/);
  assert.match(html, /<dt>Contact<\/dt><dd><a href="mailto:nul@exemple\.org">nul@exemple\.org<\/a><\/dd>/);
  assert.match(html, /<dt>Responsable[^<]*<\/dt><dd>Lou &amp; Zoé<\/dd>/);
  assert.match(html, /<p>Pas de journal d(?:'|&#39;)accès\.<br>Ici non plus\.<\/p><p>&lt;script&gt;alert\(1\)&lt;\/script&gt; javascript:alert\(1\)<\/p>/);
  assert.doesNotMatch(words(html), /n'a pas indiqué/);
  const nobody = (await page(bare, "/legal")).html;
  assert.match(words(nobody), /n'a pas indiqué l'éditeur/);
  assert.doesNotMatch(nobody, /<dt>/);
  assert.match((await page(told, "/contact")).html, /mailto:nul@exemple\.org/);
  assert.match(words((await page(bare, "/contact")).html), /n'a pas indiqué d'adresse/);
});

test("the numbers on the page are those the program works by", async () => {
  const fr = words((await page(told, "/legal")).html), en = words((await page(told, "/legal?lang=en")).html);
  const c = "data/contribution.h", numbers = {
    cut: constant(c, "LINK_CUT_AFTER_DAYS"), lapse: constant(c, "PRIVACY_LAPSES_AFTER_H"), effects: constant(c, "PRIVACY_EFFECTS_A_DAY"),
    reply: constant(c, "REPLY_DUE_DAYS"), unlawful: constant(c, "UNLAWFUL_DUE_DAYS"), urgent: constant(c, "URGENT_AFTER_DAYS"),
    idle: constant("server/session.h", "SESSION_IDLE_S") / 3600, longest: constant("server/session.h", "SESSION_LONGEST_S") / 3600,
    upload: constant("data/base/limits.h", "UPLOAD_KEPT_MINUTES"), fresh: constant("data/base/limits.h", "CHALLENGE_FRESH_S") / 60 };
  for (const text of [
    `${numbers.cut} jours plus tard`, `Sans décision après ${numbers.lapse} heures`, `au plus ${numbers.effects} fois par jour`, `tenir est de ${numbers.reply} jours`,
    `tenir est de ${numbers.unlawful} jour`, `plus de ${numbers.urgent} jours passe devant`, `${numbers.idle} heures sans rien faire ou ${numbers.longest} heures en tout`,
    `${numbers.fresh} minutes au plus`, `a tiré, ${numbers.upload} minutes au plus`, "au plus tôt 45 jours après son arrivée", "2 048 pixels au plus"])
    assert.ok(fr.includes(text), text);
  assert.ok(en.includes(`${numbers.idle} hours without doing anything or ${numbers.longest} hours in all`));
  assert.doesNotMatch(fr + en, /%[NsSdt]|legal\./, "no key and no format is left");
});

test("what depends on an option is said as the option is", async () => {
  assert.match(words((await page(bare, "/legal")).html), /Ce site ne prend pas de photos/);
  assert.doesNotMatch(words((await page(told, "/legal")).html), /ne prend pas de photos/);
  const closed = await serve(at.db, "--base-url", "https://map.example", "--hold-days", "0");
  const text = words((await page(closed, "/legal")).html);
  await closed.stop();
  assert.match(text, /ne prend pas de contributions pour l'instant/);
  assert.match(text, /n'a pas de délai de prudence/);
  assert.match(closed.log, /contributions are closed: --base-url is not this machine and --legal does not say who answers/);
  assert.doesNotMatch(words((await page(told, "/legal")).html), /ne prend pas de contributions|délai de prudence/);
});

test("the guide says the month and never the day, and that it is not legal advice, in both languages; every page leads to it", async () => {
  const fr = await page(bare, "/guide"), en = await page(bare, "/guide?lang=en");
  assert.match(words(fr.html), /ce n'est pas un avis juridique/);
  assert.match(words(fr.html), /Le mois, jamais le jour/);
  assert.match(words(en.html), /not legal advice/);
  assert.match(en.html, /<html lang="en">/);
  assert.equal((fr.html.match(/<ul>/g) || []).length, (fr.html.match(/<\/ul>/g) || []).length);
  for (const address of ["/", "/legal", "/list", "/no-such-page"])
    assert.match((await page(bare, address)).html, /<footer[\s\S]*href="\/guide"/, address);
});

test("these pages set no cookie, name no other server, and are the same for everybody", async () => {
  for (const address of ["/legal", "/contact", "/guide"]) {
    const answer = await page(told, address);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["set-cookie"], undefined);
    for (const [, to] of answer.html.matchAll(/<(?:script|img|iframe|link)[^>]*(?:src|href)="(https?:[^"]*)"/g))
      assert.ok(to.startsWith("https://map.example/"), to);
    assert.equal((await page(told, address, { "If-None-Match": answer.headers.etag })).status, 304);
  }
});

test("Tor Browser is told the onion address of the very page, where it was asked for over TLS", async () => {
  const record = await page(told, "/d/1?lang=en&x=%C3%A9%0D%0AX-Evil:1");
  assert.equal(record.headers["onion-location"], `${ONION}/d/1?lang=en&x=%C3%A9%0D%0AX-Evil%3A1`);
  assert.equal((await page(told, "/")).headers["onion-location"], `${ONION}/`);
  assert.equal((await page(told, "/legal", { Host: new URL(ONION).host })).headers["onion-location"], undefined, "already there");
  assert.equal((await get(`${told.url}/tiles/light/0/0/0.png`)).headers["onion-location"], undefined);
  assert.equal((await page(bare, "/legal")).headers["onion-location"], undefined);
  assert.match((await page(told, "/legal")).html, new RegExp(ONION));
});

test("an option that is not understood ends the program with 2 and a sentence that names it", async () => {
  const wrong = path.join(at.folder, "wrong.txt");
  writeFileSync(wrong, "publisher: p\ncontact: c\n");
  for (const [words, says] of [
    [["--contributions", "perhaps"], /--contributions is closed, token or open/],
    [["--contributions", "open", "--base-url", "https://map.example"], /--contributions open: with a --base-url that is not this machine, --legal FILE has to say/],
    [["--contributions", "token", "--base-url", "https://127.example.org"], /--legal FILE has to say/],
    [["--legal", path.join(at.folder, "none.txt")], /--legal.*none\.txt/],
    [["--legal", wrong], /does not say the controller; add a line "controller: …"/],
    [["--trusted-proxy", "proxy.example"], /--trusted-proxy is an address such as 10\.0\.0\.2/],
    [["--photos", "maybe"], /--photos is yes or no/],
    [["--onion", "http://map.onion"], /--onion is http:\/\/ or https:\/\/ with 56 letters/],
    [["--hold-days", "-1"], /--hold-days is a whole number from 0 to 365/],
    [["--hold-days", "366"], /--hold-days is a whole number from 0 to 365/],
    [["--rate", "lots"], /--rate is a whole number/],
    [["--rate", "1000001"], /--rate is a whole number from 0 to 1000000/]]) {
    const done = await run(at.db, "serve", "--listen", "127.0.0.1:0", ...words);
    assert.equal(done.code, 2, words.join(" "));
    assert.match(done.stderr, says);
  }
});

test("a site that nobody answers for takes no contribution, by page or by API, but takes reports", async () => {
  const closed = await serve(at.db, "--base-url", "https://map.example");
  const body = JSON.stringify({ type: "Feature", geometry: { type: "Point", coordinates: [5.37, 43.3] }, properties: { category: "cctv" } });
  const post = (server) => get(`${server.url}/api/collections/deployments/items`, { method: "POST", body, headers: { "content-type": "application/geo+json" } });
  const refused = await post(closed);
  assert.equal(refused.status, 403);
  assert.match(JSON.parse(refused.body).detail, /takes no contributions at the moment|ne prend pas de contributions/);
  assert.equal((await post(told)).status, 202, "with --legal it does");
  assert.match(words((await page(closed, "/add")).html), /ne prend pas de contributions pour l'instant/);
  assert.doesNotMatch((await page(closed, "/guide")).html, /href="\/add"/);
  assert.match((await page(told, "/guide")).html, /href="\/add"/);
  assert.match((await page(closed, "/d/1/report?kind=privacy")).html, /<textarea/);
  await closed.stop();
});

test("behind a proxy that is trusted each network has its own allowance; without it a forwarded address says nothing", async () => {
  const body = JSON.stringify({ type: "Feature", geometry: { type: "Point", coordinates: [5.37, 43.3] }, properties: { category: "cctv" } });
  const post = async (server, from) => (await get(`${server.url}/api/collections/deployments/items`, { method: "POST", body,
    headers: { "content-type": "application/geo+json", "x-forwarded-for": from } })).status;
  const options = ["--base-url", "https://map.example", "--legal", legal, "--rate", "2"];
  const trusted = await serve(at.db, ...options, "--trusted-proxy", "127.0.0.1"), alone = await serve(at.db, "--rate", "2");
  assert.deepEqual([await post(trusted, "203.0.113.5"), await post(trusted, "203.0.113.77"), await post(trusted, "203.0.113.5")], [202, 202, 429]);
  assert.equal(await post(trusted, "203.0.113.5, 198.51.100.9"), 202, "the last one is the proxy's word, the others are hearsay");
  assert.equal(await post(trusted, "198.51.100.10, 203.0.113.9"), 429);
  assert.deepEqual([await post(alone, "203.0.113.5"), await post(alone, "198.51.100.9"), await post(alone, "192.0.2.1")], [202, 202, 429]);
  await trusted.stop();
  await alone.stop();
});

test("doctor says what a server of this environment would do, and names what is wrong with it", () => {
  const doctor = (env) => spawnSync(program, ["--db", at.db, "doctor"], { encoding: "utf8", env: { ...process.env, ...env } }).stdout;
  assert.match(doctor({}), /^note +legal page +nobody is named on \/legal[\s\S]*^ok +contributing +open: anybody may propose, moderators decide; without photos$/m);
  const site = { CONTRECHAMP_BASE_URL: "https://map.example" };
  assert.match(doctor(site), /a site that others see needs --legal[\s\S]*closed: nobody writes here[\s\S]*CONTRECHAMP_TRUSTED_PROXY names no proxy/);
  const whole = doctor({ ...site, CONTRECHAMP_LEGAL: legal, CONTRECHAMP_CONTRIBUTIONS: "token", CONTRECHAMP_PHOTOS: "yes", CONTRECHAMP_TRUSTED_PROXY: "127.0.0.1" });
  assert.match(whole, /^ok +legal page +\/legal names [\s\S]*with a token or an account only; with photos$/m);
  assert.doesNotMatch(whole, /TRUSTED_PROXY/);
  assert.match(doctor({ ...site, CONTRECHAMP_LEGAL: "/nowhere" }), /^WRONG +legal page .*\/nowhere/m);
  assert.match(doctor({ ...site, CONTRECHAMP_CONTRIBUTIONS: "open" }), /^WRONG +contributing +--contributions open: with a --base-url/m);
});
