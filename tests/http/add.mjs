// Proposing without script: every answer of /add, /add?sheet and /d/ID/correct is the form with what was typed, until it is sent.
import { test, before, beforeEach, after } from "node:test";
import assert from "node:assert/strict";
import { camera, importCameras, importPlaces } from "./lib/cameras.mjs";
import { openForm, readForm, sendForm, unescapeHtml } from "./lib/forms.mjs";
import { freshFolder, get, run, serve } from "./lib/program.mjs";

const HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
let at, server;

before(async () => {
  at = freshFolder();
  await importPlaces(at);
  await importCameras(at, [camera(1, 5.3721, 43.2951, { "camera:type": "dome", operator: "Ville de Marseille" }), camera(2, 5.4, 43.3)]);
  server = await serve(at.db, "--contributions", "open", "--rate", "0");
});
after(async () => {
  if (server) await server.stop();
  if (at) at.remove();
});

const field = (form, name) => (form.fields.find(([n]) => n === name) || [])[1];
const fault = (text, name) => unescapeHtml((new RegExp(`id="${name}-fault">([^<]*)<`).exec(text) || [])[1] || "").replace(/[\u00a0\u202f]/g, " ");
async function queue() {
  const sql = "import sqlite3,json,sys;c=sqlite3.connect(sys.argv[1]);c.row_factory=sqlite3.Row;print(json.dumps([dict((k,v) for k,v in dict(r).items() if not isinstance(v,bytes)) for r in c.execute('select * from contribution order by rowid')]))";
  const { execFileSync } = await import("node:child_process");
  return JSON.parse(execFileSync("python3", ["-c", sql, at.db]).toString());
}
const CAMERA = { at: "43.29800, 5.38000", kind: "dome", mount: "pole", direction: "NE", do: "send" };
const HERE = "/add?center=5.38,43.298&zoom=17";

/* The rows that came into the queue since this was asked last. */
const seen = new Set();
async function arrived() {
  const rows = (await queue()).filter((row) => !seen.has(row.id));
  for (const row of rows) seen.add(row.id);
  return rows.map((row) => ({ ...row, patch: JSON.parse(row.patch) }));
}
async function newest() {
  const rows = await arrived();
  assert.equal(rows.length, 1);
  return rows[0];
}
beforeEach(arrived);

test("a camera is proposed, its author gets a receipt, and the map does not change", async () => {
  const form = await openForm(server, HERE);
  const sent = await sendForm(server, form, { ...CAMERA, height: "4,5", angle: "70°", operator: "Mairie de Marseille", note: "Vu deux fois" });
  assert.equal(sent.status, 201, sent.text);
  assert.match(sent.headers["cache-control"], /no-store/);
  assert.match(sent.text, /id="receipt">[0-9A-Z]{5}(-[0-9A-Z]{5}){3}-[0-9A-Z]{6}</);
  const row = await newest();
  assert.equal(row.kind, "add");
  assert.equal(row.survey, 1);
  assert.equal(row.note, "Vu deux fois");
  assert.equal(row.patch.category, "cctv");
  assert.deepEqual(row.patch.position, [5.38, 43.298]);
  const [device] = row.patch.devices;
  assert.deepEqual([device.device_type, device.mount, device.height_m, device.views], ["dome", "pole", 4.5, [{ bearing_deg: 45, width_deg: 70 }]]);
  assert.equal(row.patch.orgs[0].name, "Ville de Marseille", "one spelling of a town");
  assert.match(row.patch.status_events[0].date, /^\d{4}-\d\d$/, "the month, never the day");
  assert.deepEqual([row.patch.claims[0].basis, row.patch.claims[0].confidence], ["survey", "confirmed"]);
  assert.ok(!("id" in row.patch) && !("note" in row.patch));
});

test("of a survey the day is dropped, even when somebody types it", async () => {
  const sent = await sendForm(server, await openForm(server, HERE), { ...CAMERA, at: "43.2985, 5.3805", date: "03/10/2025" });
  assert.equal(sent.status, 201, sent.text);
  const { patch } = await newest();
  assert.equal(patch.last_confirmed, "2025-10");
  assert.ok(!JSON.stringify(patch).includes("2025-10-03"));
});

test("without the work it is taken once the form is three seconds old, and not before", async () => {
  const form = await openForm(server, HERE);
  const quick = await sendForm(server, form, { ...CAMERA, at: "43.2990, 5.3810", direction: "SO" }, { work: false });
  assert.equal(quick.status, 400);
  assert.match(quick.text, /rempli trop vite/);
  const again = readForm(quick.text, "/add");
  assert.equal(field(again, "direction"), "SO", "what was typed is still there");
  await new Promise((done) => setTimeout(done, 3100));
  const sent = await sendForm(server, { ...again, headers: {} }, { do: "send" }, { work: false });
  assert.equal(sent.status, 201, sent.text);
});

test("looking first does not start the three seconds anew, and a form is taken once", async () => {
  const form = await openForm(server, HERE);
  const looked = await sendForm(server, form, { ...CAMERA, at: "43.2995, 5.3815", do: "check" }, { work: false });
  assert.equal(looked.status, 200);
  assert.match(looked.text, /Voici ce qui sera proposé/);
  const again = { ...readForm(looked.text, "/add"), headers: {} };
  assert.equal(field(again, "challenge"), field(form, "challenge"));
  assert.equal((await sendForm(server, again, { do: "send" })).status, 201);
  assert.equal((await sendForm(server, again, { do: "send" })).status, 400, "sent twice");
});

test("a click on the picture is a place, the buttons move and zoom, and all that was typed stays", async () => {
  const form = await openForm(server, "/add?center=5.38,43.298&zoom=17");
  assert.ok(form.buttons.some(([name]) => name === "map"));
  let answer = await sendForm(server, form, { "map.x": "510", "map.y": "100", direction: "45", note: "ici" });
  assert.equal(answer.status, 200);
  let now = { ...readForm(answer.text, "/add"), headers: {} };
  const [lat, lon] = field(now, "at").split(", ").map(Number);
  const px = 360 / (256 * 2 ** 17);
  assert.ok(Math.abs(lon - (5.38 + 170 * px)) < px, `${lon}`);
  assert.ok(Math.abs(lat - (43.298 + 100 * px * Math.cos(43.298 * Math.PI / 180))) < px, `${lat}`);
  assert.deepEqual([field(now, "direction"), field(now, "note")], ["45", "ici"]);
  assert.match(answer.text, /map\.png\?[^"]*spot=5\.38/);
  answer = await sendForm(server, now, { do: "east" });
  now = { ...readForm(answer.text, "/add"), headers: {} };
  assert.ok(Math.abs(Number(field(now, "center").split(",")[0]) - (5.38 + 170 * px)) < px);
  assert.ok(Math.abs(Number(field(now, "at").split(", ")[1]) - lon) < 1e-9, "the point stays where it was");
  answer = await sendForm(server, now, { do: "in" });
  assert.equal(field(readForm(answer.text, "/add"), "zoom"), "18");
  answer = await sendForm(server, { ...readForm(answer.text, "/add"), headers: {} }, { "map.x": "0", "map.y": "0" });
  now = readForm(answer.text, "/add");
  assert.equal(field(now, "at").split(", ")[1].slice(0, 7), field(now, "center").slice(0, 7), "Enter on the picture is its middle");
});

test("the picture is a PNG of one size, and refuses what it does not understand", async () => {
  const picture = await get(`${server.url}/add/map.png?center=5.38,43.298&zoom=17&spot=5.38,43.298&direction=NE&angle=70&known=5.381,43.298`);
  assert.equal(picture.status, 200);
  assert.equal(picture.headers["content-type"], "image/png");
  assert.deepEqual([picture.body.readUInt32BE(16), picture.body.readUInt32BE(20)], [680, 400]);
  assert.match(picture.headers["cache-control"], /no-store/);
  for (const wrong of ["", "?center=5,43", "?center=500,43&zoom=3", "?center=5,43&zoom=20", `?center=5,43&zoom=5&known=${Array(10).fill("5,43").join(";")}`, "?center=5,43&zoom=5&ring=a"])
    assert.equal((await get(`${server.url}/add/map.png${wrong}`)).status, 400, wrong);
});

test("a commune brings the map there and is no point by itself", async () => {
  const form = await openForm(server, "/add");
  const answer = await sendForm(server, form, { place: "Aubagne", do: "send" });
  assert.equal(answer.status, 200);
  const now = readForm(answer.text, "/add");
  assert.match(field(now, "center"), /^5\.5\d*,43\.2/);
  assert.equal(field(now, "zoom"), "15");
  assert.equal(field(now, "at"), "");
  const sent = await sendForm(server, { ...now, headers: {} }, { do: "send" });
  assert.equal(sent.status, 400);
  assert.match(fault(sent.text, "at"), /Il manque la position/);
});

const FAULTS = [
  ["direction", "gauche", /direction n'est pas comprise/], ["height", "60", /de 1,5 à 30/], ["angle", "-3", /de 1 à 360/], ["count", "douze", /nombre entier/],
  ["operator", "Jean Dupont", /personne privée/], ["manufacturer", "Mme Martin", /personne privée/], ["date", "hier", /n'est pas comprise/], ["date", "2031", /avenir/],
  ["date", "1812", /avant 1950/], ["at", "là-bas", /coordonnées ne sont pas comprises/], ["at", "95, 5", /coordonnées/], ["kind", "bulle", /n'existe pas dans la liste/],
  ["category", "licorne", /n'existe pas/], ["category", "police_file", /pas de place dans une rue/], ["home", "inside", /chez un particulier/],
  ["precision", "city", /dans un quartier/], ["s1_url", "javascript:alert(1)", /https:\/\//], ["s1_url", "http://cam.example/mjpg/video.mjpg", /flux d'une caméra/],
  ["s1_date", "32/13/2020", /n'est pas comprise/], ["basis", "", /comment vous le savez/], ["status", "prohibited", null], ["summary", "x".repeat(601), /600 caractères/],
  ["note", "x".repeat(2001), /2 000 caractères/], ["place", "Xyzzyville", /Aucun lieu de ce nom/],
];
test("every fault is said beside its field, with what was typed still there", async () => {
  const form = await openForm(server, HERE);
  for (const [name, value, says] of FAULTS) {
    const sent = await sendForm(server, form, { ...CAMERA, [name]: value });
    assert.equal(sent.status, 400, `${name}=${value}: ${sent.status}`);
    const beside = fault(sent.text, name === "status" ? "authority" : name);
    assert.match(beside, says || /quelle|laquelle/, `${name}=${value}`);
    assert.match(sent.text, new RegExp(`aria-describedby="[^"]*${name === "status" ? "authority" : name}-fault`));
    const now = readForm(sent.text, "/add");
    if (!["kind", "category", "precision", "basis"].includes(name)) assert.equal(field(now, name), value);
    assert.equal(field(now, "mount"), "pole");
  }
  assert.deepEqual(await arrived(), [], "nothing was stored");
});

test("English for who asks for it", async () => {
  const form = await openForm(server, "/add?lang=en");
  const sent = await sendForm(server, form, { ...CAMERA, height: "60" });
  assert.match(fault(sent.text, "height"), /1\.5 to 30/);
});

test("what is typed comes back as text in every field", async () => {
  const form = await openForm(server, "/add?what=programme");
  const names = [...form.fields.map(([name]) => name), "workshop", "s1_url"].filter((name) => !["do", "challenge", "answer", "what"].includes(name));
  const sent = await sendForm(server, form, { ...Object.fromEntries(names.map((name) => [name, HOSTILE])), website: "", do: "send" });
  assert.equal(sent.status, 400);
  assert.ok(!sent.text.includes("<script>alert") && !sent.text.includes("<img src=x"), "nothing of it is markup");
  assert.equal(field(readForm(sent.text, "/add"), "title"), HOSTILE);
  const sheet = await openForm(server, `/add?sheet=${await sheetCode()}`);
  const rows = await sendForm(server, sheet, { rows: `C7 ${HOSTILE}`, street: HOSTILE, operator: HOSTILE, do: "send" });
  assert.ok(!rows.text.includes("<script>alert") && !rows.text.includes("<img src=x"));
});

test("a form from elsewhere is refused, and so is one with its trap filled in", async () => {
  const form = await openForm(server, HERE);
  const crossed = await sendForm(server, form, CAMERA, { headers: { "sec-fetch-site": "cross-site" } });
  assert.equal(crossed.status, 403);
  const other = await sendForm(server, form, CAMERA, { headers: { "sec-fetch-site": "", origin: "https://elsewhere.example" } });
  assert.equal(other.status, 403);
  const trapped = await sendForm(server, form, { ...CAMERA, website: "http://spam.example" });
  assert.equal(trapped.status, 400);
  const stranger = await sendForm(server, form, { ...CAMERA, challenge: "1.00.00", answer: "5" });
  assert.equal(stranger.status, 400);
});

test("a record that may be the same is shown with its distance before anything is sent", async () => {
  const form = await openForm(server, HERE);
  const asked = await sendForm(server, form, { ...CAMERA, at: "43.29512, 5.37212" });
  assert.equal(asked.status, 200);
  assert.match(asked.text, /Déjà sur la carte/);
  assert.match(asked.text, /à [0-9] m/);
  assert.match(asked.text, /href="\/d\/\d+\/report\?kind=confirm"/);
  assert.match(asked.text, /map\.png\?[^"]*known=5\.3721,43\.2951/);
  assert.deepEqual(await arrived(), []);
  const other = await sendForm(server, { ...readForm(asked.text, "/add"), headers: {} }, { do: "other" });
  assert.equal(other.status, 201);
});

test("a home's camera is known to its street, and its operator is not kept", async () => {
  const form = await openForm(server, HERE);
  const bell = await sendForm(server, form, { ...CAMERA, at: "43.301, 5.385", kind: "doorbell" });
  assert.match(fault(bell.text, "home"), /sonnette/);
  const sent = await sendForm(server, form, { ...CAMERA, at: "43.301, 5.385", kind: "doorbell", home: "street" });
  assert.equal(sent.status, 201, sent.text);
  const { patch } = await newest();
  assert.deepEqual([patch.location_precision, patch.public_precision], ["exact", "street"]);
});

test("a town's project has its place instead of a point, and its state a source", async () => {
  const form = await openForm(server, "/add?what=programme");
  const base = { title: "Caméras augmentées", category: "vsa", place: "Saint-Denis", status: "announced", date: "2024", do: "send" };
  const bare = await sendForm(server, form, base);
  assert.equal(bare.status, 400);
  assert.match(fault(bare.text, "place"), /Plusieurs lieux/);
  assert.match(fault(bare.text, "s1_url"), /besoin d'une source/);
  const picks = [...bare.text.matchAll(/name="place_pick" value="([^"]+)"/g)].map(([, code]) => code);
  assert.ok(picks.includes("93066") && picks.length > 1, picks.join());
  const sent = await sendForm(server, { ...readForm(bare.text, "/add"), headers: {} }, { place_pick: "93066", s1_url: "https://example.org/deliberation.pdf",
    s1_title: "Délibération", s1_kind: "official", s1_date: "2024-03-28", basis: "official_document", count: "12", do: "send" });
  assert.equal(sent.status, 201, sent.text);
  const row = await newest();
  assert.deepEqual([row.place_code, row.patch.place_name, row.patch.location_precision, row.patch.admin_level], ["93066", "Saint-Denis", "city", "commune"]);
  assert.equal(row.survey, 0);
  assert.deepEqual([row.patch.sources[0].kind, row.patch.sources[0].published_on, row.patch.status_events[0].source, row.patch.claims[0].source], ["official", "2024-03-28", 1, 1]);
  assert.equal(row.patch.device_count, 12);
});

test("a zone that was surveyed is a polygon with its month and no device", async () => {
  const form = await openForm(server, "/add?what=zone&center=5.38,43.298&zoom=16");
  let now = form;
  for (const [x, y] of [[100, 100], [500, 100], [500, 300]]) {
    const clicked = await sendForm(server, now, { "map.x": String(x), "map.y": String(y), "do": null });
    now = { ...readForm(clicked.text, "/add"), headers: {} };
  }
  assert.equal(field(now, "zone").split("\n").length, 3);
  const sent = await sendForm(server, now, { date: "2026-10", do: "send" });
  assert.equal(sent.status, 201, sent.text);
  const { patch } = await newest();
  assert.equal(patch.devices, undefined);
  assert.deepEqual([patch.zones[0].zone_kind, patch.zones[0].valid_from, patch.zones[0].rings[0].length], ["no_coverage_surveyed", "2026-10", 3]);
  const corners = (n) => Array.from({ length: n }, (_, i) => `${43.3 + 0.01 * Math.sin(i / n * 6.28)}, ${5.38 + 0.01 * Math.cos(i / n * 6.28)}`).join("\n");
  for (const [zone, says] of [["43.3, 5.3\n43.31, 5.31", /trois coins/], ["43.3, 5.3\nlà\n43.3, 5.4", /ligne n'est pas comprise/], ["43.3, 5.3\n43.31, 5.31\n43.3, 5.31\n43.31, 5.3", /se croise/],
    ["43, 5\n44, 5\n44, 6", /30 km/], [corners(201), /200 coins/]]) {
    const wrong = await sendForm(server, form, { zone, date: "2026-10", do: "send" });
    assert.equal(wrong.status, 400, zone.slice(0, 60));
    assert.match(fault(wrong.text, "zone"), says);
  }
  assert.equal((await sendForm(server, await openForm(server, "/add?what=zone"), { zone: corners(200), date: "2026-10", do: "send" })).status, 201);
});

// The code of a sheet round the cameras, out of the name of its PDF.
async function sheetCode() {
  const answer = await get(`${server.url}/c/marseille/print?kind=sheet&bbox=5.370,43.290,5.384,43.300`);
  assert.equal(answer.status, 200, answer.body.toString().slice(0, 300));
  return /([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5})\.pdf/.exec(answer.headers["content-disposition"])[1];
}

test("rows of a field sheet become contributions, all or none", async () => {
  const code = await sheetCode();
  const form = await openForm(server, `/add?sheet=${code}`);
  const wrong = await sendForm(server, form, { rows: "C7, mur, dôme, NE, 4\nZ9 mur\n\nB2 parapluie\nA1 mur height 40", street: "Rue Longue", do: "send" });
  assert.equal(wrong.status, 400);
  const text = unescapeHtml(wrong.text).replace(/[\u00a0\u202f]/g, " ");
  assert.match(text, /Ligne 2, « Z9 mur » : La ligne commence par sa case/);
  assert.match(text, /Ligne 4, « B2 parapluie » : Un mot n'est pas compris/);
  assert.match(text, /Ligne 5/);
  assert.deepEqual(await arrived(), [], "nothing half-saved");
  const rows = "C7, mur, dôme, NE, 4\nd 2 lampadaire orientable\nH10; pole; fixed; S; 4,5 m; lapi";
  const sent = await sendForm(server, { ...readForm(wrong.text, "/add"), headers: {} }, { rows, date: "2026-10", operator: "Ville de Marseille", do: "send" });
  assert.equal(sent.status, 201, sent.text);
  const all = (await arrived()).sort((a, b) => (a.patch.devices[0].mount < b.patch.devices[0].mount ? 1 : -1));
  assert.equal(all.length, 3);
  assert.ok(all.every((row) => row.survey === 1 && row.note === "Rue Longue" && row.patch.last_confirmed === "2026-10" && row.patch.orgs[0].name === "Ville de Marseille"));
  assert.deepEqual(all.map((row) => [row.patch.category, row.patch.devices[0].device_type, row.patch.devices[0].mount, row.patch.devices[0].height_m]),
    [["cctv", "dome", "wall", 4], ["cctv", "panning", "street_lamp", undefined], ["alpr", "fixed", "pole", 4.5]]);
  const next = readForm(sent.text, "/add?sheet");
  assert.deepEqual([field(next, "street"), field(next, "date"), field(next, "operator")], ["Rue Longue", "2026-10", "Ville de Marseille"]);
  const asked = await sendForm(server, { ...next, headers: {} }, { do: "again" });
  const opened = await sendForm(server, { ...readForm(asked.text, "/add?sheet"), headers: {} }, { sheet: code });
  assert.equal(field(readForm(opened.text, "/add"), "street"), "Rue Longue", "kept for the next sheet");
  const many = await sendForm(server, form, { rows: Array(61).fill("A1 mur").join("\n"), do: "send" });
  assert.match(many.text, /au plus 60 lignes/);
  assert.match((await sendForm(server, { ...readForm(asked.text, "/add?sheet"), headers: {} }, { sheet: "7K3F" })).text, /pas le code d&#39;une feuille|pas le code d'une feuille/);
});

test("a correction is the difference from what its author saw", async () => {
  const form = await openForm(server, `/d/${await cameraId()}/correct`);
  assert.equal(field(form, "kind"), "dome");
  assert.equal(field(form, "operator"), "Ville de Marseille");
  const same = await sendForm(server, form, { do: "send" });
  assert.equal(same.status, 400);
  assert.match(same.text, /Rien n('|&#39;)a été changé/);
  const sent = await sendForm(server, form, { height: "6", do: "send" });
  assert.equal(sent.status, 201, sent.text);
  const row = await newest();
  assert.equal(row.kind, "edit");
  assert.deepEqual(Object.keys(row.patch), ["devices"]);
  assert.equal(row.patch.devices[0].height_m, 6);
  assert.equal(row.patch.devices[0].device_type, "dome");
  assert.ok(row.base_version >= 1);
  const moved = await sendForm(server, await openForm(server, form.action), { operator: "Métropole Aix-Marseille", s1_url: "https://example.org/a", basis: "press", do: "send" });
  assert.equal(moved.status, 201, moved.text);
  const { patch } = await newest();
  assert.deepEqual(Object.keys(patch).sort(), ["claims", "orgs", "sources"]);
  assert.ok(patch.sources.every((s) => s.kind !== "file"));
  assert.equal((await get(`${server.url}/d/99999/correct`)).status, 404);
});

async function cameraId() {
  const found = JSON.parse((await get(`${server.url}/api/collections/deployments/items?bbox=5.3720,43.2950,5.3722,43.2952`)).body);
  return found.features[0].id;
}

test("a site that takes no contributions says so, and takes none", async () => {
  const closed = await serve(at.db, "--contributions", "closed", "--admin", "off").catch(() => serve(at.db, "--contributions", "closed"));
  try {
    const page = (await get(`${closed.url}/add`, { headers: { "accept-language": "fr" } })).body.toString();
    assert.match(page, /ne prend pas de contributions/);
    assert.doesNotMatch(page, /name="challenge"/);
    const form = await openForm(server, HERE);
    assert.equal((await sendForm(closed, form, CAMERA)).status, 403);
    assert.doesNotMatch((await get(`${closed.url}/list`)).body.toString(), /href="\/add"/);
  } finally {
    await closed.stop();
  }
});

test("too much is refused before it is read", async () => {
  const form = await openForm(server, HERE);
  assert.equal((await sendForm(server, form, { ...CAMERA, note: "x".repeat(70000) })).status, 413);
  assert.equal((await sendForm(server, form, { ...CAMERA, ...Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`f${i}`, "1"])) })).status, 413);
});
