import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "gogc-off.headline": {
    en: () => "GOGC is off and no GOMEMLIMIT is set: nothing starts the collector",
    zh: () => "GOGC 已关闭且未设置 GOMEMLIMIT：没有任何东西会启动收集器",
  } satisfies Message<None>,
  "gogc-off.cycles": {
    en: (p: { cycles: number; seconds: number }, w) =>
      `${w.count(p.cycles)} GC cycles ended in ${w.duration(p.seconds)}`,
    zh: (p, w) => `${w.duration(p.seconds)}内结束了 ${w.count(p.cycles)} 次 GC 周期`,
  } satisfies Message<{ cycles: number; seconds: number }>,
  "gogc-off.growth": {
    en: (p: { slope: Quantity }, w) =>
      `heap objects grow ${w.full(p.slope)}: garbage stays, so nothing can be said of a leak`,
    zh: (p, w) => `堆对象以 ${w.full(p.slope)} 增长：垃圾未被回收，因此无法判断是否泄漏`,
  } satisfies Message<{ slope: Quantity }>,
  "gogc-off.line": {
    en: (p: { line: string; share: number; since: string }, w) =>
      `${w.code(p.line)} allocates most: ${w.percent(p.share)} of it ${p.since === "start" ? "from the start to the first profile" : "between two profiles"}`,
    zh: (p, w) =>
      `${w.code(p.line)} 分配最多：占${p.since === "start" ? "启动至首份剖析" : "两份剖析之间"}的 ${w.percent(p.share)}`,
  } satisfies Message<{ line: string; share: number; since: string }>,
  "gogc-off.limit": {
    en: (p: { left: Quantity; limit: Quantity }, w) =>
      `${w.value(p.limit)} is reached in ${w.full(p.left)}`,
    zh: (p, w) => `${w.full(p.left)}后达到 ${w.value(p.limit)}`,
  } satisfies Message<{ left: Quantity; limit: Quantity }>,
  "gogc-off.not": {
    en: (p: { gogc: number }, w) => `GOGC is ${w.count(p.gogc)}`,
    zh: (p, w) => `GOGC 为 ${w.count(p.gogc)}`,
  } satisfies Message<{ gogc: number }>,
  "gogc-off.now": {
    en: (p: { limit: string }) =>
      `set GOMEMLIMIT=${p.limit}: with GOGC=off the collector then runs only near it`,
    zh: (p) => `设置 GOMEMLIMIT=${p.limit}：GOGC=off 时收集器只在接近它时运行`,
  } satisfies Message<{ limit: string }>,
  "gogc-off.fix": {
    en: () =>
      "or remove GOGC=off (debug.SetGCPercent(-1) in the code): it suits short jobs, not a service",
    zh: () => "或去掉 GOGC=off（代码中的 debug.SetGCPercent(-1)）：它适合短任务，不适合服务",
  } satisfies Message<None>,
  "gogc-off.verify": {
    en: (p: { command: string }, w) => `${w.code(p.command)}     expect GC cycles`,
    zh: (p, w) => `${w.code(p.command)}     预期出现 GC 周期`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
