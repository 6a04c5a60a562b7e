// Lawful removal: what was erased is nowhere, and stays away.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { camera, importCameras } from "./lib/cameras.mjs";
import { freshFolder, get, run, serve } from "./lib/program.mjs";

const CANARY = "Canarimaison";

test("an erased record answers 410 everywhere while the server runs, leaves no byte, and no import brings it back", async () => {
  const at = freshFolder();
  try {
    await importCameras(at, [camera(1, 5.37, 43.3, { ref: CANARY }), camera(2, 5.38, 43.31)]);
    const server = await serve(at.db);
    try {
      assert.equal((await get(`${server.url}/d/1`)).status, 200);
      const done = await run(at.db, "erase", "1", "--reason", "ruling of 3 May 2026");
      assert.equal(done.code, 0, done.stderr);
      await new Promise((r) => setTimeout(r, 600));
      for (const address of ["/d/1", "/d/1/v/1", "/d/1/history", "/api/collections/deployments/items/1"])
        assert.equal((await get(`${server.url}${address}`)).status, 410, address);
      const items = await get(`${server.url}/api/collections/deployments/items?space=all`);
      assert.ok(!items.body.toString().includes(CANARY));
      assert.equal(JSON.parse(items.body).numberMatched, 1);
    } finally {
      await server.stop();
    }
    const again = await run(at.db, "import", path.join(at.folder, "cameras.geojson"));
    assert.match(again.stdout, /new 0 updated 0 same 1 duplicate 0 refused 1/);
    for (const file of [at.db, `${at.db}-wal`])
      try {
        assert.ok(!readFileSync(file).includes(CANARY), file);
      } catch (e) {
        if (e.code !== "ENOENT") throw e;
      }
    const check = await run(at.db, "check");
    assert.equal(check.code, 0, check.stdout);
  } finally {
    at.remove();
  }
});

test("erase names the backups that still hold the record", async () => {
  const at = freshFolder();
  try {
    await importCameras(at, [camera(1, 5.37, 43.3), camera(2, 5.38, 43.31)]);
    const early = path.join(at.folder, "early.sqlite"), moved = path.join(at.folder, "moved.sqlite"), late = path.join(at.folder, "late.sqlite");
    for (const to of [early, moved]) assert.equal((await run(at.db, "backup", to)).code, 0);
    renameSync(moved, `${moved}.away`);
    const first = await run(at.db, "erase", "1", "--reason", "r");
    assert.deepEqual([first.code, first.stdout], [0, "record 1: erased\n"], first.stderr);
    assert.match(first.stderr, /early\.sqlite: holds it still\n/);
    assert.match(first.stderr, /moved\.sqlite: was made there, and is not there any more\n/);
    assert.equal((await run(at.db, "backup", late)).code, 0);
    writeFileSync(early, "no database");
    const second = await run(at.db, "erase", "2", "--reason", "r");
    assert.match(second.stderr, /late\.sqlite: holds it still\n/);
    assert.match(second.stderr, /early\.sqlite: cannot be looked into\n/);
    assert.equal((await run(at.db, "backup", early)).code, 0);
    assert.doesNotMatch((await run(at.db, "erase", "2", "--reason", "again")).stderr, /early/);
  } finally {
    at.remove();
  }
});

test("erase says what is missing: a number, a reason, a record", async () => {
  const at = freshFolder();
  try {
    await importCameras(at, [camera(1, 5.37, 43.3)]);
    assert.equal((await run(at.db, "erase", "1")).code, 2);
    assert.equal((await run(at.db, "erase", "x", "--reason", "r")).code, 2);
    const missing = await run(at.db, "erase", "7", "--reason", "r");
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /there is no record 7/);
  } finally {
    at.remove();
  }
});
