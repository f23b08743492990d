// What the tests of the profile readers share: fixtures from disk, reading in any chunks, and a
// table in words.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { FormatError } from "../src/model/errors.ts";
import type { Format, ReadResult } from "../src/model/format.ts";
import type { GoroutineTable } from "../src/model/tables/goroutines.ts";
import type { ProfileTable } from "../src/model/tables/profile.ts";
import type { CallStacks } from "../src/model/tables/stacks.ts";

export const MAX_BYTES = 512 * 1024 * 1024;

const FIXTURES = fileURLToPath(new URL("./fixtures/", import.meta.url));

/** Content of a file, with gzip undone. */
export function decoded(path: string): Uint8Array {
  const bytes = readFileSync(path);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return new Uint8Array(isGzip ? gunzipSync(bytes) : bytes);
}

export function fixture(name: string): Uint8Array {
  return decoded(`${FIXTURES}${name}`);
}

export function fixtureText(name: string): string {
  return readFileSync(`${FIXTURES}${name}`, "utf8");
}

/** Names of the files in a folder of fixtures, without its manifest. */
export function fixtureNames(folder: string, pattern: RegExp): string[] {
  const names = readdirSync(`${FIXTURES}${folder}`).filter((name) => pattern.test(name));
  if (names.length === 0) throw new Error(`no fixtures ${String(pattern)} in ${folder}`);
  return names.toSorted();
}

/** All files below a folder that are larger than nothing. */
export function filesBelow(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = `${entry.parentPath}/${entry.name}`;
    if (entry.isFile() && statSync(path).size > 0) found.push(path);
  }
  return found.toSorted();
}

export interface ReadOptions {
  readonly name?: string;
  readonly maxBytes?: number;
  /** Sizes of the chunks, repeated as often as needed; one chunk when absent. */
  readonly chunks?: readonly number[];
}

export function readWith(
  format: Format,
  bytes: Uint8Array,
  { name = "input", maxBytes = MAX_BYTES, chunks = [bytes.length || 1] }: ReadOptions = {},
): ReadResult {
  const reader = format.open({ name, maxBytes });
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = Math.max(chunks[i % chunks.length] ?? 1, 1);
    // A copy: what the reader keeps must not depend on the chunk staying as it is.
    const chunk = bytes.slice(at, at + size);
    reader.push(chunk);
    chunk.fill(0xff);
    at += size;
  }
  return reader.end();
}

/** The result, or the refusal; anything else that is thrown fails the test. */
export function outcome(read: () => ReadResult): ReadResult | FormatError {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}

/** The message of the refusal; a result fails the test. */
export function refusal(read: () => ReadResult): string {
  const result = outcome(read);
  if (result instanceof FormatError) return result.message;
  throw new Error(`read without error: ${JSON.stringify(result.diagnostics)}`);
}

export function profileOf(result: ReadResult): ProfileTable {
  if (result.table.kind !== "profile") throw new Error(`not a profile: ${result.table.kind}`);
  return result.table;
}

export function goroutinesOf(result: ReadResult): GoroutineTable {
  if (result.table.kind !== "goroutines") throw new Error(`no goroutines: ${result.table.kind}`);
  return result.table;
}

/** Lines of a location, innermost first: `function file:line`. */
export function linesOf(table: CallStacks, location: number): string[] {
  const { locations, functions, strings } = table;
  const lines: string[] = [];
  for (let i = locations.lineStart[location]; i < locations.lineStart[location + 1]; i++) {
    const at = locations.lineFunction[i];
    const name = strings.get(functions.name[at]);
    lines.push(`${name} ${strings.get(functions.file[at])}:${locations.lineNumber[i]}`);
  }
  return lines;
}

/** A stack as one list of locations, each the list of its lines. */
export function stackOf(table: CallStacks, stack: number): string[][] {
  const { stacks } = table;
  const from = stacks.start[stack];
  const to = stacks.start[stack + 1];
  return Array.from(stacks.location.subarray(from, to), (at) => linesOf(table, at));
}

/** Labels of a row as `key=value`. */
export function labelsOf(table: ProfileTable | GoroutineTable, row: number): string[] {
  const { labels, strings } = table;
  if (labels === undefined) return [];
  const list: string[] = [];
  for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
    const unit = labels.unit[i] === 0 ? "" : ` ${strings.get(labels.unit[i])}`;
    const value = Number.isNaN(labels.num[i]) ? strings.get(labels.str[i]) : labels.num[i];
    list.push(`${strings.get(labels.key[i])}=${value}${unit}`);
  }
  return list;
}

/** Everything a result says, in words: equal text means equal tables. */
export function spell(result: ReadResult): string {
  const { table, diagnostics, completeness } = result;
  const lines = [JSON.stringify({ diagnostics, completeness })];
  if (table.kind === "profile") {
    const { values, rowStack, strings, mappings, memStats } = table;
    const head = {
      kind: table.profileKind,
      encoding: table.encoding,
      types: table.sampleTypes,
      defaultType: table.defaultSampleType,
      periodType: table.periodType,
      period: table.period,
      timeMs: table.timeMs,
      durationNs: table.durationNs,
      isDelta: table.isDelta,
      comments: table.comments,
      dropFrames: table.dropFrames,
      keepFrames: table.keepFrames,
      docUrl: table.docUrl,
      flags: mappings.flags === undefined ? undefined : [...mappings.flags],
      memStats:
        memStats === undefined
          ? undefined
          : {
              ...memStats,
              pauseNs: [...(memStats.pauseNs ?? [])],
              pauseEndMs: [...(memStats.pauseEndMs ?? [])],
            },
    };
    lines.push(JSON.stringify(head));
    for (let i = 0; i < mappings.length; i++) {
      const file = strings.get(mappings.file[i]);
      const range = [mappings.start[i], mappings.limit[i], mappings.offset[i]];
      lines.push(JSON.stringify([...range, file, strings.get(mappings.buildId[i])]));
    }
    const { stacks } = table;
    const at = spellLocations(table);
    for (let row = 0; row < table.rows; row++) {
      const from = stacks.start[rowStack[row]];
      const to = stacks.start[rowStack[row] + 1];
      lines.push(JSON.stringify([values.map((column) => column[row]), labelsOf(table, row)]));
      for (let i = from; i < to; i++) lines.push(at[stacks.location[i]]);
    }
  } else if (table.kind === "goroutines") {
    const { strings } = table;
    lines.push(JSON.stringify([table.isCut, [...table.pointerArguments]]));
    for (let row = 0; row < table.rows; row++) {
      lines.push(
        JSON.stringify([
          table.id[row],
          strings.get(table.state[row]),
          table.waitMinutes[row],
          strings.get(table.createdBy[row]),
          strings.get(table.createdAt[row]),
          labelsOf(table, row),
          stackOf(table, table.rowStack[row]),
        ]),
      );
    }
  }
  return lines.join("\n");
}

/** Every location with all that it states, not only its lines. Once a table: rows share them. */
function spellLocations(table: ProfileTable): string[] {
  const { locations, functions, strings } = table;
  return Array.from({ length: locations.length }, (_, at) => {
    const lines: unknown[] = [];
    for (let line = locations.lineStart[at]; line < locations.lineStart[at + 1]; line++) {
      const fn = locations.lineFunction[line];
      lines.push([
        strings.get(functions.name[fn]),
        strings.get(functions.systemName[fn]),
        strings.get(functions.file[fn]),
        functions.startLine[fn],
        locations.lineNumber[line],
        locations.lineColumn?.[line] ?? 0,
      ]);
    }
    const folded = locations.isFolded?.[at] ?? 0;
    return JSON.stringify([locations.address[at], locations.mapping[at], folded, lines]);
  });
}

/** Small deterministic pseudo-random numbers, so that a failure can be seen again. */
export function* randoms(seed: number): Generator<number> {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Every position of a small input, or `count` random ones of a large one. */
export function cutPositions(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  const random = randoms(length);
  const positions = new Set<number>();
  while (positions.size < count) positions.add(Math.floor((random.next().value ?? 0) * length));
  return [...positions].toSorted((a, b) => a - b);
}
