// disasm: the instructions of matching functions with values beside them.
// Authority: google/pprof internal/report/report.go PrintAssembly (2026-07).

import { basePath } from "../../analysis/profile/go-format.ts";
import { nodeTotals, type Totals } from "../../analysis/profile/graph.ts";
import type { NodeIndex } from "../../analysis/profile/nodes.ts";
import { ProfileError } from "../../analysis/profile/profile.ts";
import { stackWeights } from "../../analysis/profile/weights.ts";
import {
  addressOfText,
  type Instruction,
  type ObjectFile,
  type ObjectMapping,
  type ObjectSymbol,
} from "./objects.ts";
import type { Report } from "./report.ts";
import type { Sink } from "./sink.ts";

interface Sample {
  readonly info: number;
  readonly address: bigint;
}

interface Routine {
  readonly symbol: ObjectSymbol;
  readonly object: ObjectFile;
  /** Nodes inside the symbol, by address. */
  readonly samples: readonly Sample[];
}

/** Every address that a profile states about mapping `m`. */
export function mappingAt(report: Report, m: number): ObjectMapping {
  const { mappings, strings } = report.profile;
  return {
    file: strings.get(mappings.file[m]),
    start: BigInt(mappings.start[m]),
    limit: BigInt(mappings.limit[m]),
    offset: BigInt(mappings.offset[m]),
  };
}

export function writeDisassembly(report: Report, out: Sink): void {
  const { profile, measure, symbol, config } = report;
  if (symbol === undefined) throw new ProfileError("disasm needs a pattern");
  const index = report.nodeIndex();
  const totals = nodeTotals(profile, index, stackWeights(profile, measure));
  const nodes: number[] = [];
  for (let info = 0; info < index.length; info++) {
    const flat = totals.flat[info];
    const cum = totals.cum[info];
    if (flat === 0 && cum === 0) continue;
    if (config.drop_negative && (flat < 0 || (flat === 0 && cum < 0))) continue;
    nodes.push(info);
  }
  const address = addressOfText(symbol.source);
  const problems: string[] = [];
  const symbols = matchingSymbols(report, index, nodes, address, problems);
  // Said where the tool says it: before the report, on standard output, whether or not one follows.
  for (const problem of problems) out.line(problem);
  if (problems.length > 0) out.flush();
  const routines = symbols.flatMap(({ object, symbol: found }): Routine[] => {
    const samples = nodes
      .map((info): Sample => ({ info, address: object.addressOf(BigInt(index.address(info))) }))
      .filter((sample) => sample.address >= found.start && sample.address < found.end)
      .toSorted((a, b) => Number(a.address - b.address));
    return samples.length === 0 ? [] : [{ symbol: found, object, samples }];
  });
  if (routines.length === 0) {
    if (address === undefined) {
      throw new ProfileError(`no matches found for regexp ${symbol.source}`);
    }
    const hex = `0x${address.toString(16)}`;
    throw new ProfileError(
      symbols.length === 0
        ? `no matches found for address ${hex}`
        : `address ${hex} found in binary, but the corresponding symbols do not have samples in the profile`,
    );
  }
  out.line(`Total: ${report.formatValue(report.total)}`);
  routines.sort((a, b) => {
    const [left] = a.symbol.names;
    const [right] = b.symbol.names;
    if (left !== right) return left < right ? -1 : 1;
    return Number(a.symbol.start - b.symbol.start);
  });
  for (const routine of routines) writeRoutine(report, out, routine, index, totals);
}

function matchingSymbols(
  report: Report,
  index: NodeIndex,
  nodes: readonly number[],
  address: bigint | undefined,
  problems: string[],
): { object: ObjectFile; symbol: ObjectSymbol }[] {
  const { profile, symbol, host } = report;
  const test = (name: string): boolean => symbol?.test(name) === true;
  const wanted = new Set<string>();
  for (const info of nodes) {
    const object = index.object(info);
    if (object !== "" && test(index.printableName(info))) wanted.add(object);
  }
  const out: { object: ObjectFile; symbol: ObjectSymbol }[] = [];
  for (let m = 0; m < profile.mappings.length; m++) {
    const mapping = mappingAt(report, m);
    const covers = address !== undefined && mapping.start <= address && address <= mapping.limit;
    if (!wanted.has(mapping.file) && !covers) continue;
    const opened = host.openObject(mapping);
    if ("error" in opened) {
      problems.push(opened.error);
      continue;
    }
    for (const found of opened.object.symbols(test, address)) {
      out.push({ object: opened.object, symbol: found });
    }
  }
  return out;
}

interface Annotated {
  readonly address: bigint;
  readonly text: string;
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly flat: number;
  readonly cum: number;
}

/** Each instruction with the samples from its address up to the next one. */
function annotated(
  instructions: readonly Instruction[],
  samples: readonly Sample[],
  index: NodeIndex,
  totals: Totals,
): Annotated[] {
  let at = 0;
  return instructions.map((instruction, i): Annotated => {
    let { function: name, line } = instruction;
    let file = instruction.file === "" ? "" : basePath(instruction.file);
    let [flat, cum, flatDivisor, cumDivisor] = [0, 0, 0, 0];
    const next = instructions[i + 1]?.address;
    for (; at < samples.length; at++) {
      const { info, address } = samples[at];
      if (next !== undefined && address >= next) break;
      flat += totals.flat[info];
      cum += totals.cum[info];
      flatDivisor += totals.flatDivisor[info];
      cumDivisor += totals.cumDivisor[info];
      if (file === "" && index.file(info) !== "") file = basePath(index.file(info));
      if (line === 0) line = index.line(info);
      if (name === "") name = index.name(info);
    }
    return {
      address: instruction.address,
      text: instruction.text,
      function: name,
      file,
      line,
      flat: flatDivisor === 0 ? flat : Math.trunc(flat / flatDivisor),
      cum: cumDivisor === 0 ? cum : Math.trunc(cum / cumDivisor),
    };
  });
}

/** An instruction of this length leaves no room for its place on the same line. */
const LONG_INSTRUCTION = 40;

function writeRoutine(
  report: Report,
  out: Sink,
  { symbol, object, samples }: Routine,
  index: NodeIndex,
  totals: Totals,
): void {
  let flat = 0;
  let cum = 0;
  for (const { info } of samples) {
    flat += totals.flat[info];
    cum += totals.cum[info];
  }
  const instructions = object.instructions(symbol.start, symbol.end);
  if (instructions === undefined) {
    throw new ProfileError(`${symbol.names[0]} cannot be disassembled`);
  }
  const [name, ...others] = symbol.names;
  out.line(`ROUTINE ======================== ${name}`);
  for (const other of others) out.line(`    AKA ======================== ${other}`);
  const value = (shown: number): string => report.formatValue(shown).padStart(10);
  const orDot = (shown: number): string => (shown === 0 ? ".".padStart(10) : value(shown));
  out.line(`${value(flat)} ${value(cum)} (flat, cum) ${report.percent(cum)} of Total`);
  let before = "\n\n0";
  for (const here of annotated(instructions, samples, index, totals)) {
    const key = `${here.function}\n${here.file}\n${here.line}`;
    let place = "";
    if (key !== before) {
      before = key;
      if (here.function !== "") place = `${here.function} `;
      if (here.file !== "") place += here.line === 0 ? here.file : `${here.file}:${here.line}`;
    }
    const front = `${orDot(here.flat)} ${orDot(here.cum)} ${here.address.toString(16).padStart(10)}: `;
    if (place === "") out.line(front + here.text);
    else if (here.text.length < LONG_INSTRUCTION) {
      out.line(`${front}${here.text.padEnd(LONG_INSTRUCTION)};${place}`);
    } else {
      out.line(`${"".padStart(74)};${place}`);
      out.line(front + here.text);
    }
  }
}
