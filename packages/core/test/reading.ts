// How tests read an input through a format, and the checks that every reader must pass.

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { FormatError } from "../src/model/errors.ts";
import type { Format, ReadResult } from "../src/model/format.ts";
import { seededRandom } from "./random.ts";

export const TEST_CAP = 64 * 1024 * 1024;

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

/** Reads in chunks of the given sizes (repeated); one chunk when there are none. */
export function readAll(
  format: Format,
  bytes: Uint8Array,
  name = "input",
  chunkSizes: readonly number[] = [],
  maxBytes = TEST_CAP,
): ReadResult {
  const reader = format.open({ name, maxBytes });
  let at = 0;
  let turn = 0;
  while (at < bytes.length) {
    const size =
      chunkSizes.length === 0 ? bytes.length : (chunkSizes[turn % chunkSizes.length] ?? 1);
    // A copy that is overwritten after the push: readers must not keep the chunk.
    const chunk = bytes.slice(at, at + Math.max(1, size));
    reader.push(chunk);
    chunk.fill(0xee);
    at += chunk.length;
    turn += 1;
  }
  return reader.end();
}

export function codesOf(result: ReadResult): string[] {
  return result.diagnostics.map((d) => d.code);
}

/** The table with strings resolved, so that equal tables compare equal. */
function comparable(result: ReadResult): unknown {
  const { table } = result;
  if (table.kind !== "smaps") return table;
  const { strings, ...columns } = table;
  const list = Array.from({ length: strings.length }, (_, i) => strings.get(i));
  return { ...columns, list };
}

export function isSameTable(a: ReadResult, b: ReadResult): boolean {
  return isDeepStrictEqual(comparable(a), comparable(b));
}

/** The same table and diagnostics however the input is cut into chunks. */
export function checkChunks(format: Format, bytes: Uint8Array, name = "input"): void {
  const whole = readAll(format, bytes, name);
  for (const sizes of [[1], [7], [1, 300, 2, 64], [4096]]) {
    if (sizes.length === 1 && sizes[0] === 1 && bytes.length > 100_000) continue;
    const chunked = readAll(format, bytes, name, sizes);
    expect(isSameTable(chunked, whole), `chunks of ${sizes.join(",")}`).toBe(true);
    expect(chunked.diagnostics).toEqual(whole.diagnostics);
  }
}

/**
 * Cuts an input at the given places (every byte by default): each cut gives an error, a damage
 * diagnostic, or the same table. `isUndetectable` names cuts after which the file is one that the
 * kernel prints too; the format's FORMAT.md must list them.
 */
export function checkCuts(
  format: Format,
  bytes: Uint8Array,
  name = "input",
  options: {
    readonly at?: readonly number[];
    readonly isUndetectable?: (kept: Uint8Array, result: ReadResult) => boolean;
  } = {},
): void {
  const whole = readAll(format, bytes, name);
  expect(whole.completeness.complete).toBe(true);
  const places = options.at ?? Array.from({ length: bytes.length }, (_, i) => i);
  for (const at of places) {
    const kept = bytes.subarray(0, at);
    let result: ReadResult;
    try {
      result = readAll(format, kept, name);
    } catch (error) {
      expect(error, `cut at ${at}`).toBeInstanceOf(FormatError);
      continue;
    }
    const isDamaged = result.diagnostics.some((d) => d.severity === "damage");
    expect(result.completeness.complete, `cut at ${at}`).toBe(!isDamaged);
    if (isDamaged || isSameTable(result, whole)) continue;
    expect(options.isUndetectable?.(kept, result), `cut at ${at} is silent`).toBe(true);
  }
}

/** Replaces bytes at random: nothing but FormatError may come out, and nothing may hang. */
export function checkNoise(
  format: Format,
  bytes: Uint8Array,
  name: string,
  seed: number,
  rounds: number,
): void {
  const random = seededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    const noisy = bytes.slice();
    for (let i = 0; i < 1 + random.integer(8); i++) {
      noisy[random.integer(noisy.length)] = random.integer(256);
    }
    format.detect(noisy.subarray(0, 65_536), name);
    try {
      readAll(format, noisy, name);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
    }
  }
}
