// Logging in, deciding, taking back: the desk of moderators, without script, as people press it.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { freshFolder, get, run, serve } from "./lib/program.mjs";
import { openForm, readForm, sendForm, unescapeHtml } from "./lib/forms.mjs";
import { MARSEILLE, NICE, NOWHERE, addUser, formThatDoes, importTowns, logIn, look, press, propose } from "./lib/people.mjs";

const PASSWORD = "correct horse battery";
const HOSTILE = `"><script>document.title='broken'</script><img src=x onerror=alert(1)>`;
const ESCAPED = "&lt;script&gt;";
/* Markup as its reader sees it; French spaces plain. */
const words = (html) => unescapeHtml(html).replace(/[\u00a0\u202f]/g, " ");
let at, server, lou, zoe, ana, kim;

before(async () => {
  at = freshFolder();
  await importTowns(at);
  await addUser(at, "lou", PASSWORD, "--role", "moderator", "--territory", "13055");
  await addUser(at, "zoe", PASSWORD, "--role", "moderator", "--territory", "13055");
  await addUser(at, "ana", PASSWORD, "--role", "admin");
  await addUser(at, "kim", PASSWORD);
  server = await serve(at.db, "--contributions", "open", "--rate", "0");
  [lou, zoe, ana, kim] = [await logIn(server, "lou", PASSWORD), await logIn(server, "zoe", PASSWORD), await logIn(server, "ana", PASSWORD), await logIn(server, "kim", PASSWORD)];
});
after(async () => {
  if (server) await server.stop();
  if (at) at.remove();
});

const items = async () => JSON.parse((await get(`${server.url}/api/collections/deployments/items?space=all&limit=1000`)).body).features;
const item = async (id) => get(`${server.url}/api/collections/deployments/items/${id}`);
const etag = async (id) => (await item(id)).headers.etag;
const recordAt = async (lon, lat) => (await items()).find((f) => f.geometry && Math.abs(f.geometry.coordinates[0] - lon) < 1e-6 && Math.abs(f.geometry.coordinates[1] - lat) < 1e-6);
let step = 0;
const somewhere = () => [MARSEILLE[0] + ++step * 0.004, MARSEILLE[1]]; // far enough from each other to be no duplicates
// A record of its own: proposed by a stranger and accepted.
async function aRecord(properties = {}) {
  const place = somewhere(), proposed = await propose(server, place, properties);
  assert.equal((await press(server, lou, `/queue/${proposed.id}`, "accept")).status, 303);
  return { id: (await recordAt(...place)).id, place };
}

// ---- logging in ----

test("a cookie is for this site's pages alone, and Secure where the site is", async () => {
  const form = await openForm(server, "/login");
  const answer = await sendForm(server, form, { name: "lou", password: PASSWORD });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, "/queue");
  assert.match(answer.headers["set-cookie"][0], /^contrechamp=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
  assert.equal(answer.headers["cache-control"], "no-store");
  const other = await serve(at.db, "--base-url", "https://map.example");
  try {
    const secure = await sendForm(other, await openForm(other, "/login"), { name: "kim", password: PASSWORD });
    assert.match(secure.headers["set-cookie"][0], /; Secure/);
    assert.equal(secure.headers.location, "/me");
  } finally {
    await other.stop();
  }
});

test("an unknown name and a wrong password are answered alike", async () => {
  const answers = [];
  for (const [name, password] of [["lou", "not the password"], ["nobody", PASSWORD]]) {
    const answer = await sendForm(server, await openForm(server, "/login"), { name, password });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers["set-cookie"], undefined);
    answers.push(answer.text.replace(name, "NAME").replace(/value="\d+\.[0-9a-f.]+"/g, ""));
  }
  assert.equal(answers[0], answers[1]);
  assert.match(answers[0], /Ce nom et ce mot de passe ne vont pas ensemble/);
});

test("after logging in one goes on within this site only", async () => {
  for (const [to, where] of [["/queue/history", "/queue/history"], ["//evil.example/", "/queue"], ["/\\evil.example", "/queue"], ["https://evil.example/", "/queue"],
    ["/queue\r\nX-Evil: 1", "/queue"], ["", "/queue"], ["queue", "/queue"], [`/${"a".repeat(400)}`, "/queue"]]) {
    const answer = await sendForm(server, await openForm(server, "/login"), { name: "lou", password: PASSWORD, to });
    assert.equal(answer.headers.location, where, JSON.stringify(to));
    assert.equal(answer.headers["x-evil"], undefined);
  }
  const asked = await look(server, {}, "/queue/history");
  assert.equal(asked.status, 303);
  assert.equal(asked.headers.location, "/login?to=%2Fqueue%2Fhistory");
  const page = await look(server, {}, "/login?to=//evil.example/");
  assert.ok(!page.text.includes("evil.example/\""), "not in the form either");
});

test("passwords cannot be guessed by the thousand", async () => {
  const other = await serve(at.db);
  try {
    let wrong = 0, bitten = 0;
    const form = await openForm(other, "/login");
    for (let i = 0; i < 30 && bitten < 3; i++) {
      const fresh = await openForm(other, "/login");
      const answer = await sendForm(other, fresh, { name: "ana", password: `guess number ${i}` });
      if (answer.status === 429) {
        bitten++;
        assert.ok(Number(answer.headers["retry-after"]) > 0);
      } else {
        assert.equal(answer.status, 403);
        wrong++;
      }
    }
    assert.equal(wrong, 20);
    assert.equal(bitten, 3);
    const statuses = new Set(); // and what costs us nothing is refused as cheaply
    for (let i = 0; i < 1000; i++) statuses.add((await sendForm(other, form, { name: "ana", password: "x" }, { work: false })).status);
    assert.ok(![...statuses].some((s) => s === 303 || s === 403 || s >= 500), [...statuses].join());
  } finally {
    await other.stop();
  }
});

test("one logs out here, and everywhere", async () => {
  const here = await logIn(server, "kim", PASSWORD), there = await logIn(server, "kim", PASSWORD);
  const page = await look(server, here, "/me");
  const out = await sendForm(server, { ...readForm(page.text, "/logout"), headers: here });
  assert.equal(out.status, 303);
  assert.match(out.headers["set-cookie"][0], /Max-Age=0/);
  assert.equal((await look(server, here, "/me")).status, 303);
  assert.equal((await look(server, there, "/me")).status, 200);
  const third = await logIn(server, "kim", PASSWORD);
  const all = await press(server, there, "/me", "everywhere");
  assert.equal(all.headers.location, "/login");
  for (const one of [there, third, kim]) assert.equal((await look(server, one, "/me")).status, 303);
  kim = await logIn(server, "kim", PASSWORD);
});

test("a password is changed by who knows the old one, and ends the other sessions", async () => {
  await addUser(at, "pat", PASSWORD);
  const here = await logIn(server, "pat", PASSWORD), there = await logIn(server, "pat", PASSWORD);
  const wrong = await press(server, here, "/me", "password", { old: "not the password", new: "another good one" });
  assert.equal(wrong.status, 403);
  assert.match(words(wrong.text), /n'est pas celui-là/);
  const short = await press(server, here, "/me", "password", { old: PASSWORD, new: "nine char" });
  assert.equal(short.status, 400);
  const long = await press(server, here, "/me", "password", { old: PASSWORD, new: "x".repeat(257) });
  assert.equal(long.status, 400);
  const done = await press(server, here, "/me", "password", { old: PASSWORD, new: " another good one " });
  assert.equal(done.status, 303, done.text);
  const mine = { cookie: done.headers["set-cookie"][0].split(";")[0] };
  assert.match((await look(server, mine, "/me?done=password")).text, /mot de passe est changé/);
  for (const one of [here, there]) assert.equal((await look(server, one, "/me")).status, 303);
  await logIn(server, "pat", " another good one ");
});

test("no public page knows who is logged in", async () => {
  const without = await look(server, {}, "/list"), withCookie = await look(server, lou, "/list");
  assert.equal(withCookie.text, without.text);
  assert.ok(!withCookie.text.includes("lou"));
});

// ---- from elsewhere ----

test("every form of the desk refuses what another site or an older session sends", async () => {
  const proposed = await propose(server, somewhere());
  for (const [address, what] of [["/me", "everywhere"], ["/me", "password"], ["/me", "workshop"], ["/queue", "accept"], [`/queue/${proposed.id}`, "accept"],
    [`/queue/${proposed.id}`, "refuse"], [`/queue/${proposed.id}`, "ask"]]) {
    for (const [changes, headers] of [[{}, { "sec-fetch-site": "cross-site" }], [{}, { "sec-fetch-site": "same-site" }], [{ form_token: "0".repeat(32) }, {}], [{ form_token: null }, {}]]) {
      const page = await look(server, lou, address);
      const answer = await sendForm(server, { ...formThatDoes(page.text, what), headers: lou },
        { reason: "r", question: "q", label: "l", old: PASSWORD, new: PASSWORD, id: `${proposed.id}:1`, ...changes }, { headers });
      assert.equal(answer.status, 403, `${address} ${what} ${JSON.stringify(changes)} ${JSON.stringify(headers)}`);
    }
  }
  const page = await look(server, lou, "/me");
  const out = await sendForm(server, { ...readForm(page.text, "/logout"), headers: lou }, {}, { headers: { "sec-fetch-site": "cross-site" } });
  assert.equal(out.status, 403);
  assert.equal((await look(server, lou, "/queue")).status, 200, "still logged in");
  const login = await sendForm(server, await openForm(server, "/login"), { name: "lou", password: PASSWORD }, { headers: { "sec-fetch-site": "cross-site" } });
  assert.equal(login.status, 403);
  assert.equal(login.headers["set-cookie"], undefined);
});

test("strangers and contributors have no desk", async () => {
  const proposed = await propose(server, somewhere());
  for (const address of ["/queue", `/queue/${proposed.id}`, `/queue/${proposed.id}/correct`, "/queue/history", "/queue/undo?record=1&version=1"]) {
    assert.equal((await look(server, {}, address)).status, 303, address);
    assert.equal((await look(server, kim, address)).status, 403, address);
  }
  const page = await look(server, lou, `/queue/${proposed.id}`);
  const form = formThatDoes(page.text, "accept");
  assert.equal((await sendForm(server, { ...form, headers: {} })).status, 401);
  assert.equal((await sendForm(server, { ...form, headers: kim })).status, 403);
  assert.equal((await look(server, lou, `/queue/${proposed.id}`)).text.includes("en attente"), true);
});

// ---- deciding ----

test("what is accepted is on the map when the answer comes, and a stranger's proposal says so by its receipt", async () => {
  const place = somewhere(), proposed = await propose(server, place, { note: "Devant la poste" });
  assert.equal(await recordAt(...place), undefined, "a proposal changes nothing");
  const list = await look(server, lou, "/queue");
  assert.match(list.text, new RegExp(`href="/queue/${proposed.id}"`));
  const page = await look(server, lou, `/queue/${proposed.id}`);
  assert.match(page.text, /Devant la poste/);
  assert.match(page.text, /caméra dôme, sur un mât/);
  assert.match(page.text, /<svg class="place-map"/);
  const answer = await press(server, lou, `/queue/${proposed.id}`, "accept");
  assert.equal(answer.status, 303);
  assert.match(answer.headers.location, /done=accepted/);
  const record = await recordAt(...place);
  assert.ok(record, "published");
  assert.match((await look(server, lou, `/queue/${proposed.id}`)).text, /acceptée et publiée/);
  assert.match((await look(server, lou, "/queue?tab=decided")).text, new RegExp(`/queue/${proposed.id}`));
});

test("a refusal says why, and what was typed stays when it is not taken", async () => {
  const proposed = await propose(server, somewhere());
  const empty = await press(server, lou, `/queue/${proposed.id}`, "refuse", { reason: "  " });
  assert.equal(empty.status, 400);
  assert.match(empty.text, /dit pourquoi/);
  const long = await press(server, lou, `/queue/${proposed.id}`, "refuse", { reason: "é".repeat(4001) });
  assert.equal(long.status, 400);
  assert.ok(long.text.includes("é".repeat(4001)), "what was typed is still there");
  const done = await press(server, lou, `/queue/${proposed.id}`, "refuse", { reason: `Déjà connue. ${HOSTILE}` });
  assert.match(done.headers.location, /done=refused/);
  const page = await look(server, lou, `/queue/${proposed.id}`);
  assert.match(page.text, /Déjà connue/);
  assert.ok(page.text.includes(ESCAPED) && !page.text.includes("<script>document"));
});

test("a question goes back to the author, and the proposal waits for the answer", async () => {
  const proposed = await propose(server, somewhere());
  assert.equal((await press(server, lou, `/queue/${proposed.id}`, "ask", { question: "" })).status, 400);
  const asked = await press(server, lou, `/queue/${proposed.id}`, "ask", { question: `De quel côté ? ${HOSTILE}` });
  assert.match(asked.headers.location, /done=asked/);
  const page = await look(server, lou, `/queue/${proposed.id}`);
  assert.match(page.text, /De quel côté/);
  assert.ok(!page.text.includes("<script>document"));
  assert.match(page.text, /une question attend son auteur/);
  assert.match((await look(server, lou, "/queue")).text, /attend(ent)? une réponse/);
});

test("an account's question is answered on its own page", async () => {
  const token = await workshopless("kim");
  const proposed = await propose(server, somewhere(), {}, { token });
  await press(server, lou, `/queue/${proposed.id}`, "ask", { question: "Quelle hauteur ?" });
  const mine = await look(server, kim, "/me");
  assert.match(mine.text, /Quelle hauteur/);
  assert.equal((await press(server, kim, "/me", "answer", { text: "Quatre mètres" })).status, 303);
  const page = await look(server, lou, `/queue/${proposed.id}`);
  assert.match(page.text, /Quatre mètres/);
  assert.match(mine.text, /<section id="tokens">[\s\S]*token of kim[\s\S]*valable encore 36\d jours/);
  const foreign = await press(server, lou, "/me", "everywhere", { do: "answer", id: String(proposed.id), text: "not mine" });
  assert.equal(foreign.status, 403);
  assert.equal((await press(server, kim, "/me", "revoke")).status, 303, "a lost token");
  const gone = await get(`${server.url}/api/collections/deployments/items`, { method: "POST", body: "{}", headers: { "content-type": "application/geo+json", authorization: `Bearer ${token}` } });
  assert.equal(gone.status, 401);
});

async function workshopless(name) {
  const made = await run(at.db, "token", "add", "--label", `token of ${name}`, "--account", name);
  assert.equal(made.code, 0, made.stderr);
  return /[0-9A-Z]{5}(?:-[0-9A-Z]+)+/.exec(made.stdout)[0];
}

test("the same as a record there is: merged, by list or by number", async () => {
  const { id, place } = await aRecord();
  const near = await propose(server, [place[0] + 0.0001, place[1]]);
  const page = await look(server, lou, `/queue/${near.id}`);
  assert.match(page.text, new RegExp(`<li><a href="/d/${id}">[^<]*</a> <span class="n">\\d+\u00a0m</span> <span class="badge urgent">sans doute la même`));
  assert.equal((await press(server, lou, `/queue/${near.id}`, "merge")).status, 400);
  const done = await press(server, lou, `/queue/${near.id}`, "merge", { into: String(id) });
  assert.match(done.headers.location, /done=merged/);
  const other = await propose(server, somewhere());
  const none = await press(server, lou, `/queue/${other.id}`, "merge", { into_id: "999999" });
  assert.equal(none.status, 400);
  assert.match(words(none.text), /Rien n'a été décidé/);
  assert.match((await press(server, lou, `/queue/${other.id}`, "merge", { into_id: String(id) })).headers.location, /done=merged/);
});

test("what was seen on foot is held, unless it is published at once", async () => {
  const place = somewhere(), proposed = await propose(server, place, { survey: true });
  const page = await look(server, lou, `/queue/${proposed.id}`);
  assert.match(page.text, /suffisent pour demander les images/);
  assert.match((await press(server, lou, `/queue/${proposed.id}`, "accept")).headers.location, /done=held/);
  assert.equal(await recordAt(...place), undefined);
  assert.match((await look(server, lou, "/queue?tab=held")).text, new RegExp(`/queue/${proposed.id}`));
  const now = somewhere(), other = await propose(server, now, { survey: true });
  assert.match((await press(server, lou, `/queue/${other.id}`, "accept", { at_once: "1" })).headers.location, /done=accepted/);
  assert.ok(await recordAt(...now));
});

test("a correction is shown before and after, in words, and marks what others changed meanwhile", async () => {
  const { id, place } = await aRecord({ operator: "Ville de Marseille" });
  const read = await etag(id);
  const first = await propose(server, null, { operator: "Métropole" }, { method: "PATCH", record: id, headers: { "if-match": read } });
  const second = await propose(server, null, { operator: "Région", mount: "wall" }, { method: "PATCH", record: id, headers: { "if-match": read } });
  const page = await look(server, lou, `/queue/${first.id}`);
  assert.match(page.text, /<del>exploitant : Ville de Marseille<\/del>/);
  assert.match(page.text, /<ins>exploitant : Métropole<\/ins>/);
  assert.ok(!/"orgs"|status_events/.test(page.text), "no names of fields of the file");
  await press(server, lou, `/queue/${first.id}`, "accept", { at_once: "1" });
  const late = await look(server, lou, `/queue/${second.id}`);
  assert.match(late.text, /changé entre-temps/);
  assert.match(late.text, /<tr class=conflict><th scope="row">Organismes/);
  assert.ok(!late.text.includes('name="do" value="accept"'), "not as it is");
  const forced = await sendForm(server, { ...formThatDoes(late.text, "refuse"), headers: lou }, { do: "accept" });
  assert.equal(forced.status, 409);
  // corrected, it can be
  const form = await look(server, lou, `/queue/${second.id}/correct`);
  assert.equal(form.status, 200, form.text);
  const sent = await sendForm(server, { ...readForm(form.text, `/queue/${second.id}/correct`), headers: lou }, { do: "send", publish: "1", operator: "Région Sud" });
  assert.equal(sent.status, 303, sent.text);
  const record = JSON.parse((await item(id)).body);
  assert.equal(record.properties.operator, "Région Sud");
  assert.equal(record.properties.mount, "wall");
  assert.ok(place);
});

test("an addition is accepted with corrections; its faults are told and nothing typed is lost", async () => {
  const place = somewhere(), proposed = await propose(server, place, { height_m: 4, sources: [{ kind: "press", url: "https://example.org/a", title: "Un article" }] });
  const address = `/queue/${proposed.id}/correct`;
  const open = async () => ({ ...readForm((await look(server, lou, address)).text, address), headers: lou });
  const bad = await sendForm(server, await open(), { do: "send", height: "ninety" });
  assert.equal(bad.status, 400);
  assert.match(bad.text, /value="ninety"/);
  const checked = await sendForm(server, await open(), { do: "check", height: "6" });
  assert.equal(checked.status, 200);
  assert.match(checked.text, /hauteur 6/);
  assert.equal(await recordAt(...place), undefined, "a look is no decision");
  const done = await sendForm(server, await open(), { do: "send", height: "6", mount: "wall" });
  assert.equal(done.status, 303, done.text);
  const record = await recordAt(...place);
  const detail = JSON.parse((await item(record.id)).body).properties;
  assert.equal(detail.height_m, 6);
  assert.equal(detail.mount, "wall");
  assert.ok(JSON.stringify(detail).includes("Un article"), "what the form does not show stays");
});

test("a moderator who read an older state sees the newer one, with what was typed", async () => {
  const proposed = await propose(server, somewhere());
  const page = await look(server, zoe, `/queue/${proposed.id}`);
  await press(server, lou, `/queue/${proposed.id}`, "ask", { question: "Où ?" });
  const stale = await sendForm(server, { ...formThatDoes(page.text, "refuse"), headers: zoe }, { reason: "Une raison longue à écrire" });
  assert.equal(stale.status, 409);
  assert.match(words(stale.text), /depuis que vous l'avez ouverte/);
  assert.match(stale.text, /<textarea id="reason"[^>]*>Une raison longue à écrire/);
  assert.match(words(stale.text), /Où \?/);
  assert.ok(!stale.text.includes("lou"), "a colleague has no name here");
  const again = await sendForm(server, { ...formThatDoes(stale.text, "refuse"), headers: zoe });
  assert.equal(again.status, 303);
  const late = await sendForm(server, { ...formThatDoes(page.text, "accept"), headers: zoe });
  assert.equal(late.status, 409);
  assert.match(late.text, /a décidé entre-temps/);
});

test("of two who decide in the same moment one wins, and the other keeps the text", async () => {
  for (let i = 0; i < 5; i++) {
    const place = somewhere(), proposed = await propose(server, place);
    const [a, b] = [await look(server, lou, `/queue/${proposed.id}`), await look(server, zoe, `/queue/${proposed.id}`)];
    const answers = await Promise.all([sendForm(server, { ...formThatDoes(a.text, "refuse"), headers: lou }, { reason: "raison de l'une" }),
      sendForm(server, { ...formThatDoes(b.text, "refuse"), headers: zoe }, { reason: "raison de l'une" })]);
    assert.deepEqual(answers.map((x) => x.status).sort(), [303, 409]);
    assert.ok(answers.find((x) => x.status === 409).text.includes("raison de l"), "the text is kept");
  }
});

test("where two people decide, one is not enough, and neither may have proposed it", async () => {
  assert.equal((await run(at.db, "user", "two-person", "13055", "on")).code, 0);
  try {
    const place = somewhere(), proposed = await propose(server, place);
    assert.match((await look(server, lou, `/queue/${proposed.id}`)).text, /Deux personnes décident ici/);
    assert.match((await press(server, lou, `/queue/${proposed.id}`, "accept")).headers.location, /done=second/);
    assert.match((await press(server, lou, `/queue/${proposed.id}`, "accept")).headers.location, /done=second/);
    assert.equal(await recordAt(...place), undefined, "twice the same is one");
    assert.match((await look(server, zoe, `/queue/${proposed.id}`)).text, /a déjà donné son accord/);
    assert.match((await press(server, zoe, `/queue/${proposed.id}`, "accept")).headers.location, /done=accepted/);
    assert.ok(await recordAt(...place));
    const token = await workshopless("zoe");
    const own = await propose(server, somewhere(), {}, { token });
    const page = await look(server, zoe, `/queue/${own.id}`);
    assert.match(words(page.text), /Vous l'avez proposée vous-même/);
    const forced = await sendForm(server, { ...formThatDoes(page.text, "refuse"), headers: zoe }, { do: "accept" });
    assert.equal(forced.status, 403);
  } finally {
    assert.equal((await run(at.db, "user", "two-person", "13055", "off")).code, 0);
  }
});

test("nobody decides outside their territory, nor where it is not known whose it is", async () => {
  const nice = await propose(server, NICE), nowhere = await propose(server, NOWHERE);
  const list = (await look(server, lou, "/queue")).text;
  for (const [one, why] of [[nice, /n'est pas dans votre territoire/], [nowhere, /commune de ce lieu n'est pas connue/]]) {
    assert.ok(!list.includes(String(one.id)));
    const page = await look(server, lou, `/queue/${one.id}`);
    assert.equal(page.status, 403);
    assert.match(words(page.text), why);
    const theirs = await look(server, ana, `/queue/${one.id}`);
    const mine = await look(server, lou, "/queue");
    const token = readForm(mine.text).fields.find(([name]) => name === "form_token");
    const form = formThatDoes(theirs.text, "accept");
    const forced = await sendForm(server, { ...form, headers: lou }, { form_token: token[1] });
    assert.equal(forced.status, 403);
    const correct = await look(server, lou, `/queue/${one.id}/correct`);
    assert.equal(correct.status, 403);
    assert.equal((await press(server, ana, `/queue/${one.id}`, "accept")).status, 303);
  }
});

// ---- reports ----

async function report(id, kind, changes) {
  const listed = async () => [...(await look(server, lou, `/queue?kind=${kind}`)).text.matchAll(/href="\/queue\/(\d+)\?kind=/g)].map((m) => m[1]);
  const before = await listed();
  const sent = await sendForm(server, await openForm(server, `/d/${id}/report?kind=${kind}`, { action: `/d/${id}/report` }), changes);
  assert.equal(sent.status, 201, sent.text);
  return (await listed()).find((one) => !before.includes(one)); /* those of one second stand in no order */
}

test("reports come first, with their clock, and are read one by one", async () => {
  const { id } = await aRecord();
  const privacy = await report(id, "privacy", { note: `C'est ma fenêtre. ${HOSTILE}` });
  const list = (await look(server, lou, "/queue")).text;
  const rows = list.match(/<tr>[\s\S]*?<\/tr>/g).filter((r) => r.includes("/queue/"));
  assert.match(rows[0], /vie privée/);
  assert.match(rows[0], /encore (2|3) jours|encore \d+ heures/);
  assert.ok(!rows[0].includes("checkbox"), "no box to tick");
  const page = await look(server, lou, `/queue/${privacy}`);
  assert.match(words(page.text), /la position publiée a été ramenée à la rue/);
  assert.ok(page.text.includes(ESCAPED) && !page.text.includes("<script>document"));
  const forced = await sendForm(server, { ...formThatDoes((await look(server, lou, "/queue")).text, "accept"), headers: lou }, { id: `${privacy}:1` });
  assert.match(words(forced.text), /0 proposition acceptée[\s\S]*se décide sur sa propre page/, "nor ticked by hand");
});

test("what stands beside a place that is withheld is shown to whoever decides there, and to nobody else", async () => {
  const { id, place } = await aRecord();
  await report(id, "privacy", { note: "Chez moi." });
  const beside = await propose(server, [place[0] + 0.00001, place[1]]);
  const page = await look(server, lou, `/queue/${beside.id}`);
  assert.match(page.text, new RegExp(`<a href="/d/${id}">[^<]*</a> <span class="n">\\d+\u00a0m</span> <span class="badge urgent">`));
  assert.ok(!JSON.stringify(await items()).includes(String(place[0])), "withheld");
});

test("a refused privacy report gives the position back, an accepted notice hides the record, a reply is published as it is", async () => {
  const { id, place } = await aRecord();
  const privacy = await report(id, "privacy", { note: "Non." });
  assert.equal(await recordAt(...place), undefined);
  assert.match((await press(server, lou, `/queue/${privacy}`, "refuse", { reason: "caméra publique" })).headers.location, /done=refused/);
  assert.ok(await recordAt(...place));
  const reply = await report(id, "reply", { label: "La mairie", passage: "tout", text: `Nous répondons. ${HOSTILE}` });
  const shown = await look(server, lou, `/queue/${reply}`);
  assert.match(shown.text, /Nous répondons/);
  assert.ok(!shown.text.includes("<script>document"));
  assert.match((await press(server, lou, `/queue/${reply}`, "accept")).headers.location, /done=accepted/);
  const record = await look(server, {}, `/d/${id}`);
  assert.match(record.text, /Nous répondons/);
  assert.ok(!record.text.includes("<script>document"));
  const unlawful = await report(id, "unlawful", { passage: "tout", note: "Contenu illicite, article 6.", good_faith: "1" });
  assert.match((await press(server, lou, `/queue/${unlawful}`, "accept")).headers.location, /done=accepted/);
  assert.ok((await look(server, {}, `/d/${id}`)).status >= 400);
});

// ---- several at once, workshops ----

test("those ticked are decided each for itself", async () => {
  const places = [somewhere(), somewhere()], good = [await propose(server, places[0]), await propose(server, places[1])];
  const stale = await propose(server, somewhere());
  const page = await look(server, lou, "/queue");
  const form = { ...formThatDoes(page.text, "accept"), headers: lou };
  await press(server, zoe, `/queue/${stale.id}`, "refuse", { reason: "r" });
  const answer = await sendForm(server, form, { id: [...good, stale].map((c) => `${c.id}:1`) });
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.text, /2 propositions acceptées/);
  assert.match(answer.text, new RegExp(`/queue/${stale.id}`));
  for (const place of places) assert.ok(await recordAt(...place));
  assert.equal((await sendForm(server, form, { id: null })).status, 400, "none ticked");
  const third = await propose(server, somewhere());
  const unsaid = await sendForm(server, { ...formThatDoes((await look(server, lou, "/queue")).text, "refuse"), headers: lou }, { id: `${third.id}:1`, reason: "" });
  assert.equal(unsaid.status, 400);
  const refused = await sendForm(server, { ...formThatDoes((await look(server, lou, "/queue")).text, "refuse"), headers: lou }, { id: `${third.id}:1`, reason: "hors sujet" });
  assert.match(refused.text, /1 proposition refusée/);
});

test("an evening's code lets a workshop propose, and all of it is accepted or undone together", async () => {
  const made = await press(server, lou, "/me", "workshop", { label: `Atelier ${HOSTILE}` });
  assert.equal(made.status, 201, made.text);
  const code = /<output class="receipt">([0-9A-Z-]+)<\/output>/.exec(made.text)[1];
  const mine = await look(server, lou, "/me");
  assert.ok(!mine.text.includes(code), "it is shown once");
  assert.ok(mine.text.includes("Atelier") && !mine.text.includes("<script>document"));
  const id = /queue\?token=(\d+)/.exec(mine.text)[1];
  assert.equal((await press(server, lou, "/me", "workshop", { label: "x".repeat(81) })).status, 400);
  // Sent by the form of /add, as people there do.
  const places = [somewhere(), somewhere()];
  for (const place of places) {
    const form = await openForm(server, "/add");
    const sent = await sendForm(server, form, { do: "send", at: `${place[1]}, ${place[0]}`, basis: "official_document", s1_title: "Arrêté préfectoral", workshop: code, date: "2026-10" });
    assert.ok([200, 201].includes(sent.status), sent.text);
  }
  const list = await look(server, lou, `/queue?token=${id}`);
  assert.match(list.text, /Accepter les 2 premières de cette source/);
  const accepted = await sendForm(server, { ...formThatDoes(list.text, "accept_all"), headers: lou });
  assert.match(accepted.text, /2 propositions acceptées/);
  for (const place of places) assert.ok(await recordAt(...place), "published");
  assert.equal((await look(server, lou, `/queue/undo?token=${id}`)).status, 403, "across territories");
  const confirm = await look(server, ana, `/queue/undo?token=${id}`);
  assert.match(confirm.text, /2 fiches redeviennent/);
  for (const place of places) assert.ok(await recordAt(...place), "asking undoes nothing");
  const undone = await sendForm(server, { ...readForm(confirm.text, "/queue/undo"), headers: ana }, { reason: "atelier d'essai" });
  assert.equal(undone.headers.location, "/queue/history?undone=2&left=0");
  for (const place of places) assert.equal(await recordAt(...place), undefined);
  assert.equal((await press(server, zoe, "/me", "everywhere", { do: "revoke", id })).status, 403, "not hers");
  assert.equal((await press(server, lou, "/me", "revoke")).status, 303);
  const late = await sendForm(server, await openForm(server, "/add"), { do: "send", at: "43.3, 5.4", basis: "official_document", s1_title: "Arrêté", workshop: code });
  assert.match(words(late.text), /code d'atelier/);
  zoe = await logIn(server, "zoe", PASSWORD);
});

// ---- history ----

test("a change is undone as a new version, and names stay with moderators", async () => {
  const token = await workshopless("kim");
  const place = somewhere(), proposed = await propose(server, place, { operator: "Ville de Marseille" }, { token });
  await press(server, lou, `/queue/${proposed.id}`, "accept");
  const { id } = await recordAt(...place);
  const change = await propose(server, null, { operator: "Un autre" }, { method: "PATCH", record: id, token, headers: { "if-match": await etag(id) } });
  await press(server, lou, `/queue/${change.id}`, "accept", { at_once: "1" });
  const changes = await look(server, lou, "/queue/history");
  assert.match(changes.text, /token of kim|>kim</);
  const compared = await look(server, {}, `/d/${id}/history?a=1&b=2`);
  assert.equal(compared.status, 200);
  assert.match(compared.text, /De la version 1 à la version 2/);
  assert.match(compared.text, /<del>exploitant : Ville de Marseille<\/del>[\s\S]*<ins>exploitant : Un autre<\/ins>/);
  assert.equal((await look(server, {}, `/d/${id}/history?a=1&b=99`)).status, 404);
  const confirm = await look(server, lou, `/queue/undo?record=${id}&version=2`);
  assert.match(words(confirm.text), /redevient ce qu'elle était à la version 1/);
  const form = { ...readForm(confirm.text, "/queue/undo"), headers: lou };
  assert.equal((await sendForm(server, form, { reason: "" })).status, 400);
  assert.equal((await sendForm(server, form, { reason: "erreur de lecture" })).status, 303);
  const back = JSON.parse((await item(id)).body).properties;
  assert.equal(back.operator, "Ville de Marseille");
  assert.equal(back.version, 3, "nothing is overwritten");
  const history = await look(server, {}, `/d/${id}/history`);
  assert.match(history.text, /erreur de lecture/);
  const first = await look(server, lou, `/queue/undo?record=${id}&version=1`);
  assert.match(first.text, /première version/);
  await sendForm(server, { ...readForm(first.text, "/queue/undo"), headers: lou }, { reason: "n'a jamais existé" });
  assert.equal((await item(id)).status >= 400, true);
  assert.match((await look(server, lou, `/queue/history`)).text, /retirée/);
});

test("public history has months and no names, days or hours", async () => {
  const months = await look(server, {}, "/history");
  assert.equal(months.status, 200);
  const month = /\/history\?month=(\d{4}-\d\d)/.exec(months.text)[1];
  const page = await look(server, {}, `/history?month=${month}`);
  assert.match(page.text, /nouvelle fiche/);
  for (const text of [months.text, page.text]) {
    assert.ok(!/\b(lou|zoe|ana|kim|pat)\b/.test(text.slice(text.indexOf("<main"))), "no name");
    assert.ok(!/token of|Atelier/.test(text), "no label");
    assert.ok(!/\d\d:\d\d|aujourd'hui|il y a/.test(text.slice(text.indexOf("<main"), text.indexOf("</main"))), "no day");
  }
  assert.match(months.headers["cache-control"], /public/);
  for (const bad of ["2026", "2026-11-03", "x"]) assert.equal((await look(server, {}, `/history?month=${bad}`)).status, 400);
  assert.equal((await look(server, {}, "/history?month=1999-01")).status, 200);
});

test("an import is undone after it was said what that does", async () => {
  const { camera, importCameras } = await import("./lib/cameras.mjs");
  await importCameras(at, [camera(77, 5.21, 43.21), camera(78, 5.22, 43.21)], "some-cameras.geojson");
  await new Promise((r) => setTimeout(r, 600));
  assert.ok(await recordAt(5.21, 43.21));
  assert.equal((await look(server, lou, "/queue/undo?batch=some-cameras")).status, 403);
  const confirm = await look(server, ana, "/queue/undo?batch=some-cameras");
  assert.match(words(confirm.text), /2 fiches qu'elle a apportées/);
  assert.equal((await sendForm(server, { ...readForm(confirm.text, "/queue/undo"), headers: ana }, { reason: "mauvais fichier" })).status, 303);
  assert.equal(await recordAt(5.21, 43.21), undefined);
  assert.equal((await look(server, ana, "/queue/undo?batch=no-such")).status >= 400, true);
  assert.equal((await look(server, ana, "/queue/undo")).status, 404);
});

// ---- what strangers type ----

test("nothing that a stranger typed runs on a page of the desk", async () => {
  const props = { note: HOSTILE, operator: HOSTILE.slice(0, 100), ref: HOSTILE.slice(0, 100), model: HOSTILE.slice(0, 100), summary_fr: HOSTILE, body_fr: HOSTILE,
    legal_basis_text: HOSTILE, source_name: HOSTILE.slice(0, 100),
    sources: [{ kind: "press", url: "https://example.org/?a=1", title: HOSTILE, publisher: HOSTILE.slice(0, 100), quote: HOSTILE }],
    claims: [{ field: "exists", value: HOSTILE, says_fr: HOSTILE, confidence: "confirmed", basis: "press", source: 1 }],
    status_events: [{ status: "active", kind: "observed", date: "2026-10", note_fr: HOSTILE, source: 1 }] };
  const place = somewhere(), proposed = await propose(server, place, props);
  const pages = ["/queue", `/queue/${proposed.id}`, `/queue/${proposed.id}/correct`];
  const check = async (addresses) => {
    for (const address of addresses) {
      const page = await look(server, lou, address);
      assert.equal(page.status, 200, address);
      assert.ok(!page.text.includes("<script>document") && !page.text.includes("<img src=x"), address);
    }
  };
  await check(pages);
  assert.ok((await look(server, lou, pages[1])).text.includes(ESCAPED));
  assert.match((await look(server, lou, pages[1])).text, /<a href="https:\/\/example\.org\/\?a=1" rel="nofollow noopener noreferrer">/);
  await press(server, lou, `/queue/${proposed.id}`, "accept");
  const { id } = await recordAt(...place);
  await check(["/queue?tab=decided", `/queue/${proposed.id}`, "/queue/history", `/queue/undo?record=${id}&version=1`, `/d/${id}/history`, `/d/${id}/history?a=1&b=1`, "/history"]);
});
