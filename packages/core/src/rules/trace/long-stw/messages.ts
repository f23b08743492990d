import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "long-stw.headline": {
    en: (p: { longest: Quantity }, w) =>
      `GC pauses of up to ${w.value(p.longest)}; nothing in the trace says what held them up`,
    zh: (p, w) => `GC 暂停最长 ${w.value(p.longest)}；追踪未显示是什么拖住了它们`,
  } satisfies Message<{ longest: Quantity }>,
  "long-stw.headline-held": {
    en: (p: { longest: Quantity; group: string }, w) =>
      `GC pauses of up to ${w.value(p.longest)}: ${w.code(p.group)} is slow to stop`,
    zh: (p, w) => `GC 暂停最长 ${w.value(p.longest)}：${w.code(p.group)} 迟迟不停`,
  } satisfies Message<{ longest: Quantity; group: string }>,
  "long-stw.long": {
    en: (p: { long: number; count: number; total: number; longest: Quantity }, w) =>
      `${w.count(p.long)} of ${w.count(p.count)} stops for a GC phase took 10 ms or more, ${w.duration(p.total)} in all, the longest ${w.value(p.longest)}`,
    zh: (p, w) =>
      `${w.count(p.count)} 次 GC 停顿中有 ${w.count(p.long)} 次达到或超过 10 毫秒，共 ${w.duration(p.total)}，最长 ${w.value(p.longest)}`,
  } satisfies Message<{ long: number; count: number; total: number; longest: Quantity }>,
  "long-stw.last": {
    en: (p: { group: string; stops: number; ns: number }, w) =>
      `in ${w.count(p.stops)} of them everybody waited for one goroutine, ${w.code(p.group)}, ${w.duration(p.ns)} in all`,
    zh: (p, w) =>
      `其中 ${w.count(p.stops)} 次都在等待同一个 goroutine（${w.code(p.group)}），共 ${w.duration(p.ns)}`,
  } satisfies Message<{ group: string; stops: number; ns: number }>,
  "long-stw.line": {
    en: (p: { line: string; within: string; stops: number }, w) =>
      `${w.count(p.stops)} times it stopped at ${w.code(p.line)}, in ${w.code(p.within)}: the first point after the slow code`,
    zh: (p, w) =>
      `其中 ${w.count(p.stops)} 次停在 ${w.code(p.line)}（${w.code(p.within)} 中）：慢代码之后的第一个停止点`,
  } satisfies Message<{ line: string; within: string; stops: number }>,
  "long-stw.against-derived": {
    en: () =>
      "who stopped last is derived from when goroutines left their P; a thread that the kernel had taken off its CPU looks the same",
    zh: () => "最后停下者由 goroutine 离开 P 的时刻推出；被内核调度走的线程看起来也一样",
  } satisfies Message<None>,
  "long-stw.against-unexplained": {
    en: () => "no one goroutine held them up: a machine or container short of CPU looks like this",
    zh: () => "没有哪个 goroutine 单独拖住它们：CPU 不足的机器或容器就是这样",
  } satisfies Message<None>,
  "long-stw.not": {
    en: (p: { count: number; longest: Quantity }, w) =>
      `long pauses: ${w.count(p.count)} stops for a GC phase, the longest ${w.value(p.longest)}`,
    zh: (p, w) => `长暂停：${w.count(p.count)} 次 GC 停顿，最长 ${w.value(p.longest)}`,
  } satisfies Message<{ count: number; longest: Quantity }>,
  "long-stw.fix": {
    en: () =>
      "code without a point to stop at is a loop in assembly over much memory: copy, clear, hash or compare large slices in pieces of 64 KiB",
    zh: () =>
      "没有停止点的代码是对大块内存的汇编循环：把大切片的复制、清零、哈希或比较拆成 64 KiB 的小块",
  } satisfies Message<None>,
  "long-stw.verify": {
    en: (p: { command: string }, w) => `${w.code(p.command)}     expect pauses below 1 ms`,
    zh: (p, w) => `${w.code(p.command)}     预期暂停低于 1 毫秒`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
