import { Option } from "commander";
import { words } from "../../command-line/words.ts";
import { flags, judgeFlags, liveFlags, sharedFlags, type Verb } from "../../command-line/verb.ts";
import type { WhyFlags } from "../../flags.ts";

export const why: Verb = {
  name: "why",
  summary: words(
    "the main job: capture if the target is live, read if it is a folder; verdict, ledger, sites, next step",
    "主要功能：目标在运行则先采集，是文件夹则读取；给出结论、账目、代码行和下一步",
  ),
  examples: words(
    `Examples:
  $ heapwright why http://localhost:6060             live, 60 s; a local pid is found by its port
  $ heapwright why --pid 4242 --url :6060            adds the kernel's view: smaps, cgroup, executable
  $ heapwright why ./incident/                       a capture, or loose files in any mix
  $ heapwright why heap-1.pb.gz heap-2.pb.gz         two profiles: which line grows
  $ heapwright why ./incident/ --html report.html    the answer as one page to send around
  $ heapwright why :6060 --for 5m --fail-on medium   exit 1 on a likely fault: for scripts

Exit codes: 0 answered, 1 --fail-on was met, 2 usage, 3 nothing readable, 70 a bug, 130 Ctrl-C.`,
    `示例：
  $ heapwright why http://localhost:6060             在线观察 60 秒；本地进程按端口找到
  $ heapwright why --pid 4242 --url :6060            加上内核视角：smaps、cgroup、可执行文件
  $ heapwright why ./incident/                       一次采集，或任意混合的零散文件
  $ heapwright why heap-1.pb.gz heap-2.pb.gz         两份剖析：哪一行在增长
  $ heapwright why ./incident/ --html report.html    把回答存成一个可转发的页面
  $ heapwright why :6060 --for 5m --fail-on medium   很可能有故障时退出码为 1：供脚本使用

退出码：0 已回答，1 达到 --fail-on，2 用法错误，3 没有可读内容，70 程序缺陷，130 Ctrl-C。`,
  ),
  define(command, { lang, version, done }) {
    command.argument("[target...]", words("URL, folder or files", "URL、文件夹或文件")[lang]);
    liveFlags(command, lang);
    judgeFlags(command, lang);
    sharedFlags(command, lang);
    flags(command, lang, words("How it is said:", "如何表述："), [
      [
        "--json",
        words(
          "the answer as JSON (schema heapwright.why/1)",
          "回答为 JSON（模式 heapwright.why/1）",
        ),
      ],
      ["--md", words("the answer as Markdown", "回答为 Markdown")],
      [
        "--html <file>",
        words("write the answer as one HTML page as well", "同时把回答写成一个 HTML 页面"),
      ],
      ["--top <n>", words("how many sites to list", "列出多少个代码行"), "10"],
      ["--evidence", words("add evidence ids to every line", "每行附上证据编号")],
      [
        "--explain-evidence",
        words("say why the artefacts belong together", "说明各份证据为何属于一处"),
      ],
      [
        "--missing",
        words(
          "list every kind of evidence and the command that records it",
          "列出每种证据以及获取它的命令",
        ),
      ],
    ]);
    command.addOption(
      new Option(
        "--fail-on <confidence>",
        words(
          "exit 1 on a fault of at least this confidence: low POSSIBLE, medium LIKELY, high",
          "故障置信度至少为此值时退出码为 1：low 可能、medium 很可能、high",
        )[lang],
      ).choices(["low", "medium", "high"]),
    );
    command.action(async (targets: string[], given: WhyFlags) => {
      const { why: run } = await import("./run.ts");
      done(await run(targets, given, version));
    });
  },
};
