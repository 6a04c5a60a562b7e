// Cameras as OpenStreetMap has them, and a database that holds them.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "./program.mjs";

export function camera(id, lon, lat, tags = {}) {
  return { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] },
    properties: { "@id": `node/${id}`, man_made: "surveillance", "surveillance:type": "camera", surveillance: "public", ...tags } };
}

// Into the database of a freshFolder(); all of them have to be new.
export async function importCameras(at, cameras, name = "cameras.geojson") {
  const file = path.join(at.folder, name);
  writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: cameras }));
  const done = await run(at.db, "import", file);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, new RegExp(`new ${cameras.length} `));
}

export async function importPlaces(at) {
  for (const command of [["places", "import", "--default"], ["starter"]]) {
    const done = await run(at.db, ...command);
    assert.equal(done.code, 0, done.stderr);
  }
}
