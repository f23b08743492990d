// Words about profiles and dumps: pprof, debug=1 text, goroutine text, execution traces.

import { fixed, many, type DiagnosticMessages, type DiagnosticWords } from "./words.ts";

/** Top-level fields of profile.proto, as what one of them is. */
const FIELDS: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  "1": { en: "a sample type", zh: "采样类型" },
  "2": { en: "a sample", zh: "采样" },
  "3": { en: "a mapping", zh: "映射" },
  "4": { en: "a location", zh: "位置" },
  "5": { en: "a function", zh: "函数" },
  "11": { en: "the period's type", zh: "周期类型" },
};

const samplesLost = (why: { en: string; zh: string }): DiagnosticWords => ({
  en: (d) => `${d.times} of ${d.count("samples")} samples left out: ${why.en}`,
  zh: (d) => `忽略了 ${d.count("samples")} 个采样中的 ${d.times} 个：${why.zh}`,
});

const tooLarge: DiagnosticWords = {
  en: (d) => `larger than ${d.bytes("maxBytes")}; the rest was not read`,
  zh: (d) => `超过 ${d.bytes("maxBytes")}，其余未读取`,
};

const overlong: DiagnosticWords = {
  en: (d) => `${many(d.times, "line")} too long to be one of Go's; the end of each was left out`,
  zh: (d) => `${d.times} 行过长，不像 Go 的输出；每行末尾已忽略`,
};

const unterminated = fixed(
  "cut: the last line has no end, so what followed is missing",
  "被截断：最后一行没有结尾，其后内容缺失",
);

const foreign: DiagnosticWords = {
  en: (d) => `${many(d.times, "line")} of something else passed over`,
  zh: (d) => `跳过了 ${d.times} 行其他内容`,
};

const inexact = (values: (d: { readonly times: number }) => number | string): DiagnosticWords => ({
  en: (d) => `${values(d)} numbers above 2^53 rounded`,
  zh: (d) => `${values(d)} 个大于 2^53 的数被舍入`,
});

const noEndMark = (en: string, zh: string): DiagnosticWords =>
  fixed(
    `the text has no count of its ${en}: a cut between two of them could not be seen`,
    `文本不含${zh}总数：若恰在两者之间截断则无法察觉`,
  );

export const profilesMessages: DiagnosticMessages = {
  "pprof.truncated": {
    en: (d) =>
      `cut inside a field: ${d.bytes("read")} of the ${d.bytes("total")} that are there could be read; what followed is missing. Fetch it again`,
    zh: (d) =>
      `在字段中间被截断：现有 ${d.bytes("total")} 中可读取 ${d.bytes("read")}，其后内容缺失。请重新获取`,
    saysWhere: true,
  },
  "pprof.not-a-field": {
    en: (d) =>
      `damaged after ${d.bytes("read")} of ${d.bytes("total")}: what follows is no part of a profile and was not read. Fetch it again`,
    zh: (d) =>
      `在 ${d.bytes("total")} 中的 ${d.bytes("read")} 之后损坏：其后不是剖析内容，未读取。请重新获取`,
  },
  "pprof.message-malformed": {
    en: (d) =>
      `${many(d.times, "malformed entry", "malformed entries")} left out, the first ${FIELDS[d.text("field")]?.en ?? `field ${d.text("field")}`}`,
    zh: (d) =>
      `忽略了 ${d.times} 个格式错误的条目，首个为${FIELDS[d.text("field")]?.zh ?? `字段 ${d.text("field")}`}`,
  },
  "pprof.unknown-field": {
    en: (d) =>
      `${many(d.times, "entry", "entries")} of a newer kind of profile passed over (field ${d.text("field")})`,
    zh: (d) => `跳过了 ${d.times} 个较新版本的条目（字段 ${d.text("field")}）`,
  },
  "pprof.sample-malformed": samplesLost({ en: "malformed", zh: "格式错误" }),
  "pprof.sample-unresolved": samplesLost({
    en: "they name a location or a text that is not in the file",
    zh: "所指的位置或文本不在文件中",
  }),
  "pprof.sample-value-count": samplesLost({
    en: "they have not one value for each sample type",
    zh: "取值个数与采样类型不符",
  }),
  "pprof.function-unresolved": {
    en: (d) => `${d.times} of ${d.count("functions")} functions lack a name: it is not in the file`,
    zh: (d) => `${d.count("functions")} 个函数中有 ${d.times} 个缺少名称：不在文件中`,
  },
  "pprof.location-unresolved": {
    en: (d) =>
      `${d.times} of ${d.count("locations")} locations left out: their function is not in the file`,
    zh: (d) => `忽略了 ${d.count("locations")} 个位置中的 ${d.times} 个：所指函数不在文件中`,
  },
  "pprof.mapping-unresolved": {
    en: (d) =>
      `${many(d.times, "mapping")} without the name of ${d.times === 1 ? "its" : "their"} program: it is not in the file`,
    zh: (d) => `${d.times} 个映射缺少程序名称：不在文件中`,
  },
  "pprof.mapping-missing": {
    en: (d) => `${many(d.times, "location")} of a mapping that is not in the file`,
    zh: (d) => `${d.times} 个位置所属的映射不在文件中`,
  },
  "pprof.string-missing": {
    en: (d) =>
      `${many(d.times, "comment, type or link", "comments, types or links")} left out: the text is not in the file`,
    zh: (d) => `忽略了 ${d.times} 个注释、类型或链接：文本不在文件中`,
  },
  "pprof.inexact-value": {
    en: (d) => `${d.count("values")} numbers above 2^53 rounded`,
    zh: (d) => `${d.count("values")} 个大于 2^53 的数被舍入`,
  },
  "pprof.unknown-default-type": {
    en: (d) => `its default sample type "${d.text("type")}" is none of its sample types`,
    zh: (d) => `默认采样类型“${d.text("type")}”不在其采样类型之中`,
  },
  "pprof.period-missing": fixed(
    "the sampling period is not stated: recorded with MemProfileRate 0, written by another tool, or cut",
    "没有注明采样周期：MemProfileRate 为 0、由其他工具写出，或被截断",
  ),

  "pprof.reference-paths": fixed(
    "written by goref: its stacks are who holds the memory, counted, not who allocated it",
    "由 goref 写出：其调用栈表示谁持有内存（逐一计数），而非谁分配",
  ),

  "profile-text.overlong-line": overlong,
  "profile-text.unterminated": unterminated,
  "profile-text.foreign-line": foreign,
  "profile-text.second-profile": {
    en: () => "another profile begins there and was not read: put each into a file of its own",
    zh: () => "此处开始另一个剖析，未读取：请每个文件只放一个",
  },
  "profile-text.row-malformed": {
    en: (d) => `${many(d.times, "row")} could not be read and left out`,
    zh: (d) => `${d.times} 行记录无法读取，已忽略`,
  },
  "profile-text.address-malformed": {
    en: (d) => `${many(d.times, "stack")} cut short: an address in it could not be read`,
    zh: (d) => `${d.times} 个调用栈不完整：其中地址无法读取`,
  },
  "profile-text.frame-malformed": {
    en: (d) =>
      `${many(d.times, "frame")} could not be read and left out of ${d.times === 1 ? "its stack" : "their stacks"}`,
    zh: (d) => `${d.times} 个栈帧无法读取，已忽略`,
  },
  "profile-text.labels-malformed": {
    en: (d) => `${many(d.times, "line")} of labels could not be read`,
    zh: (d) => `${d.times} 行标签无法读取`,
  },
  "profile-text.last-row-open": fixed(
    "cut: the last row is not closed, so rows are missing",
    "被截断：最后一条记录未结束，有记录缺失",
  ),
  "profile-text.memory-map": fixed("the memory map at its end is not used", "末尾的内存映射未使用"),
  "profile-text.inexact-value": inexact((d) => d.times),
  "profile-text.too-large": tooLarge,
  "profile-text.total-mismatch": {
    en: (d) =>
      `its rows add up to ${d.count("found")}, its first line says ${d.count("stated")}: rows are missing or changed`,
    zh: (d) => `各行合计 ${d.count("found")}，首行声明 ${d.count("stated")}：有记录缺失或被改动`,
  },
  "profile-text.sampling-off": fixed(
    "no allocation is sampled: the service runs with MemProfileRate 0. Remove that setting and fetch it again",
    "没有分配采样：服务以 MemProfileRate 0 运行。请去掉该设置后重新获取",
  ),
  "profile-text.memstats-missing": fixed(
    "cut before its MemStats: heap sizes and the GC count are missing",
    "在 MemStats 之前被截断：缺少堆大小与 GC 次数",
  ),
  "profile-text.memstats-cut": fixed(
    "cut inside its MemStats: the figures behind the cut are missing",
    "在 MemStats 中被截断：其后的数字缺失",
  ),
  "profile-text.memstats-malformed": {
    en: (d) => `${many(d.times, "line")} of its MemStats could not be read`,
    zh: (d) => `MemStats 中有 ${d.times} 行无法读取`,
  },
  "profile-text.maxrss-missing": fixed(
    "no MaxRSS at its end: written by Go before 1.15 or on Plan 9 or js/wasm, or cut",
    "末尾没有 MaxRSS：由 Go 1.15 之前、Plan 9 或 js/wasm 写出，或被截断",
  ),
  "profile-text.no-end-mark": noEndMark("rows", "记录"),
  "profile-text.cycles-per-second-missing": fixed(
    "delays stay in CPU cycles: the line cycles/second is missing",
    "缺少 cycles/second 行：延迟只能以 CPU 周期计",
  ),

  "goroutine-text.overlong-line": overlong,
  "goroutine-text.unterminated": unterminated,
  "goroutine-text.foreign-line": foreign,
  "goroutine-text.header-malformed": {
    en: (d) =>
      `${many(d.times, "goroutine")} left out: ${d.times === 1 ? "its" : "their"} first line could not be read`,
    zh: (d) => `忽略了 ${d.times} 个 goroutine：首行无法读取`,
  },
  "goroutine-text.repeated-id": {
    en: (d) =>
      `${many(d.times, "goroutine")} there twice by ${d.times === 1 ? "its" : "their"} number: more than one dump in the file, or of more than one process`,
    zh: (d) => `${d.times} 个 goroutine 编号重复：文件含多份转储，或来自多个进程`,
  },
  "goroutine-text.frame-torn": {
    en: (d) => `${many(d.times, "frame")} torn: the function or the line is missing`,
    zh: (d) => `${d.times} 个栈帧残缺：缺少函数或代码行`,
  },
  "goroutine-text.frames-elided": {
    en: (d) =>
      `${many(d.times, "stack")} of more than 100 frames: Go left out the middle of ${d.times === 1 ? "it" : "each"}`,
    zh: (d) => `${d.times} 个调用栈超过 100 帧：Go 省略了中间部分`,
  },
  "goroutine-text.stack-unavailable": {
    en: (d) =>
      `${many(d.times, "goroutine")} running on another thread: Go could not print the stack`,
    zh: (d) => `${d.times} 个 goroutine 正在其他线程上运行：Go 无法打印其调用栈`,
  },
  "goroutine-text.ancestors": {
    en: (d) =>
      `${many(d.times, "goroutine")} with ancestors (tracebackancestors), which are not used`,
    zh: (d) => `${d.times} 个 goroutine 带有祖先信息（tracebackancestors），未使用`,
  },
  "goroutine-text.last-goroutine-open": fixed(
    "cut inside the last goroutine: its stack is not whole, and goroutines are missing",
    "在最后一个 goroutine 中被截断：其调用栈不完整，并有 goroutine 缺失",
  ),
  "goroutine-text.go-limit": {
    en: (d) =>
      `stopped by Go at ${d.bytes("bytes")}: goroutines beyond that are missing. goroutine?debug=1 counts all of them`,
    zh: (d) =>
      `Go 在 ${d.bytes("bytes")} 处停止输出：其后的 goroutine 缺失。goroutine?debug=1 可统计全部`,
  },
  "goroutine-text.too-large": tooLarge,
  "goroutine-text.no-end-mark": noEndMark("goroutines", " goroutine "),

  "trace.old-cut": {
    en: (d) =>
      `a trace before Go 1.22 is read up to the first byte that makes no sense: the last ${d.bytes("bytes")} of ${d.bytes("total")} are missing (${d.text("reason")})`,
    zh: (d) =>
      `Go 1.22 之前的追踪只能读到首个无法解析的字节：${d.bytes("total")} 中最后的 ${d.bytes("bytes")} 缺失（${d.text("reason")}）`,
    saysWhere: true,
  },
  "trace.old-no-clock": {
    en: (d) =>
      `the trace was cut before its clock's frequency, which the format before Go 1.22 has at its end: no time can be told. Up to there: events ${d.count("events")}, GC cycles ${d.count("cycles")}, stops of the world ${d.count("stops")}, mark assists ${d.count("assists")}`,
    zh: (d) =>
      `追踪在时钟频率之前被截断（Go 1.22 之前的格式把它写在末尾）：无法得知任何时间。此前共有事件 ${d.count("events")}、GC 周期 ${d.count("cycles")}、STW ${d.count("stops")}、标记辅助 ${d.count("assists")}`,
    saysWhere: true,
  },
  "trace.old-broken-events": {
    en: (d) =>
      `batches of events are broken: ${d.bytes("bytes")} after the first broken event of each are missing (${d.text("reason")})`,
    zh: (d) =>
      `部分事件批次已损坏：各批次首个损坏事件之后共 ${d.bytes("bytes")} 缺失（${d.text("reason")}）`,
    saysWhere: true,
  },
  "trace.old-no-order": {
    en: (d) =>
      `the events contradict each other, so that Go's own tools read none of them (${d.text("reason")}); the numbers here come from each proc's own events`,
    zh: (d) =>
      `事件互相矛盾，Go 自带的工具会全部拒绝（${d.text("reason")}）；此处的数字来自各个 P 自身的事件`,
  },
  "trace.gap": {
    en: (d) =>
      `generations are missing between number ${d.count("after")} and ${d.count("before")}: ${d.text("ms")} ms are unknown`,
    zh: (d) =>
      `第 ${d.count("after")} 代与第 ${d.count("before")} 代之间有缺失：${d.text("ms")} ms 情况未知`,
    saysWhere: true,
  },
  "trace.broken-events": {
    en: (d) =>
      `events of ${many(d.times, "generation")} broken: what their threads did afterwards is missing (first in number ${d.count("generation")}: ${d.text("reason")})`,
    zh: (d) =>
      `${d.times} 代中的事件已损坏：相应线程其后的活动缺失（首个为第 ${d.count("generation")} 代：${d.text("reason")}）`,
    saysWhere: true,
  },
  "trace.lost-generation": {
    en: (d) =>
      `generations not readable: ${d.count("generations")} (${d.bytes("bytes")}): ${d.text("reason")}`,
    zh: (d) => `${d.count("generations")} 代（${d.bytes("bytes")}）无法读取：${d.text("reason")}`,
    saysWhere: true,
  },
  "trace.cut": {
    en: (d) =>
      `the last ${d.bytes("bytes")} of ${d.bytes("total")} belong to no whole generation and are missing: ${d.text("reason")}`,
    zh: (d) =>
      `${d.bytes("total")} 中最后的 ${d.bytes("bytes")} 不属于任何完整的代，内容缺失：${d.text("reason")}`,
    saysWhere: true,
  },
  "trace.missing-ids": {
    en: (d) =>
      `stacks and strings that events name and that are not in the trace: ${d.count("ids")}; those events are shown without`,
    zh: (d) => `${d.count("ids")} 个事件引用了追踪中不存在的调用栈或字符串：显示时略去`,
  },
  "trace.no-strings": fixed(
    "the last generation has no strings, so it was cut: events may be missing too",
    "最后一代没有字符串，说明已被截断：事件也可能缺失",
  ),
  "trace.no-end-mark": fixed(
    "traces before Go 1.26 do not mark their end: a cut between two generations could not be seen",
    "Go 1.26 之前的追踪没有结束标记：若恰在两代之间截断则无法察觉",
  ),
};
