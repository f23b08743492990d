// Folded stacks: one line a stack, `main;serve;alloc 42`, root first, as flame graph tools exchange
// them; and their differential form with two numbers.
//
// Authority: brendangregg/FlameGraph stackcollapse-perf.pl, flamegraph.pl and difffolded.pl (2024).
// Not supported: meaning in suffixes of names (`_[k]`, `_[i]`), which stay part of the name. See FORMAT.md.

import type { Detection, Format } from "../../model/format.ts";
import { headLines } from "../../model/text-input.ts";
import { FILE_NAME } from "./names.ts";
import { FoldedReader } from "./reader.ts";

/** All that detection is given: a stack of 400 frames of Java takes 30 KB. */
const HEAD = 64 * 1024;
const ENOUGH_LINES = 50;
const ROW = /\S[ \t]+[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[ \t]*$/;

/**
 * Nothing marks the format but that every line ends with a number and has a ";". Misleads for a table
 * with those two habits. Without numbers the file's name has to say it.
 */
function detect(head: Uint8Array, name: string): Detection | undefined {
  const { lines, rest } = headLines(head, HEAD);
  const all = (lines.length > 0 ? lines : [rest]).slice(0, ENOUGH_LINES).filter((l) => l !== "");
  // The first line goes on behind the head: its beginning and the file's name have to do.
  if (lines.length === 0 && rest === "" && FILE_NAME.test(name)) {
    const text = new TextDecoder().decode(head);
    return text.includes(";") && !hasControl(text)
      ? { format: "folded", strength: "likely" }
      : undefined;
  }
  const rows = all.filter((line) => !line.startsWith("#") || ROW.test(line));
  if (rows.length === 0) return undefined;
  if (rows.some(hasControl)) return undefined;
  const nested = rows.filter((line) => line.includes(";")).length;
  const isNamed = FILE_NAME.test(name);
  // Short lines only: the expression looks at their end.
  const counted = rows.filter((line) => ROW.test(line.slice(-200))).length;
  // Stacks alone are like any list with semicolons: only the name tells.
  const isUncounted = isNamed && counted === 0 && nested * 2 >= rows.length;
  if (counted < rows.length && !isUncounted) return undefined;
  if (!isNamed && nested * 2 < rows.length) return undefined;
  return { format: "folded", strength: "likely" };
}

function hasControl(line: string): boolean {
  for (let i = 0; i < line.length; i++) {
    const c = line.charCodeAt(i);
    if (c < 32 && c !== 9) return true;
  }
  return false;
}

export const foldedFormat: Format = {
  id: "folded",
  detect,
  open: (ctx) => new FoldedReader(ctx),
};
