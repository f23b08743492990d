// What is said of a live heap that grows, whichever cause is named for it.

import type { Message, Messages } from "../../model/message.ts";
import type { Quantity } from "../../model/quantity.ts";

type None = Record<string, never>;

export const growthMessages = {
  "heap-leak.trend": {
    en: (p: { slope: Quantity; cycles: number; seconds: number }, w) =>
      `marked heap grows ${w.full(p.slope)}, straight over ${w.count(p.cycles)} GC cycles (${w.duration(p.seconds)})`,
    zh: (p, w) =>
      `标记堆以 ${w.full(p.slope)} 增长，${w.count(p.cycles)} 次 GC 周期（${w.duration(p.seconds)}）内呈直线`,
  } satisfies Message<{ slope: Quantity; cycles: number; seconds: number }>,
  "heap-leak.pair": {
    en: (p: { growth: Quantity; seconds: number }, w) =>
      `live heap grew ${w.full(p.growth)} between two profiles${p.seconds > 0 ? ` ${w.duration(p.seconds)} apart` : " (times unknown)"}`,
    zh: (p, w) =>
      `两份${p.seconds > 0 ? `相隔 ${w.duration(p.seconds)}的` : ""}剖析之间，活跃堆增长 ${w.full(p.growth)}${p.seconds > 0 ? "" : "（时间未知）"}`,
  } satisfies Message<{ growth: Quantity; seconds: number }>,
  "heap-leak.limit": {
    en: (p: { limit: Quantity; left: Quantity; source: string }, w) =>
      `the limit of ${w.value(p.limit)} (${p.source}) is reached in ${w.full(p.left)}`,
    zh: (p, w) => `${w.full(p.left)}后达到上限 ${w.value(p.limit)}（${p.source}）`,
  } satisfies Message<{ limit: Quantity; left: Quantity; source: string }>,
  "heap-leak.limit-now": {
    en: (p: { limit: Quantity; source: string }, w) =>
      `the next peak no longer fits the limit of ${w.value(p.limit)} (${p.source})`,
    zh: (p, w) => `下一个峰值已放不进上限 ${w.value(p.limit)}（${p.source}）`,
  } satisfies Message<{ limit: Quantity; source: string }>,
  "heap-leak.host": {
    en: (p: { left: Quantity }, w) => `no limit is set: the host is full in ${w.full(p.left)}`,
    zh: (p, w) => `未设置上限：${w.full(p.left)}后主机内存耗尽`,
  } satisfies Message<{ left: Quantity }>,
  "heap-leak.for-survival": {
    en: (p: { survival: Quantity; line: string }, w) =>
      `${w.full(p.survival)} of the objects ever sampled at ${w.code(p.line)} are still live`,
    zh: (p, w) => `在 ${w.code(p.line)} 采样到的对象有 ${w.full(p.survival)} 仍然存活`,
  } satisfies Message<{ survival: Quantity; line: string }>,
  "heap-leak.for-line": {
    en: (p: { p: string }) =>
      `a line fits better than a plateau (${p.p}), through the last third of the window`,
    zh: (p) => `直线比平台拟合得更好（${p.p}），直到窗口的最后三分之一`,
  } satisfies Message<{ p: string }>,
  "heap-leak.for-load": {
    en: (p: { variation: number; what: string }, w) =>
      `${p.what} steady (± ${w.percent(p.variation)})`,
    zh: (p, w) =>
      `${p.what === "requests" ? "请求数" : "分配速率"}稳定（± ${w.percent(p.variation)}）`,
  } satisfies Message<{ variation: number; what: string }>,
  "heap-leak.for-ratio": {
    en: (p: { ratio: number; seconds: number }, w) =>
      `live is ${p.ratio >= 100 ? "over 100" : p.ratio.toFixed(1)} × its size at the start of the line, ${w.duration(p.seconds)} ago, without a bend`,
    zh: (p, w) =>
      `活跃堆是 ${w.duration(p.seconds)}前直线起点的 ${p.ratio >= 100 ? "100 多" : p.ratio.toFixed(1)} 倍，没有拐点`,
  } satisfies Message<{ ratio: number; seconds: number }>,
  "heap-leak.for-lifetime": {
    en: (p: { uptime: number }, w) =>
      `the same line, drawn backwards, starts when the process started ${w.duration(p.uptime)} ago`,
    zh: (p, w) => `把直线向前延伸，起点正是 ${w.duration(p.uptime)}前进程启动之时`,
  } satisfies Message<{ uptime: number }>,
  "heap-leak.against-young": {
    en: (p: { uptime: number }, w) =>
      `only ${w.duration(p.uptime)} of uptime: a cache that is still filling looks like this`,
    zh: (p, w) => `进程才运行 ${w.duration(p.uptime)}：仍在填充的缓存也是这样`,
  } satisfies Message<{ uptime: number }>,
  "heap-leak.against-short": {
    en: (p: { seconds: number }, w) =>
      `watched for ${w.duration(p.seconds)} only: warm-up and a ramp look like a line for minutes`,
    zh: (p, w) => `只观察了 ${w.duration(p.seconds)}：预热与爬坡在几分钟内也像直线`,
  } satisfies Message<{ seconds: number }>,
  "heap-leak.against-load": {
    en: (p: { variation: number }, w) => `load was not steady (± ${w.percent(p.variation)})`,
    zh: (p, w) => `负载不稳定（± ${w.percent(p.variation)}）`,
  } satisfies Message<{ variation: number }>,
  "heap-leak.against-goroutines": {
    en: (p: { growth: number }, w) =>
      `goroutines grow too (+${w.count(p.growth)}): what they hold is in this growth`,
    zh: (p, w) => `goroutine 也在增长（+${w.count(p.growth)}）：它们持有的内存计入了这一增长`,
  } satisfies Message<{ growth: number }>,
  "heap-leak.against-replicas": {
    en: () => "not proved that the profiles are of one process",
    zh: () => "无法证明这些剖析来自同一进程",
  } satisfies Message<None>,
  "heap-leak.not": {
    en: (p: { kind: string; visible: Quantity }, w) =>
      `heap leak: the live heap is ${p.kind}; growth of ${w.value(p.visible)} would have been seen`,
    zh: (p, w) =>
      `堆泄漏：活跃堆${p.kind === "falling" ? "在下降" : "持平"}；${w.value(p.visible)} 以上的增长可以看出`,
  } satisfies Message<{ kind: string; visible: Quantity }>,
  "heap-leak.not-load": {
    en: (p: { live: number; load: number }, w) =>
      `heap leak: live grew ${w.percent(p.live - 1)} while load grew ${w.percent(p.load - 1)}`,
    zh: (p, w) =>
      `堆泄漏：活跃堆增长 ${w.percent(p.live - 1)}，而负载增长 ${w.percent(p.load - 1)}`,
  } satisfies Message<{ live: number; load: number }>,
  "heap-leak.not-pair": {
    en: (p: { growth: Quantity }, w) =>
      `heap leak: change between two profiles ${w.full(p.growth)}`,
    zh: (p, w) => `堆泄漏：两份剖析之间的变化为 ${w.full(p.growth)}`,
  } satisfies Message<{ growth: Quantity }>,
  "heap-leak.now": {
    en: (p: { left: Quantity }, w) =>
      `a restart buys about ${w.value(p.left)}; GOMEMLIMIT stops no leak, it would end in GC thrash`,
    zh: (p, w) => `重启大约能争取 ${w.value(p.left)}；GOMEMLIMIT 挡不住泄漏，只会以 GC 抖动告终`,
  } satisfies Message<{ left: Quantity }>,
  "heap-leak.now-unknown": {
    en: () => "a restart frees it for a while; GOMEMLIMIT stops no leak, it would end in GC thrash",
    zh: () => "重启能暂时释放内存；GOMEMLIMIT 挡不住泄漏，只会以 GC 抖动告终",
  } satisfies Message<None>,
} satisfies Messages;
