import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "limit-thrash.headline": {
    en: (p: { limit: Quantity }, w) =>
      `GOMEMLIMIT ${w.value(p.limit)} is too close to what is live: the collector runs without pause`,
    zh: (p, w) => `GOMEMLIMIT ${w.value(p.limit)} 离活跃内存太近：收集器不停运行`,
  } satisfies Message<{ limit: Quantity }>,
  "limit-thrash.headline-inferred": {
    en: () =>
      "the heap goal is no higher than what is live: a memory limit leaves the collector no room",
    zh: () => "堆目标不高于活跃内存：内存上限没有给收集器留下余地",
  } satisfies Message<None>,
  "limit-thrash.cost": {
    en: (p: { gc: Quantity; cycles: Quantity }, w) =>
      `GC ${w.full(p.gc)} of the CPU used, ${w.value(p.cycles)} cycles`,
    zh: (p, w) => `GC 占已用 CPU 的 ${w.full(p.gc)}，周期 ${w.value(p.cycles)}`,
  } satisfies Message<{ gc: Quantity; cycles: Quantity }>,
  "limit-thrash.rate": {
    en: (p: { cycles: Quantity }, w) => `${w.value(p.cycles)} GC cycles`,
    zh: (p, w) => `GC 周期 ${w.value(p.cycles)}`,
  } satisfies Message<{ cycles: Quantity }>,
  "limit-thrash.governs": {
    en: (p: { goal: Quantity; gogcGoal: Quantity; gogc: number }, w) =>
      `heap goal ${w.value(p.goal)}; GOGC=${w.count(p.gogc)} alone would let it grow to ${w.value(p.gogcGoal)}: the limit governs`,
    zh: (p, w) =>
      `堆目标 ${w.value(p.goal)}；仅按 GOGC=${w.count(p.gogc)} 可增至 ${w.value(p.gogcGoal)}：由上限主导`,
  } satisfies Message<{ goal: Quantity; gogcGoal: Quantity; gogc: number }>,
  "limit-thrash.governs-off": {
    en: (p: { goal: Quantity; live: Quantity }, w) =>
      `heap goal ${w.value(p.goal)}, live ${w.value(p.live)}: GOGC is off, so only the limit starts cycles`,
    zh: (p, w) =>
      `堆目标 ${w.value(p.goal)}，活跃 ${w.value(p.live)}：GOGC 已关闭，周期只由上限触发`,
  } satisfies Message<{ goal: Quantity; live: Quantity }>,
  "limit-thrash.limiter": {
    en: () =>
      "the GC CPU limiter was active: it caps GC at half of the CPU and lets the heap overshoot",
    zh: () => "GC CPU 限制器已启动：GC 最多用一半 CPU，堆因此会超出上限",
  } satisfies Message<None>,
  "limit-thrash.not": {
    en: (p: { gc: Quantity }, w) =>
      `limit thrash: the memory limit governs, but GC takes only ${w.value(p.gc)} of the CPU used`,
    zh: (p, w) => `上限抖动：内存上限起主导作用，但 GC 只占已用 CPU 的 ${w.value(p.gc)}`,
  } satisfies Message<{ gc: Quantity }>,
  "limit-thrash.not-governing": {
    en: () => "limit thrash: no memory limit governs the heap goal",
    zh: () => "上限抖动：没有内存上限主导堆目标",
  } satisfies Message<None>,
  "limit-thrash.now": {
    en: (p: { need: Quantity }, w) =>
      `raise GOMEMLIMIT (and the container's limit) to at least ${w.value(p.need)}, or shed load; there is no OOM to end this`,
    zh: (p, w) =>
      `把 GOMEMLIMIT（及容器上限）提高到至少 ${w.value(p.need)}，或减少负载；它不会以 OOM 告终`,
  } satisfies Message<{ need: Quantity }>,
  "limit-thrash.fix": {
    en: (p: { line: string }, w) => `shrink what is live; the largest line is ${w.code(p.line)}`,
    zh: (p, w) => `缩减活跃内存；最大的一行是 ${w.code(p.line)}`,
  } satisfies Message<{ line: string }>,
  "limit-thrash.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect few cycles a second and GC below 10 %`,
    zh: (p, w) => `${w.code(p.command)}     预期每秒周期数很少，GC 低于 10 %`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
