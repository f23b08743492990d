import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "inflight-burst.headline": {
    en: (p: { base: Quantity; peak: Quantity; line: string }, w) =>
      `${w.code(p.line)}  requests in flight lift the live heap from ${w.value(p.base)} to ${w.value(p.peak)} in bursts`,
    zh: (p, w) =>
      `${w.code(p.line)}  并发请求突发时把活跃堆从 ${w.value(p.base)} 抬到 ${w.value(p.peak)}`,
  } satisfies Message<{ base: Quantity; peak: Quantity; line: string }>,
  "inflight-burst.headline-unplaced": {
    en: (p: { base: Quantity; peak: Quantity }, w) =>
      `the live heap goes from ${w.value(p.base)} to ${w.value(p.peak)} and back with the number of goroutines`,
    zh: (p, w) => `活跃堆随 goroutine 数在 ${w.value(p.base)} 与 ${w.value(p.peak)} 之间起落`,
  } satisfies Message<{ base: Quantity; peak: Quantity }>,
  "inflight-burst.bursts": {
    en: (p: { bursts: number; ended: number; seconds: number }, w) =>
      `${w.count(p.bursts)} bursts in ${w.duration(p.seconds)}, ${w.count(p.ended)} of them seen to end`,
    zh: (p, w) =>
      `${w.duration(p.seconds)}内 ${w.count(p.bursts)} 次突发，其中 ${w.count(p.ended)} 次已见回落`,
  } satisfies Message<{ bursts: number; ended: number; seconds: number }>,
  "inflight-burst.goroutines": {
    en: (p: { before: number; peak: number; each: number }, w) =>
      `goroutines rise with each, typically from ${w.count(p.before)} to ${w.count(p.peak)}: ${w.bytes(p.each)} a goroutine`,
    zh: (p, w) =>
      `每次 goroutine 随之上升，通常从 ${w.count(p.before)} 到 ${w.count(p.peak)}：每个 goroutine ${w.bytes(p.each)}`,
  } satisfies Message<{ before: number; peak: number; each: number }>,
  "inflight-burst.rss": {
    en: (p: { base: Quantity; peak: Quantity }, w) =>
      `RSS is carried from ${w.value(p.base)} to ${w.value(p.peak)}`,
    zh: (p, w) => `RSS 随之从 ${w.value(p.base)} 升到 ${w.value(p.peak)}`,
  } satisfies Message<{ base: Quantity; peak: Quantity }>,
  "inflight-burst.site": {
    en: (p: { line: string; live: Quantity; share: number }, w) =>
      `${w.code(p.line)} holds ${w.full(p.live)} at the fullest profile, ${w.percent(p.share)} of it`,
    zh: (p, w) =>
      `${w.code(p.line)} 在最满的剖析中持有 ${w.full(p.live)}，占 ${w.percent(p.share)}`,
  } satisfies Message<{ line: string; live: Quantity; share: number }>,
  "inflight-burst.for-load": {
    en: (p: { rate: number; memory: number }, w) =>
      `requests come ${w.count(p.rate)} times as fast and live memory is ${w.count(p.memory)} times as large: no bound was reached`,
    zh: (p, w) =>
      `请求速率升至 ${w.count(p.rate)} 倍，活跃内存升至 ${w.count(p.memory)} 倍：未触及任何上限`,
  } satisfies Message<{ rate: number; memory: number }>,
  "inflight-burst.for-slow": {
    en: (p: { rate: number }, w) =>
      `requests come ${w.count(p.rate)} times as fast at most: it is each that stays longer, as when something behind is slow`,
    zh: (p, w) => `请求速率至多为 ${w.count(p.rate)} 倍：是每个请求停留更久，例如后端变慢`,
  } satisfies Message<{ rate: number }>,
  "inflight-burst.against-unbounded": {
    en: () =>
      "no request counter tells whether something bounds the requests in flight: peaks of one height may be a bound",
    zh: () => "没有请求计数可判断并发是否有上限：高度相同的峰值可能正是上限",
  } satisfies Message<None>,
  "inflight-burst.against-partly": {
    en: (p: { rate: number; memory: number }, w) =>
      `requests come ${w.count(p.rate)} times as fast, live memory is ${w.count(p.memory)} times as large: a bound may lie just here`,
    zh: (p, w) =>
      `请求速率升至 ${w.count(p.rate)} 倍，活跃内存为 ${w.count(p.memory)} 倍：上限可能就在附近`,
  } satisfies Message<{ rate: number; memory: number }>,
  "inflight-burst.against-bound": {
    en: (p: { rate: number; memory: number }, w) =>
      `requests come ${w.count(p.rate)} times as fast, live memory is only ${w.count(p.memory)} times as large: something bounds what is in flight`,
    zh: (p, w) =>
      `请求速率升至 ${w.count(p.rate)} 倍，活跃内存只有 ${w.count(p.memory)} 倍：并发有上限`,
  } satisfies Message<{ rate: number; memory: number }>,
  "inflight-burst.against-flat": {
    en: (p: { saturated: number; bursts: number }, w) =>
      `in ${w.count(p.saturated)} of ${w.count(p.bursts)} bursts goroutines went on rising while live memory stayed: something bounds what is in flight`,
    zh: (p, w) =>
      `${w.count(p.bursts)} 次突发中有 ${w.count(p.saturated)} 次 goroutine 继续增加而活跃内存不变：并发有上限`,
  } satisfies Message<{ saturated: number; bursts: number }>,
  "inflight-burst.against-queue": {
    en: (p: { line: string; count: number }, w) =>
      `up to ${w.count(p.count)} goroutines queue at ${w.code(p.line)}: that bounds what is in flight`,
    zh: (p, w) => `最多 ${w.count(p.count)} 个 goroutine 在 ${w.code(p.line)} 排队：并发有上限`,
  } satisfies Message<{ line: string; count: number }>,
  "inflight-burst.against-limit": {
    en: (p: { limit: Quantity }, w) =>
      `a burst twice as large still fits below the limit of ${w.value(p.limit)}`,
    zh: (p, w) => `两倍的突发仍低于上限 ${w.value(p.limit)}`,
  } satisfies Message<{ limit: Quantity }>,
  "inflight-burst.against-unplaced": {
    en: () => "no profile was taken at a peak, so the line is not proved",
    zh: () => "没有在峰值时取得剖析，代码行未得到证实",
  } satisfies Message<None>,
  "inflight-burst.not": {
    en: (p: { bursts: number }, w) =>
      `bursts: ${w.count(p.bursts)} seen, small against the base or without goroutines`,
    zh: (p, w) => `突发：见到 ${w.count(p.bursts)} 次，相对基线较小或与 goroutine 无关`,
  } satisfies Message<{ bursts: number }>,
  "inflight-burst.now": {
    en: () =>
      "size the memory limit for the peak, or let the proxy in front bound concurrent requests",
    zh: () => "按峰值设定内存上限，或由前置代理限制并发请求",
  } satisfies Message<None>,
  "inflight-burst.fix": {
    en: (p: { line: string }, w) =>
      `bound the requests that may hold memory from ${w.code(p.line)} at once (a semaphore; 503 beyond it), or hold less while waiting`,
    zh: (p, w) =>
      `限制可同时持有 ${w.code(p.line)} 内存的请求数（信号量，超出返回 503），或在等待期间少占内存`,
  } satisfies Message<{ line: string }>,
  "inflight-burst.fix-unplaced": {
    en: () => "bound the requests in flight; a heap profile taken during a burst names the line",
    zh: () => "限制并发请求；在突发期间取堆剖析即可指出代码行",
  } satisfies Message<None>,
  "inflight-burst.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     under the same bursts, expect peaks below 4 times the base`,
    zh: (p, w) => `${w.code(p.command)}     在同样的突发下，预期峰值低于基线的 4 倍`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
