// Which node of the graph each line of each location belongs to. Two lines are one node when name,
// file, line, column and address agree, after aggregation has wiped what a report does not keep.
// Authority: google/pprof internal/graph/graph.go NodeInfo, CreateNodes (2026-07).

import { GrowingInt32 } from "../../model/builders/growing.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import { basePath, cleanPath, hex } from "./go-format.ts";
import type { Profile } from "./profile.ts";

export interface NodeOptions {
  /** Keep the binary's name apart (callgrind, list): else functions of several binaries join. */
  readonly objectNames: boolean;
  /** What the report takes off the front of paths; identity where nothing is. */
  readonly trimPath: (path: string) => string;
}

const FIELDS = 8;
const NAME = 0;
const FILE = 1;
const LINE = 2;
const COLUMN = 3;
const ADDRESS_LOW = 4;
const ADDRESS_HIGH = 5;
const OBJECT = 6;
const START_LINE = 7;

/** The infos of all nodes, and per location its nodes: [start[i], start[i+1]) of `node`, innermost first. */
export class NodeIndex {
  readonly profile: Profile;
  readonly start: Int32Array;
  readonly node: Int32Array;
  /** 1: the line was inlined into the next one. */
  readonly isInlined: Uint8Array;
  readonly #infos: IntLists;
  readonly #addressOf: Map<number, number | bigint>;
  readonly #names: (string | undefined)[] = [];
  readonly #fileText: readonly string[];

  constructor(profile: Profile, options: NodeOptions) {
    this.profile = profile;
    const { locations } = profile;
    const infos = new NodeInfos(profile, options);
    const start = new Int32Array(locations.length + 1);
    const node = new GrowingInt32(locations.lineFunction.length + locations.length);
    for (let i = 0; i < locations.length; i++) {
      if (locations.isHidden?.[i] !== 1) {
        const to = locations.lineEnd[i];
        let line = locations.lineStart[i];
        if (line >= to) node.push(infos.intern(i, -1));
        for (; line < to; line++) node.push(infos.nodeOf(i, line));
      }
      start[i + 1] = node.length;
    }
    // All but the last line of a location are inlined into the next one.
    const isInlined = new Uint8Array(node.length).fill(1);
    for (let i = 0; i < locations.length; i++) {
      if (start[i + 1] > start[i]) isInlined[start[i + 1] - 1] = 0;
    }
    this.start = start;
    this.node = node.finish();
    this.isInlined = isInlined;
    this.#infos = infos.lists;
    this.#addressOf = infos.addressOf;
    this.#fileText = infos.files.texts;
  }

  get length(): number {
    return this.#infos.length;
  }

  #field(node: number, field: number): number {
    return this.#infos.data.data[node * FIELDS + field];
  }

  name(node: number): string {
    return this.profile.strings.get(this.#field(node, NAME));
  }

  nameIndex(node: number): number {
    return this.#field(node, NAME);
  }

  file(node: number): string {
    return this.#fileText[this.#field(node, FILE)];
  }

  line(node: number): number {
    return this.#field(node, LINE);
  }

  column(node: number): number {
    return this.#field(node, COLUMN);
  }

  startLine(node: number): number {
    return this.#field(node, START_LINE);
  }

  object(node: number): string {
    return this.profile.strings.get(this.#field(node, OBJECT));
  }

  address(node: number): number | bigint {
    return this.#addressOf.size === 0 ? 0 : (this.#addressOf.get(node) ?? 0);
  }

  addressHex(node: number): string {
    const address = this.address(node);
    return typeof address === "bigint" ? address.toString(16) : hex(address);
  }

  /**
   * Numbers that are equal where two nodes belong to one function: the info without its place. What has
   * neither an address nor a line stands for a whole function itself, one for each column.
   */
  functionKey(node: number): string {
    const field = (f: number): number => this.#field(node, f);
    const column = this.isWholeFunction(node) ? field(COLUMN) : 0;
    return `${field(NAME)}/${field(FILE)}/${field(OBJECT)}/${field(START_LINE)}/${column}`;
  }

  isWholeFunction(node: number): boolean {
    return this.address(node) === 0 && this.line(node) === 0;
  }

  /** As in reports: address, name, file:line:column, whatever there is. */
  printableName(node: number): string {
    const known = this.#names[node];
    if (known !== undefined) return known;
    const isNameOnly =
      this.isWholeFunction(node) && this.#field(node, FILE) === 0 && this.#field(node, NAME) !== 0;
    // Of the default granularity, which has no more; putting the parts together is ten times the cost.
    const text = isNameOnly ? this.name(node) : this.#fullName(node);
    this.#names[node] = text;
    return text;
  }

  #fullName(node: number): string {
    return nameParts({
      address: this.address(node) === 0 ? "" : this.addressHex(node).padStart(16, "0"),
      name: this.name(node),
      file: this.file(node),
      line: this.line(node),
      column: this.column(node),
      object: this.object(node),
    }).join(" ");
  }

  /** `fmt.Sprint` of the whole info: the last resort of every order, so that it is total. */
  sortKey(node: number): string {
    const address = String(this.address(node));
    return `{${this.name(node)}  ${address} ${this.file(node)} ${this.startLine(node)} ${this.line(node)} ${this.column(node)} ${this.object(node)}}`;
  }
}

const UNKNOWN = -1;

/** The infos that lines have, each once. */
class NodeInfos {
  readonly lists = new IntLists();
  readonly addressOf = new Map<number, number | bigint>();
  readonly files: FileNames;
  readonly #profile: Profile;
  readonly #keepsObjects: boolean;
  /** Of a function where nothing of its place is kept: most reports ask for no more, and each is interned once. */
  readonly #ofFunction: Int32Array;
  readonly #fields = new Int32Array(FIELDS);
  readonly #bits = new Float64Array(1);
  readonly #halves = new Int32Array(this.#bits.buffer);

  constructor(profile: Profile, { objectNames, trimPath }: NodeOptions) {
    this.#profile = profile;
    this.#keepsObjects = objectNames;
    this.files = new FileNames(profile, trimPath);
    this.#ofFunction = new Int32Array(profile.functions.length).fill(UNKNOWN);
  }

  /** The node of a line of location `i`. */
  nodeOf(i: number, line: number): number {
    const { locations, functions } = this.#profile;
    const fn = locations.lineFunction[line];
    const isPlace =
      this.#keepsObjects ||
      fn < 0 ||
      functions.name[fn] === 0 ||
      locations.address[i] !== 0 ||
      locations.lineNumber[line] !== 0 ||
      locations.lineColumn[line] !== 0;
    if (isPlace) return this.intern(i, line);
    let node = this.#ofFunction[fn];
    if (node === UNKNOWN) {
      node = this.intern(i, line);
      this.#ofFunction[fn] = node;
    }
    return node;
  }

  /** `line` −1: the location has none. */
  intern(i: number, line: number): number {
    const { locations, functions, mappings } = this.#profile;
    const fields = this.#fields;
    const mapping = locations.mapping[i];
    const address = locations.address[i];
    const big = locations.bigAddress.get(i);
    if (big === undefined) {
      this.#bits[0] = address;
      fields[ADDRESS_LOW] = this.#halves[0];
      fields[ADDRESS_HIGH] = this.#halves[1];
    } else {
      fields[ADDRESS_LOW] = Number(BigInt.asIntN(32, big));
      fields[ADDRESS_HIGH] = Number(BigInt.asIntN(32, big >> 32n));
    }
    const fn = line < 0 ? -1 : locations.lineFunction[line];
    const name = fn < 0 ? 0 : functions.name[fn];
    fields[NAME] = name;
    fields[FILE] = fn < 0 ? 0 : this.files.of(functions.file[fn]);
    fields[LINE] = fn < 0 ? 0 : locations.lineNumber[line];
    fields[COLUMN] = fn < 0 ? 0 : locations.lineColumn[line];
    const keepsObject = fn < 0 || this.#keepsObjects || name === 0;
    fields[OBJECT] = keepsObject && mapping >= 0 ? mappings.file[mapping] : 0;
    fields[START_LINE] = keepsObject && fn >= 0 ? functions.startLine[fn] : 0;
    const at = this.lists.intern(fields, 0, FIELDS);
    if (address !== 0) this.addressOf.set(at, big ?? address);
    return at;
  }
}

export interface NameFields {
  /** Sixteen hexadecimal digits, "" where unknown. */
  readonly address: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly object: string;
}

export function nameParts({ address, name, file, line, column, object }: NameFields): string[] {
  const parts: string[] = [];
  if (address !== "") parts.push(address);
  if (name !== "") parts.push(name);
  if (line !== 0) parts.push(column === 0 ? `${file}:${line}` : `${file}:${line}:${column}`);
  else if (file !== "") parts.push(file);
  else if (name === "") parts.push(object === "" ? "<unknown>" : `[${basePath(object)}]`);
  return parts;
}

/** Trimmed and cleaned file names; equal texts get equal numbers. */
export class FileNames {
  readonly texts: string[] = [""];
  readonly #profile: Profile;
  readonly #trimPath: (path: string) => string;
  readonly #byString = new Map<number, number>([[0, 0]]);
  readonly #byText = new Map<string, number>([["", 0]]);

  constructor(profile: Profile, trimPath: (path: string) => string) {
    this.#profile = profile;
    this.#trimPath = trimPath;
  }

  of(string: number): number {
    const known = this.#byString.get(string);
    if (known !== undefined) return known;
    const trimmed = this.#trimPath(this.#profile.strings.get(string));
    const text = trimmed === "" ? "" : cleanPath(trimmed);
    let index = this.#byText.get(text);
    if (index === undefined) {
      index = this.texts.length;
      this.texts.push(text);
      this.#byText.set(text, index);
    }
    this.#byString.set(string, index);
    return index;
  }
}
