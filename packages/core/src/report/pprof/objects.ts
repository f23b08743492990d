// Binaries, as the reports that disassemble need them: whoever has a disassembler brings it along.
// What a report asks is what google/pprof asks of its ObjTool (internal/plugin/plugin.go, 2026-07).

export interface Instruction {
  /** In the file: without what the loader added. */
  readonly address: bigint;
  readonly text: string;
  /** "" and 0 where the disassembler does not say. */
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/** One level of a chain of inlined calls. */
export interface ObjectFrame {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

export interface ObjectSymbol {
  /** The name, and other names of the same code. */
  readonly names: readonly [string, ...string[]];
  readonly start: bigint;
  /** The last byte that belongs to it. */
  readonly end: bigint;
}

export interface ObjectFile {
  /** From an address of the profile to one of the file. */
  readonly addressOf: (address: bigint) => bigint;
  /** All symbols whose name passes `test`; with an address only those that it lies in. */
  readonly symbols: (
    test: (name: string) => boolean,
    address: bigint | undefined,
  ) => readonly ObjectSymbol[];
  /** Innermost first; undefined where the file does not say. Takes an address of the profile. */
  readonly frames: (address: bigint) => readonly ObjectFrame[] | undefined;
  /** Instructions from `start` to `end`, both of the file; undefined when they cannot be had. */
  readonly instructions: (start: bigint, end: bigint) => readonly Instruction[] | undefined;
}

export interface ObjectMapping {
  readonly file: string;
  readonly start: bigint;
  readonly limit: bigint;
  readonly offset: bigint;
}

export type OpenObject = (
  mapping: ObjectMapping,
) => { readonly object: ObjectFile } | { readonly error: string };

/** `strconv.ParseUint(text, 0, 64)`; undefined where that fails. */
export function addressOfText(text: string): bigint | undefined {
  const digits = text.replaceAll("_", "");
  const isNumber = /^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/.test(digits);
  if (!isNumber || /^_|_$|__/.test(text) || (text !== digits && !text.startsWith("0"))) {
    return undefined;
  }
  const octal = /^0([0-7]+)$/.exec(digits);
  const value = BigInt(octal === null ? digits : `0o${octal[1]}`);
  return value < 2n ** 64n ? value : undefined;
}
