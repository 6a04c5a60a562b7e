// An area that somebody walked and where nothing was found: it is shown as such, and is no device anywhere.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { importPlaces } from "./lib/cameras.mjs";
import { unescapeHtml } from "./lib/forms.mjs";
import { freshFolder, get, run, serve } from "./lib/program.mjs";
import { readTile } from "./lib/vector_tile.mjs";

const ITEMS = "/api/collections/deployments/items";
let at, server, token, id;

before(async () => {
  at = freshFolder();
  await importPlaces(at);
  token = (await run(at.db, "token", "add", "--label", "t", "--role", "admin", "--territory", "all")).stdout.trim();
  server = await serve(at.db, "--rate", "0");
  const ring = [[-1.01, 46.99], [-0.99, 46.99], [-0.99, 47.01], [-1.01, 47.01], [-1.01, 46.99]];
  const made = await post({ type: "Polygon", coordinates: [ring] }, { category: "cctv", zone_kind: "no_coverage_surveyed", title_fr: "Relevé sans dispositif trouvé",
    place_id: "85090", survey: true, publish_at_once: true, zones: undefined, claims: [{ field: "exists", confidence: "confirmed", basis: "survey", said_on: "2026-03" }] });
  id = made.id;
});
after(async () => {
  await server?.stop();
  at?.remove();
});

async function post(geometry, properties) {
  const text = JSON.stringify({ type: "Feature", geometry, properties });
  const sent = await get(`${server.url}${ITEMS}`, { method: "POST", body: text,
    headers: { "content-type": "application/geo+json", "content-length": Buffer.byteLength(text), authorization: `Bearer ${token}` } });
  assert.equal(sent.status, 201, sent.body.toString());
  return JSON.parse(sent.body);
}
const page = async (path, lang = "fr") => {
  const answer = await get(`${server.url}${path}`, { headers: { "accept-language": lang } });
  assert.equal(answer.status, 200, path);
  return unescapeHtml(answer.body.toString()).replace(/[\u00a0\u202f]/g, " ");
};
const layers = async (z, x, y) => {
  const answer = await get(`${server.url}/tiles/deployments/${z}/${x}/${y}.mvt`);
  return answer.status === 200 && answer.body.length ? readTile(answer.body) : [];
};
const tileAt = (z, lon, lat) => {
  const s = Math.sin(lat * Math.PI / 180), n = 2 ** z;
  return [z, Math.floor((lon / 360 + 0.5) * n), Math.floor((0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * n)];
};

test("in vector tiles it is a zone of its kind at every zoom, and neither a point nor part of a cluster", async () => {
  for (const z of [8, 9, 12, 13, 14]) {
    const found = await layers(...tileAt(z, -1.0, 47.0));
    const zones = found.filter((l) => l.name === "zones");
    assert.equal(zones.length, 1, `zoom ${z}`);
    assert.ok(zones[0].values.flat().includes("no_coverage_surveyed"), `zoom ${z}`);
    for (const name of ["deployments", "clusters", "cones"]) assert.ok(!found.some((l) => l.name === name), `${name} at zoom ${z}`);
  }
});

test("what is drawn there is the zone alone", async () => {
  for (const zoom of [12, 14, 16]) {
    const drawn = JSON.parse((await get(`${server.url}/identify?light&lon=-1&lat=47&zoom=${zoom}`)).body).features;
    assert.deepEqual(drawn.filter((f) => f.source === "deployments").map((f) => f.layer), ["zones-surveyed"], `zoom ${zoom}`);
  }
});

test("the map's line, legend and list say so, and count nothing", async () => {
  const home = await page("/?center=-1,47&zoom=14");
  assert.match(home, /Relevé ici : rien trouvé\./);
  assert.match(home, /class="surveyed"[^>]*><\/span>relevé, rien trouvé</);
  assert.match(home, /Zones relevées sans dispositif<\/h3>/);
  assert.match(home, /relevé sans dispositif en mars 2026/);
  assert.doesNotMatch(home, /caméras? relevée|Appareils relevés|Personne n'a encore relevé/);
  const far = await page("/?center=-1.5,47.5&zoom=14");
  assert.match(far, /Personne n'a encore relevé ici/);
  assert.doesNotMatch(far, /class="surveyed"/);
  assert.match(await page("/?center=-1,47&zoom=14&category=audio_sensor"), /Rien de tel dans cette vue/);
});

test("its page says when it was walked, what was looked for, and that this is no proof", async () => {
  const record = await page(`/d/${id}`);
  assert.match(record, /<span class="status">relevé sans dispositif en mars 2026<\/span>/);
  assert.match(record, /Ce qu'on y a cherché/);
  assert.match(record, /Cela ne prouve pas qu'il n'y a rien/);
  assert.doesNotMatch(record, /état inconnu|kind=confirm|kind=gone|existence/);
  assert.match(await page(`/d/${id}`, "en"), /surveyed, nothing found in March 2026/);
});

test("the city's page lists it apart, and its counts do not have it", async () => {
  const city = await page("/c/85090");
  assert.match(city, /Quelqu'un a relevé ici, par endroits, et n'a rien trouvé/);
  assert.match(city, /Zones relevées sans dispositif <span class="n">1</);
  assert.doesNotMatch(city, /1 fiche/);
  assert.doesNotMatch(await page("/list?bbox=-1.1,46.9,-0.9,47.1"), /Relevé sans dispositif/);
  assert.match(await page("/list"), /Sèvremont<\/a> \(Vendée\) <span class="n">0</); // somebody looked there
  assert.doesNotMatch(await page("/k/cctv"), /Relevé sans dispositif/);
  assert.doesNotMatch((await run(at.db, "export", "--format", "csv", "-o", "-")).stdout, /Relevé sans dispositif/); // its rows are points
  const stats = (await run(at.db, "stats")).stdout;
  assert.match(stats, /^records 13$/m);
  assert.match(stats, /^areas surveyed, nothing found 1$/m);
});

test("over the API it is a record like others, and the counts change when a camera is found", async () => {
  const box = `${ITEMS}?bbox=-1.1,46.9,-0.9,47.1`;
  assert.equal(JSON.parse(await page(box)).numberMatched, 1);
  await post({ type: "Point", coordinates: [-1, 47] }, { category: "cctv", place_id: "85090", publish_at_once: true });
  assert.equal(JSON.parse(await page(box)).numberMatched, 2);
  const home = await page("/?center=-1,47&zoom=14");
  assert.match(home, /au moins 1 caméra relevée/);
  assert.match(home, /Zones relevées sans dispositif<\/h3>/);
  assert.match(await page("/c/85090"), /1 fiche/);
});
