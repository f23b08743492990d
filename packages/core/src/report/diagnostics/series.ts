// Words about what is written over time: gctrace logs and pages of metrics.

import { fixed, many, type DiagnosticMessages } from "./words.ts";

export const seriesMessages: DiagnosticMessages = {
  "gctrace.long-line": {
    en: (d) => `${many(d.times, "line")} too long to be one of Go's; the end of each was left out`,
    zh: (d) => `${d.times} 行过长，不像 Go 的输出；每行末尾已忽略`,
  },
  "gctrace.cut-end": fixed(
    "cut: the last line has no end, so later cycles may be missing",
    "被截断：最后一行没有结尾，其后的周期可能缺失",
  ),
  "gctrace.newest-first": fixed(
    "the newest line stands first; it was read backwards",
    "最新的行在最前，已倒序读取",
  ),
  "gctrace.newest-first-too-long": {
    en: (d) =>
      `${many(d.times, "line")} left out: a log with the newest line first has to be kept whole and is too large. Save it oldest first`,
    zh: (d) => `忽略了 ${d.times} 行：最新行在前的日志须整体保留，文件过大。请按从旧到新保存`,
  },
  "gctrace.line-without-prefix": {
    en: (d) =>
      `${many(d.times, "line")} without the prefix that the others have, read as ${d.times === 1 ? "it is" : "they are"}`,
    zh: (d) => `${d.times} 行缺少其他行的前缀，按原样读取`,
  },
  "gctrace.time-without-zone": {
    en: (d) => `${many(d.times, "line")} with a time without zone: read as UTC`,
    zh: (d) => `${d.times} 行的时间没有时区：按 UTC 读取`,
  },
  "gctrace.time-without-year": {
    en: (d) => `${many(d.times, "line")} with a time without year: the log stands on no clock`,
    zh: (d) => `${d.times} 行的时间没有年份：日志无法对应到时钟`,
  },
  "gctrace.too-many-streams": {
    en: (d) => `only the first ${d.count("kept")} containers or pods of the log were read`,
    zh: (d) => `只读取了日志中前 ${d.count("kept")} 个容器或 Pod`,
  },
  "gctrace.too-many-cycles": {
    en: (d) => `only the first ${d.count("kept")} cycles were read, ${d.times} later ones were not`,
    zh: (d) => `只读取了前 ${d.count("kept")} 个周期，其后 ${d.times} 个未读取`,
  },
  "gctrace.go14-line": {
    en: (d) =>
      `${many(d.times, "cycle")} printed by Go 1.4 or older, which say other things and were not read`,
    zh: (d) => `${d.times} 个周期由 Go 1.4 或更早版本打印，含义不同，未读取`,
  },
  "gctrace.impossible-number": {
    en: (d) => `${many(d.times, "cycle")} with a number that cannot be; marked as doubtful`,
    zh: (d) => `${d.times} 个周期含不可能的数字，已标为存疑`,
  },
  "gctrace.unsound-line": {
    en: (d) =>
      `${many(d.times, "line")} of a cycle left out: torn by other output so that its number or time is lost`,
    zh: (d) => `忽略了 ${d.times} 行周期：被其他输出打断，编号或时间丢失`,
  },
  "gctrace.repaired-lines": {
    en: (d) => `${d.count("lines")} lines torn by other output were put together again`,
    zh: (d) => `${d.count("lines")} 行被其他输出打断，已重新拼合`,
  },
  "gctrace.unsound-lines": {
    en: (d) => `${d.count("lines")} cycles are doubtful: their lines are mixed with other output`,
    zh: (d) => `${d.count("lines")} 个周期存疑：其行与其他输出混在一起`,
  },
  "gctrace.missing-cycles": {
    en: (d) =>
      `${d.count("cycles")} GC cycles are missing between the first and the last that are there`,
    zh: (d) => `首尾周期之间缺少 ${d.count("cycles")} 个 GC 周期`,
  },
  "gctrace.repeated-cycle": {
    en: (d) => `${many(d.times, "cycle")} there twice; read once`,
    zh: (d) => `${d.times} 个周期重复出现，只读取一次`,
  },
  "gctrace.restart": {
    en: (d) => `the log is of ${d.count("processes")} processes one after another: a restart`,
    zh: (d) => `日志先后来自 ${d.count("processes")} 个进程：发生过重启`,
  },
  "gctrace.interleaved-processes": {
    en: (d) =>
      `lines of ${d.count("processes")} processes are mixed in one log, told apart by their numbers. One file per process is safer`,
    zh: (d) =>
      `${d.count("processes")} 个进程的行混在一份日志中，按编号区分。每个进程一份文件更可靠`,
  },

  "metrics-json.cut": {
    en: (d) => `cut: a last object of ${d.bytes("bytes")} is not whole and was left out`,
    zh: (d) => `被截断：最后一个 ${d.bytes("bytes")} 的对象不完整，已忽略`,
  },
  "metrics-json.cut-line": fixed(
    "cut: the last line has no end and was left out",
    "被截断：最后一行没有结尾，已忽略",
  ),
  "metrics-json.foreign-object": {
    en: (d) => `${many(d.times, "object")} without metrics of Go passed over`,
    zh: (d) => `跳过了 ${d.times} 个不含 Go 指标的对象`,
  },
  "metrics-json.foreign-line": {
    en: (d) => `${many(d.times, "line")} of something else passed over`,
    zh: (d) => `跳过了 ${d.times} 行其他内容`,
  },
  "metrics-json.bad-value": {
    en: (d) =>
      `${many(d.times, "value")} could not be read and left out, the first of ${d.text("name")}`,
    zh: (d) => `${d.times} 个值无法读取，已忽略，首个为 ${d.text("name")}`,
  },
};
