import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "churn.headline": {
    en: (p: { share: Quantity }, w) =>
      `GC takes ${w.value(p.share)} of the CPU used: too much is allocated and freed`,
    zh: (p, w) => `GC 占用 CPU 的 ${w.value(p.share)}：分配并释放得太多`,
  } satisfies Message<{ share: Quantity }>,
  "churn.headline-line": {
    en: (p: { share: Quantity; line: string }, w) =>
      `${w.code(p.line)}  allocates most; GC takes ${w.value(p.share)} of the CPU used`,
    zh: (p, w) => `${w.code(p.line)}  分配最多；GC 占用 CPU 的 ${w.value(p.share)}`,
  } satisfies Message<{ share: Quantity; line: string }>,
  "churn.cost": {
    en: (p: { gc: Quantity; cycles: Quantity }, w) =>
      `GC ${w.full(p.gc)} of the CPU used, idle workers left out; ${w.value(p.cycles)} cycles`,
    zh: (p, w) => `GC 占已用 CPU 的 ${w.full(p.gc)}（不含空闲 worker）；周期 ${w.value(p.cycles)}`,
  } satisfies Message<{ gc: Quantity; cycles: Quantity }>,
  "churn.assist": {
    en: (p: { assist: Quantity }, w) =>
      `mark assist: ${w.full(p.assist)} of the CPU used is work that requests do for the collector`,
    zh: (p, w) => `标记辅助：已用 CPU 的 ${w.full(p.assist)} 是请求替收集器做的工作`,
  } satisfies Message<{ assist: Quantity }>,
  "churn.site": {
    en: (p: { rate: Quantity; line: string; share: number }, w) =>
      `${w.code(p.line)} allocates ${w.full(p.rate)}, ${w.percent(p.share)} of what was sampled`,
    zh: (p, w) => `${w.code(p.line)} 分配 ${w.full(p.rate)}，占采样的 ${w.percent(p.share)}`,
  } satisfies Message<{ rate: Quantity; line: string; share: number }>,
  "churn.for-flat": {
    en: () => "the live heap does not grow: what is allocated is freed",
    zh: () => "活跃堆没有增长：分配的都释放了",
  } satisfies Message<None>,
  "churn.against-bound": {
    en: () =>
      "share of the CPU used is a lower bound: the process's own CPU time is not in the evidence",
    zh: () => "占比为下界：证据中没有进程自身的 CPU 时间",
  } satisfies Message<None>,
  "churn.against-wall": {
    en: () =>
      "a log's GC times are of the wall clock: a process that waits for a core used less than they say",
    zh: () => "日志中的 GC 时间是墙上时间：等待 CPU 核的进程实际用得比它显示的少",
  } satisfies Message<None>,
  "churn.against-few": {
    en: (p: { cycles: number }, w) => `only ${w.count(p.cycles)} cycles were seen`,
    zh: (p, w) => `只看到 ${w.count(p.cycles)} 次周期`,
  } satisfies Message<{ cycles: number }>,
  "churn.against-short": {
    en: (p: { seconds: number }, w) =>
      `only ${w.duration(p.seconds)} were seen: start-up or one burst looks the same`,
    zh: (p, w) => `只观察了 ${w.duration(p.seconds)}：启动或一次突发看起来也是这样`,
  } satisfies Message<{ seconds: number }>,
  "churn.not-idle": {
    en: (p: { cores: number; gc: Quantity }, w) =>
      `churn: GC takes ${w.value(p.gc)} of the CPU used, but that is ${w.percent(p.cores)} of one core`,
    zh: (p, w) =>
      `分配过频：GC 占已用 CPU 的 ${w.value(p.gc)}，但只占一个核的 ${w.percent(p.cores)}`,
  } satisfies Message<{ cores: number; gc: Quantity }>,
  "churn.not": {
    en: (p: { gc: Quantity }, w) => `churn: GC takes ${w.value(p.gc)} of the CPU used`,
    zh: (p, w) => `分配过频：GC 占已用 CPU 的 ${w.value(p.gc)}`,
  } satisfies Message<{ gc: Quantity }>,
  "churn.now": {
    en: (p: { gogc: number }, w) =>
      `where memory allows, a higher GOGC (now ${w.count(p.gogc)}) trades heap for fewer cycles`,
    zh: (p, w) => `若内存允许，提高 GOGC（现为 ${w.count(p.gogc)}）可用堆空间换取更少的周期`,
  } satisfies Message<{ gogc: number }>,
  "churn.fix": {
    en: (p: { line: string }, w) =>
      `allocate less at ${w.code(p.line)}: reuse buffers and writers, size slices ahead, avoid conversions`,
    zh: (p, w) => `减少 ${w.code(p.line)} 的分配：复用缓冲区与 writer，预设切片容量，避免类型转换`,
  } satisfies Message<{ line: string }>,
  "churn.fix-unplaced": {
    en: () => "two heap profiles some seconds apart would name the lines that allocate most",
    zh: () => "相隔数秒的两份堆剖析即可指出分配最多的行",
  } satisfies Message<None>,
  "churn.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect GC below 10 % of the CPU used`,
    zh: (p, w) => `${w.code(p.command)}     预期 GC 低于已用 CPU 的 10 %`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
