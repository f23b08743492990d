// One GC cycle as the cells of its row.

import { MiB } from "../../model/units.ts";
import { shortFunction, shortLine } from "../../rules/naming.ts";
import { digits, printable } from "../wording.ts";
import type { CycleRow } from "./summary.ts";

export function columnsOfRow(
  c: CycleRow,
  duration: (ns: number | null) => string,
  unknown: string,
): string[] {
  const mib = (bytes: number | null) => (bytes === null ? "?" : digits(bytes / MiB));
  const ms = (ns: number) => digits(ns / 1e6);
  const stop = [c.sweepTermNs, c.markTermNs]
    .map((ns) => (ns === null ? "?" : digits(ns / 1e3)))
    .join("+");
  const trigger =
    c.trigger === null
      ? (c.triggerGroup ?? unknown)
      : `${shortLine(c.trigger)}  ${shortFunction(c.trigger.function)}`;
  return [
    `${c.number}${c.isCut ? "*" : ""}`,
    `${(c.startNs / 1e9).toFixed(3)} s`,
    duration(c.endNs - c.startNs),
    `${mib(c.heapStart)}→${mib(c.heapPeak)}→${mib(c.marked)}`,
    mib(c.goal),
    mib(c.overshoot),
    ms(c.dedicatedNs),
    ms(c.fractionalNs),
    ms(c.idleNs),
    ms(c.assistNs),
    stop,
    mib(c.reclaimed),
    c.runnableNs === null ? "–" : duration(c.runnableNs),
    printable(trigger),
  ];
}
