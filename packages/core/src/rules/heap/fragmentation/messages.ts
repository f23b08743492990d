import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "fragmentation.headline": {
    en: (p: { unused: Quantity }, w) =>
      `${w.value(p.unused)} of free slots are held in spans that a few survivors keep`,
    zh: (p, w) => `${w.value(p.unused)} 的空闲槽位困在少数存活对象占住的 span 里`,
  } satisfies Message<{ unused: Quantity }>,
  "fragmentation.fact": {
    en: (p: { unused: Quantity; inUse: Quantity; share: number }, w) =>
      `unused slots ${w.value(p.unused)} of ${w.value(p.inUse)} in spans in use (${w.percent(p.share)})`,
    zh: (p, w) =>
      `使用中 span 共 ${w.value(p.inUse)}，其中空闲槽位 ${w.value(p.unused)}（${w.percent(p.share)}）`,
  } satisfies Message<{ unused: Quantity; inUse: Quantity; share: number }>,
  "fragmentation.for-lasting": {
    en: (p: { cycles: number }, w) => `it lasts over ${w.count(p.cycles)} cycles after the peak`,
    zh: (p, w) => `峰值之后已持续 ${w.count(p.cycles)} 次周期`,
  } satisfies Message<{ cycles: number }>,
  "fragmentation.against-once": {
    en: () =>
      "seen once or just after a peak: a burst that is over looks the same until its spans are reused",
    zh: () => "仅见一次或刚过峰值：突发刚结束、span 尚未复用时也是这样",
  } satisfies Message<None>,
  "fragmentation.holder": {
    en: (p: { line: string; live: Quantity }, w) =>
      `most of what survives was made at ${w.code(p.line)} (${w.full(p.live)} live)`,
    zh: (p, w) => `存活对象大多来自 ${w.code(p.line)}（活跃 ${w.full(p.live)}）`,
  } satisfies Message<{ line: string; live: Quantity }>,
  "fragmentation.not": {
    en: (p: { unused: Quantity; share: number }, w) =>
      `fragmentation: unused slots ${w.value(p.unused)}, ${w.percent(p.share)} of spans in use`,
    zh: (p, w) => `碎片：空闲槽位 ${w.value(p.unused)}，占使用中 span 的 ${w.percent(p.share)}`,
  } satisfies Message<{ unused: Quantity; share: number }>,
  "fragmentation.now": {
    en: () => "debug.FreeOSMemory does not help: the spans are in use. A restart does",
    zh: () => "debug.FreeOSMemory 无效：这些 span 仍在使用。重启有效",
  } satisfies Message<None>,
  "fragmentation.fix": {
    en: () =>
      "allocate what lives long apart from what is freed (other size, other time, or one slab), and free in batches",
    zh: () => "把长寿对象与短命对象分开分配（不同大小、不同时间或整块），并成批释放",
  } satisfies Message<None>,
  "fragmentation.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect unused spans below a third of spans in use`,
    zh: (p, w) => `${w.code(p.command)}     预期空闲槽位低于使用中 span 的三分之一`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
