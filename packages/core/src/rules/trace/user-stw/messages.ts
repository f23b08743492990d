import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "user-stw.headline": {
    en: (p: { reason: string; rate: Quantity; share: number }, w) =>
      `the world is stopped on request ${w.value(p.rate)} (${w.code(p.reason)}), ${w.percent(p.share)} of the time`,
    zh: (p, w) =>
      `世界被主动停止，${w.value(p.rate)}（${w.code(p.reason)}），占 ${w.percent(p.share)} 的时间`,
  } satisfies Message<{ reason: string; rate: Quantity; share: number }>,
  "user-stw.cause": {
    en: (p: { reason: string; count: number; total: number; longest: Quantity }, w) =>
      `${w.code(p.reason)}: ${w.count(p.count)} stops, ${w.duration(p.total)} in all, the longest ${w.value(p.longest)}`,
    zh: (p, w) =>
      `${w.code(p.reason)}：${w.count(p.count)} 次停顿，共 ${w.duration(p.total)}，最长 ${w.value(p.longest)}`,
  } satisfies Message<{ reason: string; count: number; total: number; longest: Quantity }>,
  "user-stw.beside-gc": {
    en: (p: { count: number; gcStops: number }, w) =>
      `${w.count(p.count)} stops were asked for, ${w.count(p.gcStops)} were the collector's`,
    zh: (p, w) => `${w.count(p.count)} 次停顿是主动请求的，${w.count(p.gcStops)} 次属于收集器`,
  } satisfies Message<{ count: number; gcStops: number }>,
  "user-stw.line": {
    en: (p: { line: string; count: number }, w) =>
      `${w.code(p.line)} asked for ${w.count(p.count)} of them`,
    zh: (p, w) => `其中 ${w.count(p.count)} 次由 ${w.code(p.line)} 请求`,
  } satisfies Message<{ line: string; count: number }>,
  "user-stw.not": {
    en: (p: { count: number; rate: Quantity; share: number }, w) =>
      `stops on request: ${w.count(p.count)}, ${w.value(p.rate)}, ${w.percent(p.share)} of the time`,
    zh: (p, w) =>
      `主动停顿：${w.count(p.count)} 次，${w.value(p.rate)}，占 ${w.percent(p.share)} 的时间`,
  } satisfies Message<{ count: number; rate: Quantity; share: number }>,
  "user-stw.fix-memstats": {
    en: () =>
      "read runtime/metrics instead of runtime.ReadMemStats: it does not stop the world; once in some seconds is enough",
    zh: () => "用 runtime/metrics 取代 runtime.ReadMemStats：它不会停止世界；数秒一次即可",
  } satisfies Message<None>,
  "user-stw.fix-expvar": {
    en: () =>
      "whoever polls /debug/vars has the world stopped each time, since expvar reads runtime.MemStats: poll it once in some seconds, or a page of runtime/metrics instead",
    zh: () =>
      "expvar 会读取 runtime.MemStats，轮询 /debug/vars 的一方每次都会停止世界：数秒轮询一次即可，或改用 runtime/metrics 的页面",
  } satisfies Message<None>,
  "user-stw.fix-gomaxprocs": {
    en: () => "set GOMAXPROCS once: every change stops the world and moves all run queues",
    zh: () => "GOMAXPROCS 只设一次：每次改动都会停止世界并迁移全部运行队列",
  } satisfies Message<None>,
  "user-stw.fix": {
    en: () => "take profiles and dumps on demand, not in a loop",
    zh: () => "按需获取剖析与转储，不要循环获取",
  } satisfies Message<None>,
  "user-stw.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect no stops but the collector's`,
    zh: (p, w) => `${w.code(p.command)}     预期只剩收集器的停顿`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
