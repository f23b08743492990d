import { Option } from "commander";
import { flags, sharedFlags, sourceFlags, type Verb } from "../../command-line/verb.ts";
import { words } from "../../command-line/words.ts";
import type { DiffFlags } from "../../flags.ts";

export const diff: Verb = {
  name: "diff",
  summary: words(
    "growth between two profiles or along a series, by line, with intervals and what could have been seen",
    "两份剖析之间或一个序列中的增长：逐行、带区间，并说明能看出多少",
  ),
  examples: words(
    `Examples:
  $ heapwright diff before.pb.gz after.pb.gz         how much more, at which line
  $ heapwright diff 1.pb.gz 2.pb.gz … 9.pb.gz        a series: slope, plateau or line, since when
  $ heapwright diff ./incident/                      the heap profiles of a capture as a series
  $ heapwright diff goroutine-*.pb.gz                goroutines: which stack keeps growing
  $ heapwright diff allocs-*.pb.gz                   totals and windows (CPU, mutex too): did a rate change
  $ heapwright diff old-build.pb.gz new-build.pb.gz  two builds: edited lines and closures are matched
  $ heapwright diff a.pb.gz b.pb.gz --sample-index alloc_space     what was allocated between the two
  $ heapwright diff 'heap?seconds=30.pb.gz'          one file that is a difference already
  $ heapwright diff before.pb.gz after.pb.gz --html diff.html      the same as a page
  $ heapwright diff base.pb.gz pr.pb.gz --md --fail-on growth      a gate, and a comment for the PR

Take the second profile at least two GC cycles after the first: a heap profile shows the last
finished cycle. In a series only growth that goes on meets --fail-on growth; what grew and stopped
(a warm-up, a cache that filled) does not. Exit codes: 0 answered, 1 --fail-on was met, 2 usage,
3 nothing readable, or a gate that could not be evaluated: not comparable, nothing left by --focus,
a rate or a total (allocations, contention, CPU windows), or it grew and nothing tells whether that
goes on, 70 a bug.`,
    `示例：
  $ heapwright diff before.pb.gz after.pb.gz         增长了多少，在哪一行
  $ heapwright diff 1.pb.gz 2.pb.gz … 9.pb.gz        序列：斜率、直线还是持平、始于何时
  $ heapwright diff ./incident/                      把一次采集中的堆剖析当作序列
  $ heapwright diff goroutine-*.pb.gz                goroutine：哪个调用栈在持续增长
  $ heapwright diff allocs-*.pb.gz                   累计与时间窗（CPU、互斥锁亦然）：速率是否变化
  $ heapwright diff old-build.pb.gz new-build.pb.gz  两个构建：匹配改动过的行和闭包
  $ heapwright diff a.pb.gz b.pb.gz --sample-index alloc_space     两者之间分配了多少
  $ heapwright diff 'heap?seconds=30.pb.gz'          本身就是差值的单个文件
  $ heapwright diff before.pb.gz after.pb.gz --html diff.html      同样的内容，以页面显示
  $ heapwright diff base.pb.gz pr.pb.gz --md --fail-on growth      作为门槛，并生成 PR 评论

请在第一份之后至少过两个 GC 周期再取第二份：堆剖析显示的是最近完成的周期。
序列中只有仍在持续的增长才达到 --fail-on growth；增长后停止的（预热、填满的缓存）不算。
退出码：0 已回答，1 达到 --fail-on，2 用法错误，3 没有可读内容或门槛无法评估（无法比较，
--focus 之后没有剩余，速率或累计（分配、竞争、CPU 时间窗），或有增长而不知是否持续），
70 程序缺陷。`,
  ),
  // Go's tools take one dash before long names, and underscores in them.
  normalize: (args) => {
    const end = args.indexOf("--");
    return args.map((arg, i) =>
      end >= 0 && i > end
        ? arg
        : arg.replace(/^--?(sample[_-]index|focus|ignore)(?==|$)/, (_, name: string) => {
            return `--${name.replace("_", "-")}`;
          }),
    );
  },
  define(command, { lang, version, done }) {
    command.argument(
      "<profiles...>",
      words(
        "two profiles, or more for a series; files, folders, addresses, - for standard input",
        "两份剖析，更多则为序列；文件、文件夹、地址，- 表示标准输入",
      )[lang],
    );
    flags(command, lang, words("What is compared:", "比较什么："), [
      [
        "--sample-index <type>",
        words(
          "which value: inuse_space, inuse_objects, alloc_space, alloc_objects, or a number",
          "哪种数值：inuse_space、inuse_objects、alloc_space、alloc_objects 或序号",
        ),
      ],
      [
        "--focus <regexp>",
        words(
          "only stacks with a function, file or mapping that matches",
          "只看函数、文件或映射匹配的调用栈",
        ),
      ],
      ["--ignore <regexp>", words("leave such stacks out", "略去这样的调用栈")],
      [
        "--requests <N,M>",
        words(
          "the service's request counter at each of the two: growth per request",
          "两份各自对应的请求计数：得出每个请求的增长",
        ),
      ],
    ]);
    command.addOption(
      new Option("--granularity <kind>", words("what a site is", "以什么为一处")[lang])
        .choices(["lines", "functions", "files"])
        .default("lines"),
    );
    flags(command, lang, words("How it is judged:", "如何判断："), [
      [
        "--same-process",
        words(
          "it is one process, although the files do not prove it",
          "是同一进程，尽管文件未能证明",
        ),
      ],
      ["--other-process", words("they are different processes or builds", "是不同的进程或构建")],
    ]);
    command.addOption(
      new Option(
        "--fail-on <what>",
        words(
          "exit 1 when growth was seen; inconclusive: also when a series grew and nothing tells whether that goes on (with growth alone that is exit 3)",
          "看到增长时退出码为 1；inconclusive：序列有增长而不知是否持续时也是 1（只用 growth 时为 3）",
        )[lang],
      ).choices(["growth", "inconclusive"]),
    );
    sharedFlags(command, lang);
    flags(command, lang, words("How it is said:", "如何表述："), [
      [
        "--json",
        words("as JSON (schema heapwright.diff/1)", "输出 JSON（模式 heapwright.diff/1）"),
      ],
      ["--md", words("as Markdown", "输出 Markdown")],
      ["--top <n>", words("rows of each table", "每个表的行数"), "10"],
      ["-o, --output <file>", words("write the answer there", "把回答写入该文件")],
      [
        "--html <file>",
        words(
          "a page beside it: flame, call graph and table of what changed between two",
          "另写一个页面：两份之间变化的火焰图、调用图与函数表",
        ),
      ],
      ["--flame <file>", words("the same page, opened on its flame", "同一页面，打开即为火焰图")],
    ]);
    sourceFlags(command, lang);
    command.action(async (profiles: string[], given: DiffFlags) => {
      const { diffVerb } = await import("./run.ts");
      done(await diffVerb(profiles, given, version));
    });
  },
};
