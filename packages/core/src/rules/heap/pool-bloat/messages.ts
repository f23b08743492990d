import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "pool-bloat.headline": {
    en: (p: { line: string; live: Quantity; size: number }, w) =>
      `${w.code(p.line)}  ${w.value(p.live)} of buffers grown to ${w.bytes(p.size)} are handed on from request to request, and more become so`,
    zh: (p, w) =>
      `${w.code(p.line)}  增长到 ${w.bytes(p.size)} 的缓冲区共 ${w.value(p.live)}，在请求间传递，且越来越多`,
  } satisfies Message<{ line: string; live: Quantity; size: number }>,
  "pool-bloat.headline-level": {
    en: (p: { line: string; live: Quantity; size: number }, w) =>
      `${w.code(p.line)}  ${w.value(p.live)} of buffers grown to ${w.bytes(p.size)} outlive the requests that grew them, as pooled ones do`,
    zh: (p, w) =>
      `${w.code(p.line)}  增长到 ${w.bytes(p.size)} 的缓冲区共 ${w.value(p.live)}，比使其增长的请求活得更久，如同池中对象`,
  } satisfies Message<{ line: string; live: Quantity; size: number }>,
  "pool-bloat.kept": {
    en: (p: { kept: number; steps: number }, w) =>
      `${w.percent(p.kept)} of the largest buffers made at this line are alive, ${w.percent(p.steps)} of the smaller steps on the way there`,
    zh: (p, w) =>
      `该行分配的最大缓冲区存活 ${w.percent(p.kept)}，途中较小的各级存活 ${w.percent(p.steps)}`,
  } satisfies Message<{ kept: number; steps: number }>,
  "pool-bloat.size": {
    en: (p: { size: number; alive: number; made: number }, w) =>
      `${w.bytes(p.size)}: about ${w.count(p.alive)} alive of ${w.count(p.made)} made`,
    zh: (p, w) => `${w.bytes(p.size)}：分配约 ${w.count(p.made)} 个，存活 ${w.count(p.alive)} 个`,
  } satisfies Message<{ size: number; alive: number; made: number }>,
  "pool-bloat.held": {
    en: (p: { objects: Quantity; inFlight: number }, w) =>
      `${w.full(p.objects)} of them are alive beside ${w.count(p.inFlight)} goroutines in flight in the functions that make them`,
    zh: (p, w) =>
      `其中 ${w.full(p.objects)} 个存活；处于相应函数中的 goroutine 有 ${w.count(p.inFlight)} 个`,
  } satisfies Message<{ objects: Quantity; inFlight: number }>,
  "pool-bloat.turnover": {
    en: (p: { started: number; times: number; source: string }, w) =>
      `meanwhile ${w.count(p.started)} ${p.source === "requests" ? "requests" : "goroutines"} came and went, ${w.count(p.times)} times as many as are in flight`,
    zh: (p, w) =>
      `其间有 ${w.count(p.started)} 个${p.source === "requests" ? "请求" : " goroutine "}来去，为并发数的 ${w.count(p.times)} 倍`,
  } satisfies Message<{ started: number; times: number; source: string }>,
  "pool-bloat.for-spreads": {
    en: () => "their number rises in both halves of the time while the number in flight is level",
    zh: () => "前后两半时间内其数量都在上升，而并发数持平",
  } satisfies Message<None>,
  "pool-bloat.for-get": {
    en: () => "the profile has sync.(*Pool) on stacks of the same functions",
    zh: () => "剖析中相同函数的调用栈上有 sync.(*Pool)",
  } satisfies Message<None>,
  "pool-bloat.against-set": {
    en: () =>
      "a heap profile does not say who holds them: a list that keeps them, or a cache that fills, looks the same so far",
    zh: () => "堆剖析不说明持有者：保留它们的列表或正在填充的缓存目前看起来也是这样",
  } satisfies Message<None>,
  "pool-bloat.against-need": {
    en: () =>
      "if most requests need buffers this large, this is a pool that works; only their used lengths can tell",
    zh: () => "若多数请求确实需要这么大的缓冲区，这就是正常工作的池；只有实际使用长度能区分",
  } satisfies Message<None>,
  "pool-bloat.now": {
    en: () => "two GC cycles without traffic empty a sync.Pool; under load only a restart does",
    zh: () => "无流量时两次 GC 即可清空 sync.Pool；有负载时只有重启有效",
  } satisfies Message<None>,
  "pool-bloat.fix": {
    en: (p: { line: string }, w) =>
      `where what ${w.code(p.line)} grows is put back: drop buffers above a cap (fmt drops above 64 KiB), or keep a pool per size`,
    zh: (p, w) =>
      `在归还 ${w.code(p.line)} 所增长缓冲区之处：超过上限即丢弃（fmt 的上限为 64 KiB），或按大小分池`,
  } satisfies Message<{ line: string }>,
  "pool-bloat.verify": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)}     expect the largest size to be freed like the others`,
    zh: (p, w) => `${w.code(p.command)}     预期最大的一级与其他各级一样被释放`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;
