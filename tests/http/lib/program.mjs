// Starts the real program on a fresh database and speaks HTTP to it. Every process that was started ends with the test.
import { spawn, execFile } from "node:child_process";
import { mkdtempSync, rmSync, existsSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";

export const program = path.resolve(process.env.PROGRAM || "build/contrechamp"); // PROGRAM=build/asan/contrechamp for the checked one

export function freshFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), "contrechamp-test-"));
  return { folder, db: path.join(folder, "map.sqlite"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function run(db, ...args) {
  return new Promise((resolve) => {
    execFile(program, ["--db", db, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }));
  });
}

// Answers when the server says where it listens.
export function serve(db, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["--db", db, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", ...args], { stdio: ["ignore", "ignore", "pipe"] });
    const server = { child, log: "", url: null, admin: null };
    const ended = new Promise((done) => child.on("exit", (code, signal) => done(code ?? signal)));
    server.stop = (signal = "SIGTERM") => { child.kill(signal); return ended; };
    server.ended = ended;
    const late = setTimeout(() => { child.kill("SIGKILL"); reject(new Error(`no start: ${server.log}`)); }, 20000);
    child.stderr.on("data", (bytes) => {
      server.log += bytes;
      server.url = (/serving on (http:\S+)\//.exec(server.log) || [])[1];
      server.admin = (/metrics on (http:\S+)\//.exec(server.log) || [])[1];
      if (server.url && server.admin && !server.port) {
        clearTimeout(late);
        server.port = Number(new URL(server.url).port);
        resolve(server);
      }
    });
    ended.then((code) => { clearTimeout(late); if (!server.port) reject(new Error(`ended with ${code}: ${server.log}`)); });
  });
}

export function get(url, { method = "GET", headers = {}, agent, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = http.request(url, { method, headers, agent }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

// Bytes as they are, and what came back until the server closed or some time passed.
export function raw(port, text, wait = 2000) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(text, "latin1"));
    let came = "";
    socket.setTimeout(wait, () => socket.destroy());
    socket.on("data", (bytes) => { came += bytes.toString("latin1"); });
    socket.on("error", () => {});
    socket.on("close", () => resolve(came));
  });
}

export const hasBasemap = existsSync("build/basemap.mbtiles");
