import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "assist-bound-latency.headline": {
    en: (p: { share: Quantity }, w) =>
      `mark assists take ${w.value(p.share)} of the running time: requests work for the collector`,
    zh: (p, w) => `标记辅助占运行时间的 ${w.value(p.share)}：请求在替收集器工作`,
  } satisfies Message<{ share: Quantity }>,
  "assist-bound-latency.headline-line": {
    en: (p: { line: string; share: Quantity }, w) =>
      `${w.code(p.line)}  pays most mark assists; they take ${w.value(p.share)} of the running time`,
    zh: (p, w) => `${w.code(p.line)}  承担最多标记辅助；辅助占运行时间的 ${w.value(p.share)}`,
  } satisfies Message<{ line: string; share: Quantity }>,
  "assist-bound-latency.headline-group": {
    en: (p: { group: string; burden: number }, w) =>
      `mark assists hold ${w.code(p.group)} up for ${w.percent(p.burden)} of its time: it works for the collector`,
    zh: (p, w) =>
      `标记辅助阻碍 ${w.code(p.group)}，占其时间的 ${w.percent(p.burden)}：它在替收集器工作`,
  } satisfies Message<{ group: string; burden: number }>,
  "assist-bound-latency.headline-group-line": {
    en: (p: { line: string; group: string; burden: number }, w) =>
      `${w.code(p.line)}  pays most mark assists; they hold ${w.code(p.group)} up for ${w.percent(p.burden)} of its time`,
    zh: (p, w) =>
      `${w.code(p.line)}  承担最多标记辅助；辅助阻碍 ${w.code(p.group)}，占其时间的 ${w.percent(p.burden)}`,
  } satisfies Message<{ line: string; group: string; burden: number }>,
  "assist-bound-latency.cost": {
    en: (
      p: {
        count: number;
        wall: number;
        cpu: number;
        parked: number;
        longest: number;
        share: Quantity;
      },
      w,
    ) =>
      `${w.count(p.count)} assists held goroutines up for ${w.duration(p.wall)} in all: ${w.duration(p.cpu)} running (${w.value(p.share)} of the running time of all but mark workers), ${w.duration(p.parked)} parked or waiting for a P; longest ${w.duration(p.longest)}`,
    zh: (p, w) =>
      `${w.count(p.count)} 次辅助共阻碍 goroutine ${w.duration(p.wall)}：运行 ${w.duration(p.cpu)}（占除标记 worker 外运行时间的 ${w.value(p.share)}），挂起或等待 P ${w.duration(p.parked)}；最长 ${w.duration(p.longest)}`,
  } satisfies Message<{
    count: number;
    wall: number;
    cpu: number;
    parked: number;
    longest: number;
    share: Quantity;
  }>,
  "assist-bound-latency.payer": {
    en: (p: { group: string; goroutines: number; burden: number; share: number }, w) =>
      `who pays: ${p.goroutines === 1 ? "one goroutine" : `${w.count(p.goroutines)} goroutines`} of ${w.code(p.group)} ${p.goroutines === 1 ? "bears" : "bear"} ${w.percent(p.share)} of it; it is ${w.percent(p.burden)} of the time they ran or were held up`,
    zh: (p, w) =>
      `谁承担：${w.code(p.group)} 的 ${w.count(p.goroutines)} 个 goroutine 承担其中 ${w.percent(p.share)}，占其运行或受阻时间的 ${w.percent(p.burden)}`,
  } satisfies Message<{ group: string; goroutines: number; burden: number; share: number }>,
  "assist-bound-latency.line": {
    en: (p: { line: string; share: number; count: number }, w) =>
      `${w.code(p.line)} allocates in ${w.count(p.count)} of them, ${w.percent(p.share)} of their time`,
    zh: (p, w) =>
      `其中 ${w.count(p.count)} 次由 ${w.code(p.line)} 的分配触发，占辅助时间的 ${w.percent(p.share)}`,
  } satisfies Message<{ line: string; share: number; count: number }>,
  "assist-bound-latency.causes": {
    en: (p: { group: string; share: number; payer: string }, w) =>
      `who causes: ${w.code(p.group)} takes ${w.percent(p.share)} of the spans while marking (whole spans counted), ${w.code(p.payer)} pays most`,
    zh: (p, w) =>
      `谁造成：标记期间 ${w.code(p.group)} 取走 ${w.percent(p.share)} 的 span（按整个 span 计），承担最多的是 ${w.code(p.payer)}`,
  } satisfies Message<{ group: string; share: number; payer: string }>,
  "assist-bound-latency.causes-itself": {
    en: (p: { group: string; share: number; payer: string }, w) =>
      `who causes: the same goroutines, ${w.code(p.group)} takes ${w.percent(p.share)} of the spans while marking (whole spans counted)`,
    zh: (p, w) =>
      `谁造成：同一批 goroutine，标记期间 ${w.code(p.group)} 取走 ${w.percent(p.share)} 的 span（按整个 span 计）`,
  } satisfies Message<{ group: string; share: number; payer: string }>,
  "assist-bound-latency.against-cut": {
    en: (p: { cut: number }, w) =>
      `an end of the trace cuts ${w.count(p.cut)} assists: their times are lower bounds`,
    zh: (p, w) => `${w.count(p.cut)} 次辅助被追踪首尾截断：其时间为下界`,
  } satisfies Message<{ cut: number }>,
  "assist-bound-latency.against-few": {
    en: (p: { cycles: number }, w) => `only ${w.count(p.cycles)} cycles were recorded`,
    zh: (p, w) => `只记录到 ${w.count(p.cycles)} 个周期`,
  } satisfies Message<{ cycles: number }>,
  "assist-bound-latency.no-cycle": {
    en: (p: { seconds: number }, w) =>
      `assist-bound latency: no GC cycle in ${w.duration(p.seconds)} of trace`,
    zh: (p, w) => `辅助拖慢延迟：${w.duration(p.seconds)} 的追踪中没有 GC 周期`,
  } satisfies Message<{ seconds: number }>,
  "assist-bound-latency.not": {
    en: (p: { share: Quantity; count: number; seconds: number }, w) =>
      `assist-bound latency: ${w.count(p.count)} assists in ${w.duration(p.seconds)} of trace take ${w.value(p.share)} of the running time`,
    zh: (p, w) =>
      `辅助拖慢延迟：${w.duration(p.seconds)} 的追踪中 ${w.count(p.count)} 次辅助占运行时间的 ${w.value(p.share)}`,
  } satisfies Message<{ share: Quantity; count: number; seconds: number }>,
  "assist-bound-latency.now": {
    en: () =>
      "where memory allows, a higher GOGC or a GOMEMLIMIT with GOGC=off makes cycles, and so assists, rarer",
    zh: () => "若内存允许，提高 GOGC，或用 GOMEMLIMIT 配合 GOGC=off，可减少周期从而减少辅助",
  } satisfies Message<None>,
  "assist-bound-latency.now-limit": {
    en: () =>
      "goal after goal leaves no room above what was marked, so a memory limit makes them: raise GOMEMLIMIT, or lower what is live",
    zh: () =>
      "一个个目标都没有在已标记之上留出空间，说明由内存上限决定：提高 GOMEMLIMIT，或减少存活内存",
  } satisfies Message<None>,
  "assist-bound-latency.fix": {
    en: (p: { line: string }, w) =>
      `allocate less at ${w.code(p.line)}, or spread it: what is allocated in a burst while marking is paid for on the spot`,
    zh: (p, w) => `减少 ${w.code(p.line)} 的分配或将其分散：标记期间的突发分配要当场付出代价`,
  } satisfies Message<{ line: string }>,
  "assist-bound-latency.fix-unplaced": {
    en: () => "allocate less on the paths above while the collector marks",
    zh: () => "在收集器标记期间减少上述路径的分配",
  } satisfies Message<None>,
  "assist-bound-latency.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect assists below 5 % of the running time`,
    zh: (p, w) => `${w.code(p.command)}     预期辅助低于运行时间的 5 %`,
  } satisfies Message<{ command: string }>,
  "assist-bound-latency.verify-group": {
    en: (p: { command: string; group: string; most: number }, w) =>
      `${w.code(p.command)}     expect assists to hold ${w.code(p.group)} up for less than ${w.percent(p.most)} of its time`,
    zh: (p, w) =>
      `${w.code(p.command)}     预期辅助阻碍 ${w.code(p.group)} 的时间低于其 ${w.percent(p.most)}`,
  } satisfies Message<{ command: string; group: string; most: number }>,
} satisfies Messages;
