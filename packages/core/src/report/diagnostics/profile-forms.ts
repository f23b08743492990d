// Words about profiles in forms that are not Go's own: legacy pprof inputs, folded stacks, speedscope, OTLP.

import { fixed, many, type DiagnosticMessages, type DiagnosticWords } from "./words.ts";

const rowMalformed: DiagnosticWords = {
  en: (d) => `${many(d.times, "row")} could not be read and left out`,
  zh: (d) => `${d.times} 行记录无法读取，已忽略`,
};

const inexact: DiagnosticWords = {
  en: (d) => `${many(d.times, "number")} above 2^53 or with a fraction, held as near as can be`,
  zh: (d) => `${d.times} 个数大于 2^53 或带小数，取最接近的值`,
};

const noEndMark = fixed(
  "nothing says how many rows there are: a cut between two of them could not be seen",
  "没有注明记录总数：若恰在两条记录之间截断则无法察觉",
);

export const profileFormsMessages: DiagnosticMessages = {
  "pprof-legacy.row-malformed": rowMalformed,
  "pprof-legacy.inexact-value": inexact,
  "pprof-legacy.no-end-mark": noEndMark,
  "pprof-legacy.cut": fixed(
    "cut: what has to follow its rows is missing, so rows are missing too",
    "被截断：缺少记录之后必有的内容，因此也有记录缺失",
  ),
  "pprof-legacy.no-end": fixed(
    "cut: the end mark of its samples is missing, so samples are missing too",
    "被截断：缺少采样的结束标记，因此也有采样缺失",
  ),
  "pprof-legacy.unterminated": fixed(
    "its last line has no end and may be cut",
    "最后一行没有结尾，可能被截断",
  ),
  "pprof-legacy.attribute-malformed": {
    en: (d) => `${many(d.times, "setting")} at its beginning could not be read`,
    zh: (d) => `开头有 ${d.times} 项设置无法读取`,
  },
  "pprof-legacy.cycles-per-second-missing": fixed(
    "delays stay in CPU cycles: the setting cycles/second is missing",
    "缺少 cycles/second 设置：延迟只能以 CPU 周期计",
  ),
  "pprof-legacy.location-unresolved": {
    en: (d) => `${d.count("locations")} locations without a name: the list of names is cut`,
    zh: (d) => `${d.count("locations")} 个位置没有名称：名称列表被截断`,
  },

  "folded.row-malformed": rowMalformed,
  "folded.inexact-value": inexact,
  "folded.no-end-mark": noEndMark,
  "folded.uncounted": fixed(
    "no line has a number: each counts as one sample",
    "各行没有数字：每行计为一个样本",
  ),
  "folded.unterminated": fixed(
    "cut: the last line has no end, so its number may be short and rows may be missing",
    "被截断：最后一行没有结尾，其数值可能不全，并可能有记录缺失",
  ),
  "folded.too-large": {
    en: (d) => `larger than ${d.bytes("maxBytes")}; the rest was not read`,
    zh: (d) => `超过 ${d.bytes("maxBytes")}，其余未读取`,
  },

  "speedscope.sample-malformed": {
    en: (d) =>
      `${d.times} of ${d.count("samples")} samples left out: a frame that is not in the file, or no weight`,
    zh: (d) => `忽略了 ${d.count("samples")} 个采样中的 ${d.times} 个：栈帧不在文件中，或没有权重`,
  },
  "speedscope.weights-missing": {
    en: (d) => `${d.count("samples")} samples and ${d.count("weights")} weights: they do not match`,
    zh: (d) => `${d.count("samples")} 个采样与 ${d.count("weights")} 个权重：数目不符`,
  },
  "speedscope.event-malformed": {
    en: (d) =>
      `${d.times} of ${d.count("events")} events passed over: back in time, or a frame that is not open`,
    zh: (d) => `跳过了 ${d.count("events")} 个事件中的 ${d.times} 个：时间倒退，或栈帧未打开`,
  },
  "speedscope.frames-open": fixed(
    "frames are still open at its end: events are missing",
    "结尾处仍有未关闭的栈帧：有事件缺失",
  ),
  "speedscope.frame-malformed": {
    en: (d) => `${d.times} of ${d.count("frames")} frames without a name`,
    zh: (d) => `${d.count("frames")} 个栈帧中有 ${d.times} 个没有名称`,
  },
  "speedscope.profile-malformed": {
    en: (d) =>
      `${d.times} of ${d.count("profiles")} profiles left out: neither sampled nor evented`,
    zh: (d) => `忽略了 ${d.count("profiles")} 个剖析中的 ${d.times} 个：既非采样也非事件`,
  },
  "speedscope.too-deep": {
    en: (d) => `${many(d.times, "row")} left out: the stacks are deeper than can be held`,
    zh: (d) => `忽略了 ${d.times} 行记录：调用栈过深，无法全部保存`,
  },

  "otlp.truncated": {
    en: (d) =>
      `cut inside a field: ${d.bytes("read")} of the ${d.bytes("total")} that are there could be read`,
    zh: (d) => `在字段中间被截断：现有 ${d.bytes("total")} 中可读取 ${d.bytes("read")}`,
    saysWhere: true,
  },
  "otlp.not-a-field": {
    en: (d) =>
      `damaged after ${d.bytes("read")} of ${d.bytes("total")}: what follows is no part of a profile and was not read`,
    zh: (d) => `在 ${d.bytes("total")} 中的 ${d.bytes("read")} 之后损坏：其后不是剖析内容，未读取`,
    saysWhere: true,
  },
  "otlp.message-malformed": {
    en: (d) => `${many(d.times, "malformed entry", "malformed entries")} read only in part`,
    zh: (d) => `${d.times} 个格式错误的条目只读取了一部分`,
  },
  "otlp.string-missing": {
    en: (d) => `${many(d.times, "name")} left empty: the text is not in the file`,
    zh: (d) => `${d.times} 个名称留空：文本不在文件中`,
  },
  "otlp.function-missing": {
    en: (d) => `${many(d.times, "line")} without a function: it is not in the file`,
    zh: (d) => `${d.times} 行缺少函数：不在文件中`,
  },
  "otlp.mapping-missing": {
    en: (d) => `${many(d.times, "location")} of a mapping that is not in the file`,
    zh: (d) => `${d.times} 个位置所属的映射不在文件中`,
  },
  "otlp.attribute-missing": {
    en: (d) => `${many(d.times, "label")} left out: not in the file`,
    zh: (d) => `忽略了 ${d.times} 个标签：不在文件中`,
  },
  "otlp.sample-unresolved": {
    en: (d) => `${many(d.times, "sample")} left out: the stack is not in the file`,
    zh: (d) => `忽略了 ${d.times} 个采样：调用栈不在文件中`,
  },
  "otlp.more-profiles": {
    en: (d) =>
      `${d.count("profiles")} more profiles of other processes or moments were not read: they are not parts of one`,
    zh: (d) => `另有 ${d.count("profiles")} 个属于其他进程或时刻的剖析未读取：它们不能合为一个`,
  },
  "otlp.timestamps-dropped": {
    en: (d) =>
      `${many(d.times, "sample")} with times of their own: added up, the times are not used`,
    zh: (d) => `${d.times} 个采样带有各自的时间：已合计，时间未使用`,
  },
  "otlp.inexact-value": inexact,
};
