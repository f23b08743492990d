// Binaries opened for disasm and weblist: symbols from the file itself, instructions from the `objdump`
// of binutils (or LLVM) where it is installed. Its text is GNU's syntax, not that of Go's assembler, so
// these two reports differ from `go tool pprof` in how an instruction is written, and in nothing else.
//
// It misleads where the file at the stated path is not the program that was profiled: the build id is
// not compared, as upstream does not either.

import { spawnSync } from "node:child_process";
import path from "node:path";
import type {
  Instruction,
  ObjectFile,
  ObjectMapping,
  OpenObject,
} from "@heapwright/core/report/pprof/objects.ts";
import { errnoOf } from "../bytes/errno.ts";
import { isExecutableFile } from "../profiles/executable.ts";
import { ElfError, readElf, type ElfFile, type ElfSymbol } from "./elf.ts";
import { openPclntab, type Pclntab } from "./pclntab.ts";

const MOST_TEXT_BYTES = 256 * 1024 ** 2;
const U64 = 64;

export interface ObjdumpOptions {
  readonly intelSyntax: boolean;
  /** Folders of binaries, with or without a folder for each build id: PPROF_BINARY_PATH. */
  readonly searchPath: readonly string[];
  /** Runs the program: its standard output, or undefined when it is not installed or fails. */
  readonly run?: (args: readonly string[]) => string | undefined;
}

function runObjdump(args: readonly string[]): string | undefined {
  const made = spawnSync("objdump", args, { encoding: "utf8", maxBuffer: MOST_TEXT_BYTES });
  return made.error === undefined && made.status === 0 ? made.stdout : undefined;
}

/** Instructions in the text of `objdump --disassemble --line-numbers --no-show-raw-insn`. */
export function parseDisassembly(text: string): Instruction[] {
  const out: Instruction[] = [];
  let name = "";
  let file = "";
  let line = 0;
  for (const row of text.split("\n")) {
    const instruction = /^ *([0-9a-f]+):\s+(.*)$/.exec(row);
    if (instruction?.[1] !== undefined) {
      const words = (instruction[2] ?? "").replace(/\s+/g, " ").trim();
      const address = BigInt(`0x${instruction[1]}`);
      if (words !== "") out.push({ address, text: words, function: name, file, line });
      continue;
    }
    const start = /^[0-9a-f]+ <(.*)>:$/.exec(row)?.[1];
    if (start !== undefined) {
      name = start;
      file = "";
      line = 0;
      continue;
    }
    const place = /^(\S.*?):(\d+)(?: \(discriminator \d+\))?$/.exec(row);
    if (place?.[1] !== undefined) {
      file = place[1].replace(/^; /, "");
      line = Number(place[2]);
      continue;
    }
    const within = /^(?:; )?(\S.*)\(\):$/.exec(row)?.[1];
    if (within !== undefined) name = within;
  }
  return out;
}

function missing(file: string): { error: string } {
  return { error: `open ${file}: no such file or directory` };
}

function located(file: string, folders: readonly string[]): string | undefined {
  const candidates = [file];
  for (const folder of folders) {
    candidates.push(path.join(folder, path.basename(file)), path.join(folder, file));
  }
  return candidates.find((candidate) => candidate !== "" && isExecutableFile(candidate));
}

/** Opens binaries named by profiles; each is read once. */
export function objdumpOpener(options: ObjdumpOptions): OpenObject {
  const run = options.run ?? runObjdump;
  const binaries = new Map<string, Binary>();
  const texts = new Map<string, readonly Instruction[] | undefined>();
  let isInstalled: boolean | undefined;

  const instructionsOf = (file: string, start: bigint, end: bigint) => {
    const key = `${file} ${start} ${end}`;
    if (!texts.has(key)) {
      const text = run([
        "--disassemble",
        "--no-show-raw-insn",
        "--line-numbers",
        ...(options.intelSyntax ? ["-M", "intel"] : []),
        `--start-address=0x${start.toString(16)}`,
        // objdump stops before this address, a symbol's `end` is its last byte.
        `--stop-address=0x${(end + 1n).toString(16)}`,
        file,
      ]);
      texts.set(key, text === undefined ? undefined : parseDisassembly(text));
    }
    return texts.get(key);
  };

  return (mapping: ObjectMapping) => {
    const found = located(mapping.file, options.searchPath);
    if (found === undefined) return missing(mapping.file);
    // Absolute, so that no name can be an option of objdump.
    const file = path.resolve(found);
    isInstalled ??= run(["--version"]) !== undefined;
    if (!isInstalled) {
      return { error: `${mapping.file}: instructions need objdump (binutils), which is not here` };
    }
    let binary = binaries.get(file);
    if (binary === undefined) {
      try {
        binary = binaryOf(readElf(file));
      } catch (error) {
        if (error instanceof ElfError) return { error: `open ${mapping.file}: ${error.message}` };
        if (error instanceof Error && errnoOf(error) !== "") return missing(mapping.file);
        throw error;
      }
      binaries.set(file, binary);
    }
    return { object: objectOf(binary, mapping, (from, to) => instructionsOf(file, from, to)) };
  };
}

interface Binary {
  readonly loadAddress: bigint | undefined;
  readonly symbols: readonly ElfSymbol[];
  readonly lines: Pclntab | undefined;
}

function binaryOf({ loadAddress, symbols, textStart, pclntab }: ElfFile): Binary {
  const lines =
    pclntab === undefined || textStart === undefined ? undefined : openPclntab(pclntab, textStart);
  const fromLines = (): ElfSymbol[] =>
    (lines?.functions() ?? []).map(({ name, start, size }) => ({ name, address: start, size }));
  // A stripped Go binary still knows its functions.
  return { loadAddress, symbols: symbols.length > 0 ? symbols : fromLines(), lines };
}

function objectOf(
  { loadAddress, symbols, lines }: Binary,
  { start }: ObjectMapping,
  instructions: ObjectFile["instructions"],
): ObjectFile {
  const shift = start === 0n || loadAddress === undefined ? 0n : start - loadAddress;
  const addressOf = (address: bigint): bigint => BigInt.asUintN(U64, address - shift);
  const isInside = insideOf(symbols);
  return {
    addressOf,
    symbols: (test, address) => {
      const isAnywhere = address === undefined || address === 0n;
      return symbols
        .filter(({ name, address: from, size }) => {
          const isHere = isAnywhere || (from <= address && address < from + size);
          return isHere && test(name);
        })
        .map(({ name, address: from, size }) => ({
          names: [name],
          start: from,
          end: BigInt.asUintN(U64, from + size - 1n),
        }));
    },
    // Without Go's table, what objdump says of each instruction is taken instead.
    frames: (address) => {
      const place = lines?.placeOf(addressOf(address));
      return place === undefined ? undefined : [place];
    },
    instructions: (from, to) =>
      instructions(from, to)?.flatMap((instruction) => {
        if (!isInside(instruction.address)) return [];
        const place = lines?.placeOf(instruction.address);
        if (place === undefined) return [instruction];
        return [{ ...instruction, function: "", file: place.file, line: place.line }];
      }),
  };
}

/** Whether an address is code of some symbol: between functions lies padding, which is nobody's. */
function insideOf(symbols: readonly ElfSymbol[]): (address: bigint) => boolean {
  const sized = symbols.filter(({ size }) => size > 0n);
  if (sized.length === 0) return () => true;
  sized.sort((a, b) => (a.address < b.address ? -1 : 1));
  return (address) => {
    let lo = 0;
    let hi = sized.length;
    while (lo < hi) {
      const middle = (lo + hi) >> 1;
      if ((sized[middle]?.address ?? 0n) <= address) lo = middle + 1;
      else hi = middle;
    }
    // Symbols may begin at one address, and one may hold others: a few before are looked at.
    for (let i = lo - 1; i >= 0 && i >= lo - 8; i--) {
      const symbol = sized[i];
      if (symbol !== undefined && address < symbol.address + symbol.size) return true;
    }
    return false;
  };
}
