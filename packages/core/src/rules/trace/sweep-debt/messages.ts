import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "sweep-debt.headline": {
    en: (p: { share: Quantity }, w) =>
      `allocations sweep before they get memory: ${w.value(p.share)} of the running time`,
    zh: (p, w) => `分配前须先清扫：占运行时间的 ${w.value(p.share)}`,
  } satisfies Message<{ share: Quantity }>,
  "sweep-debt.headline-line": {
    en: (p: { share: Quantity; line: string }, w) =>
      `${w.code(p.line)}  has to sweep before it may allocate; sweeping is ${w.value(p.share)} of the running time`,
    zh: (p, w) => `${w.code(p.line)}  分配前须先清扫；清扫占运行时间的 ${w.value(p.share)}`,
  } satisfies Message<{ share: Quantity; line: string }>,
  "sweep-debt.cost": {
    en: (
      p: { count: number; wall: number; longest: Quantity; swept: Quantity; reclaimed: Quantity },
      w,
    ) =>
      `${w.count(p.count)} sweeps on the way of allocations took ${w.duration(p.wall)}, the longest ${w.value(p.longest)}; ${w.value(p.swept)} were looked at, ${w.value(p.reclaimed)} freed`,
    zh: (p, w) =>
      `分配途中的 ${w.count(p.count)} 次清扫共 ${w.duration(p.wall)}，最长 ${w.value(p.longest)}；检查 ${w.value(p.swept)}，释放 ${w.value(p.reclaimed)}`,
  } satisfies Message<{
    count: number;
    wall: number;
    longest: Quantity;
    swept: Quantity;
    reclaimed: Quantity;
  }>,
  "sweep-debt.line": {
    en: (p: { line: string; share: number }, w) =>
      `${w.code(p.line)}: ${w.percent(p.share)} of that time`,
    zh: (p, w) => `${w.code(p.line)}：占该时间的 ${w.percent(p.share)}`,
  } satisfies Message<{ line: string; share: number }>,
  "sweep-debt.not": {
    en: (p: { count: number; share: Quantity }, w) =>
      `sweep debt: ${w.count(p.count)} sweeps on the way of allocations take ${w.value(p.share)} of the running time`,
    zh: (p, w) => `清扫欠账：分配途中的 ${w.count(p.count)} 次清扫占运行时间的 ${w.value(p.share)}`,
  } satisfies Message<{ count: number; share: Quantity }>,
  "sweep-debt.now": {
    en: () => "a higher GOGC leaves the background sweeper more time between cycles",
    zh: () => "提高 GOGC 可让后台清扫在周期之间有更多时间",
  } satisfies Message<None>,
  "sweep-debt.fix": {
    en: () =>
      "fewer and larger allocations of long-lived data (slices instead of many small objects) leave fewer spans to sweep; allocate less right after a cycle",
    zh: () =>
      "长期数据改用更少更大的分配（以切片代替大量小对象）可减少待清扫的 span；周期刚结束时少分配",
  } satisfies Message<None>,
  "sweep-debt.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect sweeps below 5 % of the running time`,
    zh: (p, w) => `${w.code(p.command)}     预期清扫低于运行时间的 5 %`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
