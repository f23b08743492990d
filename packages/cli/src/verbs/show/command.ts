import { words } from "../../command-line/words.ts";
import { flags, sharedFlags, sourceFlags, type Flag, type Verb } from "../../command-line/verb.ts";
import type { ShowFlags } from "./flags.ts";
import { inOurForm } from "./habits.ts";

const LISTS: readonly Flag[] = [
  [
    "--top <n>",
    words("how many functions are listed (20; 0: all)", "列出多少个函数（默认 20；0：全部）"),
  ],
  ["--cum", words("order by cum instead of flat", "按 cum 而非 flat 排序")],
  ["--tree", words("each function with its callers and callees", "每个函数及其调用者与被调用者")],
  ["--peek <regexp>", words("the same of matching functions", "同上，仅匹配的函数")],
  [
    "--list <regexp>",
    words("source of matching functions, each line with its value", "匹配函数的源代码，每行带数值"),
  ],
  ["--traces", words("every sample with its stack", "每个样本及其调用栈")],
  ["--tags", words("labels with what their samples hold", "标签及其样本的数值")],
  ["--raw", words("all that the file holds", "文件的全部内容")],
  ["--comments", words("comments in the file", "文件中的注释")],
];

const WRITES: readonly Flag[] = [
  ["--json", words("as JSON (schema heapwright.show/1)", "输出 JSON（模式 heapwright.show/1）")],
  ["--md", words("as Markdown", "输出 Markdown")],
  [
    "--html <file>",
    words(
      "a page beside it: flame, call graph, table, source; needs nothing else",
      "另写一个页面：火焰图、调用图、函数表、源代码；不依赖其他文件",
    ),
  ],
  ["--flame <file>", words("the same page, opened on its flame", "同一页面，打开即为火焰图")],
  ["--svg", words("the call graph as a picture", "调用图，图片")],
  ["--dot", words("the call graph for Graphviz", "调用图，供 Graphviz 使用")],
  ["--callgrind", words("for KCachegrind", "供 KCachegrind 使用")],
  ["--folded", words("folded stacks", "折叠栈")],
  ["--speedscope", words("for speedscope", "供 speedscope 使用")],
  ["--otlp", words("an OpenTelemetry profile", "OpenTelemetry 剖析")],
  ["--proto", words("a pprof file of what the filters leave", "过滤之后的 pprof 文件")],
  ["--topproto", words("a pprof file of the functions listed", "所列函数的 pprof 文件")],
  ["-o, --output <file>", words("into a file", "写入文件")],
];

const VALUES: readonly Flag[] = [
  [
    "--sample-index <type>",
    words(
      "which value, e.g. alloc_space, inuse_objects, or its number",
      "哪种数值，例如 alloc_space、inuse_objects，或其序号",
    ),
  ],
  ["--unit <unit>", words("unit of values, e.g. MB, ms", "数值的单位，例如 MB、ms")],
  ["--mean", words("average per object or event", "每个对象或事件的平均值")],
  ["--divide-by <n>", words("divide all values", "所有数值除以 n")],
  [
    "--relative-percentages",
    words("percentages of what filters leave", "百分比以过滤之后的总量为准"),
  ],
];

const FILTERS: readonly Flag[] = [
  ["--focus <regexp>", words("only stacks through a match", "只看经过匹配项的调用栈")],
  ["--ignore <regexp>", words("no stacks through a match", "去掉经过匹配项的调用栈")],
  ["--hide <regexp>", words("leave matching frames out", "隐去匹配的帧")],
  ["--show <regexp>", words("only matching frames", "只显示匹配的帧")],
  ["--show-from <regexp>", words("nothing above the first match", "不显示首个匹配项之上的帧")],
  ["--prune-from <regexp>", words("nothing below a match", "不显示匹配项之下的帧")],
  [
    "--tagfocus <filter>",
    words(
      "only samples with a label, e.g. bytes=1kb:2mb",
      "只看带某标签的样本，例如 bytes=1kb:2mb",
    ),
  ],
  ["--tagignore <filter>", words("no samples with a label", "去掉带某标签的样本")],
  ["--tagshow <regexp>", words("only matching labels", "只显示匹配的标签")],
  ["--taghide <regexp>", words("leave matching labels out", "隐去匹配的标签")],
  ["--tagroot <keys>", words("labels as outermost frames", "把标签作为最外层帧")],
  ["--tagleaf <keys>", words("labels as innermost frames", "把标签作为最内层帧")],
];

const NODES: readonly Flag[] = [
  [
    "--granularity <what>",
    words(
      "functions, filefunctions, files, lines or addresses",
      "functions、filefunctions、files、lines 或 addresses",
    ),
  ],
  ["--noinlines", words("inlined calls count for their caller", "内联调用计入其调用者")],
  ["--showcolumns", words("columns of source lines", "源代码行的列号")],
  ["--call-tree", words("a node for each path (pictures)", "每条路径一个节点（图片）")],
  ["--nodecount <n>", words("most nodes of a graph or tree", "图或树的最多节点数")],
  ["--nodefraction <f>", words("leave nodes below this share out", "去掉低于此份额的节点")],
  ["--edgefraction <f>", words("leave edges below this share out", "去掉低于此份额的边")],
  ["--no-trim", words("leave nothing out", "不去掉任何内容")],
  ["--drop-negative", words("leave negative nodes out", "去掉负值节点")],
  ["--source-path <dirs>", words("where sources are looked for", "到哪里找源代码")],
  ["--trim-path <dirs>", words("taken off the front of file names", "从文件名前面去掉")],
];

export const show: Verb = {
  name: "show",
  summary: words(
    "a profile: top, tree, peek, traces and pictures, with an interval on every number",
    "查看剖析：top、tree、peek、traces 与图片，每个数字都带区间",
  ),
  examples: words(
    `Examples:
  $ heapwright show heap.pb.gz                           what it is, the largest functions
  $ heapwright show heap.pb.gz --cum --focus session     where one part of the program allocates
  $ heapwright show heap.pb.gz --sample-index=alloc_space --granularity=lines
  $ heapwright show heap.pb.gz --peek 'Store..Add'       its callers and callees
  $ heapwright show heap.pb.gz --list 'Store..Add'       its source, each line with what it holds
  $ heapwright show heap.pb.gz --html heap.html          a page with flame, graph, table and source
  $ heapwright show heap.pb.gz --svg -o heap.svg         the call graph
  $ heapwright show http://localhost:6060                the heap of a live service
  $ curl -s localhost:6060/debug/pprof/heap | heapwright show -
Several files are added up. Flags of go tool pprof work as they are written there, -sample_index too.
[a, b] is a 95 % interval of what was sampled; n is the number of samples, flat/cum.`,
    `示例：
  $ heapwright show heap.pb.gz                           它是什么，最大的函数
  $ heapwright show heap.pb.gz --cum --focus session     程序的某一部分在哪里分配
  $ heapwright show heap.pb.gz --sample-index=alloc_space --granularity=lines
  $ heapwright show heap.pb.gz --peek 'Store..Add'       它的调用者与被调用者
  $ heapwright show heap.pb.gz --list 'Store..Add'       它的源代码，每行带数值
  $ heapwright show heap.pb.gz --html heap.html          含火焰图、调用图、函数表与源代码的页面
  $ heapwright show heap.pb.gz --svg -o heap.svg         调用图
  $ heapwright show http://localhost:6060                在线服务的堆
  $ curl -s localhost:6060/debug/pprof/heap | heapwright show -
多个文件会相加。go tool pprof 的选项按其原有写法也可使用，例如 -sample_index。
[a, b] 是抽样的 95 % 区间；n 是样本数，flat/cum。`,
  ),
  normalize: inOurForm,
  define(command, { lang, version, done }) {
    command.argument(
      "<files...>",
      words(
        "profiles of any format, - for standard input, or an address",
        "任何格式的剖析，- 表示标准输入，或地址",
      )[lang],
    );
    flags(command, lang, words("What is listed:", "列出什么："), LISTS);
    flags(command, lang, words("As what:", "以何种形式："), WRITES);
    flags(command, lang, words("Which values:", "哪些数值："), VALUES);
    flags(command, lang, words("Which samples and frames:", "哪些样本和帧："), FILTERS);
    flags(
      command,
      lang,
      words("What a node is, and which are shown:", "节点是什么，显示哪些："),
      NODES,
    );
    sourceFlags(command, lang);
    sharedFlags(command, lang);
    command.option("--wide", words("names and paths whole", "完整的名称和路径")[lang]);
    command.action(async (files: string[], given: ShowFlags) => {
      const { showVerb } = await import("./run.ts");
      done(await showVerb(files, given, version));
    });
  },
};
