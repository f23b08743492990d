// `heapwright pprof ARGS…`: the arguments and the text of `go tool pprof`. What it computes is in core's
// analysis/profile and report/pprof; here are files, the terminal and the exit code.
//
// Messages go to standard error in the tool's own words, without a name in front, since scripts that
// read them were written for the tool.

import { readFileSync, readSync } from "node:fs";
import { loadProfile } from "@heapwright/core/analysis/profile/load.ts";
import type { ProfileSession } from "@heapwright/core/analysis/profile/session.ts";
import { ProfileError, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { ABSENT_COMMANDS, COMMANDS } from "@heapwright/core/report/pprof/commands.ts";
import type { PprofConfig } from "@heapwright/core/report/pprof/config.ts";
import {
  prepareReport,
  writeReport,
  type ReportCommand,
} from "@heapwright/core/report/pprof/generate.ts";
import type { ReportHost } from "@heapwright/core/report/pprof/report.ts";
import type { WriteBytes } from "@heapwright/core/report/pprof/sink.ts";
import { errnoOf } from "@heapwright/host/bytes/errno.ts";
import { isExecutableFile } from "@heapwright/host/profiles/executable.ts";
import {
  ReaderGoneError,
  withOutputFile,
  writeFully,
} from "@heapwright/host/profiles/output-file.ts";
import { localZone } from "@heapwright/host/profiles/zone.ts";
import { EXIT } from "../../exit-codes.ts";
import { parseArguments, PprofUsageError, type PprofArguments } from "./flags.ts";
import { loadSources } from "./sources.ts";

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

const host: ReportHost = {
  zone: localZone(),
  readSource: (path) => {
    try {
      return { text: readFileSync(path, "utf8") };
    } catch (error) {
      const code = errnoOf(error);
      if (code === "") throw error;
      const words = code === "ENOENT" ? "no such file or directory" : code;
      return { error: `open ${path}: ${words}` };
    }
  },
  workingFolder: process.cwd(),
};

/** The arguments cannot be honoured; a message and exit code 2. */
class RefusedError extends Error {}

async function load(args: PprofArguments): Promise<Profile> {
  const { base, diffBase } = args;
  let sources = [...args.sources];
  let executable: string | undefined;
  const [first] = sources;
  if (sources.length > 1 && first !== undefined && isExecutableFile(first)) {
    executable = first;
    sources = sources.slice(1);
  }
  const options = { seconds: args.seconds, timeoutSeconds: args.timeoutSeconds, say };
  const baseNames = [base, diffBase].filter((name) => name !== "");
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
  return loadProfile({
    sources: profiles,
    bases,
    isDiffBase: diffBase !== "",
    normalize: args.config.normalize,
    executable,
    buildId: args.buildId,
    comment: args.comment,
    tidiesNames: !/^(?:none|no)$/i.test(args.symbolize),
    allFrames: args.allFrames,
  });
}

/** A profile to write: encoded and compressed, both loaded only for this. */
async function encoded(profile: Profile): Promise<Uint8Array> {
  const [{ tableOf }, { encodeProfile }, { gzipSync }] = await Promise.all([
    import("@heapwright/core/analysis/profile/table-of.ts"),
    import("@heapwright/core/formats/pprof/encode.ts"),
    import("node:zlib"),
  ]);
  return gzipSync(encodeProfile(tableOf(profile)));
}

/** Graphviz's own picture of a graph in DOT. */
async function image(dot: Uint8Array, type: string): Promise<Uint8Array> {
  const { spawnSync } = await import("node:child_process");
  const made = spawnSync("dot", [`-T${type}`], { input: dot, maxBuffer: 1024 ** 3 });
  if (made.error !== undefined || made.status !== 0) {
    const why = made.error === undefined ? made.stderr.toString().trim() : made.error.message;
    throw new ProfileError(`failed to execute dot. Is Graphviz installed? ${why}`);
  }
  return made.stdout;
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
  const report = prepareReport(profile, command, config, { ...host, session }, say);
  const output = outputOf(config, suffixOf(command.name), isShell);
  const type = COMMANDS[command.name]?.image;
  if (type === undefined && report.format !== "proto" && report.format !== "topproto") {
    if (output === "") {
      writeReport(report, (bytes) => writeFully(STDOUT, bytes));
      return;
    }
    deliveryTo(output)((write) => writeReport(report, write));
    return;
  }
  const chunks: Uint8Array[] = [];
  const written = writeReport(report, (bytes) => chunks.push(bytes.slice()));
  const bytes =
    written.kind === "profile"
      ? await encoded(written.profile)
      : await image(Buffer.concat(chunks), type ?? "svg");
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

async function interactive(profile: Profile, config: PprofConfig): Promise<void> {
  const [{ Shell, PROMPT }, { ProfileSession }] = await Promise.all([
    import("@heapwright/core/report/pprof/shell.ts"),
    import("@heapwright/core/analysis/profile/session.ts"),
  ]);
  const session = new ProfileSession(profile);
  const reports: Promise<void>[] = [];
  const shell = new Shell(profile, config, {
    say,
    run: (loaded, command, asked) => {
      reports.push(generate(loaded, command, asked, true, session));
    },
    host: { ...host, session },
  });
  shell.greet();
  const input = new LineInput();
  for (;;) {
    writeFully(STDOUT, Buffer.from(PROMPT));
    const line = input.next();
    if (line === undefined) return;
    if (!shell.line(line)) return;
    try {
      await Promise.all(reports.splice(0));
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      say(error.message);
    }
  }
}

export async function pprof(argv: readonly string[]): Promise<number> {
  try {
    const args = parseArguments(argv);
    if (args === undefined) {
      const { usageText } = await import("@heapwright/core/report/pprof/help.ts");
      writeFully(STDOUT, Buffer.from(usageText()));
      return EXIT.ok;
    }
    for (const warning of args.warnings) say(warning);
    const { command } = args;
    const absent = command === undefined ? undefined : ABSENT_COMMANDS[command.name];
    if (command !== undefined && absent !== undefined) {
      throw new RefusedError(`-${command.name} is not available here: ${absent}`);
    }
    let profile: Profile;
    try {
      profile = await load(args);
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      say(error.message);
      return EXIT.unreadable;
    }
    if (command === undefined) await interactive(profile, args.config);
    else await generate(profile, command, args.config, false);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ReaderGoneError) return EXIT.ok;
    if (error instanceof PprofUsageError) {
      say(error.message);
      say("heapwright pprof -help lists the arguments");
      return EXIT.usage;
    }
    if (error instanceof ProfileError || error instanceof RefusedError) {
      say(error.message);
      return EXIT.usage;
    }
    const code = errnoOf(error);
    if (code === "" || !(error instanceof Error)) throw error;
    say(error.message);
    return EXIT.usage;
  }
}
