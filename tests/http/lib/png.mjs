// Reads the PNG files that this program writes: 8 bits, palette, RGB or RGBA, no row filter.
import { inflateSync } from "node:zlib";

export function readPng(bytes) {
  if (bytes.subarray(0, 8).toString("latin1") !== "\x89PNG\r\n\x1a\n") throw new Error("not a PNG");
  const parts = [];
  let palette, width, height, kind;
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at), name = bytes.toString("latin1", at + 4, at + 8), data = bytes.subarray(at + 8, at + 8 + length);
    if (name === "IHDR") [width, height, kind] = [data.readUInt32BE(0), data.readUInt32BE(4), data[9]];
    if (name === "PLTE") palette = data;
    if (name === "IDAT") parts.push(data);
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(parts)), samples = { 2: 3, 3: 1, 6: 4 }[kind], stride = raw.length / height;
  const depth = kind === 3 ? Math.round((stride - 1) * 8 / width) : 8;
  const pixel = (x, y) => {
    if (raw[y * stride] !== 0) throw new Error("a row filter");
    const row = y * stride + 1;
    if (kind !== 3) return [...raw.subarray(row + x * samples, row + x * samples + 3)];
    const bits = [8, 4, 2, 1].find((d) => d <= depth) ?? 1, bit = x * bits;
    const index = raw[row + (bit >> 3)] >> (8 - bits - (bit & 7)) & ((1 << bits) - 1);
    return [...palette.subarray(index * 3, index * 3 + 3)];
  };
  return { width, height, pixel };
}

export function* pixels(png, step = 1) {
  for (let y = 0; y < png.height; y += step)
    for (let x = 0; x < png.width; x += step)
      yield png.pixel(x, y);
}
