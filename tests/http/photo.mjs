// Photos: sent with a receipt, cleaned, blurred, accepted, shown, withdrawn.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { camera, importCameras } from "./lib/cameras.mjs";
import { freshFolder, get, run, serve } from "./lib/program.mjs";
import { openForm, readForm, sendForm } from "./lib/forms.mjs";
import { anatomy, exif, png, sendFile, withSegment } from "./lib/multipart.mjs";

const CANARY = "Canaritelephone-48.8566N", MAX = 15 * 1000 * 1000;
let at, server, moderator, elsewhere;

const token = async (territory) => (await run(at.db, "token", "add", "--label", territory, "--role", "moderator", "--territory", territory)).stdout.trim();
before(async () => {
  at = freshFolder();
  assert.equal((await run(at.db, "places", "import", "--default")).code, 0);
  await importCameras(at, [camera(1, 5.37, 43.3), camera(2, 5.38, 43.31)]);
  moderator = { authorization: `Bearer ${await token("all")}` };
  elsewhere = { authorization: `Bearer ${await token("75056")}` };
  server = await serve(at.db, "--rate", "0", "--photos", "yes", "--workers", "8");
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0, server.log);
  at?.remove();
});

const ask = (where, headers = {}) => get(server.url + where, { headers: { accept: "text/html", "accept-language": "fr", ...headers } });
const receiptOf = (text) => (/class="receipt"[^>]*>([0-9A-Z-]{30})</.exec(text) || [])[1];

async function reported(id = 1) {
  const sent = await sendForm(server, await openForm(server, `/d/${id}/report?kind=problem`), { note: "avec photo" });
  const receipt = receiptOf(sent.text);
  assert.ok(receipt);
  return receipt;
}
async function photoForm(receipt) {
  const page = await get(`${server.url}/track/photo`, { method: "POST", body: new URLSearchParams({ receipt }).toString(),
    headers: { accept: "text/html", "accept-language": "fr", "content-type": "application/x-www-form-urlencoded" } });
  return { page, form: page.status === 200 && page.body.includes("name=\"photo\"") ? readForm(page.body.toString(), "/track/photo") : null };
}
const send = async (receipt, bytes, fields = {}, file = {}) =>
  sendFile(server, (await photoForm(receipt)).form, { taken: "2026-10", licence: "1", send: "1", ...fields }, bytes && { name: "photo", bytes, ...file });
const waiting = async () => [...(await ask("/queue/photo", moderator)).body.toString().matchAll(/href="\/queue\/photo\/(\d+)"/g)].map((m) => m[1]);
async function sent(receipt, bytes, fields) {
  const before = await waiting(), answer = await send(receipt, bytes, fields);
  assert.equal(answer.status, 201, answer.text);
  const now = (await waiting()).filter((id) => !before.includes(id));
  assert.equal(now.length, 1);
  return now[0];
}
const decide = async (id, what, headers = moderator, fields = {}) => get(`${server.url}/queue/photo/${id}`, { method: "POST",
  body: new URLSearchParams([["do", what], ...Object.entries(fields).flatMap(([k, v]) => [v].flat().map((one) => [k, one]))]).toString(),
  headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded", ...headers } });
const picture = async (id) => (await ask(`/queue/photo/${id}.jpg`, moderator)).body;
async function accept(id) {
  const page = (await ask(`/queue/photo/${id}`, moderator)).body.toString(), where = `/api/contributions/${/href="\/queue\/(\d+)"/.exec(page)[1]}`;
  const etag = (await ask(where, { ...moderator, accept: "application/json" })).headers.etag;
  const done = await get(`${server.url}${where}/ruling`, { method: "POST", body: JSON.stringify({ kind: "accept" }),
    headers: { ...moderator, "content-type": "application/json", "if-match": etag } });
  assert.equal(done.status, 200, done.body.toString());
}

test("what a photo tells beside its pixels is gone when it arrives, in every format, and the original is not kept", async () => {
  const receipt = await reported(), tiff = exif(CANARY);
  const plain = await picture(await sent(receipt, png(640, 480, [["eXIf", tiff], ["tEXt", Buffer.from(`Comment\0${CANARY}`)]])));
  let jpeg = withSegment(plain, 0xe1, Buffer.concat([Buffer.from("Exif\0\0"), tiff]));
  jpeg = withSegment(jpeg, 0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${CANARY}</x:xmpmeta>`));
  jpeg = withSegment(jpeg, 0xfe, Buffer.from(CANARY));
  assert.ok(jpeg.includes("Exif") && jpeg.includes(CANARY));
  const polyglot = Buffer.concat([jpeg, Buffer.from(`<html><script>alert("${CANARY}")</script>PK\x03\x04`)]);
  const out = [plain, await picture(await sent(receipt, jpeg)), await picture(await sent(receipt, polyglot))];
  for (const one of out) {
    assert.deepEqual(one.subarray(0, 2), Buffer.from([0xff, 0xd8]));
    for (const word of ["Exif", CANARY, "<html", "xmpmeta", "ICC_PROFILE"]) assert.ok(!one.includes(word), word);
    const a = anatomy(one);
    assert.equal(a.tail, 0, "nothing behind the end");
    for (const m of a.markers) assert.ok([0xe0, 0xdb, 0xc0, 0xc4, 0xdd, 0xda].includes(m), m.toString(16));
  }
  assert.ok(!readFileSync(at.db).includes(CANARY) && !readFileSync(`${at.db}-wal`).includes(CANARY), "nor on disk");
});

test("what is no photo, or lies about being one, is refused beside its field", async () => {
  const receipt = await reported();
  const bad = [["<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"], ["<!doctype html><script>1</script>", "image/jpeg"],
    ["GIF89a\x01\0\x01\0<script>", "image/gif"], ["\xff\xd8\xff\xe0 not a JPEG", "image/jpeg"], ["%PDF-1.4", "image/png"], ["\x89PNG\r\n\x1a\n", "image/png"],
    ["II*\0", "image/tiff"]];
  for (const [text, type] of bad) {
    const answer = await send(receipt, Buffer.from(text, "latin1"), {}, { type });
    assert.equal(answer.status, 400, text);
    assert.match(answer.text, /id="f-photo-fault"/);
    assert.match(answer.text, /value="2026-10"/, "what was typed stays");
  }
  const bomb = png(20001, 1);
  const answer = await send(receipt, bomb);
  assert.equal(answer.status, 413);
  const none = await send(receipt, null);
  assert.equal(none.status, 400);
  assert.match(none.text, /choisissez un fichier/);
  for (const [fields, field] of [[{ licence: null }, "licence"], [{ taken: "2026-10-17" }, "taken"], [{ taken: "2999-01" }, "taken"], [{ author: "x".repeat(61) }, "author"]]) {
    const wrong = await send(receipt, png(8, 8), fields);
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, new RegExp(`id="f-${field}-fault"`));
  }
});

test("a photo of 15 MB is read, one byte more is refused on the page, and a far larger body before it is read", async () => {
  const receipt = await reported();
  const filled = Buffer.concat([png(32, 32), Buffer.alloc(MAX)]).subarray(0, MAX);
  assert.equal((await send(receipt, filled)).status, 201);
  const over = await send(receipt, Buffer.concat([filled, Buffer.from("x")]));
  assert.equal(over.status, 413);
  assert.match(over.text, /id="f-photo-fault"/);
  const far = await get(`${server.url}/track/photo`, { method: "POST", body: "x", headers: { "content-type": "multipart/form-data; boundary=x", "content-length": 16 * 1000 * 1000 } })
    .catch((e) => ({ status: e.code }));
  assert.equal(far.status, 413);
});

test("a photo is seen by its moderators, and by others once it and its contribution were accepted", async () => {
  const receipt = await reported(), id = await sent(receipt, png(64, 48), { author: "<b>Lou</b>" });
  const hidden = async () => {
    assert.equal((await ask(`/photo/${id}.jpg`)).status, 404);
    assert.ok(!(await ask("/d/1")).body.includes(`/photo/${id}.jpg`));
  };
  await hidden();
  assert.equal((await ask(`/queue/photo/${id}.jpg`)).status, 303);
  assert.equal((await ask(`/queue/photo/${id}.jpg`, elsewhere)).status, 403);
  assert.equal((await decide(id, "accept", elsewhere)).status, 403);
  assert.equal((await decide(id, "accept", {})).status, 401);
  const mine = await ask(`/queue/photo/${id}.jpg`, moderator);
  assert.equal(mine.status, 200);
  assert.equal(mine.headers["cache-control"], "no-store");
  assert.ok((await ask(`/queue/photo/${id}`, moderator)).body.includes("&lt;b&gt;Lou"));
  assert.equal((await decide(id, "accept")).status, 303);
  await hidden();
  await accept(id);
  const shown = await ask(`/photo/${id}.jpg`);
  assert.equal(shown.status, 200);
  assert.equal(shown.headers["content-type"], "image/jpeg");
  assert.equal(shown.headers["x-content-type-options"], "nosniff");
  const record = (await ask("/d/1")).body.toString();
  assert.match(record, new RegExp(`<img src="/photo/${id}.jpg" width="64" height="48" loading="lazy" alt="Photo[^"]+Caméra[^"]*octobre 2026`));
  assert.match(record, /&lt;b&gt;Lou&lt;\/b&gt;, octobre 2026, CC BY-SA 4\.0/);
  const privacy = await sendForm(server, await openForm(server, "/d/1/report?kind=privacy"), { about: "photo", note: "on me reconnaît" });
  assert.equal(privacy.status, 201);
  await hidden();
});

test("rectangles are blurred into the stored photo, which then waits again", async () => {
  const receipt = await reported(2), id = await sent(receipt, png(400, 300)), before = await picture(id);
  await decide(id, "accept");
  const wrong = [{}, { x: "10", y: "10", w: "0", h: "10" }, { x: "101", y: "1", w: "1", h: "1" }, { x: "a", y: "1", w: "1", h: "1" }, { x: ["1", "2"], y: "1", w: "1", h: "1" },
    { x: "1", y: "1", w: "1", h: "" }, { x: Array(25).fill("1"), y: Array(25).fill("1"), w: Array(25).fill("1"), h: Array(25).fill("1") }];
  for (const fields of wrong) {
    const answer = await decide(id, "blur", moderator, fields);
    assert.equal(answer.status, 400, JSON.stringify(fields));
  }
  assert.deepEqual(await picture(id), before, "nothing half done");
  assert.equal((await decide(id, "blur", moderator, { x: ["12,5", ""], y: ["10", ""], w: ["30", ""], h: ["40.5", ""] })).status, 303);
  const now = await picture(id);
  assert.notDeepEqual(now, before);
  assert.equal(anatomy(now).tail, 0);
  const page = (await ask(`/queue/photo/${id}`, moderator)).body.toString();
  assert.match(page, /en attente · floutée/);
});

test("a refused photo is destroyed, and an erased record's photos answer 410", async () => {
  const receipt = await reported(2), refused = await sent(receipt, png(64, 48)), shown = await sent(receipt, png(66, 48));
  assert.equal((await decide(refused, "refuse")).status, 303);
  assert.equal((await ask(`/queue/photo/${refused}.jpg`, moderator)).status, 410);
  assert.equal((await decide(refused, "accept")).status, 409);
  await decide(shown, "accept");
  await accept(shown);
  assert.equal((await ask(`/photo/${shown}.jpg`)).status, 200);
  assert.equal((await run(at.db, "erase", "2", "--reason", "test")).code, 0);
  assert.equal((await ask(`/photo/${shown}.jpg`)).status, 410);
  for (const name of ["1.jpg", `${shown}.png`, "x.jpg", `${shown}`, "-1.jpg", "99999999999999999999.jpg"]) assert.equal((await ask(`/photo/${name}`)).status, 404, name);
});

test("a contribution takes four photos, a receipt that is none takes none, and a reply never does", async () => {
  const receipt = await reported();
  for (let i = 0; i < 4; i++) assert.equal((await send(receipt, png(8 + i, 8))).status, 201);
  const { page } = await photoForm(receipt);
  assert.ok(!page.body.includes("name=\"photo\"") && page.body.includes("toutes les photos"));
  assert.equal((await photoForm("7K3QM-7K3QM-7K3QM-7K3QM-7K3QM7")).page.status, 404);
  const reply = await sendForm(server, await openForm(server, "/d/1/report?kind=reply"), { label: "Ville", text: "Non." });
  assert.ok(!reply.text.includes("/track/photo"));
  assert.ok((await photoForm(receiptOf(reply.text))).page.body.includes("ne prend pas"));
  const address = await get(`${server.url}/track/photo`);
  assert.equal(address.status, 303);
  assert.equal(address.headers.location, "/track");
});

test("only so many photos are read at once, the others are asked to come again", async () => {
  const large = png(6000, 6000), receipts = await Promise.all(Array.from({ length: 6 }, () => reported()));
  await server.stop();
  server = await serve(at.db, "--rate", "0", "--photos", "yes", "--workers", "8"); // allowances are counted anew
  const forms = await Promise.all(receipts.map(async (r) => (await photoForm(r)).form));
  const answers = await Promise.all(forms.map((form) => sendFile(server, form, { licence: "1", send: "1" }, { name: "photo", bytes: large })));
  const busy = answers.filter((a) => a.status === 503);
  assert.ok(busy.length >= 1 && answers.filter((a) => a.status === 201).length >= 2, answers.map((a) => a.status).join());
  for (const a of busy) assert.equal(a.headers["retry-after"], "10");
});

test("a form from elsewhere is refused, and where photos are off there is no way to send one", async () => {
  const receipt = await reported(), { form } = await photoForm(receipt);
  const foreign = await sendFile(server, form, { licence: "1", send: "1" }, { name: "photo", bytes: png(8, 8) }, { headers: { "sec-fetch-site": "cross-site" } });
  assert.equal(foreign.status, 403);
  const off = await serve(at.db, "--rate", "0");
  try {
    const answer = await sendFile(off, form, { licence: "1", send: "1" }, { name: "photo", bytes: png(8, 8) });
    assert.equal(answer.status, 404);
    const page = await sendForm(off, await openForm(off, "/track"), { receipt });
    assert.equal(page.status, 200);
    assert.ok(!page.text.includes("/track/photo"));
  } finally {
    await off.stop();
  }
});
