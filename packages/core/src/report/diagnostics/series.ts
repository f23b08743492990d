// Words about what is written over time: gctrace logs and pages of metrics.

import { badLines, fixed, many, type DiagnosticMessages, type DiagnosticWords } from "./words.ts";

const badValue: DiagnosticWords = {
  en: (d) =>
    `${many(d.times, "value")} could not be read and left out, the first of ${d.text("name")}`,
  zh: (d) => `${d.times} 个值无法读取，已忽略，首个为 ${d.text("name")}`,
};

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
  "metrics-json.bad-value": badValue,

  "expvar.cut": {
    en: (d) => `${many(d.times, "object")} left out: cut or damaged, so no whole JSON`,
    zh: (d) => `忽略了 ${d.times} 个对象：被截断或损坏，不是完整的 JSON`,
  },
  "expvar.foreign-text": {
    en: (d) =>
      `text that is no JSON stands in ${many(d.times, "place")} between the objects, so one may be lost`,
    zh: (d) => `对象之间有 ${d.times} 处不是 JSON 的文本，可能丢失了对象`,
  },
  "expvar.bad-value": badValue,
  "expvar.too-many-variables": {
    en: (d) => `only the first ${d.count("most")} counters were read, ${d.times} more were not`,
    zh: (d) => `只读取了前 ${d.count("most")} 个计数器，另有 ${d.times} 个未读取`,
  },

  "prometheus.bad-line": badLines,
  "prometheus.cut-line": fixed(
    "cut: the last line has no end and was left out, because digits may be missing",
    "被截断：最后一行没有结尾，可能缺少数字，已忽略",
  ),
  "prometheus.cut-family": fixed(
    "cut inside a metric: the lines that should follow are missing",
    "在一个指标中间被截断：缺少后续的行",
  ),
  "prometheus.no-eof": fixed(
    "cut: the line # EOF that ends a page of OpenMetrics is missing",
    "被截断：缺少 OpenMetrics 页面末尾的 # EOF 行",
  ),
  "prometheus.long-line": {
    en: (d) => `${d.count("lines")} lines too long to be read were left out`,
    zh: (d) => `${d.count("lines")} 行过长，已忽略`,
  },
  "prometheus.bad-histogram": {
    en: (d) =>
      `${many(d.times, "histogram")} left out, the first ${d.text("name")}: the buckets fit no histogram`,
    zh: (d) => `忽略了 ${d.times} 个直方图，首个为 ${d.text("name")}：各桶不成直方图`,
  },
  "prometheus.several-processes": {
    en: (d) =>
      `${many(d.times, "scrape")} of more than one process: the Go figures of such a page are of none and were left out. Fetch /metrics from one instance`,
    zh: (d) =>
      `${d.times} 次抓取来自多个进程：这种页面中的 Go 指标不属于任何一个，已忽略。请从单个实例获取 /metrics`,
  },
  "prometheus.too-many-families": {
    en: (d) => `more than ${d.count("most")} metrics: the types of ${d.times} more are unknown`,
    zh: (d) => `指标超过 ${d.count("most")} 个：另有 ${d.times} 个的类型未知`,
  },
  "prometheus.too-many-series": fixed(
    "more series than can be remembered: where one scrape ends and the next begins may be missed",
    "序列过多，无法全部记住：可能漏判两次抓取的分界",
  ),
  "prometheus.too-many-counters": {
    en: (d) => `only the first ${d.count("most")} request counters were read, others were not`,
    zh: (d) => `只读取了前 ${d.count("most")} 个请求计数器，其余未读取`,
  },
  "prometheus.too-many-scrapes": {
    en: (d) => `${d.count("dropped")} scrapes left out: there are more than can be kept`,
    zh: (d) => `忽略了 ${d.count("dropped")} 次抓取：数量超出上限`,
  },
};
