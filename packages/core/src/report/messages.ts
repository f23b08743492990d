// Words of the report itself: headings, status, labels of ledger parts.

import type { Message, Messages } from "../model/message.ts";

type None = Record<string, never>;

const word = (en: string, zh: string): Message<None> => ({ en: () => en, zh: () => zh });

export const reportMessages = {
  "status.high": word("FAULT", "故障"),
  "status.no-fault-seen": word("NO MEMORY FAULT SEEN", "未见内存故障"),
  "status.inconclusive": word("NOT ENOUGH EVIDENCE FOR A CAUSE", "证据不足以判定原因"),
  "heading.now": word("NOW", "现在"),
  "heading.fix": word("FIX", "修复"),
  "heading.verify": word("VERIFY", "验证"),
  "heading.where": word("WHERE IT IS", "内存在哪里"),
  "heading.container": word("CONTAINER", "容器"),
  "heading.who": word("WHO", "谁负责"),
  "heading.for": word("FOR", "支持"),
  "heading.against": word("AGAINST", "反对"),
  "heading.not-it": word("NOT IT", "已排除"),
  "heading.missing": word("MISSING", "缺少"),
  "heading.next": word("NEXT", "下一步"),
  "heading.worth-knowing": word("WORTH KNOWING", "值得了解"),
  "heading.also": word("ALSO", "另外"),
  "heading.evidence": word("EVIDENCE", "证据"),
  "heading.linking": word("LINKING", "关联"),
  "heading.damage": word("DAMAGE", "损坏"),
  "heading.capture": word("CAPTURE", "采集"),
  "damage.and-more": {
    en: (p: { name: string; count: number }) => `${p.name} and ${p.count} more`,
    zh: (p) => `${p.name} 等 ${p.count + 1} 个文件`,
  } satisfies Message<{ name: string; count: number }>,
  "damage.fraction": {
    en: (p: { fraction: string }) => `${p.fraction} of it could be read`,
    zh: (p) => `可读取其中 ${p.fraction}`,
  } satisfies Message<{ fraction: string }>,
  "damage.lower-bounds": word("numbers from it are lower bounds", "由此得出的数字是下限"),
  "heading.unused": word("UNUSED", "未使用"),
  "missing.more": {
    en: (p: { count: number }) => `and ${p.count} more: heapwright why --missing lists every kind`,
    zh: (p) => `另有 ${p.count} 项：heapwright why --missing 列出全部`,
  } satisfies Message<{ count: number }>,
  "answer.unused": {
    en: (p: { count: number; names: string }) =>
      `${p.count === 1 ? "1 file is" : `${p.count} files are`} of no kind that is known here: ${p.names}`,
    zh: (p) => `${p.count} 个文件不属于已知类型：${p.names}`,
  } satisfies Message<{ count: number; names: string }>,
  // The three steps of confidence, the same for every cause; the noun is the cause's.
  "confidence.high": {
    en: (p: { cause: string }) => p.cause,
    zh: (p) => p.cause,
  } satisfies Message<{ cause: string }>,
  "confidence.medium": {
    en: (p: { cause: string }) => `LIKELY ${p.cause}`,
    zh: (p) => `很可能是${p.cause}`,
  } satisfies Message<{ cause: string }>,
  "confidence.low": {
    en: (p: { cause: string }) => `POSSIBLE ${p.cause}`,
    zh: (p) => `可能是${p.cause}`,
  } satisfies Message<{ cause: string }>,
  "cause.heap-leak": word("LEAK", "内存泄漏"),
  "cause.context-leak": word("CONTEXT LEAK", "context 泄漏"),
  "cause.timer-leak": word("TIMER LEAK", "定时器泄漏"),
  "cause.finalizer-blocked": word("FINALIZERS BLOCKED", "终结器阻塞"),
  "cause.goroutine-leak": word("GOROUTINE LEAK", "goroutine 泄漏"),
  "cause.churn": word("CHURN", "分配过频"),
  "cause.limit-thrash": word("LIMIT THRASH", "上限抖动"),
  "cause.min-heap-regime": word("MINIMUM-HEAP REGIME", "最小堆区间"),
  "cause.no-limit-oom-forecast": word("OOM AHEAD", "即将 OOM"),
  "cause.native-growth": word("NATIVE GROWTH", "原生内存增长"),
  "cause.fragmentation": word("FRAGMENTATION", "碎片"),
  "cause.scavenger-lag": word("SCAVENGER LAG", "归还滞后"),
  "cause.page-cache": word("PAGE CACHE", "页缓存"),
  "cause.cache-plateau": word("FILLED CACHE", "缓存已填满"),
  "cause.race-build": word("RACE BUILD", "竞态检测构建"),
  "cause.profiler-overhead": word("PROFILER OVERHEAD", "剖析器开销"),
  "cause.gogc-off": word("GC SWITCHED OFF", "GC 被关闭"),
  "cause.mmap-file": word("MAPPED FILES", "映射文件"),
  "cause.working-set-over-limit": word("LIVE OVER LIMIT", "活跃内存超限"),
  "cause.assist-bound-latency": word("ASSIST-BOUND LATENCY", "辅助拖慢延迟"),
  "cause.gc-thrash": word("GC THRASH", "GC 抖动"),
  "cause.idle-gc-theft": word("IDLE-GC THEFT", "空闲 GC 抢占"),
  "cause.long-stw": word("LONG PAUSES", "长暂停"),
  "cause.sweep-debt": word("SWEEP DEBT", "清扫欠账"),
  "cause.user-stw": word("STOPS ON REQUEST", "主动停顿"),
  "cause.per-connection-buffers": word("BUFFERS PER CONNECTION", "每连接缓冲区过大"),
  "cause.inflight-burst": word("UNBOUNDED BURST", "并发请求突发"),
  "cause.pool-bloat": word("POOL BLOAT", "对象池膨胀"),
  "cause.map-never-shrinks": word("LARGE MAP", "大型 map"),
  "cause.unexplained-growth": word("UNEXPLAINED GROWTH", "原因不明的增长"),
  "who.header": {
    en: (p: { cycles: string }) => `live MiB            growth${p.cycles}`,
    zh: (p: { cycles: string }) => `活跃 MiB            增长${p.cycles}`,
  } satisfies Message<{ cycles: string }>,
  "who.cycles": {
    en: (p: { from: number; to: number }) => `, cycles ${p.from}–${p.to}`,
    zh: (p) => `，周期 ${p.from}–${p.to}`,
  } satisfies Message<{ from: number; to: number }>,
  "who.kept": word("kept", "留存"),
  "who.line": word("line", "代码行"),
  "who.none-seen": {
    en: (p: { visible: string }) => `none, could see ${p.visible}`,
    zh: (p) => `未见，可见下限 ${p.visible}`,
  } satisfies Message<{ visible: string }>,
  "who.assists": {
    en: (p: { share: number }, w) => `${w.percent(p.share)} of assist time`,
    zh: (p, w) => `占辅助时间的 ${w.percent(p.share)}`,
  } satisfies Message<{ share: number }>,
  "who.one-profile": word("–", "–"),
  "who.others": {
    en: (p: { count: number }) => `${p.count} other sites`,
    zh: (p) => `其他 ${p.count} 处`,
  } satisfies Message<{ count: number }>,
  "who.approximate": word(
    "sample counts were not recoverable (the profile was transformed): intervals are wider than shown",
    "无法还原采样计数（剖析被转换过）：实际区间比所示更宽",
  ),
  "facts.up": {
    en: (p: { uptime: string }) => `up ${p.uptime}`,
    zh: (p) => `已运行 ${p.uptime}`,
  } satisfies Message<{ uptime: string }>,
  "facts.pid": {
    en: (p: { pid: number }) => `pid ${p.pid}`,
    zh: (p) => `pid ${p.pid}`,
  } satisfies Message<{ pid: number }>,
  "where.unknown": word("unknown", "未知"),
  "where.rss": {
    en: (p: { rss: string }) => `RSS ${p.rss}`,
    zh: (p) => `RSS ${p.rss}`,
  } satisfies Message<{ rss: string }>,
  "where.headroom": {
    en: (p: { headroom: string }) => `headroom at the next peak ${p.headroom}`,
    zh: (p) => `下一峰值处余量 ${p.headroom}`,
  } satisfies Message<{ headroom: string }>,
  "where.charge": {
    en: (p: { charge: string }) => `charged ${p.charge}`,
    zh: (p) => `计费 ${p.charge}`,
  } satisfies Message<{ charge: string }>,
  "where.limit": {
    en: (p: { limit: string }) => `limit ${p.limit}`,
    zh: (p) => `上限 ${p.limit}`,
  } satisfies Message<{ limit: string }>,
  "answer.processes": {
    en: (p: { count: number }) => `${p.count} processes in this folder; the worst first`,
    zh: (p) => `目录中有 ${p.count} 个进程；最严重的在前`,
  } satisfies Message<{ count: number }>,
  "answer.damaged": {
    en: (p: { name: string; what: string }) => `${p.name}: ${p.what}`,
    zh: (p) => `${p.name}：${p.what}`,
  } satisfies Message<{ name: string; what: string }>,
  "part.live": word("live", "活跃"),
  "part.since-gc": word("since GC", "GC 之后"),
  "part.unused-spans": word("unused spans", "空闲槽位"),
  "part.free": word("free", "空闲"),
  "part.stacks": word("stacks", "栈"),
  "part.runtime": word("runtime", "运行时"),
  "part.native": word("native", "原生"),
  "part.file": word("file", "文件"),
  "part.shared": word("shared", "共享"),
  "part.unexplained": word("unexplained", "未解释"),
  "part.anon": word("anon", "匿名"),
  "part.shmem": word("shmem", "共享内存"),
  "part.kernel": word("kernel", "内核"),
  "part.other-processes": word("other processes", "其他进程"),
} satisfies Messages;
