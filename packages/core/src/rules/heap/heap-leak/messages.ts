import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "heap-leak.headline": {
    en: (p: { line: string; function: string }, w) =>
      `${w.code(p.line)}  ${w.code(p.function)} keeps what it makes`,
    zh: (p, w) => `${w.code(p.line)}  ${w.code(p.function)} 创建的对象一直被保留`,
  } satisfies Message<{ line: string; function: string }>,
  "heap-leak.headline-grows": {
    en: (p: { line: string; function: string }, w) =>
      `${w.code(p.line)}  ${w.code(p.function)} is where the growth is made; a part of it stays`,
    zh: (p, w) => `${w.code(p.line)}  增长产生于 ${w.code(p.function)}；其中一部分留了下来`,
  } satisfies Message<{ line: string; function: string }>,
  "heap-leak.headline-unplaced": {
    en: () => "the live heap grows; no single line carries it",
    zh: () => "活跃堆在增长，但不集中于某一行",
  } satisfies Message<None>,
  "heap-leak.share": {
    en: (p: { share: Quantity; lines: number }, w) =>
      `${p.lines === 1 ? "this line is" : `${w.count(p.lines)} lines are`} ${w.full(p.share)} of it; a cache without bound looks the same`,
    zh: (p, w) =>
      `${p.lines === 1 ? "这一行" : `${w.count(p.lines)} 行合计`}占其中 ${w.full(p.share)}；无上限的缓存看起来也一样`,
  } satisfies Message<{ share: Quantity; lines: number }>,
  "heap-leak.spread": {
    en: (p: { lines: number }, w) =>
      `the growth is spread over more than ${w.count(p.lines)} lines, or not sampled yet`,
    zh: (p, w) => `增长分散在 ${w.count(p.lines)} 行以上，或尚未被采样到`,
  } satisfies Message<{ lines: number }>,
  "heap-leak.fix": {
    en: (p: { line: string }, w) =>
      `find what should delete or drop what is added at ${w.code(p.line)}`,
    zh: (p, w) => `找出本应删除或丢弃 ${w.code(p.line)} 所添加内容的代码`,
  } satisfies Message<{ line: string }>,
  "heap-leak.verify": {
    en: (p: { line: string; command: string }, w) =>
      `${w.code(p.command)}     expect no growth at ${w.code(p.line)}`,
    zh: (p, w) => `${w.code(p.command)}     预期 ${w.code(p.line)} 不再增长`,
  } satisfies Message<{ line: string; command: string }>,
  "heap-leak.verify-unplaced": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     a longer look gives each line more samples`,
    zh: (p, w) => `${w.code(p.command)}     观察更久，每一行就有更多样本`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
