// Reads a vector tile by the letter of the Mapbox vector tile specification 2.1 and lists what breaks it.
import { PbfReader } from "pbf";

const POINT = 1, LINE = 2, POLYGON = 3;

function readValue(pbf) {
  const found = [];
  pbf.readMessage((tag, _, p) => {
    if (tag === 1) found.push(p.readString());
    else if (tag === 2) found.push(p.readFloat());
    else if (tag === 3) found.push(p.readDouble());
    else if (tag === 4) found.push(p.readVarint64());
    else if (tag === 5) found.push(p.readVarint());
    else if (tag === 6) found.push(p.readSVarint());
    else if (tag === 7) found.push(p.readBoolean());
  }, null);
  return found;
}

function readFeature(pbf) {
  return pbf.readMessage((tag, f, p) => {
    if (tag === 1) f.id = p.readVarint();
    else if (tag === 2) p.readPackedVarint(f.tags);
    else if (tag === 3) f.type = p.readVarint();
    else if (tag === 4) p.readPackedVarint(f.geometry);
  }, { type: 0, tags: [], geometry: [] });
}

function readLayer(pbf) {
  return pbf.readMessage((tag, l, p) => {
    if (tag === 15) l.version = p.readVarint();
    else if (tag === 1) l.name = p.readString();
    else if (tag === 2) l.features.push(readFeature(p));
    else if (tag === 3) l.keys.push(p.readString());
    else if (tag === 4) l.values.push(readValue(p));
    else if (tag === 5) l.extent = p.readVarint();
    else l.unknown = tag;
  }, { version: 1, extent: 4096, features: [], keys: [], values: [] });
}

export function readTile(bytes) {
  return new PbfReader(bytes).readFields((tag, layers, pbf) => { if (tag === 3) layers.push(readLayer(pbf)); }, []);
}

// Parts of a geometry, each a list of places; `say` is called for what breaks the grammar of commands.
function readParts(feature, say) {
  const parts = [], g = feature.geometry;
  let x = 0, y = 0, i = 0, part = null;
  while (i < g.length) {
    const command = g[i] & 7, count = g[i++] >> 3;
    if (count === 0) return say("a command of no times");
    if (command === 7) {
      if (feature.type !== POLYGON || count !== 1 || !part || part.length < 3) return say("a ring that is closed wrongly");
      part.closed = true;
      part = null;
      continue;
    }
    if (command !== 1 && command !== 2) return say(`command ${command}`);
    if (command === 1 && feature.type !== POINT && count !== 1) return say("a move of more than one step");
    if (command === 2 && (!part || feature.type === POINT)) return say("a line from nowhere");
    if (i + 2 * count > g.length) return say("a command without its numbers");
    for (let k = 0; k < count; k++) {
      const dx = (g[i] >> 1) ^ -(g[i] & 1), dy = (g[i + 1] >> 1) ^ -(g[i + 1] & 1);
      i += 2;
      if (command === 2 && dx === 0 && dy === 0) say("a step of no length");
      x += dx;
      y += dy;
      if (command === 1) parts.push(part = [[x, y]]);
      else part.push([x, y]);
    }
    if (command === 1 && feature.type === POINT) part = null;
  }
  return parts;
}

const area = (ring) => ring.reduce((sum, [x, y], i) => { const [u, v] = ring[(i + 1) % ring.length]; return sum + x * v - u * y; }, 0) / 2;

function checkGeometry(feature, extent, most, say) {
  const parts = readParts(feature, say);
  if (!parts) return;
  if (!parts.length) say("no geometry");
  if (![POINT, LINE, POLYGON].includes(feature.type)) say(`type ${feature.type}`);
  for (const [n, part] of parts.entries()) {
    if (part.some(([x, y]) => x < -most || y < -most || x > extent + most || y > extent + most)) say("a place far outside of the tile");
    if (feature.type === LINE && part.length < 2) say("a line of one place");
    if (feature.type !== POLYGON) continue;
    const [first, last] = [part[0], part.at(-1)];
    if (!part.closed) say("a ring that is not closed");
    if (first[0] === last[0] && first[1] === last[1]) say("a ring that repeats its first place");
    if (area(part) === 0) say("a ring without area");
    if (n === 0 && area(part) < 0) say("a polygon that begins with a hole");
  }
}

function checkTags(feature, layer, say) {
  const keys = feature.tags.filter((_, i) => i % 2 === 0);
  if (feature.tags.length % 2) say("an odd number of tags");
  if (new Set(keys).size !== keys.length) say("a key twice");
  if (keys.some((k) => k >= layer.keys.length) || feature.tags.some((v, i) => i % 2 && v >= layer.values.length)) say("a tag of nothing");
}

// `most`: units of the extent that a feature may reach beyond the tile.
export function complaints(bytes, most = 4096) {
  const said = new Set(), layers = readTile(bytes);
  if (new Set(layers.map((l) => l.name)).size !== layers.length) said.add("two layers of one name");
  for (const layer of layers) {
    const say = (what) => { said.add(`${layer.name}: ${what}`); };
    if (layer.version !== 2) say(`version ${layer.version}`);
    if (layer.extent !== 4096) say(`extent ${layer.extent}`);
    if (!layer.name || !layer.features.length || layer.unknown) say("not a layer");
    if (new Set(layer.keys).size !== layer.keys.length) say("a key is listed twice");
    if (layer.values.some((v) => v.length !== 1)) say("a value that is not one");
    if (new Set(layer.values.map((v) => `${typeof v[0]} ${v[0]}`)).size !== layer.values.length) say("a value is listed twice");
    for (const feature of layer.features) {
      checkTags(feature, layer, say);
      checkGeometry(feature, layer.extent, most, say);
    }
  }
  return [...said];
}
