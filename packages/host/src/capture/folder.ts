// The capture folder on disk. At any instant, kill -9 included, every line of capture.jsonl names a file
// that is whole: a file is written under another name, synced, renamed, and only then recorded.
//   capture.jsonl      one record a line, in the order in which they were taken
//   capture.json       the seal; present only when the capture came to its own end
//   *.partial          left by a killed capture; no record names one

import { createHash, type Hash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { CaptureRecord, CaptureSeal } from "@heapwright/core/evidence/capture-record.ts";
import { errnoOf } from "../bytes/errno.ts";
import { CaptureError } from "./error.ts";

export const PARTIAL_SUFFIX = ".partial";

export interface StoredFile {
  /** Relative to the folder, with forward slashes. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Text above this is stored compressed: a poll of heap?debug=1 may be 10 MB and there are many. */
const COMPRESS_ABOVE_BYTES = 64 * 1024;

export class CaptureFolder {
  readonly directory: string;
  readonly #manifest: FileHandle;
  readonly #made = new Set<string>();
  readonly #unsynced = new Set<string>();
  #bytes = 0;
  #hasRecords = false;

  private constructor(directory: string, manifest: FileHandle) {
    this.directory = directory;
    this.#manifest = manifest;
    this.#unsynced.add(directory);
  }

  /** @throws CaptureError when the folder holds something already or cannot be written. */
  static async create(directory: string): Promise<CaptureFolder> {
    await CaptureFolder.check(directory);
    try {
      await makeFolders(path.resolve(directory));
      // A capture tells of a service's inner life: readable by its owner only.
      const manifest = await open(path.join(directory, "capture.jsonl"), "ax", 0o600);
      return new CaptureFolder(directory, manifest);
    } catch (error) {
      throw notWritable(directory, error);
    }
  }

  /** The same question before anybody is asked for anything. */
  static async check(directory: string): Promise<void> {
    let entries: string[];
    try {
      entries = await readdir(directory);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return;
      throw notWritable(directory, error);
    }
    if (entries.length > 0) throw new CaptureError("folder-not-empty", { folder: directory });
  }

  /** Bytes of all files written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  absolute(file: string): string {
    return path.join(this.directory, ...file.split("/"));
  }

  /** For bodies of unknown size: written as they come. */
  async begin(file: string): Promise<PendingFile> {
    await this.#makeFolderOf(file);
    const handle = await open(this.absolute(file) + PARTIAL_SUFFIX, "w", 0o600);
    return new PendingFile(this, file, handle);
  }

  /** For what is in memory anyway. */
  async write(file: string, bytes: Uint8Array): Promise<StoredFile> {
    const isLarge = bytes.length > COMPRESS_ABOVE_BYTES && /\.(?:txt|json)$/.test(file);
    const pending = await this.begin(isLarge ? `${file}.gz` : file);
    await pending.write(isLarge ? gzipSync(bytes, { level: 1 }) : bytes);
    return pending.finish();
  }

  async append(records: readonly CaptureRecord[]): Promise<void> {
    if (records.length === 0) return;
    // A rename lasts only when its folder has been synced as well.
    for (const folder of this.#unsynced) await syncFolder(folder);
    this.#unsynced.clear();
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join("");
    this.#hasRecords = true;
    await this.#manifest.appendFile(lines);
    await this.#manifest.datasync();
  }

  async seal(seal: CaptureSeal): Promise<void> {
    const pending = await this.begin("capture.json");
    await pending.write(Buffer.from(`${JSON.stringify(seal, undefined, 1)}\n`));
    await pending.finish();
    await syncFolder(this.directory);
    await this.close();
  }

  async close(): Promise<void> {
    await this.#manifest.close();
  }

  /** After an error: what was recorded stays readable without a seal; a folder of nothing goes. */
  async abandon(): Promise<void> {
    await this.close();
    if (this.#hasRecords) return;
    for (const folder of this.#made) await rm(folder, { recursive: true, force: true });
    await rm(path.join(this.directory, "capture.jsonl"), { force: true });
  }

  /** Called by a pending file once it is whole. */
  noteStored(file: string, bytes: number): void {
    this.#bytes += bytes;
    this.#unsynced.add(path.dirname(this.absolute(file)));
  }

  async #makeFolderOf(file: string): Promise<void> {
    const folder = path.dirname(this.absolute(file));
    if (folder === this.directory || this.#made.has(folder)) return;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.#made.add(folder);
    this.#unsynced.add(path.dirname(folder));
  }
}

export class PendingFile {
  readonly #folder: CaptureFolder;
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #hash: Hash = createHash("sha256");
  #bytes = 0;

  constructor(folder: CaptureFolder, file: string, handle: FileHandle) {
    this.#folder = folder;
    this.#file = file;
    this.#handle = handle;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    await this.#handle.writeFile(chunk);
  }

  async finish(): Promise<StoredFile> {
    await this.#handle.datasync();
    await this.#handle.close();
    const target = this.#folder.absolute(this.#file);
    await rename(target + PARTIAL_SUFFIX, target);
    this.#folder.noteStored(this.#file, this.#bytes);
    return { file: this.#file, bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#folder.absolute(this.#file) + PARTIAL_SUFFIX, { force: true });
  }
}

/**
 * Level by level. Node's own `recursive` never ends where a file system answers ENOENT to a mkdir below a
 * folder that is there, as /proc does (Node 20.20, MKDirpAsync goes up and down for ever).
 */
async function makeFolders(directory: string): Promise<void> {
  const missing: string[] = [];
  for (let at = directory; !existsSync(at); at = path.dirname(at)) {
    missing.push(at);
    if (path.dirname(at) === at) break;
  }
  for (const folder of missing.reverse()) {
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
  }
}

function notWritable(directory: string, error: unknown): unknown {
  const code = errnoOf(error);
  return code === ""
    ? error
    : new CaptureError("folder-not-writable", { folder: directory, cause: code });
}

/** Windows has no way to open a folder; there a rename is all that can be had. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
