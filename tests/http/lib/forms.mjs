// Forms of our pages as a browser without script fills them in: the fields are read out of the page and sent back, changed
// where the test says so. The work that keeps machines away is done here, so that no test has to wait.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { get } from "./program.mjs";

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"' };

export function unescapeHtml(text) {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot));/gi, (_, ten, hex, name) =>
    name ? ENTITIES[name.toLowerCase()] : String.fromCodePoint(ten ? Number(ten) : parseInt(hex, 16)));
}

function attributesOf(tag) {
  const found = {};
  for (const [, name, value] of tag.slice(1).replace(/^\/?\w+/, "").matchAll(/([\w.:-]+)(?:="([^"]*)")?/g)) found[name.toLowerCase()] = unescapeHtml(value ?? "");
  return found;
}

/* The form that posts to an address which starts so: {action, fields, bits, buttons}. fields is an array of [name, value] as a
 * browser would send them if no button were pressed; buttons are those that can be. */
export function readForm(html, action = "") {
  for (const [, open, inner] of html.matchAll(/(<form\b[^>]*>)([\s\S]*?)<\/form>/g)) {
    const form = attributesOf(open);
    if ((form.method || "get").toLowerCase() !== "post" || !(form.action || "").startsWith(action)) continue;
    return { action: form.action, enctype: form.enctype, ...readFields(inner) };
  }
  assert.fail(`no form that posts to ${action || "anything"} in: ${html.slice(0, 2000)}`);
}

function readFields(inner) {
  const fields = [], buttons = [];
  let bits = 0;
  const tags = /<input\b[^>]*>|<button\b[^>]*>|<textarea\b[^>]*>([\s\S]*?)<\/textarea>|<select\b[^>]*>([\s\S]*?)<\/select>/g;
  for (const [whole, text, options] of inner.matchAll(tags)) {
    const a = attributesOf(/^<[^>]*>/.exec(whole)[0]);
    if (a.name === undefined || a.disabled !== undefined) continue;
    if (whole.startsWith("<textarea")) fields.push([a.name, unescapeHtml(text).replace(/^\n/, "")]);
    else if (whole.startsWith("<select")) fields.push([a.name, chosenOf(options)]);
    else if (whole.startsWith("<button") || a.type === "submit" || a.type === "image") buttons.push([a.name, a.value ?? ""]);
    else if (a.type === "checkbox" || a.type === "radio") { if (a.checked !== undefined) fields.push([a.name, a.value ?? "on"]); }
    else if (a.type !== "file") fields.push([a.name, a.value ?? ""]);
    if (a["data-bits"]) bits = Number(a["data-bits"]);
  }
  return { fields, buttons, bits };
}

function chosenOf(options) {
  const all = [...options.matchAll(/(<option\b[^>]*>)([^<]*)/g)].map(([, tag, text]) => ({ ...attributesOf(tag), text: unescapeHtml(text).trim() }));
  const chosen = all.find((o) => o.selected !== undefined) || all[0];
  return chosen ? chosen.value ?? chosen.text : "";
}

/* A number that server/challenge.h takes as the answer. */
export function solve(challenge, bits) {
  for (let number = 0; ; number++) {
    const words = createHash("sha256").update(`${challenge}:${number}`).digest().readUInt32BE(0);
    if (Math.clz32(words) >= bits) return String(number);
  }
}

/* The fields with some of them changed: {name: value}; an array sends the name several times, null leaves it out. */
export function changed(fields, changes) {
  const kept = fields.filter(([name]) => !(name in changes));
  for (const [name, value] of Object.entries(changes))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null) kept.push([name, one]);
  return kept;
}

/* Fetches the page and its form. `headers`: a cookie, a language. The answer's page is in .page. */
export async function openForm(server, address, { action = address.split("?")[0], headers = {} } = {}) {
  const page = await get(server.url + address, { headers: { accept: "text/html", "accept-language": "fr", ...headers } });
  assert.equal(page.status, 200, `${address}: ${page.status} ${page.body}`);
  return { ...readForm(page.body.toString(), action), page: page.body.toString(), headers };
}

/* Sends it as a browser does. `work` false leaves the challenge unsolved, as without script. */
export async function sendForm(server, form, changes = {}, { headers = {}, work = true } = {}) {
  const fields = changed(form.fields, changes);
  const challenge = fields.find(([name]) => name === "challenge"), answer = fields.find(([name]) => name === "answer");
  if (work && challenge && answer && !answer[1]) answer[1] = solve(challenge[1], form.bits);
  const answered = await get(server.url + form.action, {
    method: "POST", body: new URLSearchParams(fields).toString(),
    headers: { accept: "text/html", "accept-language": "fr", "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin",
      ...form.headers, ...headers } });
  return { ...answered, text: answered.body.toString() };
}
