import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

export const messages = {
  "min-heap-regime.headline": {
    en: (p: { cycles: Quantity }, w) =>
      `the heap is tiny and turns over: ${w.value(p.cycles)} GC cycles at the minimum goal`,
    zh: (p, w) => `堆很小且不断周转：以最小堆目标运行，GC 周期 ${w.value(p.cycles)}`,
  } satisfies Message<{ cycles: Quantity }>,
  "min-heap-regime.fact": {
    en: (p: { goal: Quantity; floor: Quantity; gogc: number }, w) =>
      `heap goal ${w.value(p.goal)} is the floor of 4 MiB × GOGC/100 = ${w.value(p.floor)} (GOGC=${w.count(p.gogc)})`,
    zh: (p, w) =>
      `堆目标 ${w.value(p.goal)} 即下限 4 MiB × GOGC/100 = ${w.value(p.floor)}（GOGC=${w.count(p.gogc)}）`,
  } satisfies Message<{ goal: Quantity; floor: Quantity; gogc: number }>,
  "min-heap-regime.cost": {
    en: (p: { gc: Quantity }, w) => `GC ${w.full(p.gc)} of the CPU used`,
    zh: (p, w) => `GC 占已用 CPU 的 ${w.full(p.gc)}`,
  } satisfies Message<{ gc: Quantity }>,
  "min-heap-regime.info": {
    en: (p: { cycles: Quantity }, w) =>
      `the heap is at its minimum goal with ${w.value(p.cycles)} cycles; a higher GOGC would cost a few MiB and save most of them`,
    zh: (p, w) =>
      `堆处于最小目标，周期 ${w.value(p.cycles)}；提高 GOGC 只多用几 MiB，却能省去大部分周期`,
  } satisfies Message<{ cycles: Quantity }>,
  "min-heap-regime.now": {
    en: (p: { gogc: number }, w) =>
      `GOGC=${w.count(p.gogc)} lifts the floor to 64 MiB or GOGC=off with a GOMEMLIMIT below the container's limit`,
    zh: (p, w) =>
      `GOGC=${w.count(p.gogc)} 把下限提高到 64 MiB，或 GOGC=off 并设低于容器上限的 GOMEMLIMIT`,
  } satisfies Message<{ gogc: number }>,
  "min-heap-regime.fix": {
    en: (p: { line: string }, w) => `fewer or smaller allocations at ${w.code(p.line)}`,
    zh: (p, w) => `减少或缩小 ${w.code(p.line)} 的分配`,
  } satisfies Message<{ line: string }>,
  "min-heap-regime.verify": {
    en: (p: { command: string }, w) => `${w.code(p.command)}     expect a fraction of the cycles`,
    zh: (p, w) => `${w.code(p.command)}     预期周期数大减`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
