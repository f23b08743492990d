// A folder as one .tar.gz and back. POSIX ustar (pax(1), "ustar Interchange Format"): regular files only,
// names up to 255 bytes. Not supported: links, devices, pax headers; a recording has none.
// Own code, because recordings are read on machines without a tar command, and because packing the same
// files twice must give the same bytes.

import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

const BLOCK = 512;
/** A recording unpacks to some 3 MB; far more than that is no recording. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** @typedef {{ readonly name: string, readonly bytes: Uint8Array, readonly timeMs: number }} File */

/** @param {readonly File[]} files @returns {Buffer} */
export function pack(files) {
  /** @type {Uint8Array[]} */
  const parts = [];
  for (const file of files) {
    parts.push(headerOf(file), file.bytes, new Uint8Array(padding(file.bytes.length)));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return gzipSync(Buffer.concat(parts), { level: 9 });
}

/** @param {number} size */
const padding = (size) => (BLOCK - (size % BLOCK)) % BLOCK;

/** @param {File} file */
function headerOf({ name, bytes, timeMs }) {
  const header = Buffer.alloc(BLOCK);
  const [prefix, base] = splitName(name);
  header.write(base, 0, 100, "utf8");
  header.write("0000644\0", 100, "latin1");
  header.write("0000000\0", 108, "latin1");
  header.write("0000000\0", 116, "latin1");
  header.write(`${octal(bytes.length, 11)}\0`, 124, "latin1");
  header.write(`${octal(Math.floor(timeMs / 1000), 11)}\0`, 136, "latin1");
  header.write("        ", 148, "latin1");
  header.write("0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345, 155, "utf8");
  header.write(`${octal(checksumOf(header), 6)}\0 `, 148, "latin1");
  return header;
}

/** @param {string} name @returns {[string, string]} */
function splitName(name) {
  if (Buffer.byteLength(name) <= 100) return ["", name];
  for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
    const base = name.slice(at + 1);
    if (Buffer.byteLength(base) <= 100 && at <= 155) return [name.slice(0, at), base];
  }
  throw new Error(`${name} is too long for a tar header`);
}

/** @param {number} value @param {number} digits */
const octal = (value, digits) => value.toString(8).padStart(digits, "0");

/** @param {Buffer} header with the checksum field as blanks */
function checksumOf(header) {
  let sum = 0;
  for (let i = 0; i < BLOCK; i += 1) sum += i >= 148 && i < 156 ? 32 : (header[i] ?? 0);
  return sum;
}

/** @param {Uint8Array} archive @returns {File[]} */
export function unpack(archive) {
  const tar = gunzipSync(archive, { maxOutputLength: MAX_UNPACKED_BYTES });
  /** @type {File[]} */
  const files = [];
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return files;
    if (parseOctal(header, 148, 8) !== checksumOf(header)) {
      throw new Error(`tar: damaged header at byte ${at}`);
    }
    const size = parseOctal(header, 124, 12);
    const prefix = textOf(header, 345, 155);
    const name = (prefix === "" ? "" : `${prefix}/`) + textOf(header, 0, 100);
    if (header[156] !== 0x30) throw new Error(`tar: ${name} is no regular file`);
    if (at + BLOCK + size > tar.length) throw new Error(`tar: ${name} is cut`);
    const bytes = tar.subarray(at + BLOCK, at + BLOCK + size);
    files.push({ name, bytes, timeMs: parseOctal(header, 136, 12) * 1000 });
    at += BLOCK + size + padding(size);
  }
  throw new Error("tar: no end of archive");
}

/** @param {Buffer} header @param {number} at @param {number} length */
function textOf(header, at, length) {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

/** @param {Buffer} header @param {number} at @param {number} length */
function parseOctal(header, at, length) {
  const value = Number.parseInt(textOf(header, at, length).trim(), 8);
  if (!Number.isSafeInteger(value)) throw new Error("tar: a number is none");
  return value;
}

/** @param {readonly File[]} files @param {string} folder */
export function writeFiles(files, folder) {
  for (const { name, bytes, timeMs } of files) {
    const file = path.join(folder, ...name.split("/"));
    if (!file.startsWith(folder + path.sep)) throw new Error(`tar: ${name} leaves its folder`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    utimesSync(file, timeMs / 1000, timeMs / 1000);
  }
}
