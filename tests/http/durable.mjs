// What was acknowledged is there after the server is killed at any moment. tests/bench/kill-contributions does it 300 times.
import { test } from "node:test";
import assert from "node:assert/strict";
import { freshFolder, run, serve } from "./lib/program.mjs";
import { Load, proposeUntilKilled } from "./lib/load.mjs";

const KILLS = 5, HANDS = 8;

test("a server that is killed loses no contribution that it acknowledged, and the database is whole", async () => {
  const at = freshFolder();
  let number = 0, total = 0;
  try {
    const made = await run(at.db, "places", "import", "--default");
    assert.equal(made.code, 0, made.stderr);
    for (let i = 0; i < KILLS; i++) {
      const acknowledged = await proposeUntilKilled(await serve(at.db, "--rate", "0"), 200 + Math.random() * 600, HANDS, () => number++);
      const check = await run(at.db, "check");
      assert.equal(check.code, 0, check.stdout);
      const again = await serve(at.db, "--rate", "0"), load = new Load(again);
      for (const one of acknowledged) assert.ok(await load.isKept(one), `after kill ${i + 1}: number ${one.number} was acknowledged and is not there`);
      load.close();
      assert.equal(await again.stop(), 0);
      total += acknowledged.length;
    }
    assert.ok(total > KILLS, "nothing was acknowledged, so nothing was tried");
  } finally {
    at.remove();
  }
});
