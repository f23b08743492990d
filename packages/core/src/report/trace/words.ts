// Words of the trace report, in both languages.

import type { Lang } from "../../model/message.ts";

export interface TraceWords {
  readonly facts: (p: {
    readonly format: string;
    readonly seconds: string;
    readonly events: string;
    readonly generations: string;
    readonly procs: string;
  }) => string;
  readonly gcHeading: string;
  readonly noCycle: string;
  readonly cyclesIn: (cycles: string, rate: string) => string;
  readonly share: (p: { readonly capacity: string; readonly running: string }) => string;
  readonly shareUnknown: (running: string) => string;
  readonly parts: (p: {
    readonly dedicated: string;
    readonly fractional: string;
    readonly assist: string;
    readonly ending: string;
    readonly stop: string;
    readonly idle: string;
  }) => string;
  readonly cycles: string;
  readonly cycleColumns: readonly string[];
  readonly assists: string;
  readonly noAssist: string;
  readonly assistFacts: (p: {
    readonly count: string;
    readonly wall: string;
    readonly cpu: string;
    /** Of `cpu`; undefined when nothing. */
    readonly ending: string | undefined;
    readonly parked: string;
    readonly longest: string;
    readonly ofMutator: string;
  }) => string;
  readonly byLine: string;
  readonly byGroup: string;
  readonly payerColumns: readonly string[];
  readonly groupColumns: readonly string[];
  readonly stops: string;
  readonly noStop: string;
  readonly stopColumns: readonly string[];
  readonly stopKinds: Readonly<Record<"gc" | "user" | "tracer" | "runtime", string>>;
  readonly stopAsked: string;
  readonly stopLast: string;
  readonly stopLastNote: string;
  readonly mmu: string;
  readonly mmuUnknown: string;
  readonly mmuColumns: readonly string[];
  readonly sweeps: string;
  readonly sweepFacts: (p: {
    readonly count: string;
    readonly wall: string;
    readonly swept: string;
    readonly reclaimed: string;
  }) => string;
  readonly pulls: string;
  readonly pullFacts: (bytes: string, inMark: string) => string;
  readonly pullColumns: readonly string[];
  readonly samples: string;
  readonly sampleFacts: (n: string) => string;
  readonly waits: string;
  readonly waitColumns: readonly string[];
  readonly inMark: string;
  readonly outside: string;
  readonly mostRunnable: (n: string) => string;
  readonly goroutines: string;
  readonly goroutineColumns: readonly string[];
  readonly tasks: string;
  readonly regions: string;
  readonly noTasks: string;
  readonly annotatedColumns: readonly string[];
  readonly findings: string;
  readonly noFinding: string;
  readonly damage: string;
  readonly more: (n: string) => string;
  readonly unknown: string;
  readonly lowerBound: string;
  readonly next: string;
  readonly nextSays: readonly (readonly [string, string])[];
}

const EN: TraceWords = {
  facts: (p) =>
    `${p.format}   ${p.seconds}   ${p.events} events   ${p.generations} ${p.generations === "1" ? "generation" : "generations"}   ${p.procs}`,
  gcHeading: "GC",
  noCycle: "no cycle in this trace",
  cyclesIn: (cycles, rate) => `${cycles} cycles, ${rate}`,
  share: (p) => `GC takes ${p.capacity} of the capacity, ${p.running} of what ran`,
  shareUnknown: (running) =>
    `GC takes ${running} of what ran; the trace does not tell GOMAXPROCS, so not of the capacity`,
  parts: (p) =>
    `dedicated ${p.dedicated}   fractional ${p.fractional}   assists ${p.assist}   ending cycles ${p.ending}   stopped ${p.stop}   (idle workers ${p.idle}: on Ps that nothing else wanted; a CPU quota they do use up)`,
  cycles: "CYCLES",
  cycleColumns: [
    "#",
    "at",
    "mark",
    "heap MiB",
    "goal",
    "over",
    "ded ms",
    "frac",
    "idle",
    "assist",
    "stop µs",
    "freed MiB",
    "waited",
    "triggered by",
  ],
  assists: "ASSISTS",
  noAssist: "no goroutine had to assist",
  assistFacts: (p) =>
    `${p.count} assists, ${p.wall}: ${p.cpu} on a core${p.ending === undefined ? "" : ` (${p.ending} of it ending cycles)`}, ${p.parked} parked or waiting; longest ${p.longest}; ${p.ofMutator} of the running time of goroutines`,
  byLine: "by line",
  byGroup: "by goroutine",
  payerColumns: ["wall ms", "share", "on core", "parked", "count", "longest ms", "line"],
  groupColumns: ["wall ms", "share", "of its time", "count", "goroutines", "started with"],
  stops: "STOPS OF THE WORLD",
  noStop: "none in this trace",
  stopColumns: ["total µs", "by runtime", "count", "median", "p99", "longest", "stopping", "why"],
  stopKinds: { gc: "GC", user: "asked for", tracer: "tracer", runtime: "runtime" },
  stopAsked: "asked for at",
  stopLast: "last to stop",
  stopLastNote:
    "derived from when goroutines left their procs; a line is the first point after the slow code where one could be stopped",
  mmu: "MUTATOR UTILISATION",
  mmuUnknown: "unknown: the trace does not tell GOMAXPROCS",
  mmuColumns: ["window", "at least", "worst at"],
  sweeps: "SWEEPS",
  sweepFacts: (p) =>
    `${p.count} sweeps before an allocation, ${p.wall}; ${p.swept} looked at, ${p.reclaimed} freed`,
  pulls: "WHO TAKES SPANS",
  pullFacts: (bytes, inMark) =>
    `HeapAlloc rose by ${bytes}, ${inMark} of it while marking; whole spans are counted, not objects`,
  pullColumns: ["while marking", "in all", "goroutines", "started with"],
  samples: "CPU SAMPLES",
  sampleFacts: (n) => `${n} samples`,
  waits: "WAITING FOR A PROC",
  waitColumns: ["", "count", "median", "p99", "longest", "total"],
  inMark: "while marking",
  outside: "otherwise",
  mostRunnable: (n) => `${n} goroutines waited at most`,
  goroutines: "GOROUTINES",
  goroutineColumns: [
    "count",
    "executing",
    "waiting",
    "blocked",
    "syscall",
    "assist",
    "sweep",
    "started with",
  ],
  tasks: "TASKS",
  regions: "REGIONS",
  noTasks: "the trace has no tasks or regions (runtime/trace.NewTask, WithRegion)",
  annotatedColumns: ["count", "total", "longest", "assists", "assist time", "worst share", "name"],
  findings: "FINDINGS",
  noFinding: "none of the faults that a trace shows",
  damage: "DAMAGE",
  more: (n) => `and ${n} more`,
  unknown: "unknown",
  lowerBound: "cut by an end of the trace: lower bounds",
  next: "MORE",
  nextSays: [
    ["--cycles --assists --stw --mmu", "the whole tables"],
    ["--goroutines --tasks", "who ran, waited and blocked; needs the order of all events"],
  ],
};

const ZH: TraceWords = {
  facts: (p) =>
    `${p.format}   ${p.seconds}   ${p.events} 个事件   ${p.generations} 代   ${p.procs}`,
  gcHeading: "GC",
  noCycle: "此跟踪中没有 GC 周期",
  cyclesIn: (cycles, rate) => `${cycles} 个周期，${rate}`,
  share: (p) => `GC 占总容量 ${p.capacity}，占实际运行 ${p.running}`,
  shareUnknown: (running) => `GC 占实际运行 ${running}；跟踪未给出 GOMAXPROCS，容量占比未知`,
  parts: (p) =>
    `专用 ${p.dedicated}   分数 ${p.fractional}   辅助 ${p.assist}   结束周期 ${p.ending}   停顿 ${p.stop}   （空闲标记 ${p.idle}：用的是无人需要的核）`,
  cycles: "周期",
  cycleColumns: [
    "#",
    "时刻",
    "标记",
    "堆 MiB",
    "目标",
    "超出",
    "专用 ms",
    "分数",
    "空闲",
    "辅助",
    "停顿 µs",
    "回收 MiB",
    "等待",
    "触发者",
  ],
  assists: "标记辅助",
  noAssist: "没有 goroutine 需要辅助标记",
  assistFacts: (p) =>
    `${p.count} 次辅助，${p.wall}：${p.cpu} 在核上${p.ending === undefined ? "" : `（其中 ${p.ending} 用于结束周期）`}，${p.parked} 挂起或等待；最长 ${p.longest}；占 goroutine 运行时间 ${p.ofMutator}`,
  byLine: "按代码行",
  byGroup: "按 goroutine",
  payerColumns: ["耗时 ms", "占比", "在核上", "挂起", "次数", "最长 ms", "代码行"],
  groupColumns: ["耗时 ms", "占比", "占其时间", "次数", "goroutine", "起始函数"],
  stops: "STW 停顿",
  noStop: "此跟踪中没有停顿",
  stopColumns: ["合计 µs", "运行时计", "次数", "中位", "p99", "最长", "停下所需", "原因"],
  stopKinds: { gc: "GC", user: "主动请求", tracer: "跟踪器", runtime: "运行时" },
  stopAsked: "请求处",
  stopLast: "最后停下的",
  stopLastNote: "由 goroutine 离开 P 的时刻推得；所列的行是慢代码之后第一个可以停下的位置",
  mmu: "赋值器利用率",
  mmuUnknown: "未知：跟踪未给出 GOMAXPROCS",
  mmuColumns: ["窗口", "至少", "最差时刻"],
  sweeps: "清扫",
  sweepFacts: (p) => `分配前清扫 ${p.count} 次，${p.wall}；查看 ${p.swept}，释放 ${p.reclaimed}`,
  pulls: "谁在取 span",
  pullFacts: (bytes, inMark) =>
    `HeapAlloc 上升 ${bytes}，其中 ${inMark} 在标记期间；按整个 span 计，不是按对象`,
  pullColumns: ["标记期间", "合计", "goroutine", "起始函数"],
  samples: "CPU 采样",
  sampleFacts: (n) => `${n} 个采样`,
  waits: "等待 P",
  waitColumns: ["", "次数", "中位", "p99", "最长", "合计"],
  inMark: "标记期间",
  outside: "其他时间",
  mostRunnable: (n) => `最多有 ${n} 个 goroutine 在等待`,
  goroutines: "GOROUTINE",
  goroutineColumns: ["数量", "执行", "等待", "阻塞", "系统调用", "辅助", "清扫", "起始函数"],
  tasks: "任务",
  regions: "区域",
  noTasks: "此跟踪中没有任务或区域（runtime/trace.NewTask、WithRegion）",
  annotatedColumns: ["数量", "合计", "最长", "辅助次数", "辅助时间", "最高占比", "名称"],
  findings: "发现",
  noFinding: "未见跟踪能显示的故障",
  damage: "损坏",
  more: (n) => `另有 ${n} 项`,
  unknown: "未知",
  lowerBound: "被跟踪的首尾截断：为下限",
  next: "更多",
  nextSays: [
    ["--cycles --assists --stw --mmu", "完整的表"],
    ["--goroutines --tasks", "谁在运行、等待、阻塞；需要全部事件的顺序"],
  ],
};

export function traceWords(lang: Lang): TraceWords {
  return lang === "zh" ? ZH : EN;
}
