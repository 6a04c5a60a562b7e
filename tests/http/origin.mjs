// Where a record comes from is said on its page and in the data; a name that nobody has is not an empty answer.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { freshFolder, get, run, serve } from "./lib/program.mjs";

const at = freshFolder();
let server;
before(async () => {
  const table = path.join(at.folder, "cameras-2026.csv"), osm = path.join(at.folder, "one.osm");
  writeFileSync(table, "lat,lon,type,exploitant\n43.70,7.26,cctv,Ville de Nice\n");
  writeFileSync(osm, '<osm version="0.6"><node id="77" lat="43.71" lon="7.27" version="1"><tag k="man_made" v="surveillance"/>' +
    '<tag k="surveillance" v="public"/></node></osm>');
  for (const words of [["--category", "cctv", "--licence", "Licence Ouverte 2.0", "--attribution", "Ville de Nice", "--source-url",
    "https://example.org/cameras", "--as-of", "2026-03-02", table], [osm]]) {
    const done = await run(at.db, "import", ...words);
    assert.equal(done.code, 0, done.stderr);
  }
  assert.equal((await run(at.db, "starter")).code, 0);
  server = await serve(at.db);
});
after(async () => { await server.stop(); at.remove(); });

const page = async (address) => String((await get(server.url + address, { headers: { Accept: "text/html" } })).body);

test("the page of a row of a table names the file, who published it, its licence and its day", async () => {
  const html = await page("/d/1?lang=en");
  const evidence = html.slice(html.indexOf('class="sources"'));
  assert.match(evidence, /<a href="https:\/\/example\.org\/cameras"[^>]*>cameras-2026\.csv<\/a>/);
  assert.match(evidence, /data file, Ville de Nice, .*2 March 2026.*, Licence Ouverte 2\.0/);
});

test("a code of a closed list is said in words", async () => {
  const html = await page("/d/2?lang=fr");
  assert.match(html, /Nature : vidéosurveillance/i);
  assert.doesNotMatch(html, /Nature : cctv/);
});

test("a project of the starter list names its documents and not the list", async () => {
  const list = JSON.parse((await get(`${server.url}/api/collections/deployments/items?limit=100&space=all&category=all`)).body);
  const starter = list.features.filter((f) => f.id > 2);
  assert.ok(starter.length >= 5);
  for (const f of starter) {
    assert.doesNotMatch(f.properties.sources, /starter\.json/);
    assert.equal(typeof f.properties.stale, "boolean");
  }
  assert.ok(starter.some((f) => f.properties.stale)); // old news
});

test("an operator that nobody names is an error, not an empty list", async () => {
  const known = await get(`${server.url}/api/collections/deployments/items?operator=ville-de-nice`);
  assert.ok(JSON.parse(known.body).numberMatched >= 1);
  for (const name of ["operator", "vendor"]) {
    const answer = await get(`${server.url}/api/collections/deployments/items?${name}=nobody-at-all`);
    assert.equal(answer.status, 400);
    assert.match(JSON.parse(answer.body).detail, /there is no organisation "nobody-at-all"|pas d'organisme « nobody-at-all »/);
  }
  assert.equal((await get(`${server.url}/list?q=nice&operator=nobody-at-all`)).status, 400);
  const exported = await run(at.db, "export", "--format", "csv", "--filter", "operator = 'Personne'", "-o", "-");
  assert.equal(exported.code, 2);
  assert.match(exported.stderr, /no record has the operator 'Personne'/);
  const byName = await run(at.db, "export", "--format", "geojsonl", "--filter", "operator = 'Ville de Nice'", "-o", "-");
  assert.ok(byName.stdout.trim().split("\n").length >= 1 && byName.code === 0);
});
