// MapLibre GL JS on a page of another site, which knows a server of ours by the address of a style. The page and the library
// are given to the browser in place of that site, so that nothing of it is ours; everything else has to come from the server.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { launch as launchPlain } from "./page.mjs";
export { missing } from "./page.mjs";

const ELSEWHERE = "http://elsewhere.localhost:9000/";

export async function launch() {
  return launchPlain("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-features=LocalNetworkAccessChecks" /* the page of elsewhere may ask this machine */);
}

function library() {
  return readFileSync(createRequire(import.meta.url).resolve("maplibre-gl/dist/maplibre-gl.js"));
}

// A page with room for a map; `wrong` fills with what must not happen, `asked` with every address.
export async function openPage(browser, { width = 512, height = 512, ratio = 1, server, parts = {} }) {
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: ratio });
  const page = await context.newPage();
  const wrong = [], asked = [];
  const html = `<!doctype html><meta charset=utf-8><title>Elsewhere</title><style>html,body,#map{margin:0;width:${width}px;height:${height}px}</style>` +
    `<div id=map></div><script src=maplibre-gl.js></script>`;
  await page.route(`${ELSEWHERE}**`, (route) => {
    const name = route.request().url().slice(ELSEWHERE.length);
    if (name === "") return route.fulfill({ contentType: "text/html", body: html });
    if (name === "maplibre-gl.js") return route.fulfill({ contentType: "text/javascript", body: library() });
    if (name in parts) return route.fulfill(parts[name]);
    return route.fulfill({ status: 204 });
  });
  page.on("request", (r) => {
    asked.push(r.url());
    if (!r.url().startsWith(ELSEWHERE) && !r.url().startsWith(`${server}/`) && !/^(data|blob|about):/.test(r.url())) wrong.push(`asked ${r.url()}`);
  });
  page.on("response", (r) => { if (r.status() >= 400) wrong.push(`${r.status()} ${r.url()}`); });
  page.on("console", (m) => { if (m.type() === "error" || (m.type() === "warning" && !/GL Driver|GPU stall|WebGL/.test(m.text()))) wrong.push(`console: ${m.text()}`); });
  page.on("pageerror", (e) => wrong.push(`error: ${e.message}`));
  await page.goto(ELSEWHERE);
  return { page, wrong, asked, close: () => context.close() };
}

// Draws a view and answers what MapLibre complained of. The map stays as window.shown, what it goes on to say as complaints.
export function drawMap(page, options) {
  return page.evaluate((given) => new Promise((resolve) => {
    const complaints = window.complaints = [];
    if (window.shown) window.shown.remove();
    const map = window.shown = new maplibregl.Map({ container: "map", fadeDuration: 0, attributionControl: false, interactive: false,
      renderWorldCopies: true, canvasContextAttributes: { preserveDrawingBuffer: true }, ...given });
    map.on("error", (e) => complaints.push(String(e.error?.message ?? e.error)));
    map.on("styleimagemissing", (e) => complaints.push(`no image ${e.id}`));
    map.once("idle", () => resolve(complaints));
    setTimeout(() => resolve([...complaints, "not idle after 30 s"]), 30000);
  }), options);
}
