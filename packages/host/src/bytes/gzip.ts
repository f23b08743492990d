// gzip (RFC 1952) undone member by member: an own header and trailer parse around zlib's raw inflate.
// Why not createGunzip: it gives no bytes at all for a small sound member followed by garbage, and
// does not say where a member ended. Here everything that could be decoded is yielded, and what was
// wrong is left in `GzipReport` for the caller to tell.
//
// Not supported: preset dictionaries (gzip has none), compression methods other than deflate.

import { crc32, createInflateRaw, type InflateRaw } from "node:zlib";

/** `truncated`: the input ended inside a member. `trailing`: bytes after the last member that are no
 * member; they are not part of the content. */
export type GzipDamage = "truncated" | "corrupt" | "checksum" | "trailing";

export interface GzipReport {
  /** Members whose end was reached. */
  members: number;
  /** Compressed bytes taken from the input so far. */
  consumed: number;
  /** Bytes yielded so far. */
  decoded: number;
  damage: { readonly kind: GzipDamage; readonly offset: number } | undefined;
}

export function newGzipReport(): GzipReport {
  return { members: 0, consumed: 0, decoded: 0, damage: undefined };
}

export function isGzip(head: Uint8Array): boolean {
  return head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b;
}

const FLAG_HEADER_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;
const FLAGS_RESERVED = 0xe0;
/** Names and comments have no length field; a header longer than this is taken for damage. */
const MAX_HEADER_BYTES = 128 * 1024;
const TRAILER_BYTES = 8;

/**
 * zlib loses the output of the call in which it meets corrupt data, so a small output buffer keeps
 * more of a small damaged file; large inputs take the larger one for speed.
 */
export interface GunzipOptions {
  readonly outputChunkBytes: number;
}

/** Input handed to zlib at once: bounds what one call can expand to (1032 : 1) before a cap is seen. */
const PIECE_BYTES = 16 * 1024;

export async function* gunzip(
  source: AsyncIterable<Uint8Array>,
  report: GzipReport,
  options: GunzipOptions = { outputChunkBytes: 64 * 1024 },
): AsyncGenerator<Uint8Array> {
  const input = new Input(source, report);
  while (true) {
    const memberStart = report.consumed;
    const header = await skipHeader(input);
    if (header !== "member") {
      if (header === "end") return;
      // Bytes that are no header: garbage behind a sound member, or no gzip to begin with.
      report.damage =
        header === "not-gzip"
          ? { kind: report.members > 0 ? "trailing" : "corrupt", offset: memberStart }
          : { kind: header, offset: report.consumed };
      return;
    }
    const check = { crc: 0, size: 0 };
    const outcome = yield* inflateMember(input, report, check, options);
    if (outcome !== "whole") {
      report.damage = { kind: outcome, offset: report.consumed };
      return;
    }
    const trailer = await input.take(TRAILER_BYTES);
    if (trailer === undefined) {
      report.damage = { kind: "truncated", offset: report.consumed };
      return;
    }
    report.members += 1;
    const view = new DataView(trailer.buffer, trailer.byteOffset, trailer.byteLength);
    if (view.getUint32(0, true) !== check.crc || view.getUint32(4, true) !== check.size) {
      report.damage = { kind: "checksum", offset: memberStart };
      return;
    }
  }
}

/** The unread part of the source; counts what was consumed. */
class Input {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #report: GzipReport;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(source: AsyncIterable<Uint8Array>, report: GzipReport) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#report = report;
  }

  /** The next unread bytes without consuming them; undefined at the end. */
  async peek(): Promise<Uint8Array | undefined> {
    while (this.#at >= this.#chunk.length) {
      const next = await this.#iterator.next();
      if (next.done === true) return undefined;
      this.#chunk = next.value;
      this.#at = 0;
    }
    return this.#chunk.subarray(this.#at);
  }

  consume(bytes: number): void {
    this.#at += bytes;
    this.#report.consumed += bytes;
  }

  async skipZeros(): Promise<void> {
    for (let rest = await this.peek(); rest !== undefined; rest = await this.peek()) {
      let zeros = 0;
      while (zeros < rest.length && rest[zeros] === 0) zeros++;
      this.consume(zeros);
      if (zeros < rest.length) return;
    }
  }

  async byte(): Promise<number | undefined> {
    const rest = await this.peek();
    if (rest === undefined) return undefined;
    this.consume(1);
    return rest[0];
  }

  async take(bytes: number): Promise<Uint8Array | undefined> {
    const out = new Uint8Array(bytes);
    for (let i = 0; i < bytes; i++) {
      const value = await this.byte();
      if (value === undefined) return undefined;
      out[i] = value;
    }
    return out;
  }
}

type HeaderOutcome = "member" | "end" | "not-gzip" | "truncated" | "corrupt";

async function skipHeader(input: Input): Promise<HeaderOutcome> {
  // Zero padding after a member is what tape blocks and some uploaders leave; gzip(1) ignores it too.
  await input.skipZeros();
  const first = await input.byte();
  if (first === undefined) return "end";
  if (first !== 0x1f) return "not-gzip";
  const second = await input.byte();
  if (second === undefined) return "truncated";
  if (second !== 0x8b) return "not-gzip";
  const fixed = await input.take(8);
  if (fixed === undefined) return "truncated";
  const flags = fixed[1] ?? 0;
  if (fixed[0] !== 8 || (flags & FLAGS_RESERVED) !== 0) return "corrupt";
  if ((flags & FLAG_EXTRA) !== 0) {
    const length = await input.take(2);
    if (length === undefined) return "truncated";
    if ((await input.take((length[0] ?? 0) | ((length[1] ?? 0) << 8))) === undefined) {
      return "truncated";
    }
  }
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
    if ((flags & flag) === 0) continue;
    for (let length = 0; ; length++) {
      if (length > MAX_HEADER_BYTES) return "corrupt";
      const value = await input.byte();
      if (value === undefined) return "truncated";
      if (value === 0) break;
    }
  }
  if ((flags & FLAG_HEADER_CRC) !== 0 && (await input.take(2)) === undefined) return "truncated";
  return "member";
}

type WriteOutcome = "more" | "end" | "error";

/** One write to zlib: `end` when the deflate stream is over, whatever of the piece is left. */
function writePiece(inflate: InflateRaw, piece: Uint8Array | undefined): Promise<WriteOutcome> {
  return new Promise((resolve) => {
    const settle = (outcome: WriteOutcome): void => {
      inflate.off("end", onEnd);
      inflate.off("error", onError);
      resolve(outcome);
    };
    const onEnd = (): void => settle("end");
    const onError = (): void => settle("error");
    inflate.on("end", onEnd);
    inflate.on("error", onError);
    // When the stream ends inside the piece zlib never calls back, it only emits `end`.
    if (piece === undefined) inflate.end();
    else inflate.write(piece, () => settle("more"));
  });
}

async function* inflateMember(
  input: Input,
  report: GzipReport,
  check: { crc: number; size: number },
  options: GunzipOptions,
): AsyncGenerator<Uint8Array, "whole" | "truncated" | "corrupt"> {
  const inflate = createInflateRaw({ chunkSize: options.outputChunkBytes });
  let ready: Uint8Array[] = [];
  inflate.on("data", (chunk: Uint8Array) => ready.push(chunk));
  // A late error (after the outcome is known) must not become an uncaught exception.
  inflate.on("error", () => undefined);
  try {
    while (true) {
      const rest = await input.peek();
      const piece = rest?.subarray(0, PIECE_BYTES);
      const before = inflate.bytesWritten;
      const outcome = await writePiece(inflate, piece);
      if (piece !== undefined) input.consume(inflate.bytesWritten - before);
      for (const chunk of ready) {
        check.crc = crc32(chunk, check.crc);
        check.size = (check.size + chunk.length) >>> 0;
        report.decoded += chunk.length;
        yield chunk;
      }
      ready = [];
      if (outcome === "end") return "whole";
      // After end() zlib reports a missing rest of the stream as an error: that is a cut, not rot.
      if (outcome === "error") return piece === undefined ? "truncated" : "corrupt";
    }
  } finally {
    inflate.destroy();
  }
}
