// What `make install` leaves works without the tree it was built in.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "contrechamp-test-"));
after(() => rmSync(folder, { recursive: true }));

test("the installed program finds its places, its starter list and its base map", { skip: !existsSync("build/basemap.mbtiles") && "no base map was built" }, () => {
    const made = spawnSync("make", ["install", `DESTDIR=${folder}`, "PREFIX=/usr"], { encoding: "utf8", env: { ...process.env, MAKEFLAGS: "" } });
    assert.equal(made.status, 0, made.stderr);
    const run = (...words) => spawnSync(join(folder, "usr/bin/contrechamp"), ["--db", join(folder, "map.sqlite"), ...words], { cwd: folder, encoding: "utf8" });
    const places = run("places", "import", "--default");
    assert.equal(places.status, 0, places.stderr);
    assert.equal(run("starter").status, 0);
    const said = run("doctor");
    assert.equal(said.status, 0, said.stdout);
    for (const line of [/^ok +database /m, /^ok +disk /m, /rights /, /^ok +sandbox +landlock version \d/m, /^ok +sandbox +seccomp: tried/m,
        /^ok +base map +.*share\/contrechamp\/basemap\.mbtiles: zooms 0 to/m, /legal page/, /^kept: /m, /^not kept: /m])
        assert.match(said.stdout, line);
    assert.match(readFileSync(join(folder, "usr/lib/systemd/system/contrechamp.service"), "utf8"), /ExecStart=\/usr\/bin\/contrechamp/);
});

test("a damaged file is told as damaged, with the way back", () => {
    const db = join(folder, "broken.sqlite");
    const run = (...words) => spawnSync("build/contrechamp", ["--db", db, ...words], { encoding: "utf8" });
    assert.equal(run("import", "tests/data/import/osm.geojson").status, 3);
    assert.equal(spawnSync("sh", ["-c", `size=$(stat -c %s '${db}'); dd if=/dev/urandom of='${db}' bs=1024 seek=$((size / 3072)) count=400 conv=notrunc`]).status, 0);
    const r = run("check");
    assert.equal(r.status, 1);
    assert.match(r.stderr, /the file is damaged.*contrechamp restore BACKUP/);
    assert.doesNotMatch(r.stderr, /run `contrechamp check`/);
});
