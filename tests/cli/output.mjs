// Where results go, what is refused, and the code a command leaves with.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, linkSync, lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

const program = "build/contrechamp";
const folder = mkdtempSync(join(tmpdir(), "contrechamp-test-"));
const db = join(folder, "map.sqlite");
const at = (name) => join(folder, name);
after(() => rmSync(folder, { recursive: true }));

function run(...words) {
    const r = spawnSync(program, words, { encoding: "utf8", timeout: 120000, env: { ...process.env, CONTRECHAMP_DB: "" } });
    return { code: r.status, out: r.stdout, err: r.stderr };
}
const withDb = (...words) => run("--db", db, ...words);
const sentence = /^contrechamp: .{20,}\n$/;

before(() => assert.equal(withDb("import", "tests/data/import/osm.geojson").code, 3));

// Every option that names what to write, with the first bytes of what is written.
const WRITERS = {
    "export of text": [(to) => ["export", "--format", "csv", "-o", to], "lon,lat"],
    "export through GDAL": [(to) => ["export", "--format", "gpkg", "-o", to], "SQLite format 3"],
    "render": [(to) => ["render", "--style", "deployments", "--tile", "0/0/0", "--format", "svg", "-o", to], "<?xml"],
    "backup": [(to) => ["backup", to], "SQLite format 3"],
    "report of an import": [(to) => ["import", "--report", to, "tests/data/import/osm.geojson"], "{"],
    "base map": [(to) => ["basemap", "build", "--max-zoom", "0", "-o", to], "SQLite format 3"],
};
const wrote = (bytes, expected) => assert.equal(bytes.subarray(0, expected.length).toString("latin1"), expected);

for (const [what, [words, expected]] of Object.entries(WRITERS)) {
    test(`${what}: a link stays and what it points at is replaced`, () => {
        writeFileSync(at("real"), "old");
        symlinkSync("real", at("link"));
        const r = withDb(...words(at("link")));
        assert.ok([0, 3].includes(r.code), r.err);
        assert.ok(lstatSync(at("link")).isSymbolicLink());
        wrote(readFileSync(at("real")), expected);
        assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith(".")), []);
        rmSync(at("link"));
        rmSync(at("real"));
    });

    test(`${what}: a pipe is written into`, async () => {
        assert.equal(spawnSync("mkfifo", [at("pipe")]).status, 0);
        const reader = spawn("cat", [at("pipe")], { stdio: ["ignore", "pipe", "inherit"] });
        const parts = [];
        reader.stdout.on("data", (part) => parts.push(part));
        const ended = new Promise((done) => reader.stdout.on("close", done));
        const writer = spawn(program, ["--db", db, ...words(at("pipe"))], { stdio: "ignore" });
        const code = await new Promise((done) => writer.on("exit", done));
        assert.ok([0, 3].includes(code));
        await ended;
        wrote(Buffer.concat(parts), expected);
        assert.ok(lstatSync(at("pipe")).isFIFO());
        rmSync(at("pipe"));
    });

    test(`${what}: a device stays one`, (t) => {
        if (spawnSync("mknod", [at("null"), "c", "1", "3"]).status !== 0)
            return t.skip("only root makes devices");
        if (spawnSync("sh", ["-c", `echo > ${at("null")}`]).status !== 0) {
            rmSync(at("null"));
            return t.skip("devices do not work here");
        }
        const r = withDb(...words(at("null")));
        assert.ok([0, 3].includes(r.code), r.err);
        assert.ok(statSync(at("null")).isCharacterDevice());
        rmSync(at("null"));
    });

    test(`${what}: what cannot be written is said by its name`, () => {
        const r = withDb(...words(at("no/such/file")));
        assert.equal(r.code, 1);
        assert.match(r.err.split("\n").at(-2), /no\/such\/file: No such file or directory$/);
        assert.doesNotMatch(r.err, /part|XXXX|\.contrechamp-/);
    });
}

test("a backup is never written over the database, whatever it is called", () => {
    symlinkSync(db, at("by-link"));
    linkSync(db, at("by-hard-link"));
    const inode = statSync(db).ino;
    for (const name of [db, `${folder}/./map.sqlite`, at("by-link"), at("by-hard-link"), `${db}-wal`, `${db}-journal`]) {
        const r = withDb("backup", name);
        assert.equal(r.code, 1, name);
        assert.match(r.err, /that is the database itself/);
    }
    assert.equal(run("--db", at("by-link"), "backup", db).code, 1);
    assert.equal(statSync(db).ino, inode);
    rmSync(at("by-link"));
    rmSync(at("by-hard-link"));
});

test("while a server has it open the database is neither backed up onto itself nor restored", async () => {
    assert.equal(withDb("backup", at("copy.sqlite")).code, 0);
    const server = spawn(program, ["--db", db, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"] });
    await new Promise((ready) => { let log = ""; server.stderr.on("data", (b) => { log += b; if (/metrics on/.test(log)) ready(); }); });
    try {
        assert.match(withDb("backup", db).err, /that is the database itself/);
        const r = withDb("restore", at("copy.sqlite"));
        assert.equal(r.code, 1);
        assert.match(r.err, /has it open/);
        assert.equal(withDb("backup", at("copy.sqlite")).code, 0);
    } finally {
        server.kill("SIGTERM");
        await new Promise((done) => server.on("exit", done));
    }
    assert.equal(withDb("restore", at("copy.sqlite")).code, 0);
});

test("an import is asked what taking it back would change, and is still there", () => {
    const r = withDb("import", "--dry-run", "--undo", "osm");
    assert.deepEqual([r.code, r.out], [0, "would undo 3\n"]);
    assert.match(r.err, /3 would be taken away, 0 would be as they were before/);
    assert.match(withDb("stats").out, /records 3\n/);
    assert.equal(withDb("import", "--dry-run", "--undo", "nothing").code, 1);
});

test("wrong usage leaves with 2 and a sentence", () => {
    const view = ["--tile", "0/0/0", "-o", "-"];
    for (const words of [["serve", "--listen", "foo"], ["serve", "--listen", "127.0.0.1:99999"], ["serve", "--admin", "foo"],
        ["import", "--category", "zzz", "tests/data/import/osm.geojson"], ["import", "--precision", "zzz", "tests/data/import/osm.geojson"],
        ["render", "-o", at("x.png")], ["render", "--style", "dark", "-o", at("x.png")], ["render", "--center", "7,43", "-o", at("x.png")],
        ["render", "--tile", "1/2/0", "-o", "-"], ["render", "--style", "nope", ...view], ["render", "--scale", "9", ...view],
        ["render", "--size", "big", ...view], ["render", "--date", "soon", ...view], ["render", "--category", "zzz", ...view],
        ["render", "--lang", "de", ...view], ["render", "--format", "jpg", ...view], ["render", "--zoom", "x", "--center", "7,43", "-o", "-"],
        ["render", "--format", "png", "--tile", "0/0/0", "-o", at("x.svg")], ["render", "--tile", "0/0/0", "-o", at("x.jpg")],
        ["query", "--at", "1,1"]]) {
        const r = withDb(...words);
        assert.equal(r.code, 2, `${words.join(" ")}: ${r.err}`);
        assert.match(r.err, sentence, words.join(" "));
    }
    assert.equal(existsSync(at("x.png")), false);
    assert.equal(existsSync(at("x.svg")), false);
});

test("a database that was named must be there; one that was not may be missing", () => {
    const missing = run("--db", at("missing.sqlite"), "render", "--tile", "0/0/0", "-o", at("a.png"));
    assert.equal(missing.code, 1);
    assert.match(missing.err, /missing\.sqlite: there is no such database/);
    const r = spawnSync(join(process.cwd(), program), ["render", "--tile", "0/0/0", "-o", at("a.png")], { cwd: folder, encoding: "utf8",
        env: { ...process.env, CONTRECHAMP_DB: "" } });
    assert.equal(r.status, 0, r.stderr);
    for (const words of [["stats"], ["export", "--format", "csv", "-o", "-"], ["import", "tests/data/import/osm.geojson"]]) {
        const r = run("--db", folder, ...words);
        assert.equal(r.code, 1);
        assert.match(r.err, /it is a folder; a database is a file/);
    }
});

test("/dev/stdout is standard output, also where a socket stands behind it", () => {
    const named = withDb("export", "--format", "csv", "-o", "/dev/stdout"); // spawnSync reads through a socket
    assert.equal(named.code, 0, named.err);
    assert.equal(named.out, withDb("export", "--format", "csv", "-o", "-").out);
});

test("render --title and --legend draw a figure: title, what is shown, date and credit round the map", () => {
    const figure = (...words) => {
        const r = withDb("render", "--bbox", "2,48,3,49", "--size", "700x500", "--format", "svg", "-o", at("figure.svg"), ...words);
        assert.equal(r.code, 0, r.err);
        return readFileSync(at("figure.svg"), "utf8");
    };
    const plain = figure(), titled = figure("--title", "Paris & <alentours>", "--lang", "fr"), legend = figure("--legend", "--scalebar", "--lang", "en");
    assert.doesNotMatch(plain, /<title>/);
    assert.match(titled, /<title>Paris &amp; &lt;alentours&gt;<\/title>/);
    assert.match(legend, /<title>Surveillance on record<\/title>/);
    for (const svg of [plain, titled, legend])
        assert.match(svg, /width="700(\.0+)?px" height="500(\.0+)?px"/);
    const small = withDb("render", "--bbox", "2,48,3,49", "--size", "60x50", "--title", "x", "-o", at("small.png"));
    assert.equal(small.code, 1);
    assert.match(small.err, /no room is left for the map/);
});
