// The queue from the command line, beside a server that runs.
import { execFileSync } from "node:child_process";
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { camera, importCameras } from "./lib/cameras.mjs";
import { openForm, sendForm } from "./lib/forms.mjs";
import { freshFolder, get, run, serve } from "./lib/program.mjs";

const ITEMS = "/api/collections/deployments/items";
let at, server;

before(async () => {
  at = freshFolder();
  await importCameras(at, [camera(1, 5.37, 43.3, { operator: "Ville de Marseille", "operator:type": "government" })]);
  server = await serve(at.db, "--rate", "0");
});
after(async () => {
  await server?.stop();
  at?.remove();
});

const moderate = (...words) => run(at.db, "moderate", ...words);
const list = async (...words) => JSON.parse((await moderate("list", "--json", ...words)).stdout);
async function propose(lon, lat, properties = {}) {
  const text = JSON.stringify({ type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { category: "cctv", ...properties } });
  const sent = await get(`${server.url}${ITEMS}`, { method: "POST", body: text, headers: { "content-type": "application/geo+json", "content-length": Buffer.byteLength(text) } });
  assert.equal(sent.status, 202, sent.body.toString());
  return String(JSON.parse(sent.body).id);
}
async function report(kind, fields) {
  const sent = await sendForm(server, await openForm(server, `/d/1/report?kind=${kind}`), fields);
  assert.equal(sent.status, 201, sent.text);
}
const matched = async () => JSON.parse((await get(`${server.url}${ITEMS}?limit=1&space=all`)).body).numberMatched;
async function until(what, wanted) {
  for (const end = Date.now() + 5000; Date.now() < end; await new Promise((r) => setTimeout(r, 100)))
    if ((await what()) === wanted) return;
  assert.equal(await what(), wanted);
}

test("an empty queue is no fault", async () => {
  assert.deepEqual([(await moderate("list")).code, (await moderate("list")).stdout], [0, ""]);
  assert.deepEqual(await list(), []);
  assert.equal((await moderate("list", "--urgent")).code, 0);
});

test("a proposal is listed in 80 columns, shown with its duplicates, accepted, and the server follows", async () => {
  const escape = "\u001b[2J\u202egone\u0007";
  const id = await propose(5.37, 43.3, { note: `rue ${"très ".repeat(30)}longue` });
  const second = await propose(5.38, 43.31, { source_name: "x", note: "devant la gare" });
  await report("problem", { note: `bip ${escape.replace(/[\u0000-\u001f]/g, "")}` });
  const rows = (await moderate("list")).stdout;
  assert.equal(rows.split("\n").length, 5);
  for (const row of rows.split("\n")) assert.ok([...row].length <= 80, `${[...row].length}: ${row}`);
  assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(rows));
  assert.match(rows, new RegExp(`^${id} +add +0 d +.* cctv: rue très très`, "m"));
  assert.equal((await list()).find((c) => String(c.id) === id).kind, "add");
  const shown = (await moderate("show", id)).stdout;
  assert.match(shown, /^what +addition, waiting/m);
  assert.match(shown, /^category +cctv$/m);
  assert.match(shown, /high +0 m +record 1 /);
  assert.doesNotMatch(shown, new RegExp(`proposal ${id}`));
  const was = await matched();
  const done = await moderate("accept", second, "--at-once");
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, new RegExp(`^contribution ${second}: accepted, record \\d+\n$`));
  await until(matched, was + 1);
  const again = await moderate("accept", second);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /decided already/);
  assert.match((await moderate("merge", id, "--into", "1")).stdout, /merged, record 1\n/);
  assert.equal(await matched(), was + 1);
});

test("a refusal and a question need a reason; a question leaves it in the queue", async () => {
  const id = await propose(5.4, 43.32);
  for (const [words, code, said] of [
    [["refuse", id], 2, /--reason is needed/], [["ask", id, "--reason", " "], 2, /--reason is needed/], [["accept", "x"], 2, /give the number/],
    [["accept"], 2, /give the number/], [["accept", id, "--hold-days", "366"], 2, /0 to 365/], [["accept", id, "--hold-days", "3", "--at-once"], 2, /0 to 365/],
    [["list", "--at-once"], 2, /no such option/], [["refuse", id, "--reason", "r", "--json"], 2, /no such option/], [["merge", id], 2, /--into is needed/],
    [["banish", id], 2, /what is to be done/], [[], 2, /what is to be done/], [["accept", "77"], 1, /there is no contribution 77/],
    [["show", "77"], 1, /there is no contribution 77/], [["merge", id, "--into", "4711"], 1, /is none/],
    [["refuse", id, "--reason", "x".repeat(4001)], 1, /more than 4000 characters/],
  ]) {
    const r = await moderate(...words);
    assert.equal(r.code, code, `${words.join(" ")}: ${r.stderr}`);
    assert.match(r.stderr, said, words.join(" "));
  }
  assert.match((await moderate("ask", id, "--reason", "quelle rue ?")).stdout, /: asked\n/);
  assert.match((await moderate("list")).stdout, new RegExp(`^${id} +add +0 d +asked`, "m"));
  assert.match((await moderate("refuse", id, "--reason", "pas une caméra")).stdout, /: refused\n/);
  assert.ok(!(await list()).some((c) => String(c.id) === id));
});

test("--urgent lists what has a clock, and leaves with 1 once a reply or a notice is overdue", async () => {
  await report("reply", { label: "Ville", text: "Nous contestons." });
  await report("unlawful", { passage: "le nom", note: "diffamation", good_faith: "1" });
  const calm = await moderate("list", "--urgent");
  assert.equal(calm.code, 0, calm.stderr);
  assert.match(calm.stdout, /^\d+ +reply +0 d +7[12] h .*record 1/m);
  assert.match(calm.stdout, /^\d+ +unlawful +0 d +2[34] h /m);
  assert.doesNotMatch(calm.stdout, / problem /);
  execFileSync("sqlite3", [at.db, "UPDATE contribution SET due_s = due_s - 86401 WHERE kind = 'unlawful'"]);
  const late = await moderate("list", "--urgent");
  assert.equal(late.code, 1);
  assert.match(late.stdout, /^\d+ +unlawful +0 d +OVERDUE /m);
  assert.match(late.stderr, /^contrechamp: moderate: list: 1 replies or notices are past their clock/);
  assert.equal((await moderate("list")).code, 0);
  const notice = (await list("--urgent")).find((c) => c.kind === "unlawful");
  assert.equal(notice.overdue, true);
  assert.match((await moderate("accept", String(notice.id))).stdout, /accepted, record 1\n/);
  await until(async () => (await get(`${server.url}/d/1`)).status === 200, false);
});

test("where two people have to agree the command line does not decide alone", async () => {
  assert.equal((await run(at.db, "user", "two-person", "all", "on")).code, 0);
  const id = await propose(5.41, 43.33);
  const r = await moderate("accept", id);
  assert.equal(r.code, 1);
  assert.match(r.stderr, /two people decide here, each under an account of their own/);
});
