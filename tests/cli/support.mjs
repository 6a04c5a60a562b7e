// The table of what is supported, in styles/README.md, is the one the program prints.
import assert from "node:assert";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";
import { execFileSync } from "node:child_process";

const root = path.join(import.meta.dirname, "../..");
test("the support table in styles/README.md is what `style support` prints", () => {
    const printed = execFileSync(path.join(root, "build/contrechamp"), ["style", "support"], { encoding: "utf8" });
    const page = fs.readFileSync(path.join(root, "styles/README.md"), "utf8");
    assert.ok(page.endsWith(printed), "styles/README.md ends with another table: put the output of `build/contrechamp style support` there");
});
