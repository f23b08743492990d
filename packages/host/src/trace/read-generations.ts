// A trace file, cut into generations while it is read; gzip undone. Memory: one chunk and what the
// receiver keeps.

import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { stat } from "node:fs/promises";
import {
  type ContainerEnd,
  GenerationFinder,
  GenerationSplitter,
  type TakeGeneration,
  traceVersion,
} from "@heapwright/core/formats/trace/container.ts";
import { GENERATION_VERSIONS, HEADER_BYTES } from "@heapwright/core/formats/trace/spec.ts";
import { FormatError } from "@heapwright/core/model/errors.ts";
import { gunzip, isGzip, newGzipReport, type GzipReport } from "../bytes/gzip.ts";

const CHUNK_BYTES = 1 << 20;
/** One generation is about a second; the largest seen had 60 MB. */
const MAX_OLD_BYTES = 2 ** 31 - 1;
export const MAX_GENERATION_BYTES = 1 << 30;

export interface GenerationsOptions {
  /** Fraction of the file that was read, 0–1. */
  readonly onProgress?: (fraction: number) => void;
  /** Awaited after each chunk: whoever works on generations elsewhere says when more may come. */
  readonly ready?: () => Promise<void>;
}

export interface GenerationsRead {
  readonly version: number;
  readonly end: ContainerEnd;
  readonly gzip: GzipReport | undefined;
}

/**
 * @throws FormatError where the file is no trace, or of a version without generations; its `expected`
 * and `found` say which. File system errors pass.
 */
export async function readGenerations(
  file: string,
  take: (version: number) => TakeGeneration,
  options: GenerationsOptions = {},
): Promise<GenerationsRead> {
  const { chunks, gzip } = await openTrace(file, options.onProgress);
  const read = await split(chunks, take, options);
  return { ...read, gzip: gzip() };
}

export interface OpenTrace {
  /** Decoded. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Of a gzipped file, once it was read. */
  readonly gzip: () => GzipReport | undefined;
}

/** `onProgress`: the fraction of the file that was read, after each chunk. */
export async function openTrace(
  file: string,
  onProgress?: (fraction: number) => void,
): Promise<OpenTrace> {
  const { size } = await stat(file);
  let report: GzipReport | undefined;
  async function* stored(): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError("a file stream gives bytes");
      yield chunk;
      bytes += chunk.length;
      onProgress?.(size > 0 ? Math.min(1, bytes / size) : 1);
    }
  }
  async function* decoded(): AsyncGenerator<Uint8Array> {
    const source = stored();
    const first = await source.next();
    if (first.done === true) return;
    const raw = prepended(first.value, source);
    if (!isGzip(first.value)) {
      yield* raw;
      return;
    }
    report = newGzipReport();
    yield* gunzip(raw, report, { outputChunkBytes: 256 * 1024 });
  }
  return { chunks: decoded(), gzip: () => report };
}

export interface OpenGenerations {
  readonly finder: GenerationFinder;
  readonly fd: number;
  readonly fileBytes: number;
  readonly close: () => void;
}

/** For a file that can be read at any place; undefined for pipes, compressed files and other versions. */
export function openGenerations(file: string, version: number): OpenGenerations | undefined {
  if (!GENERATION_VERSIONS.includes(version)) return undefined;
  const fd = openSync(file, "r");
  const { size: fileBytes, isStored } = storedSize(fd);
  if (!isStored) {
    closeSync(fd);
    return undefined;
  }
  const readAt = (offset: number, into: Uint8Array): number => {
    let at = 0;
    while (at < into.length) {
      const bytes = readSync(fd, into, at, into.length - at, offset + at);
      if (bytes === 0) break;
      at += bytes;
    }
    return at;
  };
  const finder = new GenerationFinder(version, fileBytes, MAX_GENERATION_BYTES, readAt);
  return { finder, fd, fileBytes, close: () => closeSync(fd) };
}

function storedSize(fd: number): { readonly size: number; readonly isStored: boolean } {
  const info = fstatSync(fd);
  if (!info.isFile()) return { size: 0, isStored: false };
  const head = new Uint8Array(HEADER_BYTES);
  const isWhole = readSync(fd, head, 0, HEADER_BYTES, 0) === HEADER_BYTES;
  return { size: info.size, isStored: isWhole && traceVersion(head) !== undefined };
}

/** Of the header; undefined where the file has none of a trace. */
export async function versionOfTrace(file: string): Promise<number | undefined> {
  return traceVersion(await firstBytes(file, HEADER_BYTES));
}

/** As many as asked for, decoded; fewer only of a shorter file. */
export async function firstBytes(file: string, wanted: number): Promise<Uint8Array> {
  const { chunks } = await openTrace(file);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= wanted) break;
  }
  return Buffer.concat(parts, Math.min(length, wanted));
}

/** All of a trace in the format before Go 1.22, which cannot be read in parts. */
export async function wholeTrace(
  file: string,
  onProgress?: (fraction: number) => void,
): Promise<Uint8Array> {
  const { chunks } = await openTrace(file, onProgress);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MAX_OLD_BYTES) {
      throw new FormatError("trace", {
        offset: MAX_OLD_BYTES,
        expected: `at most ${MAX_OLD_BYTES} bytes of a trace before Go 1.22`,
        found: "more",
      });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts, length);
}

async function split(
  content: AsyncIterable<Uint8Array>,
  take: (version: number) => TakeGeneration,
  options: GenerationsOptions,
): Promise<{ readonly version: number; readonly end: ContainerEnd }> {
  const header = new Uint8Array(HEADER_BYTES);
  let headerBytes = 0;
  let splitter: GenerationSplitter | undefined;
  let takes: TakeGeneration = () => false;
  for await (const chunk of content) {
    let rest = chunk;
    if (headerBytes < HEADER_BYTES) {
      const part = chunk.subarray(0, HEADER_BYTES - headerBytes);
      header.set(part, headerBytes);
      headerBytes += part.length;
      rest = chunk.subarray(part.length);
      if (headerBytes === HEADER_BYTES) {
        const version = versionOf(header);
        takes = take(version);
        splitter = new GenerationSplitter(version, MAX_GENERATION_BYTES);
      }
    }
    if (rest.length > 0) splitter?.push(rest, takes);
    await options.ready?.();
  }
  if (splitter === undefined) {
    throw new FormatError("trace", {
      offset: headerBytes,
      expected: 'the header "go 1.N trace" of 16 bytes',
      found: `a file of ${headerBytes} bytes`,
    });
  }
  return { version: splitter.version, end: splitter.end(takes) };
}

/** What was found where a file does not begin as a trace does. */
export const NO_TRACE = "another kind of file";

function versionOf(header: Uint8Array): number {
  const version = traceVersion(header);
  if (version !== undefined && GENERATION_VERSIONS.includes(version)) return version;
  throw new FormatError("trace", {
    offset: 0,
    expected:
      version === undefined
        ? "an execution trace, which begins with go 1.N trace"
        : "an execution trace of Go 1.11 to 1.27, with a header from go 1.11 to go 1.26",
    found: version === undefined ? NO_TRACE : `the header "go 1.${version} trace"`,
  });
}

async function* prepended(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
