// Who asked leaves no trace: marked requests of every kind, then every byte on disk, in the log and in the metrics is looked at.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { camera, importCameras } from "./lib/cameras.mjs";
import { freshFolder, get, serve } from "./lib/program.mjs";

const FROM = "127.66.77.88", AGENT = "Marqueur-Agent-7713", REFERRER = "https://marqueur-7714.example/lu", FORWARDED = "203.0.113.177";
const MARKS = [Buffer.from(FROM), Buffer.from([127, 66, 77, 88]), Buffer.from([88, 77, 66, 127]), Buffer.from(AGENT), Buffer.from("marqueur-7714"),
  Buffer.from(FORWARDED), Buffer.from([203, 0, 113, 177]), Buffer.from("cookie-7715")];

function marked(url, { method = "GET", body, type } = {}) {
  return new Promise((resolve, reject) => {
    const asked = http.request(url, {
      method, localAddress: FROM,
      headers: { "User-Agent": AGENT, Referer: REFERRER, "X-Forwarded-For": FORWARDED, Cookie: "x=cookie-7715", ...(type ? { "Content-Type": type } : {}) },
    }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode, body: Buffer.concat(parts).toString() }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const at = path.join(folder, name);
    if (statSync(at).isDirectory()) yield* files(at);
    else yield at;
  }
}

test("an address, an agent and a referrer are nowhere: not on disk, not in the log, not in the metrics", async () => {
  const at = freshFolder();
  try {
    await importCameras(at, [camera(1, 5.37, 43.3)]);
    const server = await serve(at.db, "--trusted-proxy", "127.0.0.1");
    try {
      const point = JSON.stringify({ type: "Feature", geometry: { type: "Point", coordinates: [5.371, 43.301] }, properties: { category: "cctv" } });
      const sent = await marked(`${server.url}/api/collections/deployments/items`, { method: "POST", body: point, type: "application/geo+json" });
      assert.equal(sent.status, 202, sent.body);
      const receipt = JSON.parse(sent.body).receipt;
      for (const where of ["/", "/list?q=mars", "/d/1", "/d/999", "/nowhere", "/tiles/light/3/4/3.png", "/tiles/light/99/0/0.png", "/login", "/add", "/queue", "/track",
        "/d/1/report?kind=privacy", "/api/collections/deployments/items?limit=x", "/c/marseille", "/%zz"])
        await marked(server.url + where);
      for (const where of ["/login", "/add", "/track", "/d/1/report", "/d/1/correct", "/import"])
        await marked(server.url + where, { method: "POST", body: `name=x&password=y&receipt=${receipt}`, type: "application/x-www-form-urlencoded" });
      await marked(`${server.url}/api/collections/deployments/items`, { method: "POST", body: "{", type: "application/geo+json" });
      await marked(`${server.url}/api/collections/deployments/items/1`, { method: "DELETE" });
      const metrics = (await get(`${server.admin}/metrics`)).body;
      for (const mark of MARKS) {
        assert.ok(!metrics.includes(mark), `metrics hold ${mark}`);
        assert.ok(!Buffer.from(server.log).includes(mark), `the log holds ${mark}: ${server.log}`);
        for (const file of files(at.folder))
          assert.ok(!readFileSync(file).includes(mark), `${path.basename(file)} holds ${mark} while the server runs`);
      }
    } finally {
      await server.stop();
    }
    for (const file of files(at.folder))
      for (const mark of MARKS)
        assert.ok(!readFileSync(file).includes(mark), `${path.basename(file)} holds ${mark}`);
  } finally {
    at.remove();
  }
});
