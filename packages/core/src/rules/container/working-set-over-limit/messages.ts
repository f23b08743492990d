import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

export const messages = {
  "working-set-over-limit.headline": {
    en: (p: { need: Quantity; limit: Quantity }, w) =>
      `what is live does not fit: ${w.value(p.need)} without any garbage, against a limit of ${w.value(p.limit)}`,
    zh: (p, w) =>
      `活跃内存放不下：不含任何垃圾就需要 ${w.value(p.need)}，而上限为 ${w.value(p.limit)}`,
  } satisfies Message<{ need: Quantity; limit: Quantity }>,
  "working-set-over-limit.sum": {
    en: (p: { live: Quantity; other: Quantity }, w) =>
      `live ${w.value(p.live)} + ${w.value(p.other)} that is not Go heap`,
    zh: (p, w) => `活跃 ${w.value(p.live)} + 非堆 ${w.value(p.other)}`,
  } satisfies Message<{ live: Quantity; other: Quantity }>,
  "working-set-over-limit.holder": {
    en: (p: { line: string; live: Quantity }, w) => `${w.code(p.line)} holds ${w.full(p.live)}`,
    zh: (p, w) => `${w.code(p.line)} 持有 ${w.full(p.live)}`,
  } satisfies Message<{ line: string; live: Quantity }>,
  "working-set-over-limit.now": {
    en: (p: { need: Quantity }, w) =>
      `give it ${w.value(p.need)}; a GOMEMLIMIT below what is live would end in GC thrash`,
    zh: (p, w) => `给它 ${w.value(p.need)}；低于活跃内存的 GOMEMLIMIT 会以 GC 抖动告终`,
  } satisfies Message<{ need: Quantity }>,
  "working-set-over-limit.fix": {
    en: (p: { line: string }, w) => `or hold less at ${w.code(p.line)}`,
    zh: (p, w) => `或减少 ${w.code(p.line)} 持有的内容`,
  } satisfies Message<{ line: string }>,
  "working-set-over-limit.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect what is live below the limit`,
    zh: (p, w) => `${w.code(p.command)}     预期活跃内存低于上限`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
