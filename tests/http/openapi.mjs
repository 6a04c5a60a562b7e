// The description of the API is true: its addresses are those of the program, its properties and words those that are taken.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { camera, importCameras } from "./lib/cameras.mjs";
import { freshFolder, get, run, serve } from "./lib/program.mjs";

const ITEMS = "/api/collections/deployments/items";
let at, server, api, properties;

before(async () => {
  at = freshFolder();
  await importCameras(at, [camera(1, 2.3, 48.8, { "camera:direction": "90", height: "4", "camera:type": "dome", operator: "X", ref: "7", check_date: "2024" })]);
  assert.equal((await run(at.db, "starter")).code, 0);
  server = await serve(at.db, "--rate", "0");
  api = JSON.parse((await get(`${server.url}/api/openapi.json`)).body);
  properties = api.components.schemas.properties.properties;
});
after(async () => {
  if (server) assert.equal(await server.stop(), 0);
  at.remove();
});

const fault = async (feature) => JSON.parse((await get(`${server.url}${ITEMS}`, { method: "POST", body: JSON.stringify(feature), headers: { "content-type": "application/geo+json" } })).body);
const withProperty = (name, value) => fault({ type: "Feature", geometry: { type: "Point", coordinates: [2.3, 48.8] }, properties: { category: "cctv", [name]: value } });

test("every address of the program is described, and no other", () => {
  const routes = {};
  for (const [, methods, pattern] of readFileSync("server/routes.c", "utf8").matchAll(/\{([A-Z |]+), "(\/api[^"]*)"/g))
    for (const method of methods.split("|").map((m) => m.trim().toLowerCase()).filter((m) => m !== "options"))
      (routes[pattern.replace("{collection}", "deployments")] ??= new Set()).add(method);
  delete routes["/api/openapi.json"];
  for (const [address, methods] of Object.entries(routes)) assert.deepEqual(Object.keys(api.paths[address] || {}).sort(), [...methods].sort(), address);
  for (const address of Object.keys(api.paths)) assert.ok(routes[address], address);
});

test("references lead somewhere", () => {
  const look = (v) => {
    if (!v || typeof v !== "object") return;
    if (v.$ref) assert.ok(v.$ref.slice(2).split("/").reduce((o, k) => o?.[k], api), v.$ref);
    Object.values(v).forEach(look);
  };
  look(api);
});

test("each property that is described is taken, and each of another kind refused by its name", async () => {
  for (const name of Object.keys(properties)) {
    const said = await withProperty(name, { no: [] });
    assert.equal(said.status, 422, name);
    assert.equal(said.pointer, `/properties/${name}`, name);
    assert.ok(!/no such property/.test(said.detail), name);
  }
  assert.match((await withProperty("no_such", 1)).detail, /no such property/);
});

test("each list of words is that of the program", async () => {
  const words = (said) => /one of (.+)$/.exec(said.detail)[1].split(", ");
  const lists = { device: "devices", zone: "zones", status_event: "status_events", claim: "claims", source: "sources", org: "orgs", link: "links" };
  let n = 0;
  for (const [name, schema] of Object.entries(properties))
    if (schema.enum && name !== "osm_type") {
      assert.deepEqual(words(await withProperty(name, "no_such_word")), schema.enum, name);
      n++;
    }
  for (const [schema, list] of Object.entries(lists))
    for (const [name, field] of Object.entries(api.components.schemas[schema].properties)) {
      const said = await withProperty(list, [{ [name]: field.enum && name !== "osm_type" ? "no_such_word" : { no: [] } }]);
      assert.ok(said.pointer.startsWith(`/properties/${list}/0/${name}`), `${list} ${name} ${said.pointer}`);
      if (field.enum && name !== "osm_type") {
        assert.deepEqual(words(said), field.enum, `${list} ${name}`);
        n++;
      }
    }
  assert.ok(n > 20);
});

test("bounds are those of the program", async () => {
  for (const [name, schema] of Object.entries(properties)) {
    const past = schema.maxLength ? "x".repeat(schema.maxLength + 1) : schema.maximum !== undefined ? schema.maximum + 1 : schema.maxItems ? Array(schema.maxItems + 1).fill({}) : null;
    if (past === null || schema.maxLength > 200000) continue;
    const said = await withProperty(name, past);
    assert.equal(said.pointer, `/properties/${name}`, name);
    assert.equal(said.status, 422, name);
    // Titles are of programmes, and what is read only is refused for that.
    if (schema.readOnly || schema.exclusiveMaximum || schema.maxItems || /^(title|place_id|direction)/.test(name)) continue;
    const last = schema.maxLength ? "9".repeat(schema.maxLength) : schema.maximum;
    assert.notEqual((await withProperty(name, last)).pointer, `/properties/${name}`, `${name} at its bound`);
  }
});

test("what is read has no property that is not described", async () => {
  const schemas = { devices: "device", zones: "zone", status_events: "status_event", claims: "claim", sources: "source", orgs: "org", links: "link" };
  const list = JSON.parse((await get(`${server.url}${ITEMS}?limit=100&category=all&space=all`)).body);
  assert.ok(list.features.length > 5);
  for (const { id } of list.features) {
    const feature = JSON.parse((await get(`${server.url}${ITEMS}/${id}`)).body);
    for (const [name, value] of Object.entries(feature.properties)) {
      assert.ok(properties[name], name);
      for (const one of schemas[name] ? value : []) for (const key of Object.keys(one)) assert.ok(api.components.schemas[schemas[name]].properties[key], `${name} ${key}`);
    }
  }
});
