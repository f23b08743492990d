// commander's own words in our form and in both languages.

import { existsSync } from "node:fs";
import type { Command, Option } from "commander";
import type { Lang } from "@heapwright/core/model/message.ts";
import { looksLikeAddress } from "../arguments.ts";
import type { Words } from "./words.ts";

/** What commander complains about, by the beginning of its sentence; $1 and $2 are its quotes. */
const COMPLAINTS: readonly (readonly [RegExp, string])[] = [
  [/^unknown option '(.*?)'/, "未知选项 '$1'"],
  [/^unknown command '(.*?)'/, "未知命令 '$1'"],
  [/^option '(.*?)' argument missing/, "选项 '$1' 缺少参数"],
  [
    /^option '(.*?)' argument '(.*?)' is invalid\. Allowed choices are (.*?)\.?$/,
    "选项 '$1' 不接受 '$2'，可选：$3",
  ],
  [/^missing required argument '(.*?)'/, "缺少参数 '$1'"],
  [
    /^too many arguments(?: for '(.*?)')?\. Expected (\d+) arguments? but got \d+.*$/,
    "参数过多，最多 $2 个",
  ],
  [/^required option '(.*?)' not specified/, "缺少必需选项 '$1'"],
];

/** The complaints that can say more than commander knows. */
const WHAT_TO_DO: readonly (readonly [RegExp, Words])[] = [
  [
    /^required option '-o, --output <folder>' not specified/,
    {
      en: "capture needs a new folder to write to: -o FOLDER",
      zh: "capture 需要一个新文件夹来写入：-o FOLDER",
    },
  ],
  [
    /^missing required argument 'files'/,
    {
      en: "show needs a profile: heapwright show heap.pb.gz, an address, or - for standard input",
      zh: "show 需要一个剖析：heapwright show heap.pb.gz、地址，或 - 表示标准输入",
    },
  ],
  [
    /^missing required argument 'id'/,
    {
      en: "evidence needs an id such as 9f31c2aa:stack:4be07c; heapwright why --evidence prints them",
      zh: "evidence 需要形如 9f31c2aa:stack:4be07c 的编号；heapwright why --evidence 会列出",
    },
  ],
];

/** One line: what is wrong, the nearest name, and what to do. */
export function complaint(text: string, lang: Lang, verbs: readonly string[]): string {
  const plain = text.trim().replace(/^error: /, "");
  const near = /\(Did you mean (.*?)\?\)/.exec(plain)?.[1];
  const line = plain.replace(/\s*\n\(Did you mean .*?\?\)$/, "");
  const command = /^unknown command '(.*?)'/.exec(line)?.[1];
  const special = WHAT_TO_DO.find(([form]) => form.test(line))?.[1][lang];
  const said = special ?? (lang === "zh" ? translated(line) : line);
  const next =
    near !== undefined
      ? didYouMean(near, lang)
      : command === undefined
        ? undefined
        : looksLikeAddress(command) || existsSync(command)
          ? didYouMean(`heapwright why ${command}`, lang)
          : lang === "zh"
            ? `有 ${verbs.join("、")}；heapwright --help 说明各自的用途`
            : `There are ${verbs.join(", ")}; heapwright --help tells what each does`;
  if (next === undefined) return `heapwright: ${said}\n`;
  return lang === "zh" ? `heapwright: ${said}。${next}\n` : `heapwright: ${said}. ${next}\n`;
}

/** A command that holds a colon is introduced by one, a bare name is asked about. */
function didYouMean(what: string, lang: Lang): string {
  if (lang === "zh") return `是否想输入 ${what}？`;
  return what.startsWith("heapwright ") ? `Did you mean: ${what}` : `Did you mean ${what}?`;
}

function translated(line: string): string {
  for (const [form, zh] of COMPLAINTS) if (form.test(line)) return line.replace(form, zh);
  return line;
}

const TITLES: Readonly<Record<string, string>> = {
  "Usage:": "用法：",
  "Arguments:": "参数：",
  "Options:": "选项：",
  "Commands:": "命令：",
};

/** The parts of a help page that commander writes itself. */
export function speak(command: Command, lang: Lang): Command {
  command.helpOption("-h, --help", lang === "zh" ? "显示帮助" : "show this help");
  if (lang === "zh")
    command.configureHelp({
      styleTitle: (title) => TITLES[title] ?? title,
      optionDescription: described,
    });
  return command;
}

function described(option: Option): string {
  const more: string[] = [];
  if (option.argChoices !== undefined) more.push(`可选：${option.argChoices.join("、")}`);
  if (option.defaultValue !== undefined && !option.isBoolean())
    more.push(`默认：${String(option.defaultValue)}`);
  return more.length === 0 ? option.description : `${option.description}（${more.join("；")}）`;
}
