#!/usr/bin/env node
// Draws views of a map in MapLibre GL JS (headless Chromium) and by `contrechamp render`, from the same style and the same
// tiles, and says what share of their pixels differ. Geometry only: text and icons are left out, since each renderer sets
// them in its own way. --circles yes draws devices and clusters as circles instead of their marks: there the two differ,
// since ours are sprites at whole px, for speed.
//
//   node tests/conformance/maplibre.mjs --db FILE --basemap FILE [--keep DIR] [--only NAME] [--layers fill,zones] [--circles yes]
//
// The views look at Geneva and the south of France, so the base map wants the streets of Geneva
// (`basemap build --default --osm geneve.osm.pbf`) and the database some cameras. --layers draws those of some kinds or
// names alone, to find what differs. Exits 1 when a view is past the share allowed.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import { drawMap, launch, missing, openPage } from "../browser/lib/maplibre.mjs";
import { program, serve } from "../http/lib/program.mjs";

const WIDTH = 800, HEIGHT = 600;
const THRESHOLD = 0.1285;  // of a pixel's colour, as pixelmatch measures it
const ALLOWED = 0.005;     // of the pixels of a view
const DRAWN = ["background", "fill", "line", "circle"];
const GENEVA = [6.1432, 46.2055];

const VIEWS = [
  ["geneva-10", "light", GENEVA, 10], ["geneva-11", "light", GENEVA, 11], ["geneva-12", "light", GENEVA, 12], ["geneva-13", "light", GENEVA, 13],
  ["geneva-13.5", "light", GENEVA, 13.5], ["geneva-14", "light", GENEVA, 14], ["geneva-15", "light", GENEVA, 15], ["geneva-15.7", "light", [6.1380, 46.2100], 15.7],
  ["geneva-16", "light", GENEVA, 16], ["geneva-17", "light", [6.1478, 46.2030], 17],
  ["geneva-dark-13", "dark", GENEVA, 13], ["geneva-dark-15", "dark", GENEVA, 15], ["geneva-dark-16.4", "dark", [6.1500, 46.2010], 16.4],
  ["geneva-print-14", "print", GENEVA, 14], ["geneva-print-16", "print", GENEVA, 16],
  ["world-1", "light", [10, 20], 1], ["world-2", "dark", [0, 30], 2], ["world-3.3", "print", [20, 40], 3.3],
  ["south-5", "light", [4, 44], 5], ["south-7", "light", [4.5, 43.7], 7], ["south-8.5", "dark", [5.4, 43.5], 8.5], ["south-10", "light", [5.4, 43.4], 10],
  ["marseille-12", "light", [5.3721, 43.2951], 12], ["marseille-15", "print", [5.3721, 43.2951], 15], ["toulouse-13", "dark", [1.4437, 43.6045], 13],
  ["marseille-deployments-15.5", "deployments", [5.3760, 43.2960], 15.5],
];

function readOptions() {
  const options = { db: null, basemap: null, keep: null, only: "", layers: "", circles: "" };
  for (let i = 2; i < process.argv.length; i += 2) {
    const name = process.argv[i].replace(/^--/, "");
    if (!(name in options) || process.argv[i + 1] === undefined) {
      console.error("usage: node tests/conformance/maplibre.mjs --db FILE --basemap FILE [--keep DIR] [--only NAME] [--layers LIST] [--circles yes]");
      process.exit(2);
    }
    options[name] = process.argv[i + 1];
  }
  return options;
}

const family = (of) => ["match", ["get", "family"], "image", of[0], "recognition", of[1], "sound", of[2], of[3]];
const CIRCLES = [
  { id: "as-circles", type: "circle", source: "deployments", "source-layer": "deployments", minzoom: 9, filter: ["==", ["get", "kind"], "device"],
    paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 2.5, 14, 5, 17, 11], "circle-color": family(["#c8372d", "#7b3fa0", "#0b6e99", "#22262b"]),
      "circle-stroke-width": 1.2, "circle-stroke-color": "#ffffff", "circle-opacity": 0.9 } },
  { id: "clusters-as-circles", type: "circle", source: "deployments", "source-layer": "clusters", maxzoom: 9,
    paint: { "circle-radius": ["max", 9, ["min", 30, ["*", 5, ["sqrt", ["sqrt", ["get", "count"]]]]]], "circle-color": "rgba(255,255,255,0.8)",
      "circle-stroke-width": 4, "circle-stroke-color": "#c8372d" } },
];

// The style by its name, without what is not compared: once as `render` reads it, once with addresses of the server.
function styles(name, url, { layers, circles }) {
  const wanted = layers ? ["background", ...layers.split(",")] : DRAWN;
  const style = JSON.parse(readFileSync(`styles/${name}.json`, "utf8"));
  style.layers = [...style.layers.filter((layer) => DRAWN.includes(layer.type)), ...(circles ? CIRCLES : [])].filter((layer) => wanted.includes(layer.type) || wanted.includes(layer.id));
  const served = structuredClone(style), zooms = { minzoom: 0, maxzoom: 14 };
  served.sprite = `${url}/sprites/${name}`;
  delete served.glyphs;
  for (const source of Object.keys(served.sources))
    served.sources[source] = { type: "vector", tiles: [`${url}/tiles/${source}/{z}/{x}/{y}.mvt${source === "deployments" ? "?space=all&category=all" : ""}`], ...zooms };
  return { style, served };
}

async function drawOurs(options, folder, view, style) {
  const file = path.join(folder, "style.json"), out = path.join(folder, "ours.png");
  writeFileSync(file, JSON.stringify(style));
  await promisify(execFile)(program, ["--db", options.db, "render", "--basemap", options.basemap, "--style", file, "--center", view[2].join(","), "--zoom", String(view[3]),
    "--size", `${WIDTH}x${HEIGHT}`, "-o", out]);
  return PNG.sync.read(readFileSync(out));
}

async function drawTheirs(browser, url, view, style) {
  const { page, wrong, close } = await openPage(browser, { server: url, width: WIDTH, height: HEIGHT });
  const complaints = [...await drawMap(page, { style, center: view[2], zoom: view[3] }), ...wrong];
  if (complaints.length) throw new Error(`${view[0]}: ${complaints.join("; ")}`);
  const data = await page.evaluate(() => window.shown.getCanvas().toDataURL("image/png"));
  await close();
  return PNG.sync.read(Buffer.from(data.slice(data.indexOf(",") + 1), "base64"));
}

// On white, as a page would show it.
function flatten(png) {
  for (let i = 0; i < png.data.length; i += 4) {
    const a = png.data[i + 3] / 255;
    for (let c = 0; c < 3; c++) png.data[i + c] = Math.round(png.data[i + c] * a + 255 * (1 - a));
    png.data[i + 3] = 255;
  }
  return png;
}

function keep(folder, name, pictures) {
  mkdirSync(folder, { recursive: true });
  for (const [what, png] of Object.entries(pictures)) writeFileSync(path.join(folder, `${name}.${what}.png`), PNG.sync.write(png));
}

async function compare(options) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "contrechamp-maplibre-"));
  const server = await serve(options.db, "--basemap", options.basemap), browser = await launch();
  let past = 0;
  for (const view of VIEWS.filter(([name]) => name.includes(options.only))) {
    const { style, served } = styles(view[1], server.url, options), difference = new PNG({ width: WIDTH, height: HEIGHT });
    const ours = flatten(await drawOurs(options, folder, view, style)), theirs = flatten(await drawTheirs(browser, server.url, view, served));
    const n = pixelmatch(ours.data, theirs.data, difference.data, WIDTH, HEIGHT, { threshold: THRESHOLD });
    const share = n / (WIDTH * HEIGHT);
    past += share > ALLOWED;
    console.log(`${view[0].padEnd(28)} ${(100 * share).toFixed(3).padStart(7)} %${share > ALLOWED ? "  past" : ""}`);
    if (options.keep) keep(options.keep, view[0], { ours, theirs, difference });
  }
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  console.log(`${past} of the views differ in more than ${100 * ALLOWED} % of their pixels`);
  return past;
}

const options = readOptions();
if (missing || !options.db || !options.basemap) {
  console.error(missing || "--db and --basemap say what is drawn");
  process.exit(2);
}
process.exit(await compare(options) ? 1 : 0);
