// Reports without an account, each with its receipt, and what /track says of it.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { camera, importCameras } from "./lib/cameras.mjs";
import { freshFolder, get, run, serve } from "./lib/program.mjs";
import { openForm, readForm, sendForm } from "./lib/forms.mjs";

const MONTH = new Date().toISOString().slice(0, 7);
const SCRIPT = "<script>document.title='broken'</script>\"'><img src=x onerror=alert(1)>";
const SENDS = {
  confirm: { seen_on: MONTH, basis: "survey" },
  gone: { seen_on: MONTH, basis: "document", note: "article du journal" },
  problem: { note: SCRIPT },
  privacy: { note: "on voit ma porte" },
  reply: { label: `Ville ${SCRIPT}`, text: `Nous contestons.\nVoici pourquoi. ${SCRIPT}`, contact: "06 00 00 00 00" },
  unlawful: { passage: "le nom", note: "diffamation", good_faith: "1" },
};
let at, server;

before(async () => {
  at = freshFolder();
  await importCameras(at, [camera(1, 5.37, 43.3, { operator: "Chez Paul", "operator:type": "private" }),
    camera(2, 5.38, 43.31, { operator: "Ville de Marseille", "operator:type": "government" }), camera(3, 5.39, 43.32)]);
  server = await serve(at.db, "--rate", "0");
});
after(async () => {
  await server?.stop();
  at?.remove();
});

const receiptOf = (text) => (/class="receipt"[^>]*>([0-9A-Z-]{30})</.exec(text) || [])[1];
const report = async (id, kind, fields = SENDS[kind], to = server) =>
  sendForm(to, await openForm(to, `/d/${id}/report?kind=${kind}`), fields);
async function track(receipt, fields = {}) {
  const form = await openForm(server, "/track");
  assert.ok(!form.action.includes("?"));
  return sendForm(server, form, { receipt, ...fields });
}
const says = (text) => text.replace(/[\u00a0\u202f]/g, " ");

for (const kind of Object.keys(SENDS))
  test(`a report "${kind}" is taken, gives a receipt, and /track says that it waits`, async () => {
    const sent = await report(3, kind);
    assert.equal(sent.status, 201, sent.text);
    assert.equal(sent.headers["cache-control"], "no-store");
    const receipt = receiptOf(sent.text);
    assert.ok(receipt, sent.text);
    const now = await track(receipt);
    assert.equal(now.status, 200);
    assert.equal(now.headers["cache-control"], "no-store");
    assert.match(says(now.text), /class="state"><span class="said">en attente</);
    assert.match(now.text, /href="\/d\/3"/);
    for (const page of [sent.text, now.text]) assert.ok(!page.includes("<img src=x") && !page.includes("<script>document"), "text stays text");
    if (kind === "problem") assert.ok(now.text.includes("&lt;script&gt;"), "what was written is shown");
  });

test("reports change nothing on the record before somebody decides", async () => {
  const record = await get(`${server.url}/d/3`, { headers: { "accept-language": "fr" } });
  assert.equal(record.status, 200);
  assert.ok(!record.body.includes("contestons"));
  assert.ok(!record.body.includes("06 00 00 00 00"));
});

test("the foot of a record leads to every report", async () => {
  const page = (await get(`${server.url}/d/3`)).body.toString();
  for (const kind of Object.keys(SENDS)) assert.ok(page.includes(`href="/d/3/report?kind=${kind}"`), kind);
  const choice = await get(`${server.url}/d/3/report`, { headers: { accept: "text/html" } });
  assert.equal(choice.status, 200);
  for (const kind of Object.keys(SENDS)) assert.ok(choice.body.includes(`kind=${kind}`), kind);
});

test("what is wrong is named beside its field, and what was typed stays", async () => {
  const cases = [
    ["confirm", { seen_on: "octobre" }, "seen_on", "octobre"], ["confirm", { seen_on: `${MONTH}-01` }, "seen_on", `${MONTH}-01`],
    ["confirm", { seen_on: "2999-01" }, "seen_on", "2999-01"], ["gone", { seen_on: MONTH, basis: "document", note: "" }, "note", ""],
    ["problem", { note: "" }, "note", ""], ["problem", { note: "é".repeat(2501) }, "note", "é".repeat(2501)],
    ["reply", { label: "", text: "un texte gardé" }, "label", "un texte gardé"], ["reply", { label: "x".repeat(121), text: "t" }, "label", "x".repeat(121)],
    ["unlawful", { passage: "p", note: "le motif gardé" }, "good_faith", "le motif gardé"], ["unlawful", { note: "n", good_faith: "1" }, "passage", ""],
  ];
  for (const [kind, fields, field, kept] of cases) {
    const answer = await report(3, kind, fields);
    assert.equal(answer.status, 400, kind);
    assert.match(answer.text, new RegExp(`id="f-${field}-fault"`), `${kind} ${field}`);
    assert.match(answer.text, new RegExp(`href="#f-${field}"`));
    assert.match(answer.text, /aria-invalid="true"/);
    assert.ok(answer.text.includes(kept), `${kind}: ${kept} is kept`);
    assert.ok(!receiptOf(answer.text));
  }
});

test("a privacy report on a private device lets its position fall to the street within a second; on a public one it waits", async () => {
  const item = async (id) => JSON.parse((await get(`${server.url}/api/collections/deployments/items/${id}`)).body);
  assert.deepEqual((await item(1)).geometry.coordinates, [5.37, 43.3]);
  const sent = await report(1, "privacy"), began = Date.now(); // the browser's own work is done before
  assert.equal(sent.status, 201);
  assert.match(says(sent.text), /L&#39;effet est immédiat/);
  const now = await item(1), took = Date.now() - began;
  assert.notEqual(now.properties.location_precision, "exact");
  assert.notDeepEqual(now.geometry?.coordinates, [5.37, 43.3]);
  assert.ok(took < 1000, `${took} ms`);
  assert.ok(!(await get(`${server.url}/d/1/v/1`)).body.includes("5.37,43.3"), "nor in an older version");
  assert.match(says((await track(receiptOf(sent.text))).text), /la position exacte n&#39;est pas publiée/);
  assert.equal((await report(2, "privacy")).status, 201);
  assert.deepEqual((await item(2)).geometry.coordinates, [5.38, 43.31]);
});

test("a message is added to what waits, and only there", async () => {
  const receipt = receiptOf((await report(3, "problem", { note: "faux" })).text);
  const page = await track(receipt);
  const form = { ...readForm(page.text, "/track"), headers: {} };
  const added = await sendForm(server, form, { text: `de plus ${SCRIPT}`, add: "1" });
  assert.equal(added.status, 200, added.text);
  const again = await track(receipt);
  assert.ok(again.text.includes("de plus &lt;script&gt;"));
  const blank = await sendForm(server, { ...readForm(again.text, "/track"), headers: {} }, { text: " ", add: "1" });
  assert.equal(blank.status, 400);
  assert.match(blank.text, /id="f-text-fault"/);
  const long = await sendForm(server, { ...readForm(again.text, "/track"), headers: {} }, { text: "x".repeat(4001), add: "1" });
  assert.equal(long.status, 400);
});

test("codes that open nothing all look the same, and after twenty the guesser waits", async () => {
  const codes = ["", "x", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-A", "7K3QM-7K3QM-7K3QM-7K3QM-7K3QM-7", "0".repeat(26), `${SCRIPT}`];
  const pages = [];
  for (const code of codes.slice(1)) {
    const answer = await track(code);
    assert.equal(answer.status, 404);
    pages.push(answer.text.replace(/value="[^"]*"/g, ""));
  }
  assert.equal(new Set(pages).size, 1);
  let bitten = 0;
  for (let i = 0; i < 25; i++) {
    const answer = await track("7K3QM-7K3QM-7K3QM-7K3QM-7K3QM-7");
    if (answer.status === 429) {
      assert.ok(Number(answer.headers["retry-after"]) > 0);
      bitten++;
    }
  }
  assert.ok(bitten >= 8, `${bitten}`);
});

test("a form from elsewhere, one too quick and one sent twice are refused, and nothing is stored", async () => {
  const form = await openForm(server, "/d/3/report?kind=problem");
  const quick = await sendForm(server, form, { note: "reste ici" }, { work: false });
  assert.equal(quick.status, 400);
  assert.ok(quick.text.includes("reste ici"));
  assert.equal((await sendForm(server, form, { note: "x" }, { headers: { "sec-fetch-site": "cross-site" } })).status, 403);
  assert.equal((await sendForm(server, form, { note: "x", website: "spam" })).status, 400);
  assert.equal((await sendForm(server, form, { note: "x" })).status, 201);
  assert.equal((await sendForm(server, form, { note: "x" })).status, 400);
});

test("where contributions are closed, privacy, reply and unlawful content are taken all the same", async () => {
  const closed = await serve(at.db, "--rate", "0", "--contributions", "closed");
  try {
    const page = (await get(`${closed.url}/d/3`)).body.toString();
    for (const kind of ["privacy", "reply", "unlawful"]) {
      assert.ok(page.includes(`kind=${kind}`));
      assert.equal((await report(3, kind, SENDS[kind], closed)).status, 201, kind);
    }
    for (const kind of ["confirm", "gone", "problem"]) {
      assert.ok(!page.includes(`kind=${kind}`));
      const form = await get(`${closed.url}/d/3/report?kind=${kind}`, { headers: { accept: "text/html" } });
      assert.ok(!form.body.includes("name=\"challenge\""), kind);
      const direct = await openForm(closed, "/d/3/report?kind=privacy");
      assert.equal((await sendForm(closed, direct, { kind, ...SENDS[kind] })).status, 403, kind);
    }
  } finally {
    await closed.stop();
  }
});

test("a record that is not there or was erased takes no report", async () => {
  assert.equal((await get(`${server.url}/d/999/report?kind=gone`)).status, 404);
  assert.equal((await run(at.db, "erase", "2", "--reason", "test")).code, 0);
  await new Promise((r) => setTimeout(r, 400));
  assert.equal((await get(`${server.url}/d/2/report?kind=gone`)).status, 410);
});
