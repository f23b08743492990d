// The list of mappings that legacy profiles carry behind their samples: lines of /proc/PID/maps or a
// brief form of them (`00400000-00fcb000: cppbench_server_main`), with `attr=value` lines whose values
// replace `$attr` in what follows, and log prefixes in front.
//
// Authority: google/pprof profile/legacy_profile.go (ParseProcMaps, remapMappingIDs) and profile.go
// (massageMappings), 2026-07. Only executable mappings are kept. Limits and offsets are doubles: exact
// for whole pages. A line longer than a path can be is passed over.

import type { MappingColumns } from "../tables/profile.ts";
import type { ByteStrings } from "./byte-strings.ts";

interface Mapping {
  start: number;
  limit: number;
  offset: number;
  file: string;
  buildId: string;
}

/** Bounded digits: with `+` a line of hex digits would be tried at every split. 64 bits are 16. */
const HEX = "([0-9A-Fa-f]{1,32})";
/** A SHA-1 is 40 digits, a SHA-256 64; nothing follows it. */
const BUILD_ID = "([0-9A-Fa-f]{1,128})";
const RANGE = `^[\\t\\n\\f\\r ]*(?:0x)?${HEX}[\\t\\n\\f\\r -]?[\\t\\n\\f\\r ]*(?:0x)?${HEX}:?`;
const GAP = "[\\t\\n\\f\\r ]+";
const PERMISSIONS = `(?:${GAP}([-rwxp]+))?`;
const WORD = `(?:${GAP}([^\\t\\n\\f\\r ]+))?`;
const PROC_MAPS = new RegExp(
  `${RANGE}${PERMISSIONS}(?:${GAP}${HEX})?${GAP}[0-9A-Fa-f]{1,32}:[0-9A-Fa-f]{1,32}${GAP}[0-9]+${WORD}`,
);
const BRIEF_MAPS = new RegExp(
  `${RANGE}${PERMISSIONS}${WORD}(?:${GAP}\\(@${HEX}\\))?(?:${GAP}${BUILD_ID})?`,
);
/** `I0102 03:04:05.678 1234 file.cc:89] ` of glog. */
const LOG_PREFIX = /^[^[\]]+:[0-9]+\][\t\n\f\r ]/;
const SHARED_LIBRARY = /[.]so$|[.]so[._][0-9]+/;

const LONGEST_LINE = 8192;
/** Real texts have one or two; each is looked for at every `$`. */
const MOST_ATTRIBUTES = 64;
/** A process has some hundred executable mappings; more would cost a search at each address. */
const MOST_MAPPINGS = 4096;
const MOST_OVERLAPPING = 256;
const TWO_64 = 2 ** 64;
/** Where executables began that were not relocatable. */
const OLD_START = 0x40_0000;

export const MAPS_SENTINELS: readonly string[] = ["--- Memory map: ---", "MAPPED_LIBRARIES:"];

export function isMapsSentinel(line: string): boolean {
  return MAPS_SENTINELS.some((sentinel) => line.includes(sentinel));
}

/** Digits of at most 64 bits; undefined when there are more. */
function hex(digits: string): number | undefined {
  const significant = digits.replace(/^0+/, "");
  return significant.length > 16 ? undefined : parseInt(digits, 16);
}

export class ProcMapsBuilder {
  readonly #found: Mapping[] = [];
  readonly #attributes: (readonly [string, string])[] = [];

  /** A line behind the sentinel; what is none of a map is passed over. */
  line(raw: string): void {
    if (raw.length > LONGEST_LINE) return;
    const prefix = LOG_PREFIX.exec(raw);
    const text = this.#replaced(prefix === null ? raw : raw.slice(prefix[0].length));
    if (this.#entry(text)) return;
    const equals = text.indexOf("=");
    if (equals >= 0 && this.#attributes.length < MOST_ATTRIBUTES) {
      this.#attributes.push([`$${text.slice(0, equals).trim()}`, text.slice(equals + 1).trim()]);
    }
  }

  /** One pass; at each `$` the attribute that was stated first. */
  #replaced(text: string): string {
    if (this.#attributes.length === 0 || !text.includes("$")) return text;
    let out = "";
    let from = 0;
    for (let at = text.indexOf("$"); at >= 0; at = text.indexOf("$", from)) {
      const known = this.#attributes.find(([name]) => text.startsWith(name, at));
      const [name, value] = known ?? ["$", "$"];
      out += text.slice(from, at) + value;
      from = at + name.length;
    }
    return out + text.slice(from);
  }

  /** True when the line is that of a mapping, kept or not. */
  #entry(text: string): boolean {
    const proc = PROC_MAPS.exec(text);
    const brief = proc === null ? BRIEF_MAPS.exec(text) : null;
    const found = proc ?? brief;
    if (found === null) return false;
    const [, first = "", second = "", permissions = ""] = found;
    const fileText = (proc === null ? found[4] : found[5]) ?? "";
    const offsetText = (proc === null ? found[5] : found[4]) ?? "";
    if (permissions !== "" && !permissions.includes("x")) return true;
    const start = hex(first);
    const limit = hex(second);
    const offset = offsetText === "" ? 0 : hex(offsetText);
    if (start === undefined || limit === undefined || offset === undefined) return false;
    const buildId = (proc === null ? found[6] : undefined) ?? "";
    if (this.#found.length < MOST_MAPPINGS)
      this.#found.push({ start, limit, offset, file: fileText, buildId });
    return true;
  }

  /**
   * Joins what lies side by side, puts the program first and finds the mapping of each address
   * (0: none). An address outside all of them is given one mapping of everything, without a name: so
   * does the authority, and old Go texts have no mappings at all. `mapping[i]` is set for each.
   */
  finish(strings: ByteStrings, addresses: Float64Array, mapping: Int32Array): MappingColumns {
    const found = mainFirst(joined(this.#found));
    correctMain(found);
    assign(found, addresses, mapping);
    const length = found.length;
    const column = (of: (m: Mapping) => number): Float64Array => Float64Array.from(found, of);
    return {
      length,
      start: column((m) => m.start),
      limit: column((m) => m.limit),
      offset: column((m) => m.offset),
      file: Int32Array.from(found, (m) => strings.intern(m.file)),
      buildId: Int32Array.from(found, (m) => strings.intern(m.buildId)),
      flags: new Uint8Array(length),
    };
  }
}

function differ(a: string, b: string): boolean {
  return a !== "" && b !== "" && a !== b;
}

/** The parts of one file that follow each other in memory and in the file. */
function isContinued(a: Mapping, b: Mapping): boolean {
  if (differ(a.file, b.file) || differ(a.buildId, b.buildId) || a.limit !== b.start) return false;
  return a.offset === 0 || b.offset === 0 || a.offset + (a.limit - a.start) === b.offset;
}

function joined(list: readonly Mapping[]): Mapping[] {
  const out: Mapping[] = [];
  for (const mapping of list) {
    const last = out.at(-1);
    if (last !== undefined && isContinued(last, mapping)) {
      last.limit = mapping.limit;
      if (mapping.file !== "") last.file = mapping.file;
      if (mapping.buildId !== "") last.buildId = mapping.buildId;
    } else out.push({ ...mapping });
  }
  return out;
}

/** Assumes that the program is the first file that is no library; misleads for `foo.so.exe`. */
function mainFirst(list: Mapping[]): Mapping[] {
  const at = list.findIndex((mapping) => {
    const file = mapping.file.replaceAll("(deleted)", "").trim();
    return file !== "" && !SHARED_LIBRARY.test(file) && !file.startsWith("[");
  });
  if (at > 0) [list[0], list[at]] = [list[at], list[0]];
  return list;
}

/** A program whose text was moved to huge pages, or whose first page is listed apart. */
function correctMain(list: Mapping[]): void {
  const [first, second] = list;
  if (first?.file.startsWith("/anon_hugepage") && first.limit === second?.start) list.shift();
  const main = list[0];
  if (main !== undefined && main.start - main.offset === OLD_START) {
    main.start = OLD_START;
    main.offset = 0;
  }
}

/** The first mapping of the list that holds an address, by bisection where no two overlap. */
class MappingLookup {
  readonly #list: readonly Mapping[];
  #order: number[] = [];
  #isDisjoint = true;

  constructor(list: readonly Mapping[]) {
    this.#list = list;
    this.refresh();
  }

  refresh(): void {
    const list = this.#list;
    this.#order = list.map((_, i) => i).sort((a, b) => list[a].start - list[b].start);
    this.#isDisjoint = this.#order.every(
      (at, i) => i === 0 || list[this.#order[i - 1]].limit <= list[at].start,
    );
  }

  find(address: number): number {
    const list = this.#list;
    const holds = (m: Mapping): boolean => m.start <= address && address < m.limit;
    if (!this.#isDisjoint) return list.slice(0, MOST_OVERLAPPING).findIndex(holds);
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[this.#order[middle]].start <= address) low = middle + 1;
      else high = middle;
    }
    const at = low === 0 ? -1 : this.#order[low - 1];
    return at >= 0 && holds(list[at]) ? at : -1;
  }
}

function assign(list: Mapping[], addresses: Float64Array, mapping: Int32Array): void {
  const lookup = new MappingLookup(list);
  const known = list.length;
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i];
    if (address === 0) continue;
    let at = lookup.find(address);
    if (at < 0 && list.length === known) {
      // Writers left out the first part of mappings that were split.
      at = list.findIndex(
        ({ start, offset }) =>
          offset !== 0 && start >= offset && start - offset <= address && address < start,
      );
      if (at >= 0) {
        list[at].start -= list[at].offset;
        list[at].offset = 0;
        lookup.refresh();
      } else {
        list.push({ start: 0, limit: TWO_64, offset: 0, file: "", buildId: "" });
      }
    }
    mapping[i] = at < 0 ? known : at;
  }
}
