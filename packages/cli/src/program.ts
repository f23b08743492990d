// The command line: verbs, flags and help. Each verb is one file, loaded when it is called.

import { existsSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { looksLikeAddress } from "./arguments.ts";
import { EXIT } from "./exit-codes.ts";
import type { CaptureFlags, SharedFlags, ViewFlags, WhyFlags } from "./flags.ts";
import { UnreadableError, UsageError } from "./usage-error.ts";

/** Runs one command line and gives the exit code. */
export async function run(args: readonly string[], version: string): Promise<number> {
  let code: number = EXIT.ok;
  const done = (n: number) => {
    code = n;
  };
  const program = build(version, done);
  if (args.length === 0) {
    process.stdout.write(SHORT);
    return EXIT.ok;
  }
  try {
    await program.parseAsync(["node", "heapwright", ...args]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof UsageError) {
      process.stderr.write(`heapwright: ${error.message}\n`);
      return EXIT.usage;
    }
    if (error instanceof UnreadableError) {
      process.stderr.write(`heapwright: ${error.message}\n`);
      return EXIT.unreadable;
    }
    const detail =
      error instanceof Error
        ? process.env["HEAPWRIGHT_DEBUG"]
          ? (error.stack ?? error.message)
          : error.message
        : String(error);
    process.stderr.write(
      `heapwright: a bug in heapwright itself: ${detail}\n  Run again with HEAPWRIGHT_DEBUG=1 for where, and please report it.\n`,
    );
    return EXIT.bug;
  }
}

const SHORT = `heapwright tells why a Go service uses the memory it uses, down to the source line.
  heapwright why http://localhost:6060     a live service with net/http/pprof, 60 s
  heapwright why ./incident/               a folder of profiles, gctrace, /proc files
  heapwright view http://localhost:6060    the same answer as a page
Every flag, with examples: heapwright why --help
`;

const WHY_EXAMPLES = `
Examples:
  $ heapwright why http://localhost:6060             live, 60 s; a local pid is found by its port
  $ heapwright why --pid 4242 --url :6060            adds the kernel's view: smaps, cgroup, executable
  $ heapwright why ./incident/                       a capture, or loose files in any mix
  $ heapwright why heap-1.pb.gz heap-2.pb.gz         two profiles: which line grows
  $ heapwright why ./incident/ --html report.html    the answer as one page to send around
  $ heapwright why :6060 --for 5m --fail-on medium   exit 1 on a likely fault: for scripts

Exit codes: 0 answered, 1 --fail-on was met, 2 usage, 3 nothing readable, 70 a bug, 130 Ctrl-C.
`;

function live(command: Command): Command {
  return command
    .optionsGroup("Where the service is:")
    .option("--pid <pid>", "a local process; adds the kernel's view (Linux)")
    .option("--url <url>", "its address, together with --pid")
    .option("--unix <socket>", "HTTP over a unix socket")
    .option("--prefix <path>", "path of the profiles instead of /debug/pprof")
    .option("--metrics <url>", "page with runtime/metrics, Prometheus or expvar: a URL or a path")
    .option(
      "--header <line>",
      'add a request header, "Name: value" (repeatable)',
      (v: string, all: string[] | undefined) => [...(all ?? []), v],
    )
    .option("--cacert <file>", "trust this CA")
    .option("--cert <file>", "client certificate")
    .option("--key <file>", "its key")
    .option("--insecure", "do not check the server's certificate")
    .optionsGroup("What is collected:")
    .option("--for <duration>", "how long to look", "60s")
    .option("--every <duration>", "time between two samples of the series", "1s")
    .option("--gc", "force a GC before each heap profile (changes the service's timing)")
    .option("--trace", "store one execution trace of 5 s at the end");
}

function shared(command: Command): Command {
  return command
    .optionsGroup("How it is said:")
    .addOption(
      new Option("--lang <lang>", "language of the answer")
        .choices(["en", "zh"])
        .default(defaultLang()),
    )
    .option("--plain", "no colour")
    .option("--quiet", "no progress and no notes on stderr");
}

const VERBS = ["why", "capture", "view", "evidence", "pprof"] as const;

/** commander's sentence in our form: one line, the nearest name in it, and what to do. */
function commandLineError(text: string): string {
  const line = text
    .trim()
    .replace(/^error: /, "")
    .replace(/\s*\n\(Did you mean (.*)\?\)$/, ". Did you mean $1?")
    .replace(
      "required option '-o, --output <folder>' not specified",
      "capture needs a new folder to write to: -o FOLDER",
    )
    .replace(
      "missing required argument 'id'",
      "evidence needs an id such as 9f31c2aa:stack:4be07c; heapwright why --evidence prints them",
    );
  const command = /^unknown command '(.*?)'/.exec(line)?.[1];
  if (command === undefined || line.includes("Did you mean")) return `heapwright: ${line}\n`;
  const next =
    looksLikeAddress(command) || existsSync(command)
      ? `Did you mean: heapwright why ${command}`
      : `There are ${VERBS.join(", ")}; heapwright --help tells what each does`;
  return `heapwright: ${line}. ${next}\n`;
}

function defaultLang(): "en" | "zh" {
  const env = process.env["LC_ALL"] || process.env["LC_MESSAGES"] || process.env["LANG"] || "";
  return /^zh([_.]|$)/i.test(env) ? "zh" : "en";
}

function answering(command: Command): Command {
  return command
    .optionsGroup("How it is judged:")
    .option(
      "--limit <bytes>",
      "memory limit to judge against, e.g. 512MiB, when the evidence has none",
    )
    .option(
      "--load <name>",
      "name of the request counter, e.g. http_requests_total: growth per request",
    );
}

function build(version: string, done: (code: number) => void): Command {
  const program = new Command("heapwright");
  program
    .description(
      "Why a Go service uses the memory it uses, who is responsible, down to the source line.",
    )
    .version(`heapwright ${version}`, "-V, --version", "print the version")
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      outputError: (text, write) => write(commandLineError(text)),
    })
    .helpCommand(true);

  const why = program
    .command("why")
    .argument("[target...]", "URL, folder or files")
    .description(
      "the main job: capture if the target is live, read if it is a folder; verdict, ledger, sites, next step",
    )
    .exitOverride();
  live(why);
  answering(why);
  shared(why)
    .option("--json", "the answer as JSON (schema heapwright.why/1)")
    .option("--md", "the answer as Markdown")
    .option("--html <file>", "write the answer as one HTML page as well")
    .option("--top <n>", "how many sites to list", "10")
    .option("--evidence", "add evidence ids to every line")
    .option("--explain-evidence", "say why the artefacts belong together")
    .option("--missing", "list every kind of evidence and the command that records it")
    .addOption(
      new Option(
        "--fail-on <confidence>",
        "exit 1 on a fault of at least this confidence: low POSSIBLE, medium LIKELY, high",
      ).choices(["low", "medium", "high"]),
    )
    .addHelpText("before", WHY_EXAMPLES)
    .action(async (targets: string[], flags: WhyFlags) => {
      const { why: verb } = await import("./verbs/why.ts");
      done(await verb(targets, flags, version));
    });

  const capture = program
    .command("capture")
    .argument("[target]", "URL")
    .description("collect only; explain later or elsewhere")
    .requiredOption("-o, --output <folder>", "folder to write, new or empty")
    .exitOverride();
  live(capture);
  shared(capture)
    .addHelpText(
      "before",
      "\nExamples:\n  $ heapwright capture http://localhost:6060 -o incident/\n  $ heapwright capture --pid 4242 --url :6060 -o incident/ --for 10m\n",
    )
    .action(async (target: string | undefined, flags: CaptureFlags) => {
      const { captureVerb } = await import("./verbs/capture.ts");
      done(await captureVerb(target, flags, version));
    });

  const view = program
    .command("view")
    .argument("[target...]", "URL, folder or files; without one, the last capture")
    .description("the answer as a page on localhost")
    .exitOverride();
  live(view);
  answering(view);
  shared(view)
    .option("--port <n>", "port to listen on (default: any free one)")
    .addHelpText(
      "before",
      "\nExamples:\n  $ heapwright view ./incident/\n  $ heapwright view http://localhost:6060\n",
    )
    .action(async (targets: string[], flags: ViewFlags) => {
      const { view: verb } = await import("./verbs/view.ts");
      done(await verb(targets, flags, version));
    });

  const evidence = program
    .command("evidence")
    .argument("<id>", "as printed by why --evidence, e.g. 9f31c2aa:stack:4be07c")
    .argument("[path...]", "where the artefacts are; without one, those of the last answer")
    .description("the bytes or rows behind a number")
    .exitOverride();
  shared(evidence)
    .addHelpText(
      "before",
      "\nExamples:\n  $ heapwright evidence 9f31c2aa:stack:4be07c\n  $ heapwright evidence 9f31c2aa ./incident/\n",
    )
    .action(async (id: string, paths: string[], flags: SharedFlags) => {
      const { evidence: verb } = await import("./verbs/evidence.ts");
      done(await verb(id, paths, flags));
    });
  // Only for the list of verbs and `help pprof`: main.ts gives its command line to verbs/pprof.ts, since
  // its flags are those of another tool.
  program
    .command("pprof")
    .argument("[args...]", "the arguments of go tool pprof")
    .description("the arguments and the reports of go tool pprof, faster")
    .allowUnknownOption()
    .helpOption(false)
    .exitOverride()
    .action(async (args: string[]) => {
      const { runPprof } = await import("./pprof/run.ts");
      done(await runPprof(args));
    });
  return program;
}
