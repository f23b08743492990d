// What the user gave, read: folders walked, manifests attached, each file turned into an artefact or into a
// reason why not. One file at a time: no two large artefacts are being decoded at once.

import { createReadStream } from "node:fs";
import type { Artefact, EvidenceFolder, Unread } from "@heapwright/core/evidence/artefact.ts";
import { PARTIAL_SUFFIX } from "../capture/folder.ts";
import { readManifests, type Manifests } from "./manifest.ts";
import { compareNames } from "./natural-order.ts";
import {
  DEFAULT_READ_LIMITS,
  readArtefact,
  type FormatLookup,
  type Input,
  type ReadLimits,
} from "./read-artefact.ts";
import { registryLookup } from "./registry-lookup.ts";
import { walk, type FoundFile } from "./walk.ts";

export interface ReadOptions {
  readonly formats?: FormatLookup;
  readonly limits?: Partial<ReadLimits>;
  readonly maxFiles?: number;
  readonly maxDepth?: number;
  /** Aborting rejects the promise with the signal's reason between two chunks. */
  readonly signal?: AbortSignal;
  readonly onFile?: (name: string, index: number, count: number) => void;
}

const DEFAULT_MAX_FILES = 50_000;
const DEFAULT_MAX_DEPTH = 24;
const READ_CHUNK_BYTES = 1024 * 1024;

/** Files and folders in any mixture; a path that is not there becomes an `unread` entry. */
export async function readEvidence(
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<EvidenceFolder> {
  const found = await walk(paths, {
    maxFiles: options.maxFiles ?? DEFAULT_MAX_FILES,
    maxDepth: options.maxDepth ?? DEFAULT_MAX_DEPTH,
  });
  const manifests = await readManifests(found.files);
  const limits = { ...DEFAULT_READ_LIMITS, ...options.limits };
  const formats = options.formats ?? registryLookup;
  const artefacts: Artefact[] = [];
  const unread: Unread[] = [...found.unread, ...missingOf(manifests)];
  const files = found.files.filter((file) => !manifests.own.has(file.absolute));
  for (const [index, file] of files.entries()) {
    options.signal?.throwIfAborted();
    options.onFile?.(file.name, index, files.length);
    if (file.name.endsWith(PARTIAL_SUFFIX)) {
      unread.push(partialOf(file));
      continue;
    }
    const input = inputOf(file, manifests, options.signal);
    const outcome = await readArtefact(input, formats, limits).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw error;
    });
    if ("artefact" in outcome) artefacts.push(outcome.artefact);
    else unread.push(outcome.unread);
  }
  unread.sort((a, b) => compareNames(a.name, b.name));
  return {
    artefacts,
    unread,
    absent: manifests.absent,
    seals: manifests.seals,
    diagnostics: [...found.diagnostics, ...manifests.diagnostics],
  };
}

function inputOf(file: FoundFile, manifests: Manifests, signal: AbortSignal | undefined): Input {
  return {
    name: file.name,
    // Files of /proc and /sys say 0 and hold something all the same.
    bytes: file.stats.size === 0 ? -1 : file.stats.size,
    fileTimeMs: file.stats.mtimeMs,
    record: manifests.records.get(file.absolute),
    chunks: () => chunksOf(file.absolute, signal),
  };
}

async function* chunksOf(
  absolute: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(absolute, { highWaterMark: READ_CHUNK_BYTES });
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    if (!(chunk instanceof Uint8Array))
      throw new TypeError("a stream without encoding gives bytes");
    yield chunk;
  }
}

function partialOf(file: FoundFile): Unread {
  return {
    name: file.name,
    bytes: file.stats.size,
    reason: "unusable",
    diagnostic: { code: "files.partial", severity: "note", count: 1, params: {} },
  };
}

function missingOf(manifests: Manifests): Unread[] {
  return manifests.missing.map(({ name, record }) => ({
    name,
    bytes: record.bytes,
    reason: "unreadable",
    diagnostic: {
      code: "files.missing",
      severity: "damage",
      count: 1,
      params: { source: record.source },
    },
  }));
}
