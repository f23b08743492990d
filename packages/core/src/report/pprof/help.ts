// Help of `heapwright pprof` and its shell: this program's own words for the tool's options.

import type { Lang } from "../../model/message.ts";
import { COMMANDS } from "./commands.ts";
import { CHOICES, fieldOfChoice, isField, type FieldName } from "./config.ts";

type Words = Readonly<Record<Lang, string>>;

function words(en: string, zh: string): Words {
  return { en, zh };
}

const COMMAND_HELP: Readonly<Record<string, Words>> = {
  callgrind: words("the call graph for KCachegrind", "供 KCachegrind 用的调用图"),
  comments: words("the comments in the profile", "profile 里的注释"),
  disasm: words(
    "instructions of matching functions with values; needs the binary and objdump",
    "匹配函数的指令及数值；需要二进制文件和 objdump",
  ),
  dot: words("the call graph in the DOT language", "DOT 语言的调用图"),
  list: words(
    "source of matching functions with values at the lines",
    "匹配函数的源代码，行旁有数值",
  ),
  peek: words("callers and callees of matching functions", "匹配函数的调用者与被调用者"),
  proto: words(
    "the profile itself, filtered and merged, as .pb.gz",
    "profile 本身，经过滤与合并，写成 .pb.gz",
  ),
  raw: words("all that the profile holds, as text", "profile 里的全部内容，写成文本"),
  tags: words("labels of the samples with their values", "样本的标签及其数值"),
  text: words("functions with the largest values", "数值最大的函数"),
  top: words("functions with the largest values", "数值最大的函数"),
  topproto: words("the functions that top shows, as .pb.gz", "top 显示的函数，写成 .pb.gz"),
  traces: words("every sample with its stack", "每个样本及其栈"),
  tree: words("functions with callers and callees", "函数及其调用者与被调用者"),
  weblist: words(
    "as list, as a page; with instructions where the binary and objdump are here",
    "同 list，写成网页；有二进制文件和 objdump 时带指令",
  ),
};

function helpOf(name: string, lang: Lang): string {
  const own = COMMAND_HELP[name];
  if (own !== undefined) return own[lang];
  const type = (COMMANDS[name]?.image ?? name).toUpperCase();
  // SVG is laid out by the layout engine that comes along.
  if (type === "SVG") return lang === "zh" ? "调用图，写成 SVG" : "the call graph as SVG";
  return lang === "zh"
    ? `调用图，写成 ${type}；需要 Graphviz 的 dot`
    : `the call graph as ${type}; needs Graphviz's dot`;
}

/** What to do instead of a command that starts a viewer; `file` is the profile. */
export function absentText(name: string, file: string, lang: Lang): string {
  const instead = name === "kcachegrind" ? "callgrind" : name === "evince" ? "pdf" : "svg";
  return lang === "zh"
    ? `这里没有 ${name}：它会启动查看程序。写成文件：${instead}。作为网页：heapwright view ${file}`
    : `${name} is not available here: it starts a viewer. As a file: ${instead}. As a page: heapwright view ${file}`;
}

export function noServerText(file: string, lang: Lang): string {
  return lang === "zh"
    ? `这里没有 -http。网页由此命令显示：\n  heapwright view ${file}`
    : `-http is not available here. The page is shown by:\n  heapwright view ${file}`;
}

export function helpHint(lang: Lang): string {
  return lang === "zh"
    ? "heapwright pprof -help 列出各参数"
    : "heapwright pprof -help lists the arguments";
}

export interface ShellWords {
  readonly allZero: string;
  readonly greeting: string;
}

export function shellWords(lang: Lang): ShellWords {
  return lang === "zh"
    ? {
        allZero: "这一样本类型的值都是零；用 sample_index=名称 换一个。",
        greeting: "从这里起读取命令（“help”列出命令，“o”列出选项）",
      }
    : {
        allZero:
          "All values of this sample type are zero; another one is chosen with sample_index=NAME.",
        greeting: 'Commands are read from here on ("help" lists them, "o" the options)',
      };
}

const FIELD_HELP: Readonly<Record<FieldName, Words>> = {
  output: words("file to write the report to", "报告写入的文件"),
  call_tree: words(
    "pictures and callgrind: one node for each path instead of each function",
    "图形与 callgrind：按路径分节点，而不是每个函数一个节点",
  ),
  relative_percentages: words(
    "percentages of what the filters left, not of the whole profile",
    "百分比相对于过滤后剩下的部分，而不是整个 profile",
  ),
  unit: words(
    "unit of values: bytes, kb, mb, ms, … ; minimum: one for the report; auto: each its own",
    "数值的单位：bytes、kb、mb、ms……；minimum：整个报告用一个；auto：各用各的",
  ),
  compact_labels: words(
    "leave the description of the profile out of the report",
    "报告里不写 profile 的说明",
  ),
  source_path: words(
    "folders in which source files are looked for, separated by colons",
    "查找源文件的文件夹，用冒号分隔",
  ),
  trim_path: words(
    "fronts of source paths to leave out, separated by colons",
    "要从源文件路径前面去掉的部分，用冒号分隔",
  ),
  intel_syntax: words(
    "instructions of disasm and weblist in Intel's syntax",
    "disasm 与 weblist 的指令用 Intel 语法",
  ),
  mean: words(
    "averages: values divided by the first value of the sample (objects, contentions)",
    "平均值：数值除以样本的第一个值（对象数、争用次数）",
  ),
  sample_index: words(
    "which value to show: its name, or its number from 0",
    "显示哪个值：名称，或从 0 起的编号",
  ),
  divide_by: words("divide all values by this", "所有数值都除以它"),
  normalize: words(
    "scale the profile to the total of the base first",
    "先把 profile 缩放到基准的总量",
  ),
  sort: words("order of lists", "列表的次序"),
  tagroot: words(
    "labels (comma separated keys) as frames above the root",
    "把标签（键用逗号分隔）作为根之上的帧",
  ),
  tagleaf: words(
    "labels (comma separated keys) as frames below the leaf",
    "把标签（键用逗号分隔）作为叶之下的帧",
  ),
  drop_negative: words(
    "leave nodes with a negative value out of differences",
    "相减时去掉值为负的节点",
  ),
  nodecount: words("at most this many nodes; 0: all", "最多这么多节点；0：全部"),
  nodefraction: words(
    "leave out nodes whose cum is below this part of the total",
    "去掉 cum 低于总量这一比例的节点",
  ),
  edgefraction: words("leave out edges below this part of the total", "去掉低于总量这一比例的边"),
  trim: words("trim=false: nothing is left out", "trim=false：什么都不去掉"),
  focus: words(
    "only samples with a frame that matches (function, file or binary)",
    "只要有匹配帧的样本（函数、文件或二进制名）",
  ),
  ignore: words("no samples with a frame that matches", "不要有匹配帧的样本"),
  prune_from: words("drop the frames below the one that matches", "去掉匹配帧以下的帧"),
  hide: words("take matching frames out of the stacks", "把匹配的帧从栈里去掉"),
  show: words("take frames that do not match out of the stacks", "把不匹配的帧从栈里去掉"),
  show_from: words(
    "drop the frames above the topmost one that matches",
    "去掉最上面那个匹配帧以上的帧",
  ),
  tagfocus: words(
    "only samples with a label that matches: pattern, key=pattern, or a range 1kb:2mb",
    "只要标签匹配的样本：模式、键=模式，或范围 1kb:2mb",
  ),
  tagignore: words("no samples with a label that matches", "不要标签匹配的样本"),
  tagshow: words("only labels whose key matches", "只留键匹配的标签"),
  taghide: words("no labels whose key matches", "去掉键匹配的标签"),
  noinlines: words(
    "give what inlined functions have to the function they are inlined into",
    "内联函数的值算给它被内联进的函数",
  ),
  showcolumns: words("columns beside line numbers", "行号旁边带列号"),
  granularity: words("what counts as one node", "什么算一个节点"),
};

function table(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, text]) => `  ${name.padEnd(22)} ${text}`).join("\n");
}

function patternWord(lang: Lang): string {
  return lang === "zh" ? "模式" : "PATTERN";
}

function commandRows(dash: string, lang: Lang): [string, string][] {
  return Object.entries(COMMANDS).map(([name, { hasPattern }]) => {
    const pattern = hasPattern ? `${dash === "" ? " " : "="}${patternWord(lang)}` : "";
    return [`${dash}${name}${pattern}`, helpOf(name, lang)];
  });
}

function fieldRows(dash: string, lang: Lang): [string, string][] {
  const out: [string, string][] = [];
  for (const [name, text] of Object.entries(FIELD_HELP)) {
    if (CHOICES[name] === undefined) out.push([`${dash}${name}`, text[lang]]);
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const oneOf = lang === "zh" ? `${name}：其中之一` : `${name}: one of them`;
    out.push([choices.map((choice) => dash + choice).join(" "), oneOf]);
  }
  return out;
}

export function usageText(lang: Lang): string {
  return lang === "zh" ? usageZh() : usageEn();
}

function usageEn(): string {
  return `heapwright pprof: the arguments and the reports of \`go tool pprof\`

  heapwright pprof -top [options] [binary] heap.pb.gz…     one report; several profiles are added up
  heapwright pprof [options] [binary] heap.pb.gz…          a shell: top, list, peek, tree, help
  heapwright pprof -top -diff_base=before.pb.gz after.pb.gz
  heapwright pprof -list='^main\\.' -source_path=. heap.pb.gz

Reports (at most one):
${table(commandRows("-", "en"))}

Options:
${table(fieldRows("-", "en"))}

Profiles:
${table([
  ["-diff_base=FILE", "subtract this profile; percentages are of it"],
  ["-base=FILE", "subtract this profile; percentages are of what is left"],
  ["-seconds=N", "ask a URL for a profile of this length"],
  ["-timeout=N", "seconds to wait for a URL"],
  ["-buildid=ID", "build id where the profile has none"],
  ["-add_comment=TEXT", "add a comment to the profile"],
  ["-symbolize=none", "leave names as they are; names are never looked up in binaries"],
  ["-symbolize=demangle=F", "C++ and Rust names: full, templates (no parameters) or none"],
  ["-all_frames", "keep the frames that the profile itself would drop"],
  ["-inuse_space, -alloc_objects, …", "as -sample_index"],
  ["--lang=en|zh", "language of help and of messages that are not the tool's"],
])}

Binaries (disasm, weblist) are looked for at the path in the profile, as the first argument, and in
PPROF_BINARY_PATH. Instructions are written as objdump writes them, not as Go's assembler does.
`;
}

function usageZh(): string {
  return `heapwright pprof：接受 \`go tool pprof\` 的参数，给出同样的报告

  heapwright pprof -top [选项] [二进制文件] heap.pb.gz…    一份报告；多个 profile 相加
  heapwright pprof [选项] [二进制文件] heap.pb.gz…         交互方式：top、list、peek、tree、help
  heapwright pprof -top -diff_base=before.pb.gz after.pb.gz
  heapwright pprof -list='^main\\.' -source_path=. heap.pb.gz

报告（最多一个）：
${table(commandRows("-", "zh"))}

选项：
${table(fieldRows("-", "zh"))}

Profile：
${table([
  ["-diff_base=文件", "减去这个 profile；百分比相对于它"],
  ["-base=文件", "减去这个 profile；百分比相对于剩下的部分"],
  ["-seconds=N", "向 URL 要这么长的 profile"],
  ["-timeout=N", "等待 URL 的秒数"],
  ["-buildid=ID", "profile 没有 build id 时用它"],
  ["-add_comment=文本", "给 profile 加一条注释"],
  ["-symbolize=none", "名称保持原样；从不到二进制文件里查名称"],
  ["-symbolize=demangle=F", "C++ 和 Rust 名称：full（完整）、templates（不含参数）或 none"],
  ["-all_frames", "保留 profile 本身要去掉的帧"],
  ["-inuse_space, -alloc_objects, …", "同 -sample_index"],
  ["--lang=en|zh", "帮助以及非该工具原文的消息所用的语言"],
])}

二进制文件（disasm、weblist）按 profile 里的路径、第一个参数、PPROF_BINARY_PATH 查找。
指令按 objdump 的写法，不是 Go 汇编器的写法。
`;
}

export function shellHelp(lang: Lang): string {
  const isZh = lang === "zh";
  const rows: [string, string][] = isZh
    ? [
        ["o, options", "各选项及其值"],
        ["名称=值", "设置一个选项"],
        [":", "清除 focus、ignore、hide、tagfocus、tagignore"],
        ["q, quit, exit", "离开"],
      ]
    : [
        ["o, options", "the options and their values"],
        ["NAME=VALUE", "set an option"],
        [":", "clear focus, ignore, hide, tagfocus, tagignore"],
        ["q, quit, exit", "leave"],
      ];
  const [commands, options, after] = isZh
    ? ["命令：", "选项：", "命令之后：节点数、要关注的模式、-要忽略的模式、-cum、>文件。"]
    : [
        "Commands:",
        "Options:",
        "After a command: a number of nodes, patterns to focus on, -PATTERN to ignore, -cum, >FILE.",
      ];
  const list = table([...commandRows("", lang), ...rows]);
  return `${commands}\n${list}\n\n${options}\n${table(fieldRows("", lang))}\n\n${after}\n`;
}

export function commandHelp(name: string, lang: Lang): string {
  const pattern = COMMANDS[name]?.hasPattern === true ? ` ${patternWord(lang)}` : "";
  const rest =
    lang === "zh"
      ? "[N] [关注…] [-忽略…] [-cum] [>文件]"
      : "[N] [FOCUS…] [-IGNORE…] [-cum] [>FILE]";
  return `${name}${pattern} ${rest}\n  ${helpOf(name, lang)}\n`;
}

export function fieldHelp(name: string, lang: Lang): string | undefined {
  const value = lang === "zh" ? "值" : "VALUE";
  if (isField(name)) return `${name}=${value}\n  ${FIELD_HELP[name][lang]}\n`;
  const field = fieldOfChoice(name);
  return field === undefined ? undefined : `${name}\n  ${FIELD_HELP[field][lang]}: ${name}\n`;
}

export function unknownCommandText(name: string, lang: Lang): string {
  return lang === "zh" ? `未知命令：${name}` : `Unknown command: ${name}`;
}
