// weblist: source of matching functions with values, and under each line its instructions where a
// binary and a disassembler are at hand. This file collects; weblist-page.ts writes the page.
// Authority: google/pprof internal/report/{source,synth}.go (2026-07).
//
// Other than there: addresses without a binary come in ascending order, not in that of a Go map.

import { cleanPath, compareText } from "../../analysis/profile/go-format.ts";
import {
  ProfileError,
  sampleAt,
  sampleCount,
  type Profile,
} from "../../analysis/profile/profile.ts";
import { mappingAt } from "./disasm.ts";
import { addressOfText, type ObjectFile, type ObjectFrame } from "./objects.ts";
import type { Report } from "./report.ts";

export interface Call {
  readonly file: string;
  readonly line: number;
}

/** An instruction, or, without a binary, all that is known of an address. */
export interface Assembly {
  /** In the file. */
  readonly address: bigint;
  readonly length: bigint;
  /** "" where there is no instruction to show. */
  readonly text: string;
  readonly file: string;
  readonly line: number;
  flat: number;
  cum: number;
}

export interface Placed {
  /** In the profile. */
  readonly address: bigint;
  readonly assembly: Assembly;
  /** The inlined calls between the line and the instruction, outermost first. */
  readonly calls: readonly Call[];
}

export interface ListedFunction {
  readonly name: string;
  readonly file: string;
  /** Lines [begin, end). */
  begin: number;
  end: number;
  flat: number;
  cum: number;
  readonly lines: ReadonlyMap<number, readonly Placed[]>;
}

interface ListedFile {
  readonly name: string;
  readonly lines: Map<number, Placed[]>;
  readonly functionOf: Map<number, string>;
}

interface Interesting {
  readonly location: number;
  readonly object: ObjectFile | undefined;
}

/** How far around an address with samples instructions are shown. */
const NEAR_BYTES = 500n;
const MOST_RANGES = 25;
/** An instruction without a line takes that of one so near before it. */
const SAME_LINE_BYTES = 32n;
/** Lines of one function so near each other are one listing. */
const MERGE_LINES = 20;
const NEAR_LINES = 5;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** Addresses of all locations; those without one get numbers behind every mapping. */
function addressesOf({ locations, mappings }: Profile): bigint[] {
  let next = 1n;
  for (let m = 0; m < mappings.length; m++) {
    const limit = BigInt(mappings.limit[m]);
    if (limit > next) next = limit;
  }
  return Array.from({ length: locations.length }, (_, l) => {
    const stated = locations.bigAddress.get(l) ?? BigInt(locations.address[l]);
    if (stated !== 0n) return stated;
    next += 1n;
    return next - 1n;
  });
}

interface Sums {
  readonly flat: ReadonlyMap<bigint, number>;
  readonly cum: ReadonlyMap<bigint, number>;
  /** 1: some sample has the location. */
  readonly isUsed: Uint8Array;
}

/** Values by address. A location that recurs counts each time: upstream has it so in this report alone. */
function sumsOf({ profile, measure }: Report, addresses: readonly bigint[]): Sums {
  const { stacks, stack, values, locations } = profile;
  const value = values[measure.value];
  const by = measure.divisor === undefined ? undefined : values[measure.divisor];
  const flatAt = new Float64Array(locations.length);
  const cumAt = new Float64Array(locations.length);
  const isUsed = new Uint8Array(locations.length);
  const count = sampleCount(profile);
  for (let k = 0; k < count; k++) {
    const row = sampleAt(profile, k);
    const divisor = by === undefined ? 0 : by[row];
    const shown = divisor === 0 ? value[row] : Math.trunc(value[row] / divisor);
    const s = stack[row];
    let isLeaf = true;
    for (let i = stacks.from[s]; i < stacks.to[s]; i++) {
      const location = stacks.location[i];
      if (locations.isHidden?.[location] === 1) continue;
      isUsed[location] = 1;
      cumAt[location] += shown;
      if (isLeaf) flatAt[location] += shown;
      isLeaf = false;
    }
  }
  const flat = new Map<bigint, number>();
  const cum = new Map<bigint, number>();
  for (let l = 0; l < locations.length; l++) {
    if (isUsed[l] === 0) continue;
    flat.set(addresses[l], (flat.get(addresses[l]) ?? 0) + flatAt[l]);
    cum.set(addresses[l], (cum.get(addresses[l]) ?? 0) + cumAt[l]);
  }
  return { flat, cum, isUsed };
}

/** What the pattern matches: names of functions, and the addresses to show. */
class Interest {
  readonly functions = new Set<string>();
  readonly shownNames = new Map<string, string>();
  readonly addresses = new Map<bigint, Interesting>();
  readonly #report: Report;
  readonly #objects = new Map<string, ObjectFile | undefined>();

  constructor(report: Report, addresses: readonly bigint[], isUsed: Uint8Array) {
    this.#report = report;
    const { profile, symbol } = report;
    const { locations, functions, strings, mappings } = profile;
    if (symbol === undefined) throw new ProfileError("weblist needs a pattern");
    const wanted = addressOfText(symbol.source);
    const isMatch = new Map<number, boolean>();
    const matches = (string: number): boolean => {
      let known = isMatch.get(string);
      if (known === undefined) {
        known = symbol.test(strings.get(string));
        isMatch.set(string, known);
      }
      return known;
    };
    for (let l = 0; l < locations.length; l++) {
      if (isUsed[l] === 0) continue;
      const from = locations.lineStart[l];
      const to = locations.lineEnd[l];
      const mapping = locations.mapping[l];
      const matchesFile = mapping >= 0 && matches(mappings.file[mapping]);
      const isWanted = wanted !== undefined && addresses[l] === wanted;
      for (let line = from; line < to; line++) {
        const fn = locations.lineFunction[line];
        if (fn < 0) continue;
        this.shownNames.set(strings.get(functions.systemName[fn]), strings.get(functions.name[fn]));
        const isHere = isWanted
          ? line === to - 1
          : (line === from && matchesFile) ||
            matches(functions.name[fn]) ||
            matches(functions.systemName[fn]) ||
            matches(functions.file[fn]);
        if (isHere) this.#mark(addresses[l], l, fn);
      }
    }
  }

  #mark(address: bigint, location: number, fn: number): void {
    const { functions, strings } = this.#report.profile;
    this.functions.add(strings.get(functions.name[fn]));
    this.functions.add(strings.get(functions.systemName[fn]));
    if (!this.addresses.has(address)) {
      this.addresses.set(address, { location, object: this.#objectOf(location) });
    }
  }

  #objectOf(location: number): ObjectFile | undefined {
    const { locations, mappings, strings } = this.#report.profile;
    const m = locations.mapping[location];
    if (m < 0) return undefined;
    const file = strings.get(mappings.file[m]);
    if (!this.#objects.has(file)) {
      const opened = this.#report.host.openObject(mappingAt(this.#report, m));
      this.#objects.set(file, "error" in opened ? undefined : opened.object);
    }
    return this.#objects.get(file);
  }
}

interface Range {
  readonly begin: bigint;
  readonly end: bigint;
  readonly object: ObjectFile;
  readonly score: number;
}

/** Addresses near each other make one range to disassemble; the heaviest ranges are kept. */
function rangesOf(report: Report, interest: Interest, sums: Sums): Range[] {
  const { locations } = report.profile;
  const known = Array.from(interest.addresses, ([address, { location, object }]) => ({
    address,
    mapping: locations.mapping[location],
    object,
  }))
    .filter(({ object }) => object !== undefined)
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));
  const ranges: Range[] = [];
  for (let i = 0; i < known.length;) {
    const { address, mapping, object } = known[i];
    const { start, limit } = mappingAt(report, mapping);
    let end = address;
    let score = sums.flat.get(address) ?? 0;
    i += 1;
    while (i < known.length) {
      const next = known[i].address;
      if (next > end + 2n * NEAR_BYTES || next >= limit) break;
      end = next;
      score += sums.flat.get(next) ?? 0;
      i += 1;
    }
    if (object === undefined) continue;
    // As in 64 bits without sign: only the very start of a mapping is not widened below it.
    const begin = u64(start - address) >= NEAR_BYTES ? u64(address - NEAR_BYTES) : start;
    end = u64(limit - end) >= NEAR_BYTES ? end + NEAR_BYTES : limit;
    ranges.push({ begin, end, object, score });
  }
  return ranges.toSorted((a, b) => b.score - a.score).slice(0, MOST_RANGES);
}

class Placement {
  readonly files = new Map<string, ListedFile>();
  readonly assembly = new Map<bigint, Assembly>();
  readonly #interest: Interest;

  constructor(interest: Interest) {
    this.#interest = interest;
  }

  /** Under every line of a chain of calls that belongs to a function of interest. */
  place(address: bigint, assembly: Assembly, frames: readonly ObjectFrame[]): void {
    this.assembly.set(address, assembly);
    frames.forEach((frame, i) => {
      if (!this.#interest.functions.has(frame.function)) return;
      const name = canonical(frame.file);
      let file = this.files.get(name);
      if (file === undefined) {
        file = { name, lines: new Map(), functionOf: new Map() };
        this.files.set(name, file);
      }
      const calls = frames
        .slice(0, i)
        .toReversed()
        .map(({ file: callee, line }) => ({ file: callee, line }));
      const here = file.lines.get(frame.line);
      if (here === undefined) file.lines.set(frame.line, [{ address, assembly, calls }]);
      else here.push({ address, assembly, calls });
      // The first function met at a line is taken to be the line's.
      if (!file.functionOf.has(frame.line)) file.functionOf.set(frame.line, frame.function);
    });
  }
}

function canonical(file: string): string {
  return cleanPath(file.replace(/^\/proc\/self\/cwd\//, "").replace(/^\.\//, ""));
}

function framesOf({ profile }: Report, location: number): ObjectFrame[] {
  const { locations, functions, strings } = profile;
  const out: ObjectFrame[] = [];
  for (let i = locations.lineStart[location]; i < locations.lineEnd[location]; i++) {
    const fn = locations.lineFunction[i];
    if (fn < 0) continue;
    out.push({
      function: strings.get(functions.name[fn]),
      file: strings.get(functions.file[fn]),
      line: locations.lineNumber[i],
    });
  }
  return out;
}

function placeWithoutBinary(report: Report, interest: Interest, placement: Placement): void {
  const without = Array.from(interest.addresses)
    .filter(([, { object }]) => object === undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [address, { location }] of without) {
    const frames = framesOf(report, location);
    const { file, line } = frames[0] ?? { file: "", line: 0 };
    placement.place(
      address,
      { address, length: 1n, text: "", file, line, flat: 0, cum: 0 },
      frames,
    );
  }
}

function placeRange({ begin, end, object }: Range, placement: Placement): void {
  const objectBegin = object.addressOf(begin);
  const instructions = object.instructions(objectBegin, object.addressOf(end));
  if (instructions === undefined) return;
  const base = begin - objectBegin;
  let lastFrames: readonly ObjectFrame[] | undefined;
  let lastAddress = 0n;
  let highest = 0n;
  instructions.forEach((instruction, i) => {
    const address = u64(instruction.address + base);
    // A disassembler that is given overlapping sections says things twice.
    if (address <= highest) return;
    highest = address;
    const next = instructions[i + 1]?.address ?? 0n;
    const length = next > instruction.address ? next - instruction.address : 1n;
    let frames = object.frames(address) ?? [
      { function: instruction.function, file: instruction.file, line: instruction.line },
    ];
    const { file, line } = frames[0] ?? { file: "", line: 0 };
    if (frames.length > 0 && line !== 0) {
      lastFrames = frames;
      lastAddress = address;
    } else if (address - lastAddress <= SAME_LINE_BYTES && lastFrames !== undefined) {
      frames = lastFrames;
    }
    placement.place(
      address,
      { address: instruction.address, length, text: instruction.text, file, line, flat: 0, cum: 0 },
      frames,
    );
  });
}

/** Samples inside an instruction are its own: a return address lies behind its call. */
function giveSamples(placement: Placement, { flat, cum }: Sums): void {
  const addresses = Array.from(cum.keys()).toSorted((a, b) => (a < b ? -1 : 1));
  for (const [address, assembly] of placement.assembly) {
    const end = address + assembly.length;
    for (let i = lowerBound(addresses, address); i < addresses.length && addresses[i] < end; i++) {
      assembly.flat += flat.get(addresses[i]) ?? 0;
      assembly.cum += cum.get(addresses[i]) ?? 0;
    }
  }
}

function lowerBound(sorted: readonly bigint[], value: bigint): number {
  let lo = 0;
  let hi = sorted.length;
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    if (sorted[middle] < value) lo = middle + 1;
    else hi = middle;
  }
  return lo;
}

/** Stretches of lines of one function, with some lines around them. */
function functionsOf(file: ListedFile, shownNames: ReadonlyMap<string, string>): ListedFunction[] {
  const out: ListedFunction[] = [];
  for (const line of Array.from(file.lines.keys()).toSorted((a, b) => a - b)) {
    const own = file.functionOf.get(line) ?? "";
    const name = shownNames.get(own) ?? own;
    let flat = 0;
    let cum = 0;
    for (const { assembly } of file.lines.get(line) ?? []) {
      flat += assembly.flat;
      cum += assembly.cum;
    }
    const last = out[out.length - 1];
    if (last !== undefined && line - last.end < MERGE_LINES && last.name === name) {
      last.end = line + 1;
      last.flat += flat;
      last.cum += cum;
    } else {
      out.push({ name, file: file.name, begin: line, end: line + 1, flat, cum, lines: file.lines });
    }
  }
  out.forEach((fn, i) => {
    const before = out[i - 1];
    if (before === undefined) {
      // Line 0 stands for instructions without a line and stays alone.
      if (fn.begin > NEAR_LINES) fn.begin -= NEAR_LINES;
      else if (fn.begin > 1) fn.begin = 1;
      return;
    }
    const half = Math.min(Math.trunc((fn.begin - before.end) / 2), NEAR_LINES);
    before.end += half;
    fn.begin -= half;
  });
  const last = out[out.length - 1];
  if (last !== undefined) last.end += NEAR_LINES;
  return out;
}

/** What the page shows, by file. @throws ProfileError when nothing matches */
export function webListing(report: Report): ListedFunction[] {
  const addresses = addressesOf(report.profile);
  const sums = sumsOf(report, addresses);
  const interest = new Interest(report, addresses, sums.isUsed);
  if (interest.functions.size === 0) {
    throw new ProfileError(`no matches found for regexp: ${report.symbol?.source ?? ""}`);
  }
  const placement = new Placement(interest);
  placeWithoutBinary(report, interest, placement);
  for (const range of rangesOf(report, interest, sums)) placeRange(range, placement);
  giveSamples(placement, sums);
  return Array.from(placement.files.values())
    .toSorted((a, b) => compareText(a.name, b.name))
    .flatMap((file) => functionsOf(file, interest.shownNames))
    .filter(({ cum }) => cum !== 0);
}
