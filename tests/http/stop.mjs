import { test } from "node:test";
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { freshFolder, get, program, run, serve } from "./lib/program.mjs";

async function withServer(args, fn) {
  const at = freshFolder();
  const server = await serve(at.db, ...args(at));
  try {
    await fn(server, at);
  } finally {
    server.child.kill("SIGKILL");
    await server.ended;
    at.remove();
  }
}

test("SIGTERM under load fails no request that was sent, and exits 0", () => withServer(() => [], async (server) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  let stopping = false, failed = 0, fine = 0;
  const load = Array.from({ length: 16 }, async (_, i) => {
    for (let n = 0; !stopping; n++) {
      try {
        const answer = await get(`${server.url}/tiles/deployments/15/${i}/${n % 1000}.png`, { agent });
        if (answer.status === 200 || answer.status === 503) fine++;
        else failed++;
      } catch (error) {
        if (error.code !== "ECONNREFUSED" && error.code !== "ECONNRESET") failed++; // reset: written as the server closed an idle connection
        break;
      }
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const began = Date.now();
  const code = await server.stop();
  stopping = true;
  await Promise.all(load);
  agent.destroy();
  assert.equal(code, 0);
  assert.equal(failed, 0);
  assert.ok(fine > 50);
  assert.ok(Date.now() - began < 10000);
}));

test("SIGHUP reads styles again, all or nothing", () => withServer((at) => {
  const folder = path.join(at.folder, "styles");
  mkdirSync(folder);
  copyFileSync("styles/deployments.json", path.join(folder, "own.json"));
  return ["--styles", folder];
}, async (server, at) => {
  const logged = (text) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(server.log)), 5000);
    const look = () => { if (server.log.includes(text)) { clearTimeout(late); resolve(); } else setTimeout(look, 20); };
    look();
  });
  assert.equal((await get(`${server.url}/tiles/own/3/4/2.png`)).status, 200);
  writeFileSync(path.join(at.folder, "styles", "broken.json"), "{");
  server.child.kill("SIGHUP");
  await logged("nothing was changed");
  assert.equal((await get(`${server.url}/tiles/own/3/4/2.png`)).status, 200);
  copyFileSync("styles/light.json", path.join(at.folder, "styles", "broken.json"));
  server.child.kill("SIGHUP");
  await logged("were read again");
  assert.equal((await get(`${server.url}/tiles/broken/3/4/2.png`)).status, 200);
  assert.equal(await server.stop(), 0);
}));

test("wrong options end with 2 and a sentence, a taken address with 1", async () => {
  const at = freshFolder();
  for (const args of [["--workers", "0"], ["--lang", "de"], ["--today", "yesterday"], ["--base-url", "map.example"], ["--nope"], ["file"]]) {
    const ended = await run(at.db, "serve", ...args);
    assert.equal(ended.code, 2, args.join(" "));
    assert.match(ended.stderr, /^contrechamp: serve: .+; try contrechamp serve --help\n$/m);
  }
  const first = await serve(at.db);
  const second = await run(at.db, "serve", "--listen", `127.0.0.1:${first.port}`);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /Address already in use/);
  assert.equal(await first.stop(), 0);
  at.remove();
});

test("a socket that was handed down is served, and so is one in the file system", async () => {
  const at = freshFolder();
  const listener = net.createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  const child = spawn("sh", ["-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" --db "$1" serve', program, at.db],
    { stdio: ["ignore", "ignore", "pipe", listener._handle.fd] });
  try {
    const [bytes] = await once(child.stderr, "data");
    assert.match(String(bytes) + (String(bytes).includes("serving") ? "" : await once(child.stderr, "data")), new RegExp(`serving on http://127.0.0.1:${port}/`));
    listener.close();
    assert.equal((await get(`http://127.0.0.1:${port}/api`)).status, 200);
  } finally {
    child.kill("SIGTERM");
  }
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  const place = path.join(at.folder, "socket");
  const server = await serve(at.db, "--listen", `unix:${place}`);
  const answer = await new Promise((resolve, reject) => http.get({ socketPath: place, path: "/api" }, resolve).on("error", reject));
  assert.equal(answer.statusCode, 200);
  answer.resume();
  assert.equal(await server.stop(), 0);
  at.remove();
});
