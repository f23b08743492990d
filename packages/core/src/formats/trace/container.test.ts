// The two ways to find generations agree, and the two widths of slices hold the same rows.

import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../test/random.ts";
import { goldenTraces } from "../../../test/trace-corpus.ts";
import {
  type ContainerEnd,
  type GenerationContent,
  GenerationFinder,
  GenerationSplitter,
  indexBatches,
  traceVersion,
} from "./container.ts";
import { scanGeneration } from "./scan.ts";
import { GENERATION_VERSIONS } from "./spec.ts";
import { readTables } from "./tables.ts";
import { Uvarint } from "./uvarint.ts";

const MAX_BYTES = 2 ** 30;
const golden = goldenTraces().filter(({ bytes }) =>
  GENERATION_VERSIONS.includes(traceVersion(bytes) ?? 0),
);

interface Cut {
  readonly generations: readonly (readonly [number, number, number])[];
  readonly end: Omit<ContainerEnd, "fault"> & { readonly code: string; readonly message: string };
}

function endOf({ fault, ...rest }: ContainerEnd): Cut["end"] {
  return { ...rest, code: fault?.code ?? "", message: fault?.message ?? "" };
}

function split(bytes: Uint8Array, version: number, maxBytes = MAX_BYTES): Cut {
  const splitter = new GenerationSplitter(version, maxBytes);
  const generations: [number, number, number][] = [];
  const take = (g: GenerationContent): boolean => {
    generations.push([g.number, g.offset, g.bytes.length]);
    return false;
  };
  splitter.push(bytes.subarray(16), take);
  return { end: endOf(splitter.end(take)), generations };
}

function find(bytes: Uint8Array, version: number): Cut {
  const finder = new GenerationFinder(version, bytes.length, MAX_BYTES, (offset, into) => {
    const part = bytes.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  });
  const generations: [number, number, number][] = [];
  for (let g = finder.next(); g !== undefined; g = finder.next()) {
    generations.push([g.number, g.start, g.end - g.start]);
  }
  return { generations, end: endOf(finder.end()) };
}

function generationsOf(bytes: Uint8Array, version: number): GenerationContent[] {
  const splitter = new GenerationSplitter(version, MAX_BYTES);
  const kept: GenerationContent[] = [];
  const take = (g: GenerationContent): boolean => kept.push(g) > 0;
  splitter.push(bytes.subarray(16), take);
  splitter.end(take);
  return kept;
}

describe.skipIf(golden.length === 0)("generations by headers alone", () => {
  it("are those of the splitter, whole, cut and with flipped bits", () => {
    const random = seededRandom(5);
    for (const { name, bytes } of golden) {
      const version = traceVersion(bytes) ?? 0;
      expect(find(bytes, version), name).toEqual(split(bytes, version));
      for (let turn = 0; turn < 30; turn++) {
        const cut = bytes.slice(0, 16 + random.integer(bytes.length - 16));
        expect(find(cut, version), `${name} cut at ${cut.length}`).toEqual(split(cut, version));
        const at = 16 + random.integer(bytes.length - 16);
        const copy = bytes.slice();
        copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(8));
        expect(find(copy, version), `${name} flipped at ${at}`).toEqual(split(copy, version));
      }
    }
  });

  it("end where the file became shorter than it was", () => {
    const { bytes } = golden[0] ?? { bytes: new Uint8Array() };
    const version = traceVersion(bytes) ?? 0;
    const short = bytes.subarray(0, bytes.length >> 1);
    const finder = new GenerationFinder(version, bytes.length, MAX_BYTES, (offset, into) => {
      const part = short.subarray(Math.min(offset, short.length), offset + into.length);
      into.set(part);
      return part.length;
    });
    let generations = 0;
    while (finder.next() !== undefined) generations += 1;
    const end = finder.end();
    expect(end.fault).toBeDefined();
    expect(end.totalBytes).toBeLessThanOrEqual(short.length);
    expect(generations).toBeLessThanOrEqual(split(bytes, version).generations.length);
  });
});

describe.skipIf(golden.length === 0)("slices of a generation that is long", () => {
  it("are the same rows in doubles, with times in proportion", () => {
    let compared = 0;
    for (const { name, bytes } of golden.filter((g) => g.isSuccess)) {
      const version = traceVersion(bytes) ?? 0;
      for (const generation of generationsOf(bytes, version)) {
        const number = new Uvarint();
        const { nsPerTick } = readTables(generation, indexBatches(generation, number), number);
        const slow = withSlowerClock(generation, nsPerTick);
        if (slow === undefined) continue;
        const short = scanGeneration(generation);
        const long = scanGeneration(slow);
        if (short.slices.length === 0 || long.endNs < 2 ** 32) continue;
        expect(short.slices.isWide, name).toBe(false);
        expect(long.slices.isWide, name).toBe(true);
        expect(long.slices.length).toBe(short.slices.length);
        const perSecond = Math.round(1e9 / nsPerTick);
        const factor = perSecond / Math.trunc(perSecond / 1000);
        for (let row = 0; row < short.slices.length; row++) {
          for (const column of ["state", "goroutine", "proc"] as const) {
            expect(long.slices[column][row]).toBe(short.slices[column][row]);
          }
          for (const column of ["startNs", "endNs"] as const) {
            const ns = (short.slices[column][row] ?? NaN) * factor;
            expect(Math.abs((long.slices[column][row] ?? NaN) - ns)).toBeLessThan(
              (short.events + 1) * factor,
            );
          }
        }
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(1);
  });
});

/** The same generation with a clock a thousand times slower: its frequency's bytes are written over. */
function withSlowerClock(
  generation: GenerationContent,
  nsPerTick: number,
): GenerationContent | undefined {
  const wanted = Math.round(1e9 / nsPerTick);
  const number = new Uvarint();
  for (let at = 0; at + 3 < generation.bytes.length; at++) {
    if (generation.bytes[at] !== 8) continue;
    const perSecond = number.double(generation.bytes, at + 1, generation.bytes.length);
    const length = number.next - at - 1;
    if (perSecond !== wanted || length < 3) continue;
    const bytes = generation.bytes.slice();
    let rest = Math.trunc(wanted / 1000);
    for (let i = 1; i <= length; i++) {
      bytes[at + i] = (rest & 0x7f) | (i === length ? 0 : 0x80);
      rest >>= 7;
    }
    return { ...generation, bytes };
  }
  return undefined;
}
