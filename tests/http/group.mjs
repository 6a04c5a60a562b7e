// The page of a local group: who may write it, what it may say, what it shows, and what there is to do in its place.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { camera, importCameras, importPlaces } from "./lib/cameras.mjs";
import { changed, openForm, readForm, sendForm } from "./lib/forms.mjs";
import { addUser, logIn } from "./lib/people.mjs";
import { freshFolder, get, run, serve } from "./lib/program.mjs";

const at = freshFolder();
const HOSTILE = "</textarea><script>document.title='broken'</script><img src=x onerror=alert(1)>\"' &amp;";
let server;
const tokens = {};
before(async () => {
  await importPlaces(at);
  server = await serve(at.db, "--today", "2026-11-24");
  for (const [name, ...words] of [["contributor", "--role", "contributor", "--territory", "13055"], ["elsewhere", "--role", "moderator", "--territory", "06088,dep:83"],
    ["commune", "--role", "moderator", "--territory", "13055"], ["department", "--role", "moderator", "--territory", "dep:13"], ["admin", "--role", "admin", "--territory", "all"]]) {
    const made = await run(at.db, "token", "add", "--label", name, ...words);
    assert.equal(made.code, 0, made.stderr);
    tokens[name] = made.stdout.trim();
  }
});
after(async () => { await server.stop(); at.remove(); });

const as = (name) => ({ authorization: `Bearer ${tokens[name]}` });
const page = async (address, headers = {}) => {
  const answer = await get(server.url + address, { headers: { accept: "text/html", "accept-language": "fr", ...headers } });
  return { ...answer, html: String(answer.body).replace(/&#39;/g, "'") };
};
const edit = (name, address = "/c/marseille/group") => openForm(server, address, { action: "/c/", headers: as(name) });
const save = async (name, changes, address) => sendForm(server, await edit(name, address), changes);
const limit = (name) => Number(new RegExp(`${name} = (\\d+)`).exec(readFileSync("data/base/limits.h", "utf8"))[1]);

test("only moderators of the place may open it or send it; a stranger is led to log in, and the page is kept by nobody", async () => {
  const stranger = await page("/c/marseille/group");
  assert.equal(stranger.status, 303);
  assert.equal(stranger.headers.location, "/login?to=%2Fc%2Fmarseille%2Fgroup");
  assert.equal((await page("/c/marseille/group", as("contributor"))).status, 403);
  const elsewhere = await page("/c/marseille/group", as("elsewhere"));
  assert.equal(elsewhere.status, 403);
  assert.match(elsewhere.html, /votre compte n'a pas de droits sur Marseille/);
  for (const name of ["commune", "department", "admin"]) {
    const form = await page("/c/marseille/group", as(name));
    assert.equal(form.status, 200, name);
    assert.equal(form.headers["cache-control"], "no-store");
    assert.equal(form.headers["set-cookie"], undefined);
  }
  assert.equal((await page("/c/nowhere-at-all/group", as("admin"))).status, 404);
  assert.equal((await get(`${server.url}/c/marseille/group`, { method: "DELETE", headers: as("admin") })).status, 405);
  const form = await edit("commune");
  for (const [name, status] of [["contributor", 403], ["elsewhere", 403]])
    assert.equal((await sendForm(server, form, { body: "x" }, { headers: as(name) })).status, status);
  assert.equal((await sendForm(server, { ...form, headers: {} }, { body: "x" })).status, 401);
  assert.doesNotMatch((await page("/c/marseille")).html, /id="group"/);
});

test("a form of another site is refused", async () => {
  const form = await edit("commune");
  for (const headers of [{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }, { "sec-fetch-site": "", origin: "https://evil.example" }])
    assert.equal((await sendForm(server, form, { body: "from elsewhere" }, { headers })).status, 403);
  assert.doesNotMatch((await page("/c/marseille")).html, /from elsewhere/);
});

test("somebody who logged in needs the token of their own form, and the page of the place does not know them", async () => {
  await addUser(at, "lou", "dix lettres ou plus", "--role", "moderator", "--territory", "13055");
  await addUser(at, "kim", "dix lettres ou plus", "--role", "moderator", "--territory", "13055");
  const lou = await logIn(server, "lou", "dix lettres ou plus"), kim = await logIn(server, "kim", "dix lettres ou plus");
  const form = await openForm(server, "/c/marseille/group", { headers: lou }), hers = await openForm(server, "/c/marseille/group", { headers: kim });
  assert.match(form.page, /class="desk-bar"[\s\S]*<strong>lou<\/strong>/);
  const token = (f) => Object.fromEntries(f.fields).form_token;
  assert.ok(token(form).length >= 32 && token(form) !== token(hers));
  for (const form_token of [null, "", "0".repeat(32), token(hers)])
    assert.equal((await sendForm(server, form, { body: "forged", form_token })).status, 403);
  assert.doesNotMatch((await page("/c/marseille")).html, /forged/);
  assert.equal((await sendForm(server, form, { body: "From lou" })).status, 303);
  const mine = await page("/c/marseille", lou), anybody = await page("/c/marseille");
  assert.match(mine.html, /From lou/);
  assert.equal(mine.html, anybody.html, "one page for all, that a cache may keep");
});

test("what the group says is on the page of its place at once, as text, with its contact as a link that is not followed", async () => {
  const before = await page("/c/marseille");
  const sent = await save("commune", { body: `Premier\nsur deux lignes\n\n\n${HOSTILE}`, contact: "https://groupe.example/ici?a=1&b=2", colour: "7B3FA0" });
  assert.equal(sent.status, 303, sent.text);
  assert.equal(sent.headers.location, "/c/marseille");
  const now = await page("/c/marseille");
  assert.notEqual(now.headers.etag, before.headers.etag);
  assert.match(now.html, /<p>Premier<br>sur deux lignes<\/p><p>&lt;\/textarea&gt;&lt;script&gt;/);
  assert.doesNotMatch(now.html, /<script>document|<img src=x/);
  assert.match(now.html, /<a href="https:\/\/groupe\.example\/ici\?a=1&amp;b=2" rel="nofollow noopener noreferrer">/);
  assert.match(now.html, /<link rel="stylesheet" href="\/c\/marseille\/group\.css">/);
  assert.doesNotMatch(now.html, /style=/);
  const form = await edit("commune");
  assert.deepEqual(Object.fromEntries(form.fields).body, `Premier\nsur deux lignes\n\n\n${HOSTILE}`);
  assert.equal(Object.fromEntries(form.fields).colour, "#7b3fa0");
  const code = await page("/c/13055");
  assert.match(code.html, /Premier<br>/, "by its code too");
  assert.doesNotMatch((await page("/c/nice")).html, /Premier/);
});

const luminance = (css) => [1, 3, 5].map((i) => parseInt(css.slice(i, i + 2), 16) / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };

test("the colour is a style of its own, and is seen on light and on dark ground whatever was chosen", async () => {
  assert.equal((await get(`${server.url}/c/nice/group.css`)).status, 404);
  const styles = readFileSync("server/web/page.css", "utf8");
  const [light, dark] = [...styles.matchAll(/--paper: (#[0-9a-f]{6}); --card: (#[0-9a-f]{6})/g)].map(([, ...grounds]) => grounds);
  for (const colour of ["#ffffff", "#000000", "#ffff00", "#0000ff", "#7b3fa0", "#808080"]) {
    assert.equal((await save("commune", { colour })).status, 303);
    const css = await get(`${server.url}/c/marseille/group.css`);
    assert.equal(css.headers["content-type"], "text/css; charset=utf-8");
    assert.equal(css.headers["x-content-type-options"], "nosniff");
    const found = /^\.group \{ --group: (#[0-9a-f]{6}); \}\n@media \(prefers-color-scheme: dark\) \{ \.group \{ --group: (#[0-9a-f]{6}); \} \}\n$/.exec(String(css.body));
    assert.ok(found, String(css.body));
    for (const ground of light) assert.ok(contrast(found[1], ground) >= 3, `${found[1]} on ${ground}`);
    for (const ground of dark) assert.ok(contrast(found[2], ground) >= 3, `${found[2]} on ${ground}`);
  }
  assert.equal((await save("commune", { colour: "#7b3fa0" })).status, 303);
  assert.match(String((await get(`${server.url}/c/marseille/group.css`)).body), /^\.group \{ --group: #7b3fa0; \}/, "what is seen well enough stays as it is");
});

test("a fault is named beside its field, with what was typed still there and nothing stored", async () => {
  const text = "é".repeat(limit("GROUP_TEXT_MAX_RUNES") + 1), most = limit("GROUP_CONTACT_MAX_RUNES");
  for (const [changes, field, says] of [
    [{ body: text }, "body", /Texte : plus de 4 000 caractères\. Raccourcissez-le\./],
    [{ contact: "javascript:alert(1)" }, "contact", /ni une adresse de courriel/],
    [{ contact: `a@${"b".repeat(most - 4)}.fr` }, "contact", /Contact : plus de 200 caractères/],
    [{ colour: "#7b3fa0;}" }, "colour", /Couleur : il faut un dièse et six chiffres/]]) {
    const sent = await save("commune", { body: "Autre texte", ...changes });
    const html = sent.text.replace(/&#39;/g, "'").replace(/[\u202f\u00a0]/g, " ");
    assert.equal(sent.status, 422);
    assert.match(html, says);
    assert.match(html, new RegExp(`id="f-${field}"[^>]*aria-describedby="f-${field}-says f-${field}-fault" aria-invalid="true"`));
    assert.match(html, new RegExp(`id="f-${field}-fault"`));
    assert.match(html, new RegExp(`<a href="#f-${field}">`));
    assert.deepEqual(Object.fromEntries(readForm(sent.text).fields)[field], changes[field], "as typed");
  }
  assert.match((await page("/c/marseille")).html, /Premier<br>/);
  assert.equal((await save("commune", { body: "é".repeat(limit("GROUP_TEXT_MAX_RUNES")), contact: `a@${"b".repeat(most - 5)}.fr` })).status, 303, "and at the bound it is taken");
  const huge = await save("commune", { body: "x".repeat(11 * 1024) });
  assert.equal(huge.status, 413);
  assert.equal((await sendForm(server, await edit("commune"), { body: "x" }, { headers: { "content-type": "text/plain" } })).status, 400);
});

test("two moderators at once do not undo each other", async () => {
  const mine = await edit("commune"), theirs = await edit("department");
  assert.equal((await sendForm(server, theirs, { body: "Le texte des autres" })).status, 303);
  const sent = await sendForm(server, mine, { body: "Mon texte" });
  assert.equal(sent.status, 409);
  assert.match(sent.text, /Rien n&#39;a été enregistré/);
  assert.match(sent.text, /<blockquote><p>Le texte des autres<\/p>/);
  const again = { ...readForm(sent.text), headers: as("commune") };
  assert.equal(Object.fromEntries(again.fields).body, "Mon texte");
  assert.match((await page("/c/marseille")).html, /Le texte des autres/);
  assert.equal((await sendForm(server, again)).status, 303, "once it was read it may be replaced");
  assert.match((await page("/c/marseille")).html, /Mon texte/);
});

test("saying nothing takes the page away", async () => {
  assert.equal((await save("commune", { body: "", contact: "", colour: "" })).status, 303);
  const { html } = await page("/c/marseille");
  assert.doesNotMatch(html, /id="group"|group\.css/);
});

test("what nothing has confirmed for two years is counted and listed; what stands elsewhere is not", async () => {
  const { html } = await page("/c/marseille");
  const count = /<a href="\/c\/marseille\?show=stale">(\d+) fiches? que rien n'a confirmées? depuis deux ans<\/a>/.exec(html);
  assert.ok(count, html.slice(html.indexOf("Ce qui reste"), html.indexOf("Ce qui reste") + 900));
  assert.match(html, /Moins de 5 propositions attendent/);
  assert.match(html, /Au-dessus de la ville[\s\S]*<li class="row">/, "what concerns the country concerns the town");
  assert.match(html, /0 fiche sans source/);
  const list = await page("/c/marseille?show=stale");
  assert.equal(list.status, 200);
  assert.equal((list.html.match(/<li class="row">/g) || []).length, Number(count[1]));
  assert.match(list.html, /Marseille/);
  assert.match(list.html, /rel="canonical" href="[^"]*\/c\/marseille\?show=stale"/);
  const none = await page("/c/marseille?show=unsourced");
  assert.match(none.html, /Rien de tel ici/);
  const english = await page("/c/marseille?show=stale&lang=en");
  assert.match(english.html, /To look at again/);
  assert.match(english.html, /href="\/c\/marseille\?lang=en"/);
  assert.doesNotMatch((await page("/c/marseille?show=nonsense")).html, /To look at|À revoir sur place/);
});

test("a département has a page of its own that its moderators write, and those of one of its towns do not", async () => {
  assert.equal((await page("/c/dep:13/group", as("commune"))).status, 403);
  const sent = await save("department", { body: "Tout le département" }, "/c/dep:13/group");
  assert.equal(sent.status, 303, sent.text);
  assert.match((await page(sent.headers.location)).html, /Tout le département/);
});

test("the two-person rule is shown to moderators and changed by those who run the site alone", async () => {
  const rule = (html) => readForm(html.slice(html.lastIndexOf("<form")));
  assert.match((await page("/c/marseille/group", as("commune"))).html, /une personne de la modération suffit[\s\S]*changée par qui administre/);
  const forged = await edit("commune");
  assert.equal((await sendForm(server, { ...forged, fields: changed(forged.fields, { what: "two", two: "on" }) })).status, 403);
  const form = await edit("admin");
  const on = await sendForm(server, { ...rule(form.page), headers: as("admin") });
  assert.equal(on.status, 303, on.text);
  assert.equal(on.headers.location, "/c/marseille/group");
  assert.match((await page("/c/marseille/group", as("commune"))).html, /deux comptes doivent être d'accord/);
  assert.match((await run(at.db, "user", "two-person")).stdout, /13055/);
  assert.equal((await run(at.db, "user", "two-person", "dep:13", "on")).code, 0);
  const off = await sendForm(server, { ...rule((await edit("admin")).page), headers: as("admin") });
  assert.equal(off.status, 303);
  assert.match((await page("/c/marseille/group", as("commune"))).html, /deux comptes doivent être d'accord[\s\S]*La règle vient du département/);
});

test("the language that was chosen stays through the form", async () => {
  const form = await openForm(server, "/c/marseille/group?lang=en", { headers: as("commune") });
  assert.match(form.page, /The group's page|The group&#39;s page/);
  const sent = await sendForm(server, form, { body: "English words" });
  assert.equal(sent.headers.location, "/c/marseille?lang=en");
});

test("what waits is told to everybody in steps, and to moderators as it is", async () => {
  const square = { type: "Feature", properties: { code: "13055", nom: "Marseille" },
    geometry: { type: "Polygon", coordinates: [[[5.2, 43.1], [5.6, 43.1], [5.6, 43.5], [5.2, 43.5], [5.2, 43.1]]] } };
  const file = path.join(at.folder, "communes.geojson");
  writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: [square] }));
  assert.equal((await run(at.db, "places", "import", file)).code, 0);
  const propose = async (i) => {
    const body = JSON.stringify({ type: "Feature", geometry: { type: "Point", coordinates: [5.37 + i / 1000, 43.3] }, properties: { category: "cctv" } });
    const answer = await get(`${server.url}/api/collections/deployments/items`, { method: "POST", body, headers: { "content-type": "application/geo+json" } });
    assert.equal(answer.status, 202, String(answer.body));
  };
  const before = await page("/c/marseille");
  assert.match(before.html, /Moins de 5 propositions attendent/);
  for (let i = 0; i < 4; i++) await propose(i);
  const four = await page("/c/marseille");
  assert.equal(four.headers.etag, before.headers.etag, "who asks every minute does not learn that somebody proposed something");
  assert.match((await page("/c/marseille/group", as("commune"))).html, /4 propositions ou signalements en attente/);
  await propose(4);
  assert.match((await page("/c/marseille")).html, /5 propositions ou plus attendent/);
  assert.match((await page("/c/nice")).html, /Moins de 5/);
});

test("a long list of what there is to do is read page by page", async () => {
  await importCameras(at, Array.from({ length: 60 }, (_, i) => camera(100 + i, 5.3 + i / 1000, 43.2, { check_date: "2019-05-02" })), "old.geojson");
  const first = await page("/c/marseille?show=stale");
  const total = Number(/À revoir sur place <span class="n">(\d+)<\/span>/.exec(first.html)[1]);
  assert.ok(total >= 60);
  assert.equal((first.html.match(/<li class="row">/g) || []).length, 50);
  assert.match(first.html, /href="\/c\/marseille\?show=stale&amp;page=2"/);
  const second = await page("/c/marseille?show=stale&page=2");
  assert.equal((second.html.match(/<li class="row">/g) || []).length, total - 50);
});
