// One profile file to its table, as fast as the machine allows: zlib works in its own thread on the next
// megabyte while this one is taken apart.
//
// Not here: the hash and the manifest of an evidence folder (files/read-artefact.ts), which this does
// not need and would pay for.

import { readFileSync } from "node:fs";
import { createGunzip, gunzipSync } from "node:zlib";
import { pprofFormat } from "@heapwright/core/formats/pprof/format.ts";
import { FormatError } from "@heapwright/core/model/errors.ts";
import type { Diagnostic } from "@heapwright/core/model/diagnostic.ts";
import type { Format, FormatReader } from "@heapwright/core/model/format.ts";
import type { ProfileTable } from "@heapwright/core/model/tables/profile.ts";
import { gunzip, isGzip, newGzipReport, type GzipReport } from "../bytes/gzip.ts";

/** Decoded bytes of one file: more is a mistake or an attack. */
export const MAX_DECODED_BYTES = 1024 ** 3;
/** The same of a file in another form than protobuf: all of it has to be held before it is known. */
const MAX_OTHER_BYTES = 256 * 1024 ** 2;
/** Below this a stream costs more than it hides. */
const SMALL_BYTES = 1024 * 1024;
/** What is undone in one call; a file that expands further is a large one, however small it looks. */
const SMALL_DECODED_BYTES = 32 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const HEAD_BYTES = 64 * 1024;
/** Enough to know a profile by, nearly always, and a sixteenth of the walk. */
const SHORT_HEAD_BYTES = 4 * 1024;
/** Node's own size of a piece; a trailer that states less is mistaken, or of a tiny file. */
const LEAST_CHUNK_BYTES = 16 * 1024;
/** Header and trailer. */
const LEAST_GZIP_BYTES = 18;
/** No deflate stream expands further. */
const MOST_EXPANSION = 1032;

/** The file is no profile that can be used; the message says why. */
export class UnreadableProfileError extends Error {
  /** The cap that its decoded bytes went beyond, when that is why. */
  readonly capBytes: number | undefined;

  constructor(message: string, capBytes?: number) {
    super(message);
    this.name = "UnreadableProfileError";
    this.capBytes = capBytes;
  }
}

export interface LoadedTable {
  readonly table: ProfileTable;
  /** What was wrong with the file: first the compression's damage, then the format's, as codes. */
  readonly damage: readonly string[];
  /** Where the compression is damaged; undefined for a sound stream and a file without. */
  readonly gzipDamage: NonNullable<GzipReport["damage"]> | undefined;
  /** What was wrong or odd to the format's reader; the compression is not its concern. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadProfileOptions {
  readonly caps?: ProfileCaps;
  /** Names are kept byte for byte (`FormatContext.exactText`). */
  readonly exactText?: boolean;
}

/** @throws the file system's own error when the file cannot be read */
export function loadProfileFile(
  path: string,
  options: LoadProfileOptions = {},
): Promise<LoadedTable> {
  return loadProfileBytes(path, readFileSync(path), options);
}

interface Named {
  readonly name: string;
  readonly exactText: boolean;
}

/** @throws UnreadableProfileError */
export async function loadProfileBytes(
  name: string,
  stored: Uint8Array,
  { caps = PROFILE_CAPS, exactText = false }: LoadProfileOptions = {},
): Promise<LoadedTable> {
  const file: Named = { name, exactText };
  if (!isGzip(stored)) return await finishWhole(file, stored);
  if (stored.length <= SMALL_BYTES) {
    const decoded = smallGunzip(stored, Math.min(SMALL_DECODED_BYTES, caps.decodedBytes));
    if (decoded instanceof Uint8Array) return await finishWhole(file, decoded);
    if (decoded === "damaged") return await loadDamaged(file, stored, caps);
  }
  let outcome = await new StreamedProfile(file, stored, undefined, caps.decodedBytes).run();
  let cap = caps.decodedBytes;
  if (outcome instanceof OtherFormat) {
    // Once more from the beginning, now that it is known who reads it.
    cap = caps.otherBytes;
    let format: Format;
    try {
      format = await otherFormat(name, outcome.head);
    } catch (error) {
      if (error instanceof UnreadableProfileError && (await expandsBeyond(stored, cap))) {
        throw tooLarge(cap);
      }
      throw error;
    }
    outcome = await new StreamedProfile(file, stored, format, cap).run();
  }
  if (outcome === "damaged") return await loadDamaged(file, stored, caps);
  if (outcome === "too-large") throw tooLarge(cap);
  if (outcome instanceof OtherFormat) throw new Error("a format that was given is not asked for");
  return outcome;
}

/** Decoded bytes that are taken of one file. */
export interface ProfileCaps {
  readonly decodedBytes: number;
  /** Of a form other than protobuf. */
  readonly otherBytes: number;
}

const PROFILE_CAPS: ProfileCaps = { decodedBytes: MAX_DECODED_BYTES, otherBytes: MAX_OTHER_BYTES };

/** Is a stream larger than `cap`; nothing of it is kept. */
function expandsBeyond(stored: Uint8Array, cap: number): Promise<boolean> {
  return new Promise((resolve) => {
    const inflate = createGunzip({ chunkSize: CHUNK_BYTES });
    let total = 0;
    inflate.on("data", (chunk: Uint8Array) => {
      total += chunk.length;
      if (total <= cap) return;
      inflate.destroy();
      resolve(true);
    });
    // What is wrong with it is not asked here.
    inflate.on("error", () => resolve(false));
    inflate.on("end", () => resolve(false));
    inflate.end(stored);
  });
}

function tooLarge(cap: number): UnreadableProfileError {
  const size = cap >= 1024 ** 2 ? `${cap / 1024 ** 2} MiB` : `${cap} bytes`;
  return new UnreadableProfileError(
    `it is more than ${size} when decompressed, the most that is read; nothing of it was used. ` +
      "If it is a real profile, record a shorter time or one with fewer labels",
    cap,
  );
}

function smallGunzip(stored: Uint8Array, most: number): Uint8Array | "damaged" | "large" {
  try {
    // One piece of output and one more byte, by which zlib sees that it is all: in pieces of 16 KiB, Node's
    // own, 2 MB are a hundred calls and a copy.
    const chunkSize = Math.max(Math.min(statedLength(stored), most) + 1, LEAST_CHUNK_BYTES);
    return gunzipSync(stored, { maxOutputLength: most, chunkSize });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return error.code === "ERR_BUFFER_TOO_LARGE" ? "large" : "damaged";
  }
}

/** It begins as no protobuf profile does. */
class OtherFormat {
  readonly head: Uint8Array;

  constructor(head: Uint8Array) {
    this.head = head;
  }
}

/** The length that the gzip trailer states, if it can be true. */
function statedLength(stored: Uint8Array): number {
  if (stored.length < LEAST_GZIP_BYTES) return 0;
  const view = new DataView(stored.buffer, stored.byteOffset + stored.length - 4, 4);
  const stated = view.getUint32(0, true);
  const possible = stated <= MAX_DECODED_BYTES && stated <= stored.length * MOST_EXPANSION;
  return possible ? stated : 0;
}

class StreamedProfile {
  readonly #file: Named;
  readonly #stored: Uint8Array;
  readonly #cap: number;
  #reader: FormatReader | undefined;
  /** Bytes before the format is known. */
  readonly #held: Uint8Array[] = [];
  #heldBytes = 0;
  #decodedBytes = 0;
  #other: OtherFormat | undefined;

  /** `format` undefined: protobuf, if it is. */
  constructor(file: Named, stored: Uint8Array, format: Format | undefined, cap: number) {
    this.#file = file;
    this.#stored = stored;
    this.#cap = cap;
    if (format !== undefined) this.#reader = format.open({ ...file, maxBytes: cap });
  }

  #take(chunk: Uint8Array): void {
    if (this.#reader !== undefined) {
      this.#reader.push(chunk);
      return;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes >= HEAD_BYTES) this.#begin();
  }

  #begin(): void {
    const head = Buffer.concat(this.#held);
    if (!isPprof(head, this.#file.name)) {
      this.#other = new OtherFormat(head);
      return;
    }
    this.#reader = pprofFormat.open({
      ...this.#file,
      maxBytes: this.#cap,
      expectedBytes: Math.min(this.#cap, Math.max(statedLength(this.#stored), head.length)),
    });
    this.#reader.push(head);
    this.#held.length = 0;
  }

  run(): Promise<LoadedTable | "damaged" | "too-large" | OtherFormat> {
    return new Promise((resolve, reject) => {
      const inflate = createGunzip({ chunkSize: CHUNK_BYTES });
      let waiting: Uint8Array[] = [];
      let isScheduled = false;
      let isOver = false;
      const drain = (): void => {
        isScheduled = false;
        const chunks = waiting;
        waiting = [];
        for (const chunk of chunks) {
          if (this.#other === undefined) this.#take(chunk);
        }
        const other = this.#other;
        if (other === undefined) return;
        inflate.destroy();
        settle(() => resolve(other));
      };
      const settle = (finish: () => void): void => {
        if (isOver) return;
        isOver = true;
        try {
          finish();
        } catch (error) {
          reject(error);
        }
      };
      inflate.on("data", (chunk: Uint8Array) => {
        this.#decodedBytes += chunk.length;
        if (this.#decodedBytes > this.#cap) {
          inflate.destroy();
          settle(() => resolve("too-large"));
          return;
        }
        waiting.push(chunk);
        // Not at once: zlib begins with the next chunk when this call returns.
        if (!isScheduled) {
          isScheduled = true;
          setImmediate(() => {
            if (!isOver) drain();
          });
        }
      });
      inflate.on("end", () =>
        settle(() => {
          for (const chunk of waiting) if (this.#other === undefined) this.#take(chunk);
          if (this.#reader === undefined && this.#other === undefined) this.#begin();
          if (this.#reader !== undefined) resolve(finish(this.#reader));
          else resolve(this.#other ?? new OtherFormat(new Uint8Array(0)));
        }),
      );
      inflate.on("error", () => settle(() => resolve("damaged")));
      inflate.end(this.#stored);
    });
  }
}

function isPprof(bytes: Uint8Array, name: string): boolean {
  return (
    pprofFormat.detect(bytes.subarray(0, SHORT_HEAD_BYTES), name)?.strength === "certain" ||
    pprofFormat.detect(bytes.subarray(0, HEAD_BYTES), name) !== undefined
  );
}

async function finishWhole(
  file: Named,
  bytes: Uint8Array,
  gzipDamage?: LoadedTable["gzipDamage"],
): Promise<LoadedTable> {
  const { name } = file;
  if (bytes.length === 0) throw new UnreadableProfileError("parsing profile: empty input file");
  if (!isPprof(bytes, name)) {
    return finish(openWhole(await otherFormat(name, bytes), file, bytes), gzipDamage);
  }
  return finish(openWhole(pprofFormat, file, bytes), gzipDamage);
}

function openWhole(format: Format, file: Named, bytes: Uint8Array): FormatReader {
  const reader = format.open({
    ...file,
    maxBytes: MAX_DECODED_BYTES,
    expectedBytes: bytes.length,
    isWhole: true,
  });
  reader.push(bytes);
  return reader;
}

function finish(reader: FormatReader, gzipDamage?: LoadedTable["gzipDamage"]): LoadedTable {
  try {
    const { table, diagnostics } = reader.end();
    if (table.kind !== "profile") {
      throw new UnreadableProfileError("parsing profile: unrecognized profile format");
    }
    const found = diagnostics.filter(({ severity }) => severity === "damage").map(damageText);
    const before =
      gzipDamage === undefined ? [] : [`gzip ${gzipDamage.kind} at byte ${gzipDamage.offset}`];
    return { table, damage: [...before, ...found], gzipDamage, diagnostics };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UnreadableProfileError(`parsing profile: ${error.message}`);
  }
}

function damageText({ code, count, params }: Diagnostic): string {
  const details = Object.entries(params ?? {}).map(([key, value]) => `${key} ${String(value)}`);
  return `${code} × ${count}${details.length > 0 ? ` (${details.join(", ")})` : ""}`;
}

/** The formats that a profile can be in besides protobuf; loaded only when one is met. */
async function otherFormat(name: string, head: Uint8Array): Promise<Format> {
  const { detectFormat } = await import("@heapwright/core/formats/registry.ts");
  const found = detectFormat(head.subarray(0, HEAD_BYTES), name);
  if (found === undefined) {
    throw new UnreadableProfileError("parsing profile: unrecognized profile format");
  }
  return found.format;
}

/** What can be decoded of a damaged stream, and what was wrong. */
async function loadDamaged(
  file: Named,
  stored: Uint8Array,
  caps: ProfileCaps,
): Promise<LoadedTable> {
  const report = newGzipReport();
  const chunks: Uint8Array[] = [];
  let total = 0;
  let isJudged = false;
  let cap = caps.decodedBytes;
  const source = (async function* once() {
    yield stored;
  })();
  for await (const chunk of gunzip(source, report)) {
    total += chunk.length;
    chunks.push(chunk);
    if (!isJudged && total >= HEAD_BYTES) {
      isJudged = true;
      const head = Buffer.concat(chunks);
      if (!isPprof(head, file.name)) {
        await otherFormat(file.name, head);
        cap = caps.otherBytes;
      }
    }
    if (total > cap) throw tooLarge(cap);
  }
  if (total === 0) {
    throw new UnreadableProfileError(
      `parsing profile: decompressing profile: ${report.damage?.kind ?? "nothing in it"}`,
    );
  }
  return await finishWhole(file, Buffer.concat(chunks), report.damage);
}
