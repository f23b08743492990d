// Words of the answer as a whole: no fault seen, not enough evidence, what is missing, next steps.

import type { Message, Messages } from "../model/message.ts";
import type { Quantity } from "../model/quantity.ts";

type None = Record<string, never>;

const UNKNOWN_NAMES = {
  en: { "go-version": "Go version", rss: "RSS", limit: "limit", uptime: "uptime" },
  zh: { "go-version": "Go 版本", rss: "RSS", limit: "上限", uptime: "运行时间" },
} as const;

function named(list: string, names: Readonly<Record<string, string>>): string {
  return list
    .split(",")
    .map((id) => names[id] ?? id)
    .join(", ");
}

export const verdictMessages = {
  "answer.no-fault": {
    en: (p: { name: string }, w) => w.code(p.name),
    zh: (p, w) => w.code(p.name),
  } satisfies Message<{ name: string }>,
  "answer.peak-headroom": {
    en: (p: { limit: Quantity; peak: Quantity; source: string }, w) =>
      `limit ${w.value(p.limit)} (${p.source}); peak since start ${w.value(p.peak)}`,
    zh: (p, w) => `上限 ${w.value(p.limit)}（${p.source}）；启动以来峰值 ${w.value(p.peak)}`,
  } satisfies Message<{ limit: Quantity; peak: Quantity; source: string }>,
  "answer.could-have-seen": {
    en: (p: { visible: Quantity; cycles: number; seconds: number }, w) =>
      `this run (${w.count(p.cycles)} cycles, ${w.duration(p.seconds)}) could have seen growth ≥ ${w.value(p.visible)}`,
    zh: (p, w) =>
      `本次观察（${w.count(p.cycles)} 次周期，${w.duration(p.seconds)}）可看出 ≥ ${w.value(p.visible)} 的增长`,
  } satisfies Message<{ visible: Quantity; cycles: number; seconds: number }>,
  "answer.could-have-seen-limit": {
    en: (p: { left: number; until: string }, w) =>
      `a slower one would need more than ${w.duration(p.left)} to reach ${p.until}`,
    zh: (p, w) =>
      `更慢的增长需要 ${w.duration(p.left)}以上才会达到${p.until === "the limit" ? "上限" : "主机内存"}`,
  } satisfies Message<{ left: number; until: string }>,
  "answer.look-longer": {
    en: (p: { command: string }, w) =>
      `${w.code(p.command)} would see anything that fills it within a day`,
    zh: (p, w) => `${w.code(p.command)} 可看出一天内会填满的任何增长`,
  } satisfies Message<{ command: string }>,
  "answer.could-have-seen-pair": {
    en: (p: { visible: Quantity; seconds: number }, w) =>
      `two profiles ${w.duration(p.seconds)} apart: growth of ${w.value(p.visible)} would have been seen`,
    zh: (p, w) => `两份剖析相隔 ${w.duration(p.seconds)}：${w.value(p.visible)} 的增长可以看出`,
  } satisfies Message<{ visible: Quantity; seconds: number }>,
  "answer.could-have-seen-objects": {
    en: (p: { visible: Quantity; seconds: number }, w) =>
      `no trend of what is live could be made; heap objects, garbage included, are level over ${w.duration(p.seconds)}, growth ≥ ${w.value(p.visible)} would have been seen`,
    zh: (p, w) =>
      `无法得出活跃堆趋势；堆对象（含垃圾）在 ${w.duration(p.seconds)}内持平，≥ ${w.value(p.visible)} 的增长可以看出`,
  } satisfies Message<{ visible: Quantity; seconds: number }>,
  "answer.idle": {
    en: (p: { seconds: number; change: Quantity }, w) =>
      `no GC cycle ended in ${w.duration(p.seconds)}: the service is idle; heap objects changed by ${w.value(p.change)}`,
    zh: (p, w) =>
      `${w.duration(p.seconds)}内没有 GC 周期结束：服务空闲；堆对象变化 ${w.value(p.change)}`,
  } satisfies Message<{ seconds: number; change: Quantity }>,
  "answer.gc-cost": {
    en: (p: { gc: Quantity }, w) => `GC ${w.value(p.gc)} of the CPU used`,
    zh: (p, w) => `GC 占已用 CPU 的 ${w.value(p.gc)}`,
  } satisfies Message<{ gc: Quantity }>,
  "answer.load-requests": {
    en: (p: { rate: Quantity; steady: string }, w) =>
      `${w.value(p.rate)} requests${p.steady === "yes" ? ", steady" : p.steady === "no" ? ", not steady" : ""}`,
    zh: (p, w) =>
      `请求 ${w.value(p.rate)}${p.steady === "yes" ? "，稳定" : p.steady === "no" ? "，不稳定" : ""}`,
  } satisfies Message<{ rate: Quantity; steady: string }>,
  "answer.load-allocations": {
    en: (p: { rate: Quantity; steady: string }, w) =>
      `allocates ${w.value(p.rate)}${p.steady === "yes" ? ", steady" : p.steady === "no" ? ", not steady" : ""}`,
    zh: (p, w) =>
      `分配 ${w.value(p.rate)}${p.steady === "yes" ? "，稳定" : p.steady === "no" ? "，不稳定" : ""}`,
  } satisfies Message<{ rate: Quantity; steady: string }>,
  "answer.not-enough": {
    en: (p: { what: string }) => p.what,
    zh: (p) => p.what,
  } satisfies Message<{ what: string }>,
  "answer.one-profile": {
    en: (p: { total: Quantity }, w) =>
      `a heap profile shows what was live, not whether it grows: ${w.full(p.total)} one GC cycle before the last`,
    zh: (p, w) =>
      `堆剖析只显示当时的活跃内存，不显示是否增长：倒数第二次 GC 结束时为 ${w.full(p.total)}`,
  } satisfies Message<{ total: Quantity }>,
  "answer.still": {
    en: (p: { seconds: number }, w) =>
      `no GC cycle ended in these ${w.duration(p.seconds)}, so no line can be compared; look longer, or force one with --gc`,
    zh: (p, w) =>
      `这 ${w.duration(p.seconds)}内没有 GC 周期结束，无法逐行比较；请观察更久，或用 --gc 强制一次`,
  } satisfies Message<{ seconds: number }>,
  "answer.rss-change": {
    en: (p: { change: Quantity; seconds: number }, w) =>
      `RSS changed by ${w.value(p.change)} in ${w.duration(p.seconds)}`,
    zh: (p, w) => `RSS 在 ${w.duration(p.seconds)}内变化 ${w.value(p.change)}`,
  } satisfies Message<{ change: Quantity; seconds: number }>,
  "answer.short-series": {
    en: (p: { cycles: number }, w) =>
      `only ${w.count(p.cycles)} GC cycles were seen: too few for a trend`,
    zh: (p, w) => `只看到 ${w.count(p.cycles)} 次 GC 周期：不足以判断趋势`,
  } satisfies Message<{ cycles: number }>,
  "answer.unclear-series": {
    en: () => "the live heap moves without a pattern that can be told from growth",
    zh: () => "活跃堆的起伏无法与增长区分",
  } satisfies Message<None>,
  "answer.no-go": {
    en: () => "nothing in it speaks of a Go heap",
    zh: () => "其中没有任何关于 Go 堆的证据",
  } satisfies Message<None>,
  "answer.sampling-off": {
    en: () =>
      "the heap profile is empty: MemProfileRate is 0, or the linker left profiling out (Go ≥ 1.23 does, unless runtime.MemProfile is reachable)",
    zh: () =>
      "堆剖析为空：MemProfileRate 为 0，或链接器省略了剖析（Go ≥ 1.23 在 runtime.MemProfile 不可达时会这样）",
  } satisfies Message<None>,
  "answer.delta": {
    en: (p: { name: string }, w) =>
      `${w.code(p.name)} is a delta (?seconds=…): it shows change, not state, and is not used for live memory`,
    zh: (p, w) => `${w.code(p.name)} 是差值剖析（?seconds=…）：显示变化而非状态，不用于活跃内存`,
  } satisfies Message<{ name: string }>,
  "answer.unknowns": {
    en: (p: { list: string }) => `unknown: ${named(p.list, UNKNOWN_NAMES.en)}`,
    zh: (p) => `未知：${named(p.list, UNKNOWN_NAMES.zh)}`,
  } satisfies Message<{ list: string }>,
  "answer.largest": {
    en: (p: { line: string; live: Quantity }, w) =>
      `largest live site ${w.code(p.line)}, ${w.full(p.live)}`,
    zh: (p, w) => `活跃最多的位置 ${w.code(p.line)}，${w.full(p.live)}`,
  } satisfies Message<{ line: string; live: Quantity }>,
  "answer.restarted": {
    en: (p: { restarts: number; reason: string }, w) =>
      `the container restarted ${w.count(p.restarts)} ×, last reason ${p.reason}: this process is younger and cannot show what ended its predecessor`,
    zh: (p, w) =>
      `容器已重启 ${w.count(p.restarts)} 次，最近原因 ${p.reason}：本进程更年轻，无法说明前一个因何终止`,
  } satisfies Message<{ restarts: number; reason: string }>,
  "answer.calibration": {
    en: (p: { sampled: Quantity; marked: Quantity; share: number }, w) =>
      `the profile sees ${w.value(p.sampled)} of ${w.value(p.marked)} marked (${w.percent(p.share)})`,
    zh: (p, w) =>
      `剖析看到标记 ${w.value(p.marked)} 中的 ${w.value(p.sampled)}（${w.percent(p.share)}）`,
  } satisfies Message<{ sampled: Quantity; marked: Quantity; share: number }>,
  "next.capture": {
    en: (p: { command: string }, w) => `${w.code(p.command)}      60 s, adds growth, ledger and GC`,
    zh: (p, w) => `${w.code(p.command)}      60 秒，补充增长、账本与 GC`,
  } satisfies Message<{ command: string }>,
  "next.show": {
    en: (p: { command: string }, w) => `${w.code(p.command)}      what this profile itself holds`,
    zh: (p, w) => `${w.code(p.command)}      该剖析本身的内容`,
  } satisfies Message<{ command: string }>,
  "next.two-profiles": {
    en: () => "or save /debug/pprof/heap?debug=1 twice, two GC cycles apart, into one folder",
    zh: () => "或相隔两个 GC 周期保存两次 /debug/pprof/heap?debug=1 到同一目录",
  } satisfies Message<None>,
  "next.longer": {
    en: (p: { command: string }, w) => `${w.code(p.command)}      more cycles`,
    zh: (p, w) => `${w.code(p.command)}      更多周期`,
  } satisfies Message<{ command: string }>,
} satisfies Messages;

/** Every kind of evidence: its name, what it would tell, how to get it. `heapwright why --missing` lists them. */
export const missingMessages = {
  "missing.second-heap": {
    en: () => "second heap profile",
    zh: () => "第二份堆剖析",
  } satisfies Message<None>,
  "missing.second-heap.tells": {
    en: () => "which line grows",
    zh: () => "哪一行在增长",
  } satisfies Message<None>,
  "missing.second-heap.get": {
    en: (p: { origin: string }) => `curl -o heap-2.pb.gz ${p.origin}/debug/pprof/heap`,
    zh: (p) => `curl -o heap-2.pb.gz ${p.origin}/debug/pprof/heap`,
  } satisfies Message<{ origin: string }>,
  "missing.live-series": {
    en: () => "series of the live heap",
    zh: () => "活跃堆的时间序列",
  } satisfies Message<None>,
  "missing.live-series.tells": {
    en: () => "whether it grows, and since when",
    zh: () => "是否增长，自何时起",
  } satisfies Message<None>,
  "missing.live-series.get": {
    en: () => "GODEBUG=gctrace=1 in the environment, keep stderr; or --metrics URL",
    zh: () => "环境变量 GODEBUG=gctrace=1 并保留 stderr；或 --metrics URL",
  } satisfies Message<None>,
  "missing.second-goroutine": {
    en: () => "second goroutine profile",
    zh: () => "第二份 goroutine 剖析",
  } satisfies Message<None>,
  "missing.second-goroutine.tells": {
    en: () => "whether goroutines leak, and where they wait",
    zh: () => "goroutine 是否泄漏，在哪里等待",
  } satisfies Message<None>,
  "missing.second-goroutine.get": {
    en: (p: { origin: string }) =>
      `curl -o goroutine-2.txt '${p.origin}/debug/pprof/goroutine?debug=1'`,
    zh: (p) => `curl -o goroutine-2.txt '${p.origin}/debug/pprof/goroutine?debug=1'`,
  } satisfies Message<{ origin: string }>,
  "missing.gc-cpu": {
    en: () => "GC CPU",
    zh: () => "GC 的 CPU 用量",
  } satisfies Message<None>,
  "missing.gc-cpu.tells": {
    en: () => "whether allocation costs too much",
    zh: () => "分配的代价是否过高",
  } satisfies Message<None>,
  "missing.gc-cpu.get": {
    en: () => "runtime/metrics as JSON: --metrics URL (20-line handler in the README), or gctrace",
    zh: () =>
      "以 JSON 提供 runtime/metrics：--metrics URL（README 中有 20 行的 handler），或 gctrace",
  } satisfies Message<None>,
  "missing.cpu": {
    en: () => "the process's own CPU time",
    zh: () => "进程自身的 CPU 时间",
  } satisfies Message<None>,
  "missing.cpu.tells": {
    en: () => "GC's share of the CPU used, not only a lower bound",
    zh: () => "GC 占已用 CPU 的比例，而不只是下界",
  } satisfies Message<None>,
  "missing.cpu.get": {
    en: () => "heapwright why --pid PID, or /proc/PID/stat twice",
    zh: () => "heapwright why --pid PID，或两次 /proc/PID/stat",
  } satisfies Message<None>,
  "missing.proc": {
    en: () => "the kernel's view of the process",
    zh: () => "内核对进程的视角",
  } satisfies Message<None>,
  "missing.proc.tells": {
    en: () => "RSS, native memory, file pages",
    zh: () => "RSS、原生内存、文件页",
  } satisfies Message<None>,
  "missing.proc.get": {
    en: () =>
      "heapwright why --pid PID --url http://localhost:PORT on the host itself; or save /proc/PID/smaps and status twice",
    zh: () =>
      "在主机上运行 heapwright why --pid PID --url http://localhost:PORT；或两次保存 /proc/PID/smaps 与 status",
  } satisfies Message<None>,
  "missing.memstats": {
    en: () => "Go's own totals",
    zh: () => "Go 自身的统计",
  } satisfies Message<None>,
  "missing.memstats.tells": {
    en: () => "free, unused, stacks, profiler",
    zh: () => "空闲、未用槽位、栈、剖析器",
  } satisfies Message<None>,
  "missing.memstats.get": {
    en: (p: { origin: string }) => `curl -o heap.txt '${p.origin}/debug/pprof/heap?debug=1'`,
    zh: (p) => `curl -o heap.txt '${p.origin}/debug/pprof/heap?debug=1'`,
  } satisfies Message<{ origin: string }>,
  "missing.cgroup": {
    en: () => "the container's charge",
    zh: () => "容器的内存计费",
  } satisfies Message<None>,
  "missing.cgroup.tells": {
    en: () => "page cache, kernel memory, neighbours",
    zh: () => "页缓存、内核内存、同组进程",
  } satisfies Message<None>,
  "missing.cgroup.get": {
    en: () =>
      "cp /sys/fs/cgroup/memory.{current,max,stat,events,peak} FOLDER from inside the container",
    zh: () => "在容器内 cp /sys/fs/cgroup/memory.{current,max,stat,events,peak} 目录",
  } satisfies Message<None>,
  "missing.limit": {
    en: () => "memory limit",
    zh: () => "内存上限",
  } satisfies Message<None>,
  "missing.limit.tells": {
    en: () => "headroom and time to OOM",
    zh: () => "余量与距 OOM 的时间",
  } satisfies Message<None>,
  "missing.limit.get": {
    en: () => "--limit 512MiB, or kubectl get pod NAME -o json > pod.json into the folder",
    zh: () => "--limit 512MiB，或把 kubectl get pod NAME -o json > pod.json 放入目录",
  } satisfies Message<None>,
  "missing.memlimit": {
    en: () => "GOMEMLIMIT and GOGC in force",
    zh: () => "生效的 GOMEMLIMIT 与 GOGC",
  } satisfies Message<None>,
  "missing.memlimit.tells": {
    en: () => "whether a limit drives the collector",
    zh: () => "收集器是否由上限驱动",
  } satisfies Message<None>,
  "missing.memlimit.get": {
    en: () => "runtime/metrics (--metrics URL), or --pid PID for the environment",
    zh: () => "runtime/metrics（--metrics URL），或 --pid PID 读取环境变量",
  } satisfies Message<None>,
  "missing.build-info": {
    en: () => "build info",
    zh: () => "构建信息",
  } satisfies Message<None>,
  "missing.build-info.tells": {
    en: () => "Go version, -race, module path",
    zh: () => "Go 版本、-race、模块路径",
  } satisfies Message<None>,
  "missing.build-info.get": {
    en: () => "go version -m ./service > buildinfo.txt into the folder",
    zh: () => "go version -m ./service > buildinfo.txt 放入目录",
  } satisfies Message<None>,
  "missing.load": {
    en: () => "request count",
    zh: () => "请求计数",
  } satisfies Message<None>,
  "missing.load.tells": {
    en: () => "growth per request, not only per second",
    zh: () => "每请求的增长，而不只是每秒",
  } satisfies Message<None>,
  "missing.load.get": {
    en: () => "--metrics URL of the service's Prometheus page; --load NAME picks the counter",
    zh: () => "--metrics URL 指向服务的 Prometheus 页面；--load NAME 选择计数器",
  } satisfies Message<None>,
  "missing.gctrace": {
    en: () => "gctrace",
    zh: () => "gctrace",
  } satisfies Message<None>,
  "missing.gctrace.tells": {
    en: () => "every cycle: pace, pauses, assists",
    zh: () => "每个周期：节奏、停顿、辅助",
  } satisfies Message<None>,
  "missing.gctrace.get": {
    en: () => "GODEBUG=gctrace=1 ./service 2> gctrace.log",
    zh: () => "GODEBUG=gctrace=1 ./service 2> gctrace.log",
  } satisfies Message<None>,
} satisfies Messages;

export type MissingKind =
  | "second-heap"
  | "live-series"
  | "second-goroutine"
  | "gc-cpu"
  | "cpu"
  | "proc"
  | "memstats"
  | "cgroup"
  | "limit"
  | "memlimit"
  | "build-info"
  | "load"
  | "gctrace";
