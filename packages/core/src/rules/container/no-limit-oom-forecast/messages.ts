import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "no-limit-oom-forecast.headline": {
    en: (p: { peak: Quantity; limit: Quantity }, w) =>
      `the next heap peak, ${w.full(p.peak)}, is above the limit of ${w.value(p.limit)}`,
    zh: (p, w) => `下一个堆峰值 ${w.full(p.peak)} 高于上限 ${w.value(p.limit)}`,
  } satisfies Message<{ peak: Quantity; limit: Quantity }>,
  "no-limit-oom-forecast.sum": {
    en: (p: { live: Quantity; gogc: number; other: Quantity }, w) =>
      `live ${w.value(p.live)} × (1 + ${w.count(p.gogc)}/100) + ${w.value(p.other)} that is not Go heap; no GOMEMLIMIT holds it back`,
    zh: (p, w) =>
      `活跃 ${w.value(p.live)} × (1 + ${w.count(p.gogc)}/100) + 非堆 ${w.value(p.other)}；没有 GOMEMLIMIT 约束`,
  } satisfies Message<{ live: Quantity; gogc: number; other: Quantity }>,
  "no-limit-oom-forecast.assumed": {
    en: () => "GOGC is not in the evidence; its default, 100, is assumed",
    zh: () => "证据中没有 GOGC；按默认值 100 计算",
  } satisfies Message<None>,
  "no-limit-oom-forecast.against-peak": {
    en: (p: { peak: Quantity }, w) => `the highest so far was ${w.value(p.peak)}, below the limit`,
    zh: (p, w) => `迄今最高为 ${w.value(p.peak)}，低于上限`,
  } satisfies Message<{ peak: Quantity }>,
  "no-limit-oom-forecast.live-over": {
    en: (p: { live: Quantity }, w) =>
      `what is live, ${w.value(p.live)}, does not fit by itself: a GOMEMLIMIT would end in GC thrash, it needs a larger limit or less data`,
    zh: (p, w) =>
      `仅活跃内存 ${w.value(p.live)} 就放不下：GOMEMLIMIT 会以 GC 抖动告终，需要更大的上限或更少的数据`,
  } satisfies Message<{ live: Quantity }>,
  "no-limit-oom-forecast.native": {
    en: (p: { native: Quantity }, w) =>
      `${w.full(p.native)} of it is native memory, which no Go setting bounds: look there first`,
    zh: (p, w) => `其中 ${w.full(p.native)} 是原生内存，任何 Go 设置都无法约束：应先查它`,
  } satisfies Message<{ native: Quantity }>,
  "no-limit-oom-forecast.not": {
    en: (p: { peak: Quantity; limit: Quantity }, w) =>
      `OOM by heap doubling: next peak ${w.value(p.peak)} of ${w.value(p.limit)}`,
    zh: (p, w) => `堆翻倍导致 OOM：下一个峰值 ${w.value(p.peak)}，上限 ${w.value(p.limit)}`,
  } satisfies Message<{ peak: Quantity; limit: Quantity }>,
  "no-limit-oom-forecast.now": {
    en: (p: { value: string; limit: Quantity }, w) =>
      `set GOMEMLIMIT=${p.value} (the limit of ${w.value(p.limit)} less 5 % and what is not Go's)`,
    zh: (p, w) => `设置 GOMEMLIMIT=${p.value}（上限 ${w.value(p.limit)} 减去 5 % 及非 Go 内存）`,
  } satisfies Message<{ value: string; limit: Quantity }>,
  "no-limit-oom-forecast.fix": {
    en: (p: { need: Quantity }, w) =>
      `or give the container ${w.value(p.need)}: next peak and 10 % of room`,
    zh: (p, w) => `或给容器 ${w.value(p.need)}：下一个峰值另加 10 % 余量`,
  } satisfies Message<{ need: Quantity }>,
  "no-limit-oom-forecast.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect a next peak below the limit`,
    zh: (p, w) => `${w.code(p.command)}     预期下一个峰值低于上限`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
