// What the engine of go tool pprof says, in our form and in both languages; its own words are that tool's.

import type { Lang } from "@heapwright/core/model/message.ts";

const FLAG: Readonly<Record<string, string>> = {
  Focus: "--focus",
  Ignore: "--ignore",
  Hide: "--hide",
  Show: "--show",
  ShowFrom: "--show-from",
  TagFocus: "--tagfocus",
  TagIgnore: "--tagignore",
  TagShow: "--tagshow",
  TagHide: "--taghide",
  TagRoot: "--tagroot",
  TagLeaf: "--tagleaf",
};

type Translation = readonly [
  RegExp,
  (found: readonly string[]) => { readonly en: string; readonly zh: string },
];

const TRANSLATIONS: readonly Translation[] = [
  [
    /^(\w+) expression matched no samples$/,
    ([, what = ""]) => ({
      en: `${FLAG[what] ?? what} matched no samples`,
      zh: `${FLAG[what] ?? what} 没有匹配任何样本`,
    }),
  ],
  [
    /^sample_index "(.*)" must be one of: \[(.*)\]$/s,
    ([, wanted = "", types = ""]) => ({
      en: `there is no sample type ${JSON.stringify(wanted)} in it; there is ${types.replaceAll(" ", ", ")}`,
      zh: `其中没有样本类型 ${JSON.stringify(wanted)}；有 ${types.replaceAll(" ", "、")}`,
    }),
  ],
  [
    /^sample_index (\S+) is outside the range \[0\.\.(-?\d+)\]$/,
    ([, wanted = "", last = ""]) => ({
      en: `--sample-index ${wanted} is not from 0 to ${last}`,
      zh: `--sample-index ${wanted} 不在 0 到 ${last} 之间`,
    }),
  ],
  [
    /^parsing (?:argument regexp .*?|(\w+) regexp): (.*)$/s,
    ([, what, why = ""]) => ({
      en: `${what === undefined ? "the pattern" : `--${what.replaceAll("_", "-")}`} is no regular expression of Go: ${why}`,
      zh: `${what === undefined ? "该模式" : `--${what.replaceAll("_", "-")}`} 不是 Go 的正则表达式：${why}`,
    }),
  ],
  [
    /^no matches found for regexp: (.*)$/s,
    ([, pattern = ""]) => ({
      en: `no function matches ${pattern}`,
      zh: `没有函数匹配 ${pattern}`,
    }),
  ],
  [
    /^profiles have empty common sample type list$/,
    () => ({
      en: "the files have no sample type in common; show them one by one",
      zh: "这些文件没有共同的样本类型；请逐个查看",
    }),
  ],
  [
    /^profile has no samples$/,
    () => ({ en: "the profile has no sample types", zh: "该剖析没有样本类型" }),
  ],
  [
    /^named twice: (.*)$/s,
    ([, file = ""]) => ({
      en: `${file} is named twice and counted twice; intervals take it for two files`,
      zh: `${file} 写了两次，被计算两次；区间把它当作两个文件`,
    }),
  ],
  [/^no labels$/, () => ({ en: "no sample has a label", zh: "没有样本带标签" })],
  [/^no comments$/, () => ({ en: "there are no comments in it", zh: "其中没有注释" })],
  [
    /^(\w+):Interpreted '(.*)' as range, not regexp$/s,
    ([, flag = "", range = ""]) =>
      /^[+-]?\d+$/.test(range)
        ? {
            en: `--${flag}: ${range} was taken as a number; for the text of a label: --${flag} 'KEY=^${range}$'`,
            zh: `--${flag}：${range} 按数字处理；若是标签的文本：--${flag} 'KEY=^${range}$'`,
          }
        : {
            en: `--${flag}: ${range} was taken as a range of sizes, not as a pattern`,
            zh: `--${flag}：${range} 按大小范围而非模式处理`,
          },
  ],
  [
    /^For tag (.*) used unit (.*), also encountered unit\(s\) (.*)$/s,
    ([, tag = "", unit = "", others = ""]) => ({
      en: `label ${tag} is in ${unit}, and also in ${others}`,
      zh: `标签 ${tag} 的单位是 ${unit}，另有 ${others}`,
    }),
  ],
];

export function engineWords(message: string): { readonly en: string; readonly zh: string } {
  for (const [form, say] of TRANSLATIONS) {
    const found = form.exec(message);
    if (found !== null) return say(found);
  }
  return { en: message, zh: message };
}

export function engineText(message: string, lang: Lang): string {
  return engineWords(message)[lang];
}
