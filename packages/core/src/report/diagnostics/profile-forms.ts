// Words about profiles in forms that are not Go's own: legacy pprof inputs.

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
};
