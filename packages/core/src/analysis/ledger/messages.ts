// Words beside the parts of a ledger.

import type { Message, Messages } from "../../model/message.ts";
import type { Quantity } from "../../model/quantity.ts";

type None = Record<string, never>;

export const ledgerMessages = {
  "ledger.since-gc": {
    en: () => "new or garbage, known at the next cycle",
    zh: () => "新对象或垃圾，下一次 GC 周期才知道",
  } satisfies Message<None>,
  "ledger.heap-objects": {
    en: () => "all heap objects, live ones included",
    zh: () => "全部堆对象，含活跃对象",
  } satisfies Message<None>,
  "ledger.unknown-no-marked": {
    en: () => "not told: no source says what the last GC marked",
    zh: () => "未知：没有来源说明上次 GC 标记了多少",
  } satisfies Message<None>,
  "ledger.unused-spans": {
    en: () => "free slots in spans in use",
    zh: () => "使用中 span 里的空闲槽位",
  } satisfies Message<None>,
  "ledger.free": {
    en: () => "kept for the next cycle",
    zh: () => "为下一个周期保留",
  } satisfies Message<None>,
  "ledger.goroutines": {
    en: (p: { count: number }, w) => `${w.count(p.count)} goroutines`,
    zh: (p, w) => `${w.count(p.count)} 个 goroutine`,
  } satisfies Message<{ count: number }>,
  "ledger.runtime": {
    en: () => "GC metadata, spans, profiling buckets, globals",
    zh: () => "GC 元数据、span、剖析桶、全局变量",
  } satisfies Message<None>,
  "ledger.native": {
    en: () => "anonymous mappings that are not Go's (cgo, mmap)",
    zh: () => "不属于 Go 的匿名映射（cgo、mmap）",
  } satisfies Message<None>,
  "ledger.file": {
    en: () => "the executable and mapped files",
    zh: () => "可执行文件与映射的文件",
  } satisfies Message<None>,
  "ledger.shared": {
    en: () => "shared memory (tmpfs, memfd)",
    zh: () => "共享内存（tmpfs、memfd）",
  } satisfies Message<None>,
  "ledger.unknown-no-kernel-view": {
    en: () => "unknown without the kernel's view (/proc/PID/status or smaps)",
    zh: () => "缺少内核视角（/proc/PID/status 或 smaps），未知",
  } satisfies Message<None>,
  "ledger.unknown-no-go-view": {
    en: () => "unknown without Go's own totals (heap?debug=1 or runtime/metrics)",
    zh: () => "缺少 Go 自身的统计（heap?debug=1 或 runtime/metrics），未知",
  } satisfies Message<None>,
  "ledger.untouched": {
    en: (p: { bytes: Quantity }, w) =>
      `${w.value(p.bytes)} mapped by Go but never touched, so not in RSS`,
    zh: (p, w) => `Go 已映射但从未触碰 ${w.value(p.bytes)}，不计入 RSS`,
  } satisfies Message<{ bytes: Quantity }>,
  "ledger.huge-pages": {
    en: (p: { bytes: Quantity }, w) => `${w.value(p.bytes)} in transparent huge pages`,
    zh: (p, w) => `${w.value(p.bytes)} 为透明大页`,
  } satisfies Message<{ bytes: Quantity }>,
  "ledger.skew": {
    en: (p: { seconds: number }, w) => `parts up to ${w.duration(p.seconds)} apart`,
    zh: (p, w) => `各部分读取时间最多相差 ${w.duration(p.seconds)}`,
  } satisfies Message<{ seconds: number }>,
  "ledger.no-smaps": {
    en: () => "native and file are estimates without smaps",
    zh: () => "没有 smaps，原生内存与文件部分为估计值",
  } satisfies Message<None>,
  "ledger.peak-only": {
    en: (p: { peak: Quantity }, w) =>
      `RSS now unknown; its peak since start was ${w.value(p.peak)} (MaxRSS)`,
    zh: (p, w) => `当前 RSS 未知；启动以来的峰值为 ${w.value(p.peak)}（MaxRSS）`,
  } satisfies Message<{ peak: Quantity }>,
  "ledger.reclaimable": {
    en: () => "page cache: the kernel takes it back under pressure",
    zh: () => "页缓存：内存紧张时内核会回收",
  } satisfies Message<None>,
  "ledger.other-processes": {
    en: () => "anonymous memory of other processes in the same cgroup",
    zh: () => "同一 cgroup 中其他进程的匿名内存",
  } satisfies Message<None>,
  "ledger.kernel": {
    en: () => "slab, sockets, page tables, kernel stacks",
    zh: () => "slab、套接字、页表、内核栈",
  } satisfies Message<None>,
} satisfies Messages;
