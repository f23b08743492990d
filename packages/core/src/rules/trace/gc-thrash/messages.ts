import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "gc-thrash.headline": {
    en: (p: { gc: Quantity; marking: number }, w) =>
      `the collector marks ${w.percent(p.marking)} of the time and takes ${w.value(p.gc)} of what runs`,
    zh: (p, w) => `收集器有 ${w.percent(p.marking)} 的时间在标记，占用运行时间的 ${w.value(p.gc)}`,
  } satisfies Message<{ gc: Quantity; marking: number }>,
  "gc-thrash.cost": {
    en: (p: { gc: Quantity; marking: number; cycles: Quantity }, w) =>
      `${w.value(p.cycles)} cycles; mark workers and assists are ${w.value(p.gc)} of the running time, idle workers left out`,
    zh: (p, w) =>
      `周期 ${w.value(p.cycles)}；标记 worker 与辅助占运行时间的 ${w.value(p.gc)}（不含空闲 worker）`,
  } satisfies Message<{ gc: Quantity; marking: number; cycles: Quantity }>,
  "gc-thrash.stopped": {
    en: (p: { stopped: number }, w) => `the world stands still ${w.percent(p.stopped)} of the time`,
    zh: (p, w) => `世界停止的时间占 ${w.percent(p.stopped)}`,
  } satisfies Message<{ stopped: number }>,
  "gc-thrash.heap": {
    en: (p: { marked: Quantity; goal: Quantity }, w) =>
      `a usual cycle marks ${w.value(p.marked)} and has a goal of ${w.value(p.goal)}`,
    zh: (p, w) => `典型周期标记 ${w.value(p.marked)}，目标为 ${w.value(p.goal)}`,
  } satisfies Message<{ marked: Quantity; goal: Quantity }>,
  "gc-thrash.trigger": {
    en: (p: { line: string; count: number; cycles: number }, w) =>
      `${w.code(p.line)} took the span that started ${w.count(p.count)} of ${w.count(p.cycles)} cycles`,
    zh: (p, w) =>
      `${w.count(p.cycles)} 个周期中有 ${w.count(p.count)} 个由 ${w.code(p.line)} 取得的 span 触发`,
  } satisfies Message<{ line: string; count: number; cycles: number }>,
  "gc-thrash.not": {
    en: (p: { gc: Quantity; marking: number }, w) =>
      `GC thrash: the collector marks ${w.percent(p.marking)} of the recorded time and takes ${w.value(p.gc)} of what runs`,
    zh: (p, w) =>
      `GC 抖动：收集器有 ${w.percent(p.marking)} 的记录时间在标记，占用运行时间的 ${w.value(p.gc)}`,
  } satisfies Message<{ gc: Quantity; marking: number }>,
  "gc-thrash.no-room": {
    en: () => "goal after goal leaves no room above what was marked: a memory limit makes them",
    zh: () => "一个个目标都没有在已标记之上留出空间：是内存上限决定了它们",
  } satisfies Message<None>,
  "gc-thrash.now-limit": {
    en: () =>
      "raise GOMEMLIMIT, or lower what is live: a higher GOGC changes nothing under a limit",
    zh: () => "提高 GOMEMLIMIT，或减少存活内存：受上限约束时提高 GOGC 不起作用",
  } satisfies Message<None>,
  "gc-thrash.now-gogc": {
    en: (p: { gogc: number; goal: Quantity }, w) =>
      `raise GOGC, which is ${w.count(p.gogc)}: with 100 the goal would be some ${w.value(p.goal)}`,
    zh: (p, w) => `提高 GOGC（现为 ${w.count(p.gogc)}）：取 100 时目标约为 ${w.value(p.goal)}`,
  } satisfies Message<{ gogc: number; goal: Quantity }>,
  "gc-thrash.now": {
    en: () => "give the heap room: a higher GOGC, or a higher GOMEMLIMIT where that governs",
    zh: () => "给堆更多空间：提高 GOGC；若由 GOMEMLIMIT 决定，则提高它",
  } satisfies Message<None>,
  "gc-thrash.fix": {
    en: (p: { line: string }, w) =>
      `allocate less, beginning at ${w.code(p.line)}; two heap profiles some seconds apart rank the lines by rate`,
    zh: (p, w) => `减少分配，先从 ${w.code(p.line)} 开始；相隔数秒的两份堆剖析可按速率排序`,
  } satisfies Message<{ line: string }>,
  "gc-thrash.fix-unplaced": {
    en: () => "two heap profiles some seconds apart name the lines that allocate most",
    zh: () => "相隔数秒的两份堆剖析即可指出分配最多的行",
  } satisfies Message<None>,
  "gc-thrash.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect mark phases in less than half of the time`,
    zh: (p, w) => `${w.code(p.command)}     预期标记阶段少于一半时间`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
