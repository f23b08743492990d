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
import { gunzip, isGzip, newGzipReport } from "../bytes/gzip.ts";

/** Decoded bytes of one file: more is a mistake or an attack. */
export const MAX_DECODED_BYTES = 1024 ** 3;
/** The same of a file in another form than protobuf: all of it has to be held before it is known. */
const MAX_OTHER_BYTES = 256 * 1024 ** 2;
/** Below this a stream costs more than it hides. */
const SMALL_BYTES = 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const HEAD_BYTES = 64 * 1024;
/** Enough to know a profile by, nearly always, and a sixteenth of the walk. */
const SHORT_HEAD_BYTES = 4 * 1024;
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
  /** What was wrong with the file; empty for a sound one. */
  readonly damage: readonly string[];
  /** The same and what was odd, from the format's reader; the compression is not its concern. */
  readonly diagnostics: readonly Diagnostic[];
}

/** @throws the file system's own error when the file cannot be read */
export function loadProfileFile(path: string): Promise<LoadedTable> {
  return loadProfileBytes(path, readFileSync(path));
}

/** @throws UnreadableProfileError */
export async function loadProfileBytes(name: string, stored: Uint8Array): Promise<LoadedTable> {
  if (!isGzip(stored)) return await finishWhole(name, stored, []);
  if (stored.length <= SMALL_BYTES) {
    const decoded = smallGunzip(stored);
    if (decoded !== undefined) return await finishWhole(name, decoded, []);
    return await loadDamaged(name, stored);
  }
  const streaming = new StreamedProfile(name, stored);
  const outcome = await streaming.run();
  if (outcome === "damaged") return await loadDamaged(name, stored);
  if (outcome === "too-large") {
    const cap = streaming.isOther ? MAX_OTHER_BYTES : MAX_DECODED_BYTES;
    throw new UnreadableProfileError("more decoded bytes than allowed", cap);
  }
  return outcome === undefined ? await loadOther(name, streaming.decoded()) : outcome;
}

/** Undefined when the stream is damaged or too large for one call. */
function smallGunzip(stored: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(stored, { maxOutputLength: MAX_DECODED_BYTES });
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** The length that the gzip trailer states, if it can be true. */
function statedLength(stored: Uint8Array): number {
  const view = new DataView(stored.buffer, stored.byteOffset + stored.length - 4, 4);
  const stated = view.getUint32(0, true);
  const possible = stated <= MAX_DECODED_BYTES && stated <= stored.length * MOST_EXPANSION;
  return possible ? stated : 0;
}

class StreamedProfile {
  readonly #name: string;
  readonly #stored: Uint8Array;
  #reader: FormatReader | undefined;
  /** Bytes before the format is known; all of them when it is another. */
  readonly #held: Uint8Array[] = [];
  #heldBytes = 0;
  #decodedBytes = 0;
  #isOther = false;

  constructor(name: string, stored: Uint8Array) {
    this.#name = name;
    this.#stored = stored;
  }

  /** Not protobuf. */
  get isOther(): boolean {
    return this.#isOther;
  }

  decoded(): Uint8Array {
    return Buffer.concat(this.#held);
  }

  #take(chunk: Uint8Array): void {
    if (this.#reader !== undefined) {
      this.#reader.push(chunk);
      return;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (!this.#isOther && this.#heldBytes >= HEAD_BYTES) this.#begin();
  }

  #begin(): void {
    const head = Buffer.concat(this.#held);
    if (!isPprof(head, this.#name)) {
      this.#isOther = true;
      return;
    }
    this.#reader = pprofFormat.open({
      name: this.#name,
      maxBytes: MAX_DECODED_BYTES,
      expectedBytes: Math.max(statedLength(this.#stored), head.length),
    });
    this.#reader.push(head);
    this.#held.length = 0;
  }

  /** Undefined: sound, but another format. */
  run(): Promise<LoadedTable | "damaged" | "too-large" | undefined> {
    return new Promise((resolve, reject) => {
      const inflate = createGunzip({ chunkSize: CHUNK_BYTES });
      let waiting: Uint8Array[] = [];
      let isScheduled = false;
      let isOver = false;
      const drain = (): void => {
        isScheduled = false;
        const chunks = waiting;
        waiting = [];
        for (const chunk of chunks) this.#take(chunk);
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
        const cap = this.#isOther ? MAX_OTHER_BYTES : MAX_DECODED_BYTES;
        if (this.#decodedBytes > cap) {
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
          drain();
          if (this.#reader === undefined && !this.#isOther) this.#begin();
          resolve(this.#reader === undefined ? undefined : finish(this.#reader, []));
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
  name: string,
  bytes: Uint8Array,
  damage: readonly string[],
): Promise<LoadedTable> {
  if (bytes.length === 0) throw new UnreadableProfileError("parsing profile: empty input file");
  if (!isPprof(bytes, name)) {
    return await loadOther(name, bytes, damage);
  }
  return finish(openWhole(pprofFormat, name, bytes), damage);
}

function openWhole(format: Format, name: string, bytes: Uint8Array): FormatReader {
  const reader = format.open({
    name,
    maxBytes: MAX_DECODED_BYTES,
    expectedBytes: bytes.length,
  });
  reader.push(bytes);
  return reader;
}

function finish(reader: FormatReader, before: readonly string[]): LoadedTable {
  try {
    const { table, diagnostics } = reader.end();
    if (table.kind !== "profile") {
      throw new UnreadableProfileError("parsing profile: unrecognized profile format");
    }
    const found = diagnostics.filter(({ severity }) => severity === "damage").map(damageText);
    return { table, damage: [...before, ...found], diagnostics };
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
async function loadOther(
  name: string,
  bytes: Uint8Array,
  damage: readonly string[] = [],
): Promise<LoadedTable> {
  const { detectFormat } = await import("@heapwright/core/formats/registry.ts");
  const found = detectFormat(bytes.subarray(0, HEAD_BYTES), name);
  if (found === undefined) {
    throw new UnreadableProfileError("parsing profile: unrecognized profile format");
  }
  return finish(openWhole(found.format, name, bytes), damage);
}

/** What can be decoded of a damaged stream, and what was wrong. */
async function loadDamaged(name: string, stored: Uint8Array): Promise<LoadedTable> {
  const report = newGzipReport();
  const chunks: Uint8Array[] = [];
  let total = 0;
  const source = (async function* once() {
    yield stored;
  })();
  for await (const chunk of gunzip(source, report)) {
    total += chunk.length;
    if (total > MAX_DECODED_BYTES) {
      throw new UnreadableProfileError("more decoded bytes than allowed", MAX_DECODED_BYTES);
    }
    chunks.push(chunk);
  }
  if (total === 0) {
    throw new UnreadableProfileError(
      `parsing profile: decompressing profile: ${report.damage?.kind ?? "nothing in it"}`,
    );
  }
  const what =
    report.damage === undefined
      ? []
      : [`gzip ${report.damage.kind} at byte ${report.damage.offset}`];
  return await finishWhole(name, Buffer.concat(chunks), what);
}
