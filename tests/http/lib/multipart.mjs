// Forms with files, as browsers send them, and photos that tell too much.
import { get } from "./program.mjs";
import { changed, solve } from "./forms.mjs";
import { crc32, deflateSync } from "node:zlib";

/* The form with a file: {name, file_name, type, bytes}. */
export async function sendFile(server, form, fields, file, { headers = {} } = {}) {
  const all = changed(form.fields, fields).map(([n, v]) => [n, v]);
  const challenge = all.find(([n]) => n === "challenge"), answer = all.find(([n]) => n === "answer");
  if (challenge && answer) answer[1] = solve(challenge[1], form.bits);
  const line = "----contrechamp-test-0123456789", parts = [];
  for (const [n, v] of all) parts.push(Buffer.from(`--${line}\r\ncontent-disposition: form-data; name="${n}"\r\n\r\n${v}\r\n`));
  if (file)
    parts.push(Buffer.from(`--${line}\r\ncontent-disposition: form-data; name="${file.name}"; filename="${file.file_name ?? "photo.jpg"}"\r\n` +
      `content-type: ${file.type ?? "image/jpeg"}\r\n\r\n`), file.bytes, Buffer.from("\r\n"));
  parts.push(Buffer.from(`--${line}--\r\n`));
  const body = Buffer.concat(parts);
  const answered = await get(server.url + form.action, { method: "POST", body, headers: { accept: "text/html", "accept-language": "fr",
    "content-type": `multipart/form-data; boundary=${line}`, "content-length": body.length, "sec-fetch-site": "same-origin", ...headers } });
  return { ...answered, text: answered.body.toString() };
}

/* A PNG of two colours in stripes, with what else a program might write into one. */
export function png(width, height, extra = []) {
  const chunk = (kind, data) => {
    const whole = Buffer.concat([Buffer.from(kind, "latin1"), data]), out = Buffer.alloc(whole.length + 8);
    out.writeUInt32BE(data.length, 0);
    whole.copy(out, 4);
    out.writeUInt32BE(crc(whole), out.length - 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const row = Buffer.alloc(1 + width * 3), pixels = [];
  for (let x = 0; x < width; x++) row.set((x >> 2) & 1 ? [250, 240, 30] : [10, 20, 200], 1 + x * 3);
  for (let y = 0; y < height; y++) pixels.push(row);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), ...extra.map(([kind, data]) => chunk(kind, data)),
    chunk("IDAT", deflateSync(Buffer.concat(pixels), { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

function crc(bytes) {
  if (crc32) return crc32(bytes);
  let c = 0xffffffff;
  for (const b of bytes) {
    c ^= b;
    for (let i = 0; i < 8; i++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}

/* EXIF (TIFF, little endian) with a maker, a day and a place: 48°51'24" N, 2°21'8" E. */
export function exif(canary) {
  const maker = Buffer.from(`${canary}\0`), day = Buffer.from("2026:10:17 14:03:22\0");
  const at = { ifd: 8, gps: 8 + 2 + 3 * 12 + 4 }, gpsLength = 2 + 4 * 12 + 4, data = at.gps + gpsLength;
  const out = Buffer.alloc(data + maker.length + day.length + 48);
  out.write("II*\0", 0, "latin1");
  out.writeUInt32LE(at.ifd, 4);
  const entry = (where, tag, type, n, value) => {
    out.writeUInt16LE(tag, where);
    out.writeUInt16LE(type, where + 2);
    out.writeUInt32LE(n, where + 4);
    out.writeUInt32LE(value, where + 8);
  };
  out.writeUInt16LE(3, at.ifd);
  entry(at.ifd + 2, 0x010f, 2, maker.length, data);
  entry(at.ifd + 14, 0x0132, 2, day.length, data + maker.length);
  entry(at.ifd + 26, 0x8825, 4, 1, at.gps);
  out.writeUInt16LE(4, at.gps);
  const places = data + maker.length + day.length;
  entry(at.gps + 2, 1, 2, 2, 0x4e);
  entry(at.gps + 14, 2, 5, 3, places);
  entry(at.gps + 26, 3, 2, 2, 0x45);
  entry(at.gps + 38, 4, 5, 3, places + 24);
  maker.copy(out, data);
  day.copy(out, data + maker.length);
  [48, 1, 51, 1, 24, 1, 2, 1, 21, 1, 8, 1].forEach((v, i) => out.writeUInt32LE(v, places + 4 * i));
  return out;
}

/* A JPEG with one more segment behind its beginning. */
export function withSegment(jpeg, marker, data) {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

/* The markers of a JPEG up to its pixels, and what stands behind its end. */
export function anatomy(jpeg) {
  const markers = [];
  let i = 2;
  while (i < jpeg.length && jpeg[i] === 0xff) {
    markers.push(jpeg[i + 1]);
    const length = jpeg.readUInt16BE(i + 2);
    i += 2 + length;
    if (markers.at(-1) === 0xda) break;
  }
  const end = jpeg.indexOf(Buffer.from([0xff, 0xd9]), i);
  return { markers, tail: jpeg.length - end - 2 };
}
