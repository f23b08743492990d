// How two profiles were compared and why, or why they cannot be.

import type { NaiveReason, Obstacle, SamenessBy } from "../../analysis/diff/compare.ts";
import type { PairDiff } from "../../analysis/diff/pair.ts";
import { printable } from "../wording.ts";
import type { Speech } from "./speech.ts";

export function obstacleText(s: Speech, d: PairDiff, why: Obstacle): string {
  const { before, after } = d;
  const types = (subject: PairDiff["after"]): string =>
    printable(subject.table.sampleTypes.map(({ type }) => type).join(", "));
  switch (why) {
    case "kinds-differ":
      return s.say(
        `a ${before.table.profileKind} profile and a ${after.table.profileKind} profile`,
        `一份是 ${before.table.profileKind} 剖析，一份是 ${after.table.profileKind} 剖析`,
      );
    case "types-differ":
      return s.say(
        `different sample types: ${types(before)} and ${types(after)}; name one that both have with --sample-index`,
        `样本类型不同：${types(before)} 与 ${types(after)}；请用 --sample-index 指定两者都有的一种`,
      );
    case "rates-differ": {
      const a = s.amount(before.rows?.rate ?? NaN, "bytes");
      const b = s.amount(after.rows?.rate ?? NaN, "bytes");
      return s.say(
        `sampled at different rates, ${a} and ${b}: what is older than a change of MemProfileRate has the wrong scale. If these are two processes that each kept one rate: --other-process`,
        `采样率不同，${a} 与 ${b}：MemProfileRate 改变之前的样本比例不对。若是各自保持一种采样率的两个进程：--other-process`,
      );
    }
    case "no-cycle-between": {
      const bound = d.heapAllocChange;
      const heap =
        bound === undefined
          ? ""
          : s.say(
              ` Growth is bounded by HeapAlloc, which changed by ${s.signed({ value: bound, lo: bound, hi: bound }, "bytes", false)}.`,
              ` 增长以 HeapAlloc 的变化 ${s.signed({ value: bound, lo: bound, hi: bound }, "bytes", false)} 为界。`,
            );
      return s.say(
        `not one allocation count differs: no GC cycle ended between the two, so that both show the same one, or nothing was allocated that sampling saw.${heap} Take the second after two more cycles, or with ?gc=1`,
        `没有任何分配计数不同：两者之间没有 GC 周期结束，显示的是同一个周期；或没有采样看得到的分配。${heap} 请在再过两个周期之后取第二份，或用 ?gc=1`,
      );
    }
    case "delta-in-pair":
      return s.say(
        "one is a difference already (?seconds=N), not a state; give it alone: heapwright diff FILE",
        "其中一份本身已是差值（?seconds=N），不是状态；请单独给出：heapwright diff FILE",
      );
    case "sampling-off":
      return s.say(
        "MemProfileRate was 0: nothing was sampled",
        "MemProfileRate 为 0：没有任何采样",
      );
    case "no-size-columns":
      return s.say(
        "the profile has no alloc_space and inuse_space columns: not one of Go's heap profiles",
        "剖析没有 alloc_space 与 inuse_space 列：不是 Go 的堆剖析",
      );
  }
}

function byText(s: Speech, by: SamenessBy): string {
  switch (by) {
    case "manifest":
      return s.say("the capture says so", "采集记录如此");
    case "vdso":
      return s.say("same [vdso] address", "[vdso] 地址相同");
    case "counts":
      return s.say("allocation counts agree and only rise", "分配计数一致且只增不减");
    case "ring":
      return s.say("the same GC cycles in both", "两者记录了相同的 GC 周期");
    case "pid":
      return s.say("same pid and start", "pid 与启动时间相同");
    case "gc-times":
      return s.say("GC times agree", "GC 时间一致");
    case "asked":
      return "--same-process";
  }
}

function naiveText(s: Speech, why: NaiveReason): string {
  switch (why) {
    case "other-process":
      return s.say("two processes or builds", "两个进程或构建");
    case "process-unknown":
      return s.say(
        "nothing tells whether it is one process (--same-process if it is)",
        "无法得知是否同一进程（若是请加 --same-process）",
      );
    case "asked":
      return "--other-process";
    case "counts-approximate":
      return s.say("raw sample counts are lost", "原始样本计数已丢失");
    case "encodings-differ":
      return s.say(
        "text and protobuf cut stacks differently",
        "文本与 protobuf 的调用栈截取方式不同",
      );
    case "rates-differ":
      return s.say("sampled at different rates", "采样率不同");
  }
}

/** One line: which form, why, and how far apart. */
export function comparisonFact(s: Speech, d: PairDiff): string {
  const { comparison, after } = d;
  const order = d.seconds < 0 ? s.say("the second is the earlier one", "第二份更早") : "";
  const distance = Number.isFinite(d.seconds)
    ? s.say(
        `${s.voice.words.duration(Math.abs(d.seconds))} apart${after.timeIsOfCycle ? "" : " by their replies"}`,
        `相隔 ${s.voice.words.duration(Math.abs(d.seconds))}${after.timeIsOfCycle ? "" : "（按回复时间）"}`,
      )
    : s.say("time between them unknown", "间隔未知");
  const join = (...parts: string[]): string =>
    parts.filter((part) => part !== "").join(s.say("; ", "；"));
  switch (comparison.form) {
    case "paired":
      return join(
        s.say(
          `one process (${byText(s, comparison.by)}): what is alive in both cancels`,
          `同一进程（${byText(s, comparison.by)}）：两份中都存活的相互抵消`,
        ),
        distance,
        order,
      );
    case "naive":
      return join(
        s.say(
          `compared as if independent: ${naiveText(s, comparison.why)}; each carries its whole sampling error`,
          `按相互独立比较：${naiveText(s, comparison.why)}；各自带有全部抽样误差`,
        ),
        distance,
        order,
      );
    case "delta": {
      const over = Number.isFinite(d.seconds)
        ? s.voice.words.duration(d.seconds)
        : s.say("an unstated time", "未注明的时长");
      return s.say(
        `one file that is a difference already, ${over} of one process (?seconds=): its counts are what came and what stayed`,
        `此文件本身就是差值，来自同一进程的 ${over}（?seconds=）：其计数即为新增与留存`,
      );
    }
    case "plain":
      return join(plainText(s, d), distance, order);
    case "identical":
      return s.say("the same bytes", "内容逐字节相同");
    case "none":
      return distance;
  }
}

function plainText(s: Speech, d: PairDiff): string {
  switch (d.after.measure) {
    case "counted":
      return s.say(
        "every goroutine is counted; the interval is what independent coming and going would vary",
        "每个 goroutine 都已计入；区间是独立来去会有的波动",
      );
    case "cpu":
      return d.unit === "cores"
        ? s.say("CPU per second of each profile", "各剖析每秒所用 CPU")
        : s.say("CPU samples", "CPU 样本");
    default:
      return s.say(
        "totals since the start, sampled at a rate that the file does not state: no interval can be given",
        "自启动以来的累计，文件未说明采样率：无法给出区间",
      );
  }
}
