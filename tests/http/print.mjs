// The field sheet: what is on it, what is not, and what is refused. Its words are read with pdftotext, where that is.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { camera, importCameras, importPlaces } from "./lib/cameras.mjs";
import { freshFolder, get, hasBasemap, serve } from "./lib/program.mjs";

const MARSEILLE = [5.3698, 43.2965];
const BOX = "5.364,43.291,5.376,43.302";
const canRead = spawnSync("pdftotext", ["-v"]).status === 0;
const unread = canRead ? false : "there is no pdftotext";
let at, server;

before(async () => {
  at = freshFolder();
  await importPlaces(at);
  await importCameras(at, [camera(1, ...MARSEILLE, { "camera:type": "dome", "camera:direction": "45", check_date: "2025-03-14" }),
    camera(2, MARSEILLE[0] + 0.003, MARSEILLE[1] - 0.003, { "camera:type": "fixed", "camera:direction": "270" }),
    camera(3, MARSEILLE[0] + 0.001, MARSEILLE[1], { surveillance: "indoor", "camera:type": "panning" })]);
  server = await serve(at.db, "--workers", "2");
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0);
  at.remove();
});

const ask = (query, slug = "marseille", headers = {}) => get(`${server.url}/c/${slug}/print?${query}`, { headers });

function words(pdf) {
  const file = path.join(at.folder, "sheet.pdf");
  writeFileSync(file, pdf);
  return execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" }).normalize("NFKC"); // "ﬁ" is one letter there
}

test("a sheet is a PDF of a map and a table, to be kept as a file", async () => {
  const got = await ask(`kind=sheet&lang=fr&bbox=${BOX}`);
  assert.equal(got.status, 200);
  assert.equal(got.headers["content-type"], "application/pdf");
  assert.match(got.headers["content-disposition"], /^attachment; filename="releve-marseille-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}\.pdf"$/);
  assert.equal(got.headers["x-content-type-options"], "nosniff");
  assert.equal(got.body.subarray(0, 5).toString(), "%PDF-");
  assert.match(got.body.subarray(-10).toString("latin1"), /%%EOF/);
});

test("the same sheet is the same bytes, and is not sent again", async () => {
  const once = await ask(`kind=sheet&lang=fr&bbox=${BOX}`), twice = await ask(`kind=sheet&lang=fr&bbox=${BOX}`);
  assert.ok(once.body.equals(twice.body));
  const again = await ask(`kind=sheet&lang=fr&bbox=${BOX}`, "marseille", { "If-None-Match": once.headers.etag });
  assert.equal(again.status, 304);
});

test("the file tells the month it was made in, and not the day", { skip: unread }, async () => {
  const file = path.join(at.folder, "dated.pdf");
  writeFileSync(file, (await ask(`kind=sheet&lang=fr&bbox=${BOX}`)).body);
  const about = execFileSync("pdfinfo", ["-isodates", file], { encoding: "utf8" });
  assert.match(about, /Title: +Relevé de quartier — Marseille/);
  assert.match(about, /CreationDate: +\d{4}-\d{2}-01T00:00:00/);
});

test("it says in words what is known, and nothing that is not shown", { skip: unread }, async () => {
  const got = await ask(`kind=sheet&lang=fr&bbox=${BOX}`);
  const text = words(got.body), [heading] = text.trim().split("\n");
  assert.match(heading, /^Relevé de quartier — Marseille/);
  assert.doesNotMatch(heading, /caméra|surveillance/i);
  assert.ok(heading.includes(/releve-marseille-(.*)\.pdf/.exec(got.headers["content-disposition"])[1]), heading);
  assert.match(text, /A +B +C +D +E +F +G +H/);
  assert.match(text, /Déjà relevés dans ce cadre\s: 2/);
  assert.match(text, /1 +[A-H]\d+ +caméra dôme +→ NE +\S.* 03\/2025/);
  assert.match(text, /2 +[A-H]\d+ +caméra fixe +→ O/);
  assert.doesNotMatch(text, /caméra orientable/);
  assert.match(text, /mois\s:/);
  assert.match(text, /numérotez à partir de 3\./);
  assert.equal((text.match(/oui/g) || []).length, 24);
  assert.match(text, /exploitant, panneau/);
  assert.ok(text.includes(server.url), "the address of the site");
});

test("cells on paper are cells of the box: the list goes with the map", { skip: unread }, async () => {
  const text = words((await ask(`kind=sheet&lang=fr&bbox=${BOX}`)).body);
  // The box is higher than wide for a grid of 8 to 10, or the other way round: its middle stays the middle.
  const [, first] = /1 +([A-H]\d+) +caméra dôme/.exec(text);
  assert.match(first, /^[DE][56]$/);
});

test("without streets it says so", { skip: unread || (hasBasemap ? false : "there is no base map") }, async () => {
  assert.match(words((await ask(`kind=sheet&lang=fr&bbox=${BOX}`)).body), /Pas encore de plan des rues ici/);
  assert.match(words((await ask(`kind=sheet&lang=en&bbox=${BOX}`)).body), /No street map here yet/);
});

test("in English, and where nobody looked yet", { skip: unread }, async () => {
  const text = words((await ask("kind=sheet&lang=en&bbox=5.40,43.30,5.41,43.31")).body);
  assert.match(text, /^Neighbourhood survey — Marseille/);
  assert.match(text, /Nobody has put anything on record in this frame yet/);
  assert.match(text, /number from 1 on/);
});

test("without a box it shows the centre, and all that is asked for", { skip: unread }, async () => {
  const got = await ask("kind=sheet&lang=fr&space=all");
  assert.equal(got.status, 200);
  assert.match(words(got.body), /Marseille, Bouches-du-Rhône · 1\s?2\d0 × 1\s?5\d0 m/);
  const all = await ask(`kind=sheet&lang=fr&space=all&bbox=${BOX}`);
  assert.match(words(all.body), /caméra orientable/);
});

test("more than can be numbered is said, and goes on on a third page", { skip: unread }, async () => {
  const many = freshFolder();
  await importPlaces(many);
  const cameras = [];
  for (let i = 0; i < 260; i++)
    cameras.push(camera(1000 + i, 5.365 + (i % 20) * 0.0005, 43.292 + Math.floor(i / 20) * 0.0006));
  await importCameras(many, cameras);
  const crowded = await serve(many.db);
  try {
    const got = await get(`${crowded.url}/c/marseille/print?kind=sheet&lang=fr&bbox=${BOX}`);
    assert.equal(got.status, 200);
    const text = words(got.body);
    assert.match(text, /Déjà relevés dans ce cadre\s: 260/);
    assert.match(text, /60 en points sans numéro/);
    assert.match(text, /page 3\/3/);
    assert.match(text, /\b200 +[A-H]\d+/);
    assert.doesNotMatch(text, /\b201 +[A-H]\d+/);
  } finally {
    await crowded.stop();
    many.remove();
  }
});

test("what cannot be printed is refused in the reader's language", async () => {
  const refused = {
    "kind=sheet&bbox=1,2,3": /ouest,sud,est,nord/, "kind=sheet&bbox=a,b,c,d": /ouest,sud,est,nord/, "kind=sheet&bbox=5.3,43.2,nan,43.3": /ouest,sud,est,nord/,
    "kind=sheet&bbox=5.3,43.3,5.4,43.2": /ouest,sud,est,nord/, "kind=sheet&bbox=5.3,43.2,5.4,43.3": /au plus 4000 m/, "kind=sheet&bbox=-180,-90,180,90": /au plus 4000 m/,
    "kind=sheet&bbox=179.999,0,-179.999,0.01": /180e méridien/, "kind=sheet&bbox=5.37,43.29,5.36,43.3": /180e méridien/,
    "kind=poster": /« poster » n.* sheet/, "": /kind=sheet/, "kind=sheet&category=nothing": /category/,
  };
  for (const [query, says] of Object.entries(refused)) {
    const got = await ask(`${query}&lang=fr`, "marseille", { Accept: "text/html" });
    assert.equal(got.status, 400, query);
    assert.match(got.headers["content-type"], /^text\/html/);
    assert.match(got.body.toString().replace(/&#39;/g, "'").replace(/[\u00a0\u202f]/g, " "), says, query);
  }
  assert.match((await ask("kind=portrait&lang=en")).body.toString(), /there is sheet, the field sheet/);
  assert.equal((await ask("kind=sheet", "nowhere-at-all")).status, 404);
  assert.equal((await get(`${server.url}/c/marseille/print?kind=sheet`, { method: "POST" })).status, 405);
});

test("the page of a city leads to its sheet", async () => {
  assert.match((await get(`${server.url}/c/marseille`)).body.toString(), /href="\/c\/[a-z0-9-]+\/print\?kind=sheet"/);
});
