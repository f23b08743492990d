// recordings/: evidence folders of lab services, kept. Each is one .tar.gz with the folder exactly as
// the capture wrote it; what it is and what must be said of it stands in recordings/manifest.json, outside
// the evidence, where no reader of evidence can see it.

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { OUT, ROOT } from "./places.mjs";
import { pack, unpack, writeFiles } from "./tar.mjs";

/**
 * @typedef {object} Recording
 * @property {string} name
 * @property {string} file below recordings/
 * @property {string} scenario
 * @property {"faulty" | "healthy"} kind
 * @property {string} cause
 * @property {string} window
 * @property {readonly (readonly [string, number, number, string])[]} acceptedLines
 * @property {string} [asInformation] why naming the cause without calling it a fault is right
 * @property {readonly string[]} acceptedCauses
 * @property {number | undefined} limitBytes
 * @property {string} goVersion
 * @property {string} heapwright
 * @property {readonly string[]} commands
 * @property {string} origin
 * @property {string} licence
 * @property {string} date
 * @property {number} files
 * @property {number} bytes as stored
 * @property {string} sha256 of the stored file
 * @property {boolean} synthetic
 */

export const RECORDINGS = path.join(ROOT, "recordings");
const MANIFEST = path.join(RECORDINGS, "manifest.json");
const UNPACKED = path.join(OUT, "unpacked");

/** @returns {Recording[]} */
export function readManifest() {
  return wholeManifest().recordings;
}

/** `folders` are loose ones, not packed and not replayed, such as the incident that the README shows.
 * @returns {{ schema: string, recordings: Recording[], folders?: readonly unknown[] }} */
function wholeManifest() {
  return existsSync(MANIFEST)
    ? JSON.parse(readFileSync(MANIFEST, "utf8"))
    : { schema: "heapwright.recordings/1", recordings: [] };
}

/**
 * Recordings that are not yet answered as they should be, each with the reason.
 * @returns {Map<string, string>}
 */
export function readKnownMisses() {
  const file = path.join(RECORDINGS, "known-misses.json");
  /** @type {Record<string, string>} */
  const misses = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  return new Map(Object.entries(misses));
}

/** Puts a recording into the manifest, which another process may have written meanwhile.
 * @param {Recording} recording */
export function addToManifest(recording) {
  mkdirSync(RECORDINGS, { recursive: true });
  const manifest = wholeManifest();
  const others = manifest.recordings.filter(({ name }) => name !== recording.name);
  const sorted = [...others, recording].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const text = JSON.stringify({ ...manifest, recordings: sorted }, undefined, 2);
  const partial = `${MANIFEST}.${process.pid}`;
  writeFileSync(partial, `${text}\n`);
  renameSync(partial, MANIFEST);
}

/** @param {string} name */
export const archiveOf = (name) => `${name}.tar.gz`;

/**
 * Packs an evidence folder. Times of files are those of the capture, to the second.
 * @param {string} folder
 * @param {string} name
 */
export function store(folder, name) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const endMs = endOf(folder);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join("/"))
    .toSorted()
    .map((file) => ({
      name: file,
      bytes: readFileSync(path.join(folder, ...file.split("/"))),
      timeMs: endMs.get(file) ?? endMs.get("capture.json") ?? 0,
    }));
  const archive = pack(files);
  const file = archiveOf(name);
  mkdirSync(RECORDINGS, { recursive: true });
  writeFileSync(path.join(RECORDINGS, file), archive);
  return { file, files: files.length, bytes: archive.length, sha256: sha256(archive) };
}

/** @param {string} folder @returns {Map<string, number>} file → when it was written, Unix ms */
function endOf(folder) {
  /** @type {import("@heapwright/core/evidence/capture-record.ts").CaptureSeal} */
  const seal = JSON.parse(readFileSync(path.join(folder, "capture.json"), "utf8"));
  const out = new Map([["capture.json", seal.endMs]]);
  for (const record of seal.records) if ("file" in record) out.set(record.file, record.endMs);
  return out;
}

/** The evidence folder of a recording, unpacked once. @param {Recording} recording */
export function unpacked(recording) {
  const archive = readFileSync(path.join(RECORDINGS, recording.file));
  if (sha256(archive) !== recording.sha256) {
    throw new Error(`${recording.file} is not the file that recordings/manifest.json names`);
  }
  const folder = path.join(UNPACKED, `${recording.name}-${recording.sha256.slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  writeFiles(unpack(archive), partial);
  try {
    renameSync(partial, folder);
  } catch (error) {
    // Two processes may unpack at the same time; whoever comes second has the same files.
    if (!existsSync(folder)) throw error;
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
