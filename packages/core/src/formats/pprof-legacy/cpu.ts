// Binary profilez: words of 32 or 64 bits in the machine's byte order. Five words of header (0, 3, 0
// or 1 for Java, period in µs, 0), then samples (count, depth, addresses), then 0, 1, 0 as the end,
// then a text: mappings, or Java's locations.
//
// Authority: google/pprof profile/legacy_profile.go parseCPU, parseCPUSamples, cpuProfile (2026-07).
// Not supported: profiles that never state their end are read, and said to be cut.

import { textOf } from "../../model/builders/ascii.ts";
import type { ReadResult } from "../../model/format.ts";
import type { Address } from "./addresses.ts";
import { addressOf, before } from "./addresses.ts";
import { LegacyDraft } from "./draft.ts";
import { readJavaLocations } from "./java.ts";
import { LegacyLines } from "./lines.ts";

const HEADER_WORDS = 5;

export interface CpuHeader {
  readonly wordBytes: 4 | 8;
  readonly littleEndian: boolean;
  readonly isJava: boolean;
  readonly periodUs: number;
}

const SHAPES = [
  { wordBytes: 4, littleEndian: true },
  { wordBytes: 4, littleEndian: false },
  { wordBytes: 8, littleEndian: true },
  { wordBytes: 8, littleEndian: false },
] as const;

class Words {
  readonly #view: DataView;
  readonly #wordBytes: number;
  readonly #littleEndian: boolean;
  pos = 0;

  constructor(bytes: Uint8Array, shape: (typeof SHAPES)[number]) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#wordBytes = shape.wordBytes;
    this.#littleEndian = shape.littleEndian;
  }

  /** Whole words that are left. */
  get left(): number {
    return Math.floor((this.#view.byteLength - this.pos) / this.#wordBytes);
  }

  next(): Address {
    const at = this.pos;
    this.pos += this.#wordBytes;
    const first = this.#view.getUint32(at, this.#littleEndian);
    if (this.#wordBytes === 4) return first;
    const second = this.#view.getUint32(at + 4, this.#littleEndian);
    return this.#littleEndian ? addressOf(first, second) : addressOf(second, first);
  }
}

export function cpuHeaderOf(bytes: Uint8Array): CpuHeader | undefined {
  for (const shape of SHAPES) {
    const words = new Words(bytes, shape);
    if (words.left < HEADER_WORDS) continue;
    const [zero, three, language, period, padding] = Array.from({ length: HEADER_WORDS }, () =>
      words.next(),
    );
    const isOurs = zero === 0 && three === 3 && padding === 0;
    if (isOurs && (language === 0 || language === 1) && period > 0) {
      return { ...shape, isJava: language === 1, periodUs: Number(period) };
    }
  }
  return undefined;
}

/** Reads all samples; true when their end is stated. */
function readSamples(words: Words, draft: LegacyDraft, isJava: boolean): boolean {
  const period = draft.period ?? 0;
  while (words.left > 0) {
    if (words.left < 2) return false;
    const count = words.next();
    const depth = words.next();
    if (depth > words.left) return false;
    const first = words.pos;
    let last: Address = 0;
    for (let i = 0; i < depth; i++) {
      last = words.next();
      // Return addresses, but the leaf is where the signal came; Java's are serial numbers.
      draft.stacks.add(i > 0 && !isJava ? before(last) : last);
    }
    if (count === 0 && depth === 1 && last === 0) {
      draft.stacks.dropRow();
      return true;
    }
    if (words.pos === first && depth !== 0) return false;
    const samples = Number(count);
    draft.endRow(samples, samples * period);
  }
  return false;
}

export function readCpu(bytes: Uint8Array, header: CpuHeader): ReadResult {
  const draft = new LegacyDraft("cpu");
  draft.period = header.periodUs * 1000;
  draft.periodType = { type: "cpu", unit: "nanoseconds" };
  draft.sampleTypes = [
    { type: "samples", unit: "count" },
    { type: "cpu", unit: "nanoseconds" },
  ];
  const words = new Words(bytes, header);
  for (let i = 0; i < HEADER_WORDS; i++) words.next();
  const isWhole = readSamples(words, draft, header.isJava);
  if (!isWhole) {
    draft.lostRows = true;
    draft.fraction = words.pos / bytes.length;
    draft.log.add("pprof-legacy.no-end", "damage", {}, { offset: words.pos });
    if (!header.isJava) draft.stacks.dropHandlerFrames();
    return draft.finish();
  }
  const lines = new LegacyLines(textOf(bytes, words.pos, bytes.length));
  if (header.isJava) {
    lines.next();
    readJavaLocations(lines, draft);
    draft.stripsAddresses = true;
  } else {
    draft.stacks.dropHandlerFrames();
    draft.leafTwice = true;
    while (lines.next()) draft.maps.line(lines.text);
    // The last line may be a path that lost its end; nothing else would show it.
    if (!lines.isEnded) draft.log.add("pprof-legacy.unterminated", "warning");
  }
  return draft.finish();
}
