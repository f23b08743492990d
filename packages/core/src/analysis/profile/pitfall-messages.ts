// What can mislead in a profile, in both languages: one line each. The ids are stable; pitfalls.ts says
// when each applies.

import type { Message } from "../../model/message.ts";

type Counted = { readonly count: number };
type Shares = { readonly count: number; readonly share: number };
type Cycle = { readonly cycle: number };
type Rates = { readonly rates: string };
type Names = { readonly count: number; readonly example: string };
type Stacks = { readonly count: number; readonly depth: number; readonly share: number };

/** "1 row", "2 rows"; the count as the wording writes it. */
function many(count: number, said: string, one: string): string {
  return `${said} ${one}${count === 1 ? "" : "s"}`;
}

function plain(en: string, zh: string): Message<Record<string, never>> {
  return { en: () => en, zh: () => zh };
}

const cyclePassed: Message<Cycle> = {
  en: ({ cycle }) =>
    `live is what GC cycle ${cycle} left, not what there is now: a burst shows up to two cycles late`,
  zh: ({ cycle }) =>
    `存活量是第 ${cycle} 个 GC 周期之后的状态，而非当前：突发要晚至多两个周期才可见`,
};

const oneSample: Message<Counted> = {
  en: ({ count }, w) =>
    `one sample is all there is of ${count === 1 ? "1 function" : `${w.count(count)} functions`} listed: that it is there is certain, its size is a guess`,
  zh: ({ count }, w) => `所列函数中有 ${w.count(count)} 个只有一个样本：确有其事，大小只是猜测`,
};

const tiny: Message<Shares> = {
  en: ({ share }, w) =>
    `${w.percent(share)} of the samples are in 16-byte blocks: objects under 16 B without pointers share one, and only its opener is recorded`,
  zh: ({ share }, w) =>
    `${w.percent(share)} 的样本是 16 字节的块：小于 16 B 且不含指针的对象共用一块，只记录打开该块的对象`,
};

const emptyContention: Message<{ readonly by: string }> = {
  en: ({ by }, w) =>
    `nothing waited, or it was not recorded: contention is off until the program calls ${w.code(by)}`,
  zh: ({ by }, w) => `没有等待，或没有记录：程序调用 ${w.code(by)} 之前不记录争用`,
};

const contentionFraction: Message<{ readonly fraction: number }> = {
  en: ({ fraction }, w) =>
    `one of ${w.count(fraction)} contentions was recorded and counts for all: how long the others took is not known, so times have no intervals; --sample-index=contentions has them`,
  zh: ({ fraction }, w) =>
    `每 ${w.count(fraction)} 次争用记录一次并代表全部：其余各次的时长未知，故时间没有区间；--sample-index=contentions 有区间`,
};

const noSizes: Message<Counted> = {
  en: ({ count }, w) =>
    `${many(count, w.count(count), "row")} without the label bytes: samples are about size ÷ rate, and intervals only about right`,
  zh: ({ count }, w) =>
    `${w.count(count)} 行丢失了 bytes 标签：样本数约为 大小 ÷ 采样率，区间只是大致正确`,
};

const notWhole: Message<Counted> = {
  en: ({ count }, w) =>
    `${many(count, w.count(count), "row")} of no whole number of samples: the profile was scaled, averaged or normalised on its way; intervals are only about right`,
  zh: ({ count }, w) =>
    `${w.count(count)} 行不是整数个样本：剖析在途中被缩放、平均或归一化；区间只是大致正确`,
};

const ratesDiffer: Message<Rates> = {
  en: ({ rates }) =>
    `the files were sampled at different rates (${rates}): samples are counted by the largest; show them one by one`,
  zh: ({ rates }) => `各文件的采样率不同（${rates}）：样本数按最大的计算；请逐个查看`,
};

const rate: Message<{ readonly bytes: number }> = {
  en: ({ bytes }, w) =>
    `sampled at ${w.bytes(bytes)} instead of 512 KiB; a rate changed while the process ran makes what was allocated before it wrong, and leaves no trace`,
  zh: ({ bytes }, w) =>
    `采样率为 ${w.bytes(bytes)} 而非 512 KiB；若在进程运行中改变，此前的分配就会换算错误，且不留痕迹`,
};

const negative: Message<Counted> = {
  en: ({ count }, w) =>
    `${many(count, w.count(count), "value")} below 0 and no duration stated: a difference that a tool made, or a fault of the writer; percentages are of absolute values`,
  zh: ({ count }, w) =>
    `${w.count(count)} 个值小于 0，且未注明时长：是工具所做的差值，或写入者的错误；百分比按绝对值计算`,
};

const merged: Message<Counted> = {
  en: ({ count }, w) =>
    `${w.count(count)} files added up: what was live in several of one process is counted that often`,
  zh: ({ count }, w) =>
    `${w.count(count)} 个文件相加：同一进程中在多个文件里都存活的对象会被重复计算`,
};

const programsDiffer: Message<{ readonly programs: string }> = {
  en: ({ programs }, w) =>
    `the files are of different programs (${w.code(programs)}): functions of one name are added up, whatever they have in common`,
  zh: ({ programs }, w) =>
    `各文件来自不同的程序（${w.code(programs)}）：同名函数会相加，无论其有何共同之处`,
};

const truncated: Message<Stacks> = {
  en: ({ count, depth, share }, w) =>
    `${many(count, w.count(count), "stack")} cut at ${depth} frames, as Go does (${w.percent(share)} of the value): callers are missing, and their cum is too low`,
  zh: ({ count, depth, share }, w) =>
    `${w.count(count)} 个调用栈止于 Go 的截断深度 ${depth} 帧（占 ${w.percent(share)}）：缺少外层调用者，其 cum 偏低`,
};

const shape: Message<Names> = {
  en: ({ count, example }, w) =>
    `${many(count, w.count(count), "name")} of generics, shared by instances, so one line can be several types: ${w.code(example)}`,
  zh: ({ count, example }, w) =>
    `${w.count(count)} 个名称由泛型的多个实例共用，一行可能是多个类型：${w.code(example)}`,
};

const closures: Message<Names> = {
  en: ({ count, example }, w) =>
    `${many(count, w.count(count), "closure")} that other Go releases spell differently, e.g. ${w.code(example)}: compare by file and line`,
  zh: ({ count, example }, w) =>
    `${w.count(count)} 个闭包在其他 Go 版本中名称不同，例如 ${w.code(example)}：请按文件和行比较`,
};

const maps: Message<Counted> = {
  en: ({ count }, w) =>
    `${many(count, w.count(count), "stack")} that end inside internal/runtime/maps (Go 1.24): the allocating line is the caller`,
  zh: ({ count }, w) =>
    `${w.count(count)} 个调用栈的末端在 internal/runtime/maps 内（Go 1.24）：分配者是其调用者`,
};

const inconsistent: Message<Counted> = {
  en: ({ count }, w) =>
    `${many(count, w.count(count), "row")} where more was freed than there was, or less allocated than before: not two states of one process, and intervals are too narrow`,
  zh: ({ count }, w) =>
    `${w.count(count)} 行释放多于拥有，或分配少于之前：不是同一进程的两个状态；其区间过窄`,
};

export const pitfallMessages = {
  "show.empty": plain(
    "no samples in it: nothing was recorded, or nothing that was large or long enough happened",
    "没有样本：没有记录，或没有发生足够大或足够久的事情",
  ),
  "show.empty-contention": emptyContention,
  "show.empty-leak": plain(
    "the collector found no goroutine that is blocked for ever; one that waits on what a global or a running goroutine still reaches is not found",
    "回收器没有找到永远阻塞的 goroutine；若其等待的对象仍可由全局变量或运行中的 goroutine 到达，则不会被找到",
  ),
  "show.empty-difference": plain(
    "no samples in it: a heap shows what finished GC cycles left, so with no cycle in between nothing differs, whatever was allocated; ask for more seconds",
    "没有样本：堆显示已结束的 GC 周期之后的状态，其间若无周期结束，无论分配多少都没有差别；请加长 seconds",
  ),
  "show.rate-zero": plain(
    "MemProfileRate was 0: heap profiling was off, or nothing linked runtime.MemProfile; nothing can be concluded",
    "MemProfileRate 为 0：堆剖析已关闭，或没有链接 runtime.MemProfile；不能得出任何结论",
  ),
  "show.rate-not-stated": plain(
    "the file does not state its sampling rate: there are no intervals",
    "文件未注明采样率：没有区间",
  ),
  "show.rate": rate,
  "show.rates-differ": ratesDiffer,
  "show.every-object": plain(
    "MemProfileRate was 1: every object is counted and there is no sampling error",
    "MemProfileRate 为 1：每个对象都被计数，没有采样误差",
  ),
  "show.all-counted": plain(
    "every one is counted: the numbers are exact",
    "全部计数：数值是精确的",
  ),
  "show.cpu-samples": plain(
    "intervals are of independent samples; work in bursts varies more",
    "区间假定样本相互独立；突发的工作波动更大",
  ),
  "show.contention": plain(
    "the file does not say which part of the events was recorded: there are no intervals",
    "文件未注明记录了哪一部分事件：没有区间",
  ),
  "show.contention-fraction": contentionFraction,
  "show.other-kind": plain(
    "how these values were sampled is not known: there are no intervals",
    "不知道这些值如何采样：没有区间",
  ),
  "show.averages": plain(
    "averages have no interval here; leave --mean out to see what they are made of",
    "此处平均值没有区间；去掉 --mean 可以看到其组成",
  ),
  "show.objects": plain(
    "intervals of objects know nothing of sizes that were never sampled, and small objects may be most of them; bytes do not have this flaw",
    "对象数的区间不包括从未被抽到的大小，而小对象可能占多数；字节数没有这个缺陷",
  ),
  "show.no-gc-yet": plain(
    "nothing was ever freed: before the second GC cycle a profile shows all that was allocated as live",
    "从未释放：在第二个 GC 周期之前，剖析把全部分配都显示为存活",
  ),
  "show.cycle-passed": cyclePassed,
  "show.cycle-unknown": plain(
    "live is what an earlier GC cycle left, mostly the one before the last: a burst shows up to two cycles late",
    "存活量是较早一个 GC 周期（通常是倒数第二个）之后的状态：突发要晚至多两个周期才可见",
  ),
  "show.one-sample": oneSample,
  "show.tiny-allocator": tiny,
  "show.no-sizes": noSizes,
  "show.not-whole": notWhole,
  "show.delta": plain(
    "values are differences between two moments: below 0 means freed, and large in and large out can cancel",
    "数值是两个时刻之差：小于 0 表示释放，大进大出可能相互抵消",
  ),
  "show.delta-sums": plain(
    "values are what was added between two moments, not since the start",
    "数值是两个时刻之间新增的，而非自启动以来的",
  ),
  "show.delta-counts": plain(
    "values are differences between two moments: below 0 means gone, and as many coming as going cancel",
    "数值是两个时刻之差：小于 0 表示已消失，来去数目相同则相互抵消",
  ),
  "show.inconsistent": inconsistent,
  "show.negative": negative,
  "show.merged": merged,
  "show.programs-differ": programsDiffer,
  "show.kinds-differ": plain(
    "the files are of different kinds: only what they have in common is added up",
    "各文件的种类不同：只相加它们共有的部分",
  ),
  "show.truncated-stacks": truncated,
  "show.shared-generics": shape,
  "show.closure-names": closures,
  "show.maps-leaf": maps,
  "show.no-names": plain(
    "it has addresses and no function names; go tool pprof BINARY FILE can look them up",
    "只有地址而没有函数名；go tool pprof BINARY FILE 可以查出",
  ),
} as const;
