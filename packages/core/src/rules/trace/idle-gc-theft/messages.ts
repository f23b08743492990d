import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "idle-gc-theft.headline": {
    en: (p: { idle: Quantity; cores: number; procs: number }, w) =>
      `idle mark workers use up the CPU quota: ${w.value(p.idle)} of the running time, GOMAXPROCS ${w.count(p.procs)} on ${w.count(p.cores)} cores`,
    zh: (p, w) =>
      `空闲标记 worker 耗用 CPU 配额：占运行时间的 ${w.value(p.idle)}，GOMAXPROCS ${w.count(p.procs)} 而配额只有 ${w.count(p.cores)} 核`,
  } satisfies Message<{ idle: Quantity; cores: number; procs: number }>,
  "idle-gc-theft.cost": {
    en: (p: { idle: Quantity; ns: number; seconds: number }, w) =>
      `idle mark workers ran ${w.duration(p.ns)} within ${w.duration(p.seconds)}, ${w.value(p.idle)} of all running time`,
    zh: (p, w) =>
      `空闲标记 worker 在 ${w.duration(p.seconds)} 内运行了 ${w.duration(p.ns)}，占全部运行时间的 ${w.value(p.idle)}`,
  } satisfies Message<{ idle: Quantity; ns: number; seconds: number }>,
  "idle-gc-theft.quota": {
    en: (p: { cores: number; procs: number; throttled: number }, w) =>
      `the quota is ${w.count(p.cores)} cores for GOMAXPROCS ${w.count(p.procs)}, and ran out in ${w.percent(p.throttled)} of its periods`,
    zh: (p, w) =>
      `GOMAXPROCS 为 ${w.count(p.procs)} 而配额是 ${w.count(p.cores)} 核，${w.percent(p.throttled)} 的周期配额耗尽`,
  } satisfies Message<{ cores: number; procs: number; throttled: number }>,
  "idle-gc-theft.against-wall": {
    en: () => "a trace shows time on a P, not CPU time: a throttled thread still counts as running",
    zh: () => "追踪显示的是占用 P 的时间而非 CPU 时间：被限流的线程仍算在运行",
  } satisfies Message<None>,
  "idle-gc-theft.not": {
    en: (p: { idle: Quantity }, w) =>
      `idle-GC theft: idle mark workers take ${w.value(p.idle)} of the running time`,
    zh: (p, w) => `空闲 GC 抢占：空闲标记 worker 占运行时间的 ${w.value(p.idle)}`,
  } satisfies Message<{ idle: Quantity }>,
  "idle-gc-theft.not-narrow": {
    en: (p: { idle: Quantity; procs: number; throttled: number }, w) =>
      `idle-GC theft: idle mark workers take ${w.value(p.idle)} of the running time, but of cores that nobody wanted (GOMAXPROCS ${w.count(p.procs)}, throttled in ${w.percent(p.throttled)} of periods)`,
    zh: (p, w) =>
      `空闲 GC 抢占：空闲标记 worker 占运行时间的 ${w.value(p.idle)}，但那些核本就无人使用（GOMAXPROCS ${w.count(p.procs)}，${w.percent(p.throttled)} 的周期被限流）`,
  } satisfies Message<{ idle: Quantity; procs: number; throttled: number }>,
  "idle-gc-theft.now": {
    en: (p: { procs: number }, w) =>
      `GOMAXPROCS=${w.count(p.procs)}, as many as the quota has cores`,
    zh: (p, w) => `GOMAXPROCS=${w.count(p.procs)}，与配额的核数一致`,
  } satisfies Message<{ procs: number }>,
  "idle-gc-theft.fix": {
    en: () =>
      "build with Go 1.25 or later and a go.mod that says so: GOMAXPROCS then follows the quota; or raise the quota",
    zh: () => "用 Go 1.25 以上构建且 go.mod 亦声明之：GOMAXPROCS 会跟随配额；或提高配额",
  } satisfies Message<None>,
  "idle-gc-theft.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect idle workers below 10 % and no throttling`,
    zh: (p, w) => `${w.code(p.command)}     预期空闲 worker 低于 10 %，且不再限流`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
