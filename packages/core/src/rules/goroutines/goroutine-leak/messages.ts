import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "goroutine-leak.headline": {
    en: (p: { line: string; wait: string; count: number }, w) =>
      `${w.code(p.line)}  ${w.count(p.count)} goroutines wait here (${p.wait}) and none comes back`,
    zh: (p, w) =>
      `${w.code(p.line)}  ${w.count(p.count)} 个 goroutine 在此等待（${p.wait}），没有一个返回`,
  } satisfies Message<{ line: string; wait: string; count: number }>,
  "goroutine-leak.headline-count": {
    en: (p: { count: number }, w) =>
      `goroutines grow to ${w.count(p.count)}; no profile says where they wait`,
    zh: (p, w) => `goroutine 增至 ${w.count(p.count)} 个；没有剖析说明它们在哪里等待`,
  } satisfies Message<{ count: number }>,
  "goroutine-leak.trend": {
    en: (p: { slope: Quantity; seconds: number }, w) =>
      `goroutines grow ${w.full(p.slope)}, straight over ${w.duration(p.seconds)}`,
    zh: (p, w) => `goroutine 以 ${w.full(p.slope)} 增长，${w.duration(p.seconds)}内呈直线`,
  } satisfies Message<{ slope: Quantity; seconds: number }>,
  "goroutine-leak.snapshots": {
    en: (p: { before: number; after: number; seconds: number; snapshots: number }, w) =>
      `this stack went from ${w.count(p.before)} to ${w.count(p.after)} in ${w.duration(p.seconds)} (${w.count(p.snapshots)} profiles)`,
    zh: (p, w) =>
      `该调用栈在 ${w.duration(p.seconds)}内从 ${w.count(p.before)} 增至 ${w.count(p.after)}（${w.count(p.snapshots)} 份剖析）`,
  } satisfies Message<{ before: number; after: number; seconds: number; snapshots: number }>,
  "goroutine-leak.share": {
    en: (p: { share: number }, w) => `it is ${w.percent(p.share)} of all growth in goroutines`,
    zh: (p, w) => `占 goroutine 总增长的 ${w.percent(p.share)}`,
  } satisfies Message<{ share: number }>,
  "goroutine-leak.cost": {
    en: (p: { stacks: Quantity; each: number }, w) =>
      `stacks take ${w.value(p.stacks)} now, about ${w.bytes(p.each)} a goroutine, plus the heap they hold`,
    zh: (p, w) =>
      `栈现占 ${w.value(p.stacks)}，每个 goroutine 约 ${w.bytes(p.each)}，另加其持有的堆内存`,
  } satisfies Message<{ stacks: Quantity; each: number }>,
  "goroutine-leak.created": {
    en: (p: { line: string }, w) => `started at ${w.code(p.line)}`,
    zh: (p, w) => `由 ${w.code(p.line)} 启动`,
  } satisfies Message<{ line: string }>,
  "goroutine-leak.root": {
    en: (p: { function: string }, w) => `each runs ${w.code(p.function)}`,
    zh: (p, w) => `每个都在运行 ${w.code(p.function)}`,
  } satisfies Message<{ function: string }>,
  "goroutine-leak.for-internal": {
    en: (p: { wait: string }) =>
      `they wait on another goroutine (${p.wait}), not on a client or the network`,
    zh: (p) => `它们等待的是别的 goroutine（${p.wait}），而不是客户端或网络`,
  } satisfies Message<{ wait: string }>,
  "goroutine-leak.for-never-falls": {
    en: (p: { snapshots: number }, w) =>
      `the count rises at each of ${w.count(p.snapshots)} readings and never falls`,
    zh: (p, w) => `${w.count(p.snapshots)} 次读数逐次上升，从不下降`,
  } satisfies Message<{ snapshots: number }>,
  "goroutine-leak.for-age": {
    en: (p: { minutes: number }, w) => `the oldest has waited ${w.count(p.minutes)} min`,
    zh: (p, w) => `最久的已等待 ${w.count(p.minutes)} 分钟`,
  } satisfies Message<{ minutes: number }>,
  "goroutine-leak.for-load": {
    en: (p: { variation: number }, w) =>
      `load is steady (± ${w.percent(p.variation)}), so it is not more work`,
    zh: (p, w) => `负载稳定（± ${w.percent(p.variation)}），并非工作变多`,
  } satisfies Message<{ variation: number }>,
  "goroutine-leak.for-profile": {
    en: () => "the goroutineleak profile names this stack: nothing can reach what it waits for",
    zh: () => "goroutineleak 剖析列出了这个调用栈：没有任何代码能触及它所等待的对象",
  } satisfies Message<None>,
  "goroutine-leak.for-bodies": {
    en: (p: { read: number; write: number }, w) =>
      `readLoop (+${w.count(p.read)}) and writeLoop (+${w.count(p.write)}) grow in step: HTTP response bodies that are not closed`,
    zh: (p, w) =>
      `readLoop（+${w.count(p.read)}）与 writeLoop（+${w.count(p.write)}）同步增长：HTTP 响应体未关闭`,
  } satisfies Message<{ read: number; write: number }>,
  "goroutine-leak.against-load": {
    en: () => "load was not steady: a ramp fills pools and queues too",
    zh: () => "负载不稳定：爬坡也会填满池和队列",
  } satisfies Message<None>,
  "goroutine-leak.against-connections": {
    en: (p: { growth: number }, w) =>
      `open connections grow in step (+${w.count(p.growth)}): a slow or growing set of clients looks the same`,
    zh: (p, w) => `打开的连接同步增长（+${w.count(p.growth)}）：客户端变慢或增多也是这样`,
  } satisfies Message<{ growth: number }>,
  "goroutine-leak.against-external": {
    en: (p: { wait: string }) =>
      `they wait on something outside (${p.wait}), which may still answer`,
    zh: (p) => `它们等待外部事件（${p.wait}），可能仍会返回`,
  } satisfies Message<{ wait: string }>,
  "goroutine-leak.against-profile": {
    en: () =>
      "the goroutineleak profile does not list it: possible all the same when a global variable holds the channel",
    zh: () => "goroutineleak 剖析未列出它：若通道由全局变量持有，仍有可能泄漏",
  } satisfies Message<None>,
  "goroutine-leak.not": {
    en: (p: { count: number; change: string }, w) => `goroutines: ${w.count(p.count)}, ${p.change}`,
    zh: (p, w) => `goroutine：${w.count(p.count)} 个，${p.change}`,
  } satisfies Message<{ count: number; change: string }>,
  "goroutine-leak.now": {
    en: () => "a restart frees them; no GC setting does",
    zh: () => "重启可释放；任何 GC 设置都无济于事",
  } satisfies Message<None>,
  "goroutine-leak.fix": {
    en: (p: { line: string; wait: string }, w) =>
      `give ${w.code(p.line)} a way out (${p.wait === "chan send" ? "a buffer of 1, or select on ctx.Done()" : p.wait === "chan receive" ? "close the channel, or select on ctx.Done()" : "a context or timeout that ends the wait"})`,
    zh: (p, w) =>
      `为 ${w.code(p.line)} 提供退出途径（${p.wait === "chan send" ? "缓冲为 1，或 select ctx.Done()" : p.wait === "chan receive" ? "关闭通道，或 select ctx.Done()" : "用 context 或超时结束等待"}）`,
  } satisfies Message<{ line: string; wait: string }>,
  "goroutine-leak.fix-bodies": {
    en: () => "close (and drain) every response body, also on early return",
    zh: () => "关闭（并读完）每个响应体，提前返回时也一样",
  } satisfies Message<None>,
  "goroutine-leak.fix-count": {
    en: () => "fetch /debug/pprof/goroutine?debug=2 twice: the stack that grows is the place",
    zh: () => "取两次 /debug/pprof/goroutine?debug=2：增长的调用栈就是所在之处",
  } satisfies Message<None>,
  "goroutine-leak.verify": {
    en: (p: { command: string }, w) => `${w.code(p.command)}     expect a level goroutine count`,
    zh: (p, w) => `${w.code(p.command)}     预期 goroutine 数持平`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
