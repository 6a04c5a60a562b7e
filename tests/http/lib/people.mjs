// Accounts, sessions and proposals for tests: a town with a boundary, people who may decide there, and what strangers send.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { get, program, run } from "./program.mjs";
import { openForm, readForm, sendForm } from "./forms.mjs";

const square = (code, name, west, south, east, north) => ({ type: "Feature", properties: { INSEE_COM: code, nom: name },
  geometry: { type: "Polygon", coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] } });
export const MARSEILLE = [5.37, 43.295], NICE = [7.27, 43.7], NOWHERE = [3.1, 46.2];

export async function importTowns(at) {
  const file = path.join(at.folder, "communes.geojson");
  writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: [square("13055", "Marseille", 5.2, 43.2, 5.5, 43.4), square("06088", "Nice", 7.2, 43.6, 7.4, 43.8)] }));
  const done = await run(at.db, "places", "import", file);
  assert.equal(done.code, 0, done.stderr);
}

export function addUser(at, name, password, ...options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["--db", at.db, "user", "add", name, ...options], { stdio: ["pipe", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (bytes) => { said += bytes; });
    child.on("exit", (code) => (code ? reject(new Error(said)) : resolve()));
    child.stdin.end(`${password}\n`);
  });
}

/* The Cookie header of a new session. */
export async function logIn(server, name, password) {
  const form = await openForm(server, "/login");
  const answer = await sendForm(server, form, { name, password });
  assert.equal(answer.status, 303, answer.text);
  return { cookie: answer.headers["set-cookie"][0].split(";")[0] };
}

/* A page as somebody who is logged in sees it. */
export async function look(server, headers, address) {
  const page = await get(server.url + address, { headers: { accept: "text/html", "accept-language": "fr", ...headers } });
  return { status: page.status, headers: page.headers, text: page.body.toString() };
}

/* The form of a page with that value in its field "do". */
export function formThatDoes(html, what) {
  for (const [whole] of html.matchAll(/<form\b[\s\S]*?<\/form>/g)) {
    if (!/method="post"/.test(whole)) continue;
    const form = readForm(whole);
    if (form.fields.some(([name, value]) => name === "do" && value === what)) return form;
    if (form.buttons.some(([name, value]) => name === "do" && value === what)) return { ...form, fields: [...form.fields, ["do", what]] };
  }
  return assert.fail(`no form does ${what} in: ${html.slice(html.indexOf("<main"), html.indexOf("<main") + 3000)}`);
}

export async function press(server, headers, address, what, changes = {}) {
  const page = await look(server, headers, address);
  assert.equal(page.status, 200, page.text);
  return sendForm(server, { ...formThatDoes(page.text, what), headers }, changes);
}

/* What a stranger proposes over the API: the number of the contribution and its receipt. */
export async function propose(server, at = MARSEILLE, properties = {}, { token, method = "POST", record, headers = {} } = {}) {
  const body = method === "DELETE" ? undefined : JSON.stringify({ type: "Feature", ...(at ? { geometry: { type: "Point", coordinates: at } } : {}),
    properties: method === "POST" ? { category: "cctv", location_precision: "exact", device_type: "dome", mount: "pole",
      status_events: [{ status: "active", kind: "observed", date: "2026-10" }], sources: [{ kind: "press", title: "Un article", url: "https://example.org/a" }],
      claims: [{ field: "exists", confidence: "confirmed", basis: "press", source: 1, said_on: "2026-10" }], ...properties } : properties });
  const answer = await get(`${server.url}/api/collections/deployments/items${record ? `/${record}` : ""}`, { method, body,
    headers: { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/geo+json",
      ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers } });
  assert.ok([201, 202].includes(answer.status), `${answer.status} ${answer.body}`);
  return JSON.parse(answer.body);
}
