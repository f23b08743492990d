// Addresses of 64 bits, and stacks of them. A legacy profile has no functions: a location is an
// address, told apart by it alone, numbered in the order in which samples use it.

import type { ByteStrings } from "../../model/builders/byte-strings.ts";
import { FunctionInterner } from "../../model/builders/call-stacks.ts";
import { GrowingInt32 } from "../../model/builders/growing.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import type { CallStacks } from "../../model/tables/stacks.ts";

/** A uint64: a number where it is exact, so that all but kernel addresses cost nothing extra. */
export type Address = number | bigint;

const ALL_ONES = (1n << 64n) - 1n;
const HEX_NUMBER = /0x[0-9a-f]+/g;

function normal(value: bigint): Address {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

export function addressOf(low: number, high: number): Address {
  if (high <= 0x1f_ffff) return high * 0x1_0000_0000 + low;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** Hexadecimal digits as a uint64; undefined when there are more than 64 bits. */
export function parseAddress(digits: string): Address | undefined {
  if (digits.length <= 13) return parseInt(digits, 16);
  const significant = digits.replace(/^0+/, "");
  if (significant.length > 16) return undefined;
  return significant === "" ? 0 : normal(BigInt(`0x${significant}`));
}

/** Every `0x…` of a text; undefined when one of them is none. */
export function parseAddresses(text: string): Address[] | undefined {
  const addresses: Address[] = [];
  for (const [found] of text.matchAll(HEX_NUMBER)) {
    const address = parseAddress(found.slice(2));
    if (address === undefined) return undefined;
    addresses.push(address);
  }
  return addresses;
}

/** A return address is one past the call; 0 wraps around, as uint64 does. */
export function before(address: Address): Address {
  if (address === 0) return ALL_ONES;
  return typeof address === "number" ? address - 1 : normal(address - 1n);
}

function isNext(a: Address, b: Address): boolean {
  return a !== 0 && before(a) === b;
}

/** What a legacy symbol line says of an address. */
export interface AddressLine {
  readonly name: number;
  readonly file: number;
  readonly line: number;
}

export class AddressStacks {
  readonly #rowOf = new Map<Address, number>();
  readonly #addresses: Address[] = [];
  readonly #lines = new Map<number, AddressLine>();
  /** Stack of row r: [start[r], start[r+1]) of `at`, leaf first. */
  #at = new GrowingInt32(1024);
  #start = new GrowingInt32();

  constructor() {
    this.#start.push(0);
  }

  get rows(): number {
    return this.#start.length - 1;
  }

  add(address: Address): void {
    let row = this.#rowOf.get(address);
    if (row === undefined) {
      row = this.#addresses.length;
      this.#rowOf.set(address, row);
      this.#addresses.push(address);
    }
    this.#at.push(row);
  }

  endRow(): void {
    this.#start.push(this.#at.length);
  }

  /** Forgets the addresses added since the last row. */
  dropRow(): void {
    this.#at.length = this.#start.data[this.#start.length - 1];
  }

  /** Without effect when no sample has this address. */
  setLine(address: Address, line: AddressLine): void {
    const row = this.#rowOf.get(address);
    if (row !== undefined) this.#lines.set(row, line);
  }

  /** Addresses that no line was set for. */
  get withoutLine(): number {
    return this.#addresses.length - this.#lines.size;
  }

  /**
   * Removes the frame that a signal handler pushed: the second one, up to twice, where all but one of
   * 32 stacks share it. Misleads in a program whose samples all have the same caller: it is lost.
   */
  dropHandlerFrames(): void {
    const needed = this.rows - Math.floor(this.rows / 32);
    for (let round = 0; round < 2; round++) {
      const counts = new Map<number, number>();
      for (let row = 0; row < this.rows; row++) {
        const second = this.#second(row);
        if (second >= 0) counts.set(second, (counts.get(second) ?? 0) + 1);
      }
      for (const [at, count] of counts) {
        if (count < needed) continue;
        this.#dropSecond((row) => this.#second(row) === at);
        break;
      }
    }
  }

  /** The location of a stack's second frame, −1 where there is none. */
  #second(row: number): number {
    const from = this.#start.data[row];
    return this.#start.data[row + 1] - from > 1 ? this.#at.data[from + 1] : -1;
  }

  #dropSecond(goes: (row: number) => boolean): void {
    const at = new GrowingInt32(this.#at.length);
    const start = new GrowingInt32(this.#start.length);
    start.push(0);
    for (let row = 0; row < this.rows; row++) {
      const from = this.#start.data[row];
      const to = this.#start.data[row + 1];
      if (goes(row)) {
        at.push(this.#at.data[from]);
        at.append(this.#at.data, from + 2, to);
      } else at.append(this.#at.data, from, to);
      start.push(at.length);
    }
    this.#at = at;
    this.#start = start;
  }

  /**
   * @param options.leafTwice the leaf may be listed a second time, less one, because it came from the
   * unwinder and from the signal's context. Its location keeps its number, used or not.
   */
  finish(
    strings: ByteStrings,
    options: { readonly leafTwice: boolean },
  ): { stacks: CallStacks; rowStack: Int32Array } {
    const order = this.#numberByUse();
    if (options.leafTwice) {
      this.#dropSecond((row) => {
        const second = this.#second(row);
        if (second < 0) return false;
        const leaf = this.#at.data[this.#start.data[row]];
        return isNext(this.#addresses[leaf], this.#addresses[second]);
      });
    }
    const lists = new IntLists();
    const rowStack = new Int32Array(this.rows);
    const { data } = this.#at;
    const numbered = data.subarray(0, this.#at.length).map((at) => order.number[at]);
    for (let row = 0; row < this.rows; row++) {
      rowStack[row] = lists.intern(numbered, this.#start.data[row], this.#start.data[row + 1]);
    }
    const stacks = {
      length: lists.length,
      start: lists.start.finish(),
      location: lists.data.finish(),
    };
    return { stacks: { strings, ...this.#locations(order.used), stacks }, rowStack };
  }

  #numberByUse(): { used: number[]; number: Int32Array } {
    const number = new Int32Array(this.#addresses.length).fill(-1);
    const used: number[] = [];
    for (let i = 0; i < this.#at.length; i++) {
      const at = this.#at.data[i];
      if (number[at] >= 0) continue;
      number[at] = used.length;
      used.push(at);
    }
    return { used, number };
  }

  #locations(used: readonly number[]): Pick<CallStacks, "functions" | "locations"> {
    const functions = new FunctionInterner();
    const length = used.length;
    const lineStart = new Int32Array(length + 1);
    const lineFunction = new GrowingInt32();
    const lineNumber = new GrowingInt32();
    used.forEach((at, i) => {
      const line = this.#lines.get(at);
      if (line !== undefined) {
        lineFunction.push(functions.intern(line.name, line.name, line.file, 0));
        lineNumber.push(line.line);
      }
      lineStart[i + 1] = lineFunction.length;
    });
    // The address of a symbolised location is a serial number of the profiler's, not a place.
    const exact = used.map((at) => (this.#lines.has(at) ? 0 : this.#addresses[at]));
    const locations = {
      length,
      address: Float64Array.from(exact, Number),
      mapping: new Int32Array(length).fill(-1),
      lineStart,
      lineFunction: lineFunction.finish(),
      lineNumber: lineNumber.finish(),
    };
    const bigAddress = new Map(
      exact.flatMap((at, i) => (typeof at === "bigint" ? [[i, at] as const] : [])),
    );
    return {
      functions: functions.finish(),
      locations: bigAddress.size > 0 ? { ...locations, bigAddress } : locations,
    };
  }
}
