import { words } from "../../command-line/words.ts";
import { flags, sharedFlags, type Verb } from "../../command-line/verb.ts";
import type { TraceFlags } from "../../flags.ts";

export const trace: Verb = {
  name: "trace",
  summary: words(
    "what an execution trace says about memory: GC cycles, who pays the assists, what stops the world",
    "执行跟踪说明的内存情况：GC 周期、谁在付辅助标记、什么让世界停顿",
  ),
  examples: words(
    `Examples:
  $ heapwright trace app.trace                       summary, longest cycles, top payers, stops, MMU
  $ heapwright trace app.trace --cycles --assists    the whole tables
  $ heapwright trace app.trace --goroutines          who ran, waited and blocked
  $ heapwright trace app.trace --html trace.html     the same as a page, with the pictures
  $ heapwright trace app.trace --json                everything as JSON (schema heapwright.trace/1)
  $ heapwright trace -d=parsed app.trace             the text of go tool trace -d=parsed
  $ heapwright trace app.trace --anonymize out.trace --cut 10s..12s
  $ heapwright trace app.trace -pprof=assist -o assists.pb.gz
  $ curl -o app.trace 'http://localhost:6060/debug/pprof/trace?seconds=5'`,
    `示例：
  $ heapwright trace app.trace                       概要、最长的周期、主要付出者、停顿、MMU
  $ heapwright trace app.trace --cycles --assists    完整的表
  $ heapwright trace app.trace --goroutines          谁在运行、等待、阻塞
  $ heapwright trace app.trace --html trace.html     同内容的页面，附图
  $ heapwright trace app.trace --json                全部内容为 JSON（模式 heapwright.trace/1）
  $ heapwright trace -d=parsed app.trace             与 go tool trace -d=parsed 相同的文本
  $ heapwright trace app.trace --anonymize out.trace --cut 10s..12s
  $ heapwright trace app.trace -pprof=assist -o assists.pb.gz
  $ curl -o app.trace 'http://localhost:6060/debug/pprof/trace?seconds=5'`,
  ),
  // Go's tools take one dash before long names.
  normalize: (args) => args.map((arg) => arg.replace(/^-(d|pprof)(?==)/, "--$1")),
  define(command, { lang, version, done }) {
    command.argument(
      "<file>",
      words("a trace, gzipped or not; - is standard input", "跟踪文件，可为 gzip；- 为标准输入")[
        lang
      ],
    );
    flags(command, lang, words("What is told:", "说明什么："), [
      ["--cycles", words("every GC cycle", "每个 GC 周期")],
      ["--assists", words("every payer of mark assists", "每个付辅助标记的代码行")],
      ["--stw", words("stops of the world by cause", "按原因列出 STW 停顿")],
      ["--mmu", words("minimum mutator utilisation", "最低赋值器利用率")],
      [
        "--goroutines",
        words(
          "goroutines by start function: executing, waiting, blocked (orders all events)",
          "按起始函数列出 goroutine：执行、等待、阻塞（需要全部事件的顺序）",
        ),
      ],
      [
        "--tasks",
        words(
          "tasks and regions with the assists in them (orders all events)",
          "任务与区域及其中的辅助（需要全部事件的顺序）",
        ),
      ],
      [
        "--events <from..to>",
        words(
          "the events of a stretch in order, e.g. 1.2s..1.25s after the first (orders all events)",
          "按顺序列出某一段的事件，例如首个事件之后的 1.2s..1.25s（需要全部事件的顺序）",
        ),
      ],
      ["--top <n>", words("rows of the short tables", "简表的行数"), "5"],
      [
        "--d <mode>",
        words(
          "the debugging texts of go tool trace: parsed, wire or footprint (also -d=parsed)",
          "go tool trace 的调试文本：parsed、wire 或 footprint（也可写作 -d=parsed）",
        ),
      ],
    ]);
    flags(command, lang, words("What is written:", "写出什么："), [
      [
        "--pprof <type>",
        words(
          "a profile: net, sync, syscall, sched as go tool trace; assist, stw, sweep (also -pprof=net)",
          "剖析：net、sync、syscall、sched 同 go tool trace；另有 assist、stw、sweep（也可写作 -pprof=net）",
        ),
      ],
      [
        "--perfetto <file>",
        words("the trace for Perfetto's viewer", "供 Perfetto 查看器使用的跟踪"),
      ],
      [
        "--anonymize <file>",
        words(
          "a copy without the service's names and texts, to be shared",
          "不含服务名称与文本的副本，可用于分享",
        ),
      ],
      [
        "--cut <from..to>",
        words(
          "a copy of the generations that touch a stretch; into -o FILE or --anonymize FILE",
          "涉及某一时段的各代的副本；写入 -o FILE 或 --anonymize FILE",
        ),
      ],
      ["-o, --output <file>", words("where --cut and --pprof write", "--cut 与 --pprof 写到哪里")],
    ]);
    sharedFlags(command, lang);
    flags(command, lang, words("Pages:", "页面："), [
      [
        "--html <file>",
        words(
          "also write the report as one page: heap and goal, stops and assists on one clock, tables",
          "同时把报告写成一个页面：堆与目标、停顿与辅助共用一个时钟，以及各表",
        ),
      ],
      [
        "--flame <file>",
        words(
          "also write the flame graph of assists as a page of its own",
          "同时把辅助的火焰图写成单独的页面",
        ),
      ],
    ]);
    command.option(
      "--json",
      words("as JSON (schema heapwright.trace/1)", "输出 JSON（模式 heapwright.trace/1）")[lang],
    );
    command.action(async (file: string, given: TraceFlags) => {
      const { traceVerb } = await import("./run.ts");
      done(await traceVerb(file, given, version));
    });
  },
};
