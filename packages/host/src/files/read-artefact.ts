// One input, from bytes to a table: gzip undone, format detected by content, streamed into its reader,
// hashed, capped. An input gives an artefact or says why not; it is never dropped and never throws.

import { createHash } from "node:crypto";
import { FormatError } from "@heapwright/core/model/errors.ts";
import type { Artefact, Unread } from "@heapwright/core/evidence/artefact.ts";
import type { CapturedRecord } from "@heapwright/core/evidence/capture-record.ts";
import type { Completeness, Diagnostic } from "@heapwright/core/model/diagnostic.ts";
import type { Format, FormatReader, ReadResult } from "@heapwright/core/model/format.ts";
import { gunzip, isGzip, newGzipReport, type GzipReport } from "../bytes/gzip.ts";
import { errnoOf } from "../bytes/errno.ts";
import { compressionOf } from "./compression.ts";

/** How bytes become formats; formats/registry.ts of core, or a part of it in tests. */
export interface FormatLookup {
  detect(head: Uint8Array, name: string): Format | undefined;
  /** What unknown bytes look like: a code or name for the diagnostic, "" when nothing is recognised. */
  describe(head: Uint8Array): string;
}

export interface ReadLimits {
  /** Decoded bytes taken of one input. */
  readonly maxStreamBytes: number;
  /** Decoded bytes that a reader may keep in memory. */
  readonly maxHeldBytes: number;
}

export const DEFAULT_READ_LIMITS: ReadLimits = {
  maxStreamBytes: 1024 ** 3,
  maxHeldBytes: 256 * 1024 ** 2,
};

export interface Input {
  readonly name: string;
  /** Size on disk; −1 where it is not known beforehand (/proc). */
  readonly bytes: number;
  readonly fileTimeMs: number | undefined;
  readonly record: CapturedRecord | undefined;
  /** Opened once, read to the end at most once. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

export type ReadOutcome = { readonly artefact: Artefact } | { readonly unread: Unread };

/** Formats whose reader keeps the whole input: there is no use in decoding more than it may keep. */
const HELD_WHOLE = new Set(["pprof", "pprof-legacy", "otlp", "speedscope"]);

/** What Format.detect is promised. */
const HEAD_BYTES = 64 * 1024;

export async function readArtefact(
  input: Input,
  formats: FormatLookup,
  limits: ReadLimits = DEFAULT_READ_LIMITS,
): Promise<ReadOutcome> {
  const reading = new Reading(input, formats, limits);
  try {
    return await reading.read();
  } catch (error) {
    const code = errnoOf(error);
    if (code === "") throw new Error(`while reading ${input.name}`, { cause: error });
    // The file system's own words: a file removed since, an unreadable disk, a permission.
    return reading.unread("unreadable", "files.unreadable", { cause: code });
  }
}

class Reading {
  readonly #input: Input;
  readonly #formats: FormatLookup;
  readonly #limits: ReadLimits;
  readonly #stored = createHash("sha256");
  readonly #decoded = createHash("sha256");
  readonly #gzip = newGzipReport();
  #isGzip = false;
  #storedBytes = 0;
  #decodedBytes = 0;
  #source: AsyncIterator<Uint8Array> | undefined;
  #isWholeInput = false;
  #isCapped = false;

  constructor(input: Input, formats: FormatLookup, limits: ReadLimits) {
    this.#input = input;
    this.#formats = formats;
    this.#limits = limits;
  }

  async read(): Promise<ReadOutcome> {
    const source = this.#counted()[Symbol.asyncIterator]();
    this.#source = source;
    try {
      const first = await source.next();
      if (first.done === true) return this.unread("empty", "files.empty", {});
      const compression = compressionOf(first.value);
      if (compression !== undefined) {
        return this.unread("unknown", "files.compressed", { compression });
      }
      const raw = prepend(first.value, source);
      this.#isGzip = isGzip(first.value);
      const size = Math.max(this.#input.bytes, 0);
      const content = this.#isGzip
        ? gunzip(raw, this.#gzip, { outputChunkBytes: size < 4 * 1024 ** 2 ? 4096 : 64 * 1024 })
        : raw;
      return await this.#readContent(content);
    } finally {
      await source.return?.(undefined);
    }
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#input.chunks()) {
      this.#stored.update(chunk);
      this.#storedBytes += chunk.length;
      yield chunk;
    }
    this.#isWholeInput = true;
  }

  async #readContent(content: AsyncIterable<Uint8Array>): Promise<ReadOutcome> {
    let head = new Uint8Array(0);
    let reader: FormatReader | undefined;
    let format: Format | undefined;
    try {
      for await (const chunk of content) {
        const taken = this.#take(chunk);
        if (reader === undefined) {
          head = Buffer.concat([head, taken]);
          if (head.length < HEAD_BYTES && !this.#isCapped) continue;
          format = this.#detect(head);
          if (format === undefined) return this.#unknown(head);
          reader = this.#open(format);
          reader.push(head);
        } else {
          reader.push(taken);
        }
        if (this.#isCapped || this.#isMoreThanHeld(format)) break;
      }
      if (reader === undefined || format === undefined) {
        if (head.length === 0) return this.#nothingDecoded();
        format = this.#detect(head);
        if (format === undefined) return this.#unknown(head);
        reader = this.#open(format);
        reader.push(head);
      }
      const result = reader.end();
      await this.#readRest();
      return this.#artefact(format, result);
    } catch (error) {
      if (error instanceof FormatError) return this.#unusable(error);
      throw error;
    }
  }

  /** Bytes behind damaged gzip are not decoded, but the manifest's hash is over all. */
  async #readRest(): Promise<void> {
    if (this.#input.record === undefined || this.#isCapped || this.#source === undefined) return;
    while ((await this.#source.next()).done !== true);
  }

  /** Counts and hashes what is handed on; cuts at the cap. */
  #take(chunk: Uint8Array): Uint8Array {
    const room = this.#limits.maxStreamBytes - this.#decodedBytes;
    const taken = chunk.length > room ? chunk.subarray(0, room) : chunk;
    if (chunk.length > room) this.#isCapped = true;
    this.#decoded.update(taken);
    this.#decodedBytes += taken.length;
    return taken;
  }

  #isMoreThanHeld(format: Format | undefined): boolean {
    return (
      format !== undefined &&
      HELD_WHOLE.has(format.id) &&
      this.#decodedBytes > this.#limits.maxHeldBytes
    );
  }

  #detect(head: Uint8Array): Format | undefined {
    return this.#formats.detect(
      head.subarray(0, HEAD_BYTES),
      this.#isGzip ? this.#input.name.replace(/\.gz$/i, "") : this.#input.name,
    );
  }

  #open(format: Format): FormatReader {
    return format.open({ name: this.#input.name, maxBytes: this.#limits.maxHeldBytes });
  }

  #artefact(format: Format, result: ReadResult): ReadOutcome {
    const own: Diagnostic[] = [];
    let { completeness } = result;
    const lose = (fraction: number | undefined): void => {
      completeness = lessComplete(completeness, fraction);
    };
    const damage = gzipDiagnostic(this.#gzip);
    if (damage !== undefined) {
      own.push(damage);
      if (damage.severity === "damage") lose(this.#decodedFraction(this.#gzip));
    }
    if (this.#isCapped) {
      own.push(diagnostic("files.cut-at-cap", "damage", { cap: this.#limits.maxStreamBytes }));
      lose(undefined);
    }
    const changed = this.#changedSinceCapture();
    if (changed !== undefined) {
      own.push(changed);
      if (changed.severity === "damage") lose(this.#decodedFraction(this.#gzip));
    }
    const sha256 = this.#decoded.digest("hex");
    return {
      artefact: {
        id: sha256.slice(0, 8),
        name: this.#input.name,
        sha256,
        bytes: this.#decodedBytes,
        format: format.id,
        table: result.table,
        diagnostics: [...own, ...result.diagnostics],
        completeness,
        fileTimeMs: this.#input.fileTimeMs,
        record: this.#input.record,
      },
    };
  }

  /** The manifest knows the file as it was; more, fewer or other bytes are told. */
  #changedSinceCapture(): Diagnostic | undefined {
    const { record } = this.#input;
    if (record === undefined || !this.#isWholeInput) return undefined;
    if (this.#storedBytes < record.bytes) {
      return diagnostic("files.shorter-than-recorded", "damage", {
        bytes: this.#storedBytes,
        recorded: record.bytes,
      });
    }
    return this.#stored.digest("hex") === record.sha256
      ? undefined
      : diagnostic("files.not-as-recorded", "warning", { bytes: this.#storedBytes });
  }

  /** Only the manifest knows how long a cut file was; gzip's own length stands at its end. */
  #decodedFraction(report: GzipReport): number | undefined {
    const { record } = this.#input;
    if (record !== undefined && this.#storedBytes < record.bytes) {
      return this.#storedBytes / record.bytes;
    }
    return report.damage?.kind === "corrupt" && this.#storedBytes > 0
      ? Math.min(1, report.consumed / Math.max(this.#storedBytes, this.#input.bytes))
      : undefined;
  }

  #nothingDecoded(): ReadOutcome {
    const damage = gzipDiagnostic(this.#gzip);
    return damage === undefined
      ? this.unread("empty", "files.empty", {})
      : { unread: { ...this.#base(), reason: "unusable", diagnostic: damage } };
  }

  #unknown(head: Uint8Array): ReadOutcome {
    return this.unread("unknown", "files.unknown", {
      looksLike: this.#formats.describe(head.subarray(0, HEAD_BYTES)),
    });
  }

  #unusable(error: FormatError): ReadOutcome {
    const { offset, line, expected, found } = error.detail;
    const where =
      offset === undefined && line === undefined
        ? undefined
        : {
            ...(offset === undefined ? {} : { offset }),
            ...(line === undefined ? {} : { line }),
          };
    const isTooLarge = this.#isCapped || this.#decodedBytes > this.#limits.maxHeldBytes;
    const base: Diagnostic = {
      code: isTooLarge ? "files.too-large" : "files.unusable",
      severity: "damage",
      count: 1,
      params: {
        format: error.format,
        expected,
        found,
        ...(isTooLarge ? { cap: this.#limits.maxHeldBytes } : {}),
        ...(this.#gzip.damage === undefined ? {} : { gzip: this.#gzip.damage.kind }),
      },
    };
    return {
      unread: {
        ...this.#base(),
        reason: isTooLarge ? "too-large" : "unusable",
        diagnostic: where === undefined ? base : { ...base, where },
      },
    };
  }

  unread(reason: Unread["reason"], code: string, params: Diagnostic["params"]): ReadOutcome {
    // A README beside the evidence is no defect of it.
    const severity = reason === "unreadable" ? "warning" : "note";
    return { unread: { ...this.#base(), reason, diagnostic: diagnostic(code, severity, params) } };
  }

  #base(): { readonly name: string; readonly bytes: number } {
    return { name: this.#input.name, bytes: Math.max(this.#input.bytes, this.#storedBytes) };
  }
}

function gzipDiagnostic(report: GzipReport): Diagnostic | undefined {
  const { damage } = report;
  if (damage === undefined) return undefined;
  // Bytes behind a member whose checksum is right take nothing from it.
  const severity = damage.kind === "trailing" ? "warning" : "damage";
  return {
    code: `files.gzip-${damage.kind}`,
    severity,
    where: { offset: damage.offset },
    count: 1,
    params: { compressed: report.consumed, decoded: report.decoded, members: report.members },
  };
}

function diagnostic(
  code: string,
  severity: Diagnostic["severity"],
  params: Diagnostic["params"],
): Diagnostic {
  return { code, severity, count: 1, params };
}

function lessComplete(known: Completeness, fraction: number | undefined): Completeness {
  const least =
    fraction === undefined ? known.fraction : Math.min(fraction, known.fraction ?? fraction);
  return {
    complete: false,
    lowerBounds: true,
    ...(least === undefined ? {} : { fraction: least }),
  };
}

async function* prepend(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
