// Words of `heapwright show`, in both languages.

import type { Lang } from "../../model/message.ts";
import type { ProfileKind } from "../../model/tables/profile.ts";

export interface ShowWords {
  readonly titles: Readonly<Record<ProfileKind, string>>;
  readonly difference: string;
  readonly samples: (n: string) => string;
  readonly aboutSamples: (n: string) => string;
  readonly exact: string;
  readonly noIntervals: string;
  readonly noSamples: string;
  readonly taken: (time: string) => string;
  readonly timeUnknown: string;
  readonly over: (duration: string) => string;
  readonly rate: (bytes: string) => string;
  readonly every: (period: string) => string;
  readonly goUnknown: string;
  readonly cycle: (cycle: string) => string;
  readonly cycleUnknown: string;
  readonly noCycle: string;
  readonly size: (rows: number, stacks: number, count: (n: number) => string) => string;
  readonly types: (shown: string, others: string) => string;
  readonly left: (filters: string, value: string, share: string) => string;
  readonly merged: (names: string) => string;
  readonly columns: {
    readonly flat: string;
    readonly cum: string;
    readonly samples: string;
    readonly name: string;
    readonly place: string;
  };
  readonly others: (count: string) => string;
  readonly frameless: string;
  readonly oneSample: string;
  readonly twoSamples: string;
  readonly flatOne: string;
  readonly from: string;
  readonly to: string;
  readonly notes: string;
  readonly damage: string;
  readonly nothing: string;
}

const EN: ShowWords = {
  titles: {
    heap: "HEAP PROFILE",
    allocs: "ALLOCATION PROFILE",
    goroutine: "GOROUTINE PROFILE",
    goroutineleak: "LEAKED GOROUTINES",
    cpu: "CPU PROFILE",
    block: "BLOCK PROFILE",
    mutex: "MUTEX PROFILE",
    threadcreate: "THREAD CREATION PROFILE",
    other: "PROFILE",
  },
  difference: "(a difference)",
  samples: (n) => (n === "1" ? "one sample" : `${n} samples`),
  aboutSamples: (n) => `about ${n} samples`,
  exact: "every one counted",
  noIntervals: "intervals unknown",
  noSamples: "no samples",
  taken: (time) => `taken ${time}`,
  timeUnknown: "time unknown",
  over: (duration) => `over ${duration}`,
  rate: (bytes) => `one sample per ${bytes}`,
  every: (period) => `one sample per ${period}`,
  goUnknown: "Go version unknown",
  cycle: (cycle) => `shows the end of GC cycle ${cycle}`,
  cycleUnknown: "shows an earlier GC cycle",
  noCycle: "no GC cycle to show yet",
  size: (rows, stacks, count) =>
    `${count(rows)} ${rows === 1 ? "row" : "rows"}, ${count(stacks)} ${stacks === 1 ? "stack" : "stacks"}`,
  types: (shown, others) => `${shown} of ${others}: --sample-index chooses`,
  left: (filters, value, share) => `${filters} leaves ${value}, ${share}`,
  merged: (names) => `added up: ${names}`,
  columns: { flat: "flat", cum: "cum", samples: "n", name: "function", place: "line" },
  others: (count) => `${count} others`,
  frameless: "without a stack",
  oneSample: "one sample",
  twoSamples: "two samples",
  flatOne: "flat: one sample",
  from: "from",
  to: "to",
  notes: "NOTES",
  damage: "DAMAGE",
  nothing: "nothing to list",
};

const ZH: ShowWords = {
  titles: {
    heap: "堆剖析",
    allocs: "分配剖析",
    goroutine: "goroutine 剖析",
    goroutineleak: "泄漏的 goroutine",
    cpu: "CPU 剖析",
    block: "阻塞剖析",
    mutex: "互斥锁剖析",
    threadcreate: "线程创建剖析",
    other: "剖析",
  },
  difference: "（差值）",
  samples: (n) => `${n} 个样本`,
  aboutSamples: (n) => `约 ${n} 个样本`,
  exact: "全部计数",
  noIntervals: "区间未知",
  noSamples: "没有样本",
  taken: (time) => `取自 ${time}`,
  timeUnknown: "时间未知",
  over: (duration) => `时长 ${duration}`,
  rate: (bytes) => `每 ${bytes} 一个样本`,
  every: (period) => `每 ${period} 一个样本`,
  goUnknown: "Go 版本未知",
  cycle: (cycle) => `显示第 ${cycle} 个 GC 周期结束时`,
  cycleUnknown: "显示较早的 GC 周期",
  noCycle: "尚无可显示的 GC 周期",
  size: (rows, stacks, count) => `${count(rows)} 行，${count(stacks)} 个调用栈`,
  types: (shown, others) => `${shown}，另有 ${others}：用 --sample-index 选择`,
  left: (filters, value, share) => `${filters} 之后剩 ${value}，${share}`,
  merged: (names) => `相加：${names}`,
  columns: { flat: "flat", cum: "cum", samples: "n", name: "函数", place: "行" },
  others: (count) => `其他 ${count} 个`,
  frameless: "没有调用栈",
  oneSample: "一个样本",
  twoSamples: "两个样本",
  flatOne: "flat 只有一个样本",
  from: "来自",
  to: "去往",
  notes: "注意",
  damage: "损坏",
  nothing: "没有可列出的内容",
};

export const SHOW_WORDS: Readonly<Record<Lang, ShowWords>> = { en: EN, zh: ZH };
