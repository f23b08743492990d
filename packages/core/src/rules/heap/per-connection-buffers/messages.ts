import type { Message, Messages } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";

type None = Record<string, never>;

export const messages = {
  "per-connection-buffers.headline": {
    en: (p: { line: string; each: Quantity; connections: number }, w) =>
      `${w.code(p.line)}  buffers of ${w.value(p.each)} for each of ${w.count(p.connections)} connections, most of them idle`,
    zh: (p, w) =>
      `${w.code(p.line)}  ${w.count(p.connections)} 个连接各占 ${w.value(p.each)} 缓冲区，其中大多空闲`,
  } satisfies Message<{ line: string; each: Quantity; connections: number }>,
  "per-connection-buffers.headline-open": {
    en: (p: { line: string; each: Quantity; connections: number }, w) =>
      `${w.code(p.line)}  holds ${w.value(p.each)} of buffers for each of ${w.count(p.connections)} connections`,
    zh: (p, w) =>
      `${w.code(p.line)}  为 ${w.count(p.connections)} 个连接各持有 ${w.value(p.each)} 缓冲区`,
  } satisfies Message<{ line: string; each: Quantity; connections: number }>,
  "per-connection-buffers.total": {
    en: (p: { live: Quantity; share: number }, w) =>
      `together ${w.full(p.live)}, ${w.percent(p.share)} of the live heap`,
    zh: (p, w) => `合计 ${w.full(p.live)}，占活跃堆的 ${w.percent(p.share)}`,
  } satisfies Message<{ live: Quantity; share: number }>,
  "per-connection-buffers.site": {
    en: (p: { line: string; objects: Quantity; size: number; connections: number }, w) =>
      `${w.code(p.line)}: ${w.full(p.objects)} objects of ${w.bytes(p.size)}, beside ${w.count(p.connections)} goroutines that wait for a connection`,
    zh: (p, w) =>
      `${w.code(p.line)}：${w.full(p.objects)} 个 ${w.bytes(p.size)} 的对象；等待连接的 goroutine 有 ${w.count(p.connections)} 个`,
  } satisfies Message<{ line: string; objects: Quantity; size: number; connections: number }>,
  "per-connection-buffers.for-served": {
    en: (p: { function: string }, w) =>
      `made in ${w.code(p.function)}, which those goroutines run or were started by`,
    zh: (p, w) => `分配于 ${w.code(p.function)}，这些 goroutine 正运行该函数或由其启动`,
  } satisfies Message<{ function: string }>,
  "per-connection-buffers.for-waits": {
    en: (p: { share: number }, w) =>
      `${w.percent(p.share)} of the goroutines in network reads have waited for a minute or more`,
    zh: (p, w) => `在网络读取中的 goroutine 有 ${w.percent(p.share)} 已等待一分钟以上`,
  } satisfies Message<{ share: number }>,
  "per-connection-buffers.for-cpu": {
    en: (p: { each: number }, w) =>
      `the whole process uses ${w.duration(p.each)} of CPU a second per connection at most`,
    zh: (p, w) => `整个进程平均每个连接每秒至多使用 ${w.duration(p.each)} CPU`,
  } satisfies Message<{ each: number }>,
  "per-connection-buffers.for-proportion": {
    en: (p: { from: number; to: number }, w) =>
      `objects follow the connections: the ratio holds at ${w.count(p.from)} and at ${w.count(p.to)}`,
    zh: (p, w) => `对象数随连接数变化：${w.count(p.from)} 个与 ${w.count(p.to)} 个连接时比例相同`,
  } satisfies Message<{ from: number; to: number }>,
  "per-connection-buffers.against-once": {
    en: () =>
      "only one number of connections was seen: something else with as many entries looks the same",
    zh: () => "只看到一种连接数：条目数恰好相同的其他对象看起来也是这样",
  } satisfies Message<None>,
  "per-connection-buffers.against-stale": {
    en: () =>
      "the heap profile is older than most of these connections: its objects are a part of theirs",
    zh: () => "堆剖析早于其中大多数连接：其中的对象只是一部分",
  } satisfies Message<None>,
  "per-connection-buffers.against-busy": {
    en: () =>
      "nothing shows that the connections are idle: under load one waits between two messages too",
    zh: () => "没有证据表明连接空闲：有负载时连接在两条消息之间同样等待",
  } satisfies Message<None>,
  "per-connection-buffers.not": {
    en: (p: { connections: number; each: Quantity }, w) =>
      `per-connection buffers: ${w.value(p.each)} for each of ${w.count(p.connections)} connections`,
    zh: (p, w) => `每连接缓冲区：${w.count(p.connections)} 个连接各 ${w.value(p.each)}`,
  } satisfies Message<{ connections: number; each: Quantity }>,
  "per-connection-buffers.now": {
    en: () => "a bound on connections, or a shorter idle timeout, bounds the memory",
    zh: () => "限制连接数或缩短空闲超时即可限制内存",
  } satisfies Message<None>,
  "per-connection-buffers.fix": {
    en: (p: { line: string }, w) =>
      `smaller buffers at ${w.code(p.line)} (4 KiB is bufio's default), or take one from a pool only while a message is read or written`,
    zh: (p, w) => `缩小 ${w.code(p.line)} 的缓冲区（bufio 默认 4 KiB），或仅在读写消息时从池中取用`,
  } satisfies Message<{ line: string }>,
  "per-connection-buffers.verify": {
    en: (p: { command: string; connections: number }, w) =>
      `${w.code(p.command)}     expect less than 16 KiB of buffers a connection at ${w.count(p.connections)} connections`,
    zh: (p, w) =>
      `${w.code(p.command)}     预期 ${w.count(p.connections)} 个连接时每连接缓冲区低于 16 KiB`,
  } satisfies Message<{ command: string; connections: number }>,
} satisfies Messages;
