// Heads that are no heads, byte by byte: whatever is wrong, there is one answer, it is whole, and the connection ends.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import net from "node:net";
import { freshFolder, raw, serve } from "./lib/program.mjs";

const at = freshFolder();
let server;
before(async () => { server = await serve(at.db); });
after(async () => { await server.stop(); at.remove(); });

// One status line, one block of headers, as many bytes as they say.
function oneAnswer(came, what) {
  assert.equal((came.match(/HTTP\/1\.1 \d/g) || []).length, 1, `${what}: ${came.slice(0, 300)}`);
  const [head, ...rest] = came.split("\r\n\r\n");
  const lengths = head.match(/^content-length: *(\d+)$/gim);
  assert.equal(lengths.length, 1, what);
  assert.equal(rest.join("\r\n\r\n").length, Number(/\d+/.exec(lengths[0])[0]), what);
  return Number(came.slice(9, 12));
}

const LENGTHS = { "-1": 400, "+5": 400, "5, 5": 400, "5,6": 400, "5 5": 400, "0x5": 400, "": 400, "five": 400, "99999999999999999999999": 413,
  "-99999999999999999999999": 400, "18446744073709551616": 413 };

for (const method of ["GET", "POST", "PUT"])
  test(`a length that is none is refused once: ${method}`, async () => {
    for (const [length, status] of Object.entries(LENGTHS)) {
      const came = await raw(server.port, `${method} /api HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\nhello`);
      assert.equal(oneAnswer(came, length), status, length);
      assert.match(came, /^connection: close\r$/im);
    }
  });

test("a length given twice, a very large one, cookies without end, and heads too long are refused once", async () => {
  for (const head of ["Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: -5", "Content-Length: 9223372036854775807",
    "Content-Length: 18446744073709551615", `Cookie: ${"a;".repeat(9000)}`, `X-A: ${"a".repeat(60000)}`]) {
    const came = await raw(server.port, `GET /api HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`);
    const status = oneAnswer(came, head.slice(0, 60));
    assert.ok(status >= 400 && status < 500, `${head.slice(0, 60)}: ${status}`);
  }
});

test("what comes before a bad length on the connection is answered, what comes after is not read", async () => {
  const good = "GET /api/conformance HTTP/1.1\r\nHost: x\r\n\r\n";
  const came = await raw(server.port, `${good}GET /api HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n${good}`);
  assert.deepEqual(came.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 400"]);
});

test("a head that is still on its way is left alone when another is refused", async () => {
  const slow = net.connect(server.port, "127.0.0.1");
  let came = "";
  slow.on("data", (bytes) => { came += bytes; });
  slow.write("GET /api/conformance HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\n");
  await new Promise((done) => setTimeout(done, 100));
  oneAnswer(await raw(server.port, "GET /api HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"), "-1");
  slow.write("Connection: close\r\n\r\n");
  await new Promise((done) => slow.on("close", done));
  assert.match(came, /^HTTP\/1\.1 200 /);
});
