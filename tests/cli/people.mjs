// Accounts, tokens and decisions from the command line.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

const program = process.env.PROGRAM || "build/contrechamp";
const folder = mkdtempSync(join(tmpdir(), "contrechamp-test-"));
const db = join(folder, "map.sqlite");
after(() => rmSync(folder, { recursive: true }));

function runWith(input, ...words) {
    const r = spawnSync(program, ["--db", db, ...words], { encoding: "utf8", timeout: 120000, input });
    return { code: r.status, out: r.stdout, err: r.stderr };
}
const run = (...words) => runWith("", ...words);

before(() => {
    assert.equal(run("import", "tests/data/import/osm.geojson").code, 3);
    assert.equal(run("places", "import", "--default").code, 0);
});

test("an account is added with the first line of standard input for a password, and is listed without it", () => {
    assert.match(run("user", "list").err, /There is no account yet/);
    const added = runWith("correct horse battery\nsecond line\n", "user", "add", "Zoé", "--role", "moderator", "--territory", "13055,dep:06");
    assert.deepEqual([added.code, added.out], [0, "account Zoé: added, moderator of 13055,dep:06\n"], added.err);
    assert.equal(runWith("correct horse battery\r\n", "user", "add", "lou").code, 0);
    assert.equal(runWith("correct horse battery", "user", "add", "root", "--role", "admin").code, 0);
    const list = run("user", "list").out;
    assert.match(list, /^Zoé +moderator +enabled +13055,dep:06$/m);
    assert.match(list, /^lou +contributor +enabled +$/m);
    assert.match(list, /^root +admin +enabled +all$/m);
    assert.doesNotMatch(list, /horse|argon/);
});

test("an account that cannot be is refused, with a sentence that names what is wrong", () => {
    const long = "x".repeat(41);
    for (const [input, words, code, said] of [
        ["short\n", ["add", "a"], 1, /a password has 10 to 256 bytes/],
        ["", ["add", "a"], 1, /a password has 10 to 256 bytes/],
        ["x".repeat(257), ["add", "a"], 1, /a password has 10 to 256 bytes/],
        ["correct horse battery", ["add", "ZOÉ"], 0, /^$/], // SQLite folds ASCII only: another name
        ["correct horse battery", ["add", "LOU"], 1, /there is an account lou already/],
        ["correct horse battery", ["add", long], 1, /a name has 1 to 40 characters/],
        ["correct horse battery", ["add", "a", "--territory", "99999"], 1, /territory 99999: no place has this code/],
        ["correct horse battery", ["add", "a", "--role", "king"], 2, /--role is contributor, moderator or admin/],
        ["correct horse battery", ["add", "a", "--role", "anonymous"], 2, /--role is contributor, moderator or admin/],
        ["correct horse battery", ["add", "a", "--role", "moderator"], 2, /a moderator needs a --territory/],
        ["correct horse battery", ["add", "a", "correct horse battery"], 2, /add takes one name/],
        ["correct horse battery", ["password", "nobody"], 1, /there is no account nobody/],
        ["", ["disable", "nobody"], 1, /there is no account nobody/],
        ["", ["disable", "lou", "--role", "admin"], 2, /disable takes neither/],
        ["", ["change", "lou"], 2, /change what/],
        ["", ["two-person", "13055"], 2, /a code and on or off/],
        ["", ["two-person", "99999", "on"], 1, /no place has this code/],
        ["", ["banish", "lou"], 2, /add, list, change/],
        ["", [], 2, /what is to be done/],
    ]) {
        const r = runWith(input, "user", ...words);
        assert.equal(r.code, code, `${words.join(" ")}: ${r.err}`);
        assert.match(r.err, said, words.join(" "));
    }
    assert.equal(run("user", "list").out.split("\n").length, 6);
});

test("accounts are changed, disabled and enabled, and two people decide where that is switched on", () => {
    assert.match(runWith("another good password\n", "user", "password", "lou").out, /new password/);
    assert.match(run("user", "change", "lou", "--role", "moderator").err, /needs a --territory/);
    assert.match(run("user", "change", "lou", "--role", "moderator", "--territory", "06088").out, /moderator of 06088; its tokens are revoked/);
    assert.equal(run("user", "disable", "lou").code, 0);
    assert.match(run("user", "list").out, /^lou +moderator +disabled +06088$/m);
    assert.equal(run("user", "enable", "lou").code, 0);
    assert.match(run("user", "list").out, /^lou +moderator +enabled/m);
    assert.match(run("user", "two-person").err, /Nowhere/);
    assert.equal(run("user", "two-person", "dep:13", "on").out, "territory dep:13: two people decide\n");
    assert.equal(run("user", "two-person").out, "dep:13\n");
    assert.equal(run("user", "two-person", "dep:13", "off").code, 0);
    assert.equal(run("user", "two-person").out, "");
});

test("on a terminal the password is asked for twice and not shown", async () => {
    const ask = (...typed) => new Promise((done) => {
        const line = `exec ${program} --db ${db} user password root`;
        const child = spawn("script", ["-qec", line, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, TERM: "dumb" } });
        let out = "", asked = 0;
        child.stdout.on("data", (bytes) => {
            out += bytes;
            while ((out.match(/Password: |again: /g) || []).length > asked)
                child.stdin.write(`${typed[asked++]}\n`);
        });
        const late = setTimeout(() => child.kill(), 20000);
        child.on("exit", (code) => { clearTimeout(late); done({ code, out }); });
    });
    const same = await ask("a long enough secret", "a long enough secret");
    assert.equal(same.code, 0, same.out);
    assert.match(same.out, /Password: \r?\n+The same again: \r?\n+account root: it has a new password/);
    assert.doesNotMatch(same.out, /enough/);
    const other = await ask("a long enough secret", "a long enough secrot");
    assert.equal(other.code, 1);
    assert.match(other.out, /the two passwords are not the same/);
});

test("a token is shown once, on standard output alone, and can be revoked", () => {
    const t = run("token", "add", "--label", "script of Zoé", "--account", "zoé", "--territory", "06088", "--days", "30");
    assert.equal(t.code, 0, t.err);
    assert.match(t.out, /^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}-[0-9A-Z]{6}\n$/);
    assert.match(t.err, /^token 1: moderator of 06088, until \d{4}-\d\d-\d\d\. It is not shown again\.\n$/);
    const list = run("token", "list");
    assert.match(list.out, /^1 +script of Zoé +moderator +Zoé +\d{4}-\d\d-\d\d valid +06088$/m);
    assert.doesNotMatch(list.out, new RegExp(t.out.trim()));
    assert.equal(run("token", "revoke", "1").out, "token 1: revoked\n");
    assert.match(run("token", "list").out, / revoked /);
    assert.match(run("token", "revoke", "7").err, /there is no token 7/);
    assert.match(run("token", "add", "--label", "atelier", "--workshop").err, /contributor, until/);
    assert.match(run("token", "list").out, / workshop /);
});

test("a token has no more rights than its account", () => {
    for (const [words, code, said] of [
        [["--account", "Zoé", "--role", "admin"], 1, /the account Zoé is only moderator/],
        [["--account", "Zoé", "--territory", "all"], 1, /--territory all: the account Zoé has 13055,dep:06 only/],
        [["--account", "Zoé", "--territory", "75056"], 1, /--territory 75056/],
        [["--role", "moderator"], 1, /needs a --territory/],
        [["--account", "nobody"], 1, /there is no account nobody/],
        [["--days", "0"], 2, /--days is a number from 1 to 1830/],
        [["--days", "1831"], 2, /--days is a number from 1 to 1830/],
        [["--workshop", "--role", "moderator"], 2, /for contributors/],
    ]) {
        const r = run("token", "add", "--label", "x", ...words);
        assert.equal(r.code, code, `${words.join(" ")}: ${r.err}`);
        assert.match(r.err, said);
    }
    assert.equal(run("token", "add").code, 2);
    assert.equal(run("token", "add", "--label", "x".repeat(81)).code, 1);
    assert.equal(run("token", "list", "--days", "1").code, 2);
    assert.equal(run("token", "add", "--label", "ok", "--account", "Zoé", "--territory", "13055,06088", "--days", "1830").code, 0);
    run("user", "change", "Zoé", "--territory", "13055");
    assert.match(run("token", "list").out, /^\d+ +ok +moderator +Zoé +\S+ revoked /m);
});
