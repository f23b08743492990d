// `heapwright pprof ARGS…`: the arguments and the text of `go tool pprof`. What it computes is in core's
// analysis/profile and report/pprof; here are files, the terminal and the exit code.
//
// Messages go to standard error in the tool's own words, without a name in front, since scripts that
// read them were written for the tool.

import { readFileSync, readSync } from "node:fs";
import type { Lang } from "@heapwright/core/model/message.ts";
import { loadProfile, UnmergeableError } from "@heapwright/core/analysis/profile/load.ts";
import type { ProfileSession } from "@heapwright/core/analysis/profile/session.ts";
import { SIMPLE_NAMES, type Naming } from "@heapwright/core/analysis/profile/tidy-names.ts";
import { ProfileError, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { ABSENT_COMMANDS, COMMANDS } from "@heapwright/core/report/pprof/commands.ts";
import type { PprofConfig } from "@heapwright/core/report/pprof/config.ts";
import {
  prepareReport,
  writeForLayout,
  writeReport,
  type ReportCommand,
} from "@heapwright/core/report/pprof/generate.ts";
import type { Report, ReportHost } from "@heapwright/core/report/pprof/report.ts";
import type { Sink, WriteBytes } from "@heapwright/core/report/pprof/sink.ts";
import { errnoOf } from "@heapwright/host/bytes/errno.ts";
import { isExecutableFile } from "@heapwright/host/profiles/executable.ts";
import {
  ReaderGoneError,
  withOutputFile,
  writeFully,
} from "@heapwright/host/profiles/output-file.ts";
import { localZone } from "@heapwright/host/profiles/zone.ts";
import { readSourceFile } from "@heapwright/host/source/read-source.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseArguments, PprofUsageError, type PprofArguments } from "./flags.ts";
import { compileForOneReport } from "./compiler.ts";
import { loadSources, systemMessage } from "./sources.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

function say(message: string): void {
  try {
    writeFully(STDERR, Buffer.from(message.endsWith("\n") ? message : `${message}\n`));
  } catch (error) {
    // Nobody is left to be told.
    if (!(error instanceof ReaderGoneError)) throw error;
  }
}

export const host: ReportHost = {
  zone: localZone(),
  readSource: readSourceFile,
  openObject: ({ file }) => ({ error: `open ${file}: no such file or directory` }),
  workingFolder: process.cwd(),
};

interface Equipment {
  readonly host: ReportHost;
  readonly writeInstructions?: (report: Report, out: Sink) => void;
}

/** What only the reports that show instructions load. */
async function withDisassembler(config: PprofConfig): Promise<Equipment> {
  const [{ objdumpOpener }, { writeInstructions }] = await Promise.all([
    import("@heapwright/host/binaries/objdump.ts"),
    import("@heapwright/core/report/pprof/instructions.ts"),
  ]);
  const folders = process.env["PPROF_BINARY_PATH"] ?? `${process.env["HOME"] ?? ""}/pprof/binaries`;
  const openObject = objdumpOpener({
    intelSyntax: config.intel_syntax,
    searchPath: folders.split(":").filter((folder) => folder !== ""),
  });
  return { host: { ...host, openObject }, writeInstructions };
}

/** The arguments cannot be honoured; a message and exit code 2. */
class RefusedError extends Error {}

/** What `-symbolize` says of names; binaries are not asked for any. */
function namingOf(symbolize: string): { naming: Naming | undefined; isUnclear: boolean } {
  let naming = SIMPLE_NAMES;
  let isUnclear = false;
  for (const option of symbolize.toLowerCase().split(":")) {
    if (option === "none" || option === "no") return { naming: undefined, isUnclear };
    if (option === "force") naming = { ...naming, isForced: true };
    const form = option.replace(/^demangle=/, "");
    if (form === "full" || form === "none" || form === "templates") {
      naming = { form, isForced: true };
    } else if (!["", "local", "fastlocal", "remote", "force"].includes(option)) {
      isUnclear ||= form !== "default";
    }
  }
  return { naming, isUnclear };
}

/** The comma at the end is the tool's. */
function problemText({ side, message }: UnmergeableError): string {
  return `problem fetching ${side} profiles: ${message}${side === "base" ? "," : ""}`;
}

async function load(args: PprofArguments, lang: Lang, ownsProcess: boolean): Promise<Profile> {
  const { base, diffBase } = args;
  let sources = [...args.sources];
  let executable: string | undefined;
  const [first] = sources;
  if (sources.length > 1 && first !== undefined && isExecutableFile(first)) {
    executable = first;
    sources = sources.slice(1);
  }
  const { naming, isUnclear } = namingOf(args.symbolize);
  const options = {
    seconds: args.seconds,
    timeoutSeconds: args.timeoutSeconds,
    say,
    lang,
    keepsAddresses: naming === undefined,
  };
  const baseNames = [base, diffBase].filter((name) => name !== "");
  if (ownsProcess && args.command !== undefined) compileForOneReport([...sources, ...baseNames]);
  const [profiles, bases] = await Promise.all([
    loadSources(sources, options),
    loadSources(baseNames, options),
  ]);
  if (profiles.length === 0) throw new ProfileError("failed to fetch any source profiles");
  if (bases.length === 0 && baseNames.length > 0) {
    throw new ProfileError("failed to fetch any base profiles");
  }
  if (profiles.length < sources.length) {
    say(`Fetched ${profiles.length} source profiles out of ${sources.length}`);
  }
  const profile = loadProfile({
    sources: profiles,
    bases,
    isDiffBase: diffBase !== "",
    normalize: args.config.normalize,
    executable,
    buildId: args.buildId,
    comment: args.comment,
    naming,
    allFrames: args.allFrames,
  });
  if (isUnclear) {
    say(`ignoring unrecognized symbolization option: ${args.symbolize}`);
    say(
      "expecting -symbolize=[local|fastlocal|remote|none][:force][:demangle=[none|full|templates|default]",
    );
  }
  return profile;
}

/** A profile to write: encoded and compressed, both loaded only for this. */
export async function encoded(profile: Profile): Promise<Uint8Array> {
  const [{ tableOf }, { encodeProfile }, { gzipSync }] = await Promise.all([
    import("@heapwright/core/analysis/profile/table-of.ts"),
    import("@heapwright/core/formats/pprof/encode.ts"),
    import("node:zlib"),
  ]);
  return gzipSync(encodeProfile(tableOf(profile)));
}

/** Why a report could not be made or written; undefined: a bug, or nobody reads any more. */
function reportProblem(error: unknown): string | undefined {
  if (error instanceof ProfileError) return error.message;
  if (!(error instanceof Error) || errnoOf(error) === "") return undefined;
  const path = "path" in error && typeof error.path === "string" ? error.path : undefined;
  return path === undefined ? error.message : systemMessage(path, error);
}

type Deliver = (use: (write: WriteBytes) => void) => void;

function deliveryTo(output: string): Deliver {
  if (output === "") return (use) => use((bytes) => writeFully(STDOUT, bytes));
  say(`Generating report in ${output}`);
  return (use) => withOutputFile(output, use);
}

/** Binary output that would land on a screen goes to a file instead. */
function outputOf(config: PprofConfig, suffix: string | undefined, isShell: boolean): string {
  if (config.output !== "" || suffix === undefined) return config.output;
  if (!isShell && !process.stdout.isTTY) return "";
  for (let i = 1; ; i++) {
    const name = `profile${String(i).padStart(3, "0")}.${suffix}`;
    try {
      readFileSync(name);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return name;
      throw error;
    }
  }
}

function suffixOf(name: string): string | undefined {
  const command = COMMANDS[name];
  if (command?.image !== undefined) return command.image;
  if (name === "weblist") return "html";
  if (name === "proto" || name === "topproto") return "pb.gz";
  return name === "callgrind" ? "callgraph.out" : undefined;
}

async function generate(
  profile: Profile,
  command: ReportCommand,
  config: PprofConfig,
  isShell: boolean,
  session?: ProfileSession,
): Promise<void> {
  const showsInstructions = command.name === "disasm" || command.name === "weblist";
  const equipment: Equipment = showsInstructions ? await withDisassembler(config) : { host };
  const { writeInstructions } = equipment;
  const report = prepareReport(profile, command, config, { ...equipment.host, session }, say);
  const output = outputOf(config, suffixOf(command.name), isShell);
  const type = COMMANDS[command.name]?.image;
  if (type === undefined && report.format !== "proto" && report.format !== "topproto") {
    if (output === "") {
      writeReport(report, (bytes) => writeFully(STDOUT, bytes), writeInstructions);
      return;
    }
    deliveryTo(output)((write) => writeReport(report, write, writeInstructions));
    return;
  }
  const chunks: Uint8Array[] = [];
  const collect = (bytes: Uint8Array): void => void chunks.push(bytes.slice());
  let bytes: Uint8Array;
  if (type === undefined) {
    const written = writeReport(report, collect);
    bytes = written.kind === "profile" ? await encoded(written.profile) : Buffer.concat(chunks);
  } else {
    writeForLayout(report, collect);
    // Loaded only here, since it runs another program: that part of Node takes 4 ms to load.
    const { image } = await import("./image.ts");
    bytes = await image(Buffer.concat(chunks), type);
  }
  deliveryTo(output)((write) => write(bytes));
}

/** One line from standard input without its end; undefined at the end of the input. */
class LineInput {
  #text = "";
  #isOver = false;
  readonly #buffer = Buffer.alloc(64 * 1024);

  next(): string | undefined {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#isOver) {
        const rest = this.#text;
        this.#text = "";
        return rest === "" ? undefined : rest;
      }
      this.#read();
    }
  }

  #read(): void {
    try {
      const count = readSync(STDIN, this.#buffer);
      if (count === 0) this.#isOver = true;
      else this.#text += this.#buffer.toString("utf8", 0, count);
    } catch (error) {
      const code = errnoOf(error);
      if (code === "EOF") this.#isOver = true;
      else if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      else throw error;
    }
  }
}

/** Lines from a terminal: with a history, and names completed by the tab key. */
async function terminalLines(
  profile: Profile,
  prompt: string,
  take: (line: string) => Promise<boolean>,
): Promise<void> {
  const [{ createInterface }, { complete, functionNames }] = await Promise.all([
    import("node:readline"),
    import("@heapwright/core/report/pprof/completion.ts"),
  ]);
  const functions = functionNames(profile);
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt,
    completer: (line: string) => [[complete(line, functions)], line],
  });
  lines.on("SIGINT", () => lines.close());
  lines.prompt();
  for await (const line of lines) {
    if (!(await take(line))) break;
    lines.prompt();
  }
  lines.close();
}

async function interactive(args: PprofArguments, profile: Profile, lang: Lang): Promise<void> {
  const [{ Shell, PROMPT }, { ProfileSession }] = await Promise.all([
    import("@heapwright/core/report/pprof/shell.ts"),
    import("@heapwright/core/analysis/profile/session.ts"),
  ]);
  const session = new ProfileSession(profile);
  const reports: Promise<void>[] = [];
  const shell = new Shell(profile, args.config, {
    say,
    run: (loaded, command, asked) => {
      reports.push(generate(loaded, command, asked, true, session));
    },
    host: { ...host, session },
    lang,
    file: args.sources[args.sources.length - 1] ?? "FILE",
  });
  /** False: the session is over. */
  const take = async (line: string): Promise<boolean> => {
    if (!shell.line(line)) return false;
    try {
      await Promise.all(reports.splice(0));
    } catch (error) {
      const message = reportProblem(error);
      if (message === undefined) throw error;
      say(message);
    }
    return true;
  };
  shell.greet();
  if (process.stdin.isTTY && process.stdout.isTTY) {
    await terminalLines(profile, PROMPT, take);
    return;
  }
  const input = new LineInput();
  for (;;) {
    writeFully(STDOUT, Buffer.from(PROMPT));
    const line = input.next();
    if (line === undefined || !(await take(line))) return;
  }
}

/** `--lang` is this program's own flag and is taken out before Go's flags are read. */
function withoutLang(argv: readonly string[]): string[] {
  const at = argv.findIndex((arg) => arg === "--lang" || arg.startsWith("--lang="));
  if (at < 0) return [...argv];
  return argv.toSpliced(at, argv[at] === "--lang" ? 2 : 1);
}

/** `ownsProcess`: see run.ts. */
export async function pprof(
  argv: readonly string[],
  lang: Lang,
  ownsProcess: boolean,
): Promise<number> {
  try {
    const args = parseArguments(withoutLang(argv));
    if (args === undefined) {
      const { usageText } = await import("@heapwright/core/report/pprof/help.ts");
      writeFully(STDOUT, Buffer.from(usageText(lang)));
      return EXIT.ok;
    }
    for (const warning of args.warnings) say(warning);
    const { command } = args;
    const isAbsent = command !== undefined && ABSENT_COMMANDS.has(command.name);
    if (isAbsent || args.http !== "") {
      const help = await import("@heapwright/core/report/pprof/help.ts");
      const file = args.sources[args.sources.length - 1] ?? "FILE";
      throw new RefusedError(
        isAbsent ? help.absentText(command.name, file, lang) : help.noServerText(file, lang),
      );
    }
    let profile: Profile;
    try {
      profile = await load(args, lang, ownsProcess);
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      say(error instanceof UnmergeableError ? problemText(error) : error.message);
      return EXIT.unreadable;
    }
    if (command === undefined) await interactive(args, profile, lang);
    else await generate(profile, command, args.config, false);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ReaderGoneError) return EXIT.ok;
    if (error instanceof PprofUsageError) {
      const { helpHint } = await import("@heapwright/core/report/pprof/help.ts");
      say(error.message);
      say(helpHint(lang));
      return EXIT.usage;
    }
    if (error instanceof ProfileError || error instanceof RefusedError) {
      say(error.message);
      return EXIT.usage;
    }
    const message = reportProblem(error);
    if (message === undefined) throw error;
    say(message);
    return EXIT.usage;
  }
}
