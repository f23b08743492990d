// The command line: which verbs there are, and what an error of each kind becomes.

import { Command, CommanderError } from "commander";
import type { Lang } from "@heapwright/core/model/message.ts";
import { complaint, speak } from "./command-line/commander.ts";
import type { Verb, VerbContext } from "./command-line/verb.ts";
import { langOf, words } from "./command-line/words.ts";
import { EXIT } from "./exit-codes.ts";
import { UnreadableError, UsageError } from "./usage-error.ts";
import { capture } from "./verbs/capture/command.ts";
import { diff } from "./verbs/diff/command.ts";
import { evidence } from "./verbs/evidence/command.ts";
import { pprof } from "./verbs/pprof/command.ts";
import { show } from "./verbs/show/command.ts";
import { trace } from "./verbs/trace/command.ts";
import { view } from "./verbs/view/command.ts";
import { why } from "./verbs/why/command.ts";

const VERBS: readonly Verb[] = [why, capture, view, show, diff, trace, pprof, evidence];

const SHORT = words(
  `heapwright tells why a Go service uses the memory it uses, down to the source line.
  heapwright why http://localhost:6060     a live service with net/http/pprof, 60 s
  heapwright why ./incident/               a folder of profiles, gctrace, /proc files
  heapwright view http://localhost:6060    the same answer as a page
Profiles: show, diff, pprof; traces: trace. All of it: heapwright --help; one: heapwright why --help
`,
  `heapwright 说明一个 Go 服务为什么占用这些内存，直至源代码行。
  heapwright why http://localhost:6060     带 net/http/pprof 的在线服务，60 秒
  heapwright why ./incident/               放有剖析、gctrace、/proc 文件的文件夹
  heapwright view http://localhost:6060    同样的回答，以页面显示
剖析：show、diff、pprof；跟踪：trace。全部命令：heapwright --help；选项与示例：heapwright why --help
`,
);

/** Runs one command line and gives the exit code. */
export async function run(args: readonly string[], version: string): Promise<number> {
  const lang = langOf(args);
  let code: number = EXIT.ok;
  if (args.length === 0) {
    process.stdout.write(SHORT[lang]);
    return EXIT.ok;
  }
  const program = build({
    lang,
    version,
    done: (n) => {
      code = n;
    },
  });
  try {
    const verb = VERBS.find(({ name }) => name === args[0]);
    const given = verb?.normalize?.(args) ?? args;
    await program.parseAsync(["node", "heapwright", ...given]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof UsageError || error instanceof UnreadableError) {
      process.stderr.write(`heapwright: ${error.in(lang)}\n`);
      return error instanceof UsageError ? EXIT.usage : EXIT.unreadable;
    }
    process.stderr.write(bugReport(error, lang));
    return EXIT.bug;
  }
}

function bugReport(error: unknown, lang: Lang): string {
  const detail =
    error instanceof Error
      ? process.env["HEAPWRIGHT_DEBUG"]
        ? (error.stack ?? error.message)
        : error.message
      : String(error);
  return lang === "zh"
    ? `heapwright: heapwright 自身的缺陷：${detail}\n  请用 HEAPWRIGHT_DEBUG=1 再运行一次以得知位置，并报告此问题。\n`
    : `heapwright: a bug in heapwright itself: ${detail}\n  Run again with HEAPWRIGHT_DEBUG=1 for where, and please report it.\n`;
}

function build(context: VerbContext): Command {
  const { lang } = context;
  const names = VERBS.map(({ name }) => name);
  const program = new Command("heapwright");
  program
    .description(
      words(
        "Why a Go service uses the memory it uses, who is responsible, down to the source line.",
        "一个 Go 服务为什么占用这些内存，由谁造成，直至源代码行。",
      )[lang],
    )
    .version(
      `heapwright ${context.version}`,
      "-V, --version",
      words("print the version", "显示版本")[lang],
    )
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: (text, write) => write(complaint(text, lang, names)) })
    .helpCommand("help [command]", words("show the help of a command", "显示某个命令的帮助")[lang]);
  speak(program, lang);
  for (const verb of VERBS) {
    const command = program.command(verb.name).description(verb.summary[lang]).exitOverride();
    speak(command, lang);
    command.addHelpText("before", `\n${verb.examples[lang]}\n`);
    verb.define(command, context);
  }
  return program;
}
