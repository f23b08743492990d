// The interactive shell: one line in, a report, a changed option or a message out. It holds the loaded
// profile and the options; reading lines and writing files is its caller's.
// Authority: google/pprof internal/driver/interactive.go (2026-07).
//
// The text of `help` is this program's own; the prompt, reports and options are the tool's.

import type { Lang } from "../../model/message.ts";
import type { Profile } from "../../analysis/profile/profile.ts";
import { ProfileError, sampleIndexOf } from "../../analysis/profile/profile.ts";
import { totalOf } from "../../analysis/profile/weights.ts";
import { compareText } from "../../analysis/profile/go-format.ts";
import { ABSENT_COMMANDS, COMMANDS, PATTERN_COMMANDS } from "./commands.ts";
import {
  CHOICES,
  ConfigError,
  configure,
  FIELD_NAMES,
  isConfigurable,
  isSwitch,
  valueText,
  type PprofConfig,
} from "./config.ts";
import { measureOf, prepareReport, type ReportCommand } from "./generate.ts";
import {
  absentText,
  commandHelp,
  fieldHelp,
  shellHelp,
  shellWords,
  unknownCommandText,
} from "./help.ts";
import type { ReportHost } from "./report.ts";

export interface ShellPorts {
  /** Messages; not part of any report. */
  readonly say: (text: string) => void;
  /** Makes the report and delivers it, to `config.output` if that is set. */
  readonly run: (profile: Profile, command: ReportCommand, config: PprofConfig) => void;
  readonly host: ReportHost;
  readonly lang: Lang;
  /** The profile's file, for hints. */
  readonly file: string;
}

export const PROMPT = "(pprof) ";
const COMMENT = "//:";

/** A command that is not here; the shell says what to use instead. */
export class AbsentCommandError extends ProfileError {
  readonly command: string;

  constructor(command: string) {
    super(`unrecognized command: "${command}"`);
    this.name = "AbsentCommandError";
    this.command = command;
  }
}

/** What a command line of the shell asks for. */
export interface ShellCommand {
  readonly command: ReportCommand;
  readonly config: PprofConfig;
}

function joined(a: string, b: string): string {
  return a !== "" && b !== "" ? `${a}|${b}` : a + b;
}

/**
 * `top 20 -cum main -runtime >out.txt`: a count, an order, patterns to keep and to leave out, a file.
 * @throws ProfileError
 */
export function parseShellCommand(tokens: readonly string[], current: PprofConfig): ShellCommand {
  let [name = ""] = tokens;
  let args = tokens.slice(1);
  if (!(name in COMMANDS)) {
    // top10 is top 10.
    const digits = /^(.*?)(\d+)$/s.exec(name);
    if (digits?.[1] !== undefined && digits[1] !== "") {
      name = digits[1];
      args = [digits[2] ?? "", ...args];
    }
  }
  const command = COMMANDS[name];
  if (command === undefined) {
    if (ABSENT_COMMANDS.has(name)) throw new AbsentCommandError(name);
    if (isConfigurable(name)) {
      throw new ProfileError(`did you mean: ${name}=${args[0] ?? "<val>"}`);
    }
    throw new ProfileError(`unrecognized command: "${name}"`);
  }
  let pattern: string | undefined;
  if (PATTERN_COMMANDS.has(name)) {
    pattern = args[0];
    if (pattern === undefined) throw new ProfileError(`command ${name} requires an argument`);
    args = args.slice(1);
  }
  const config = { ...current };
  let focus = "";
  let ignore = "";
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (/^[+-]?\d+$/.test(arg) && Math.abs(Number(arg)) < 2 ** 31) config.nodecount = Number(arg);
    else if (arg.startsWith(">")) {
      let file = arg.slice(1);
      if (file === "") {
        i += 1;
        if (i >= args.length) throw new ProfileError("unexpected end of line after >");
        file = args[i];
      }
      config.output = file;
    } else if (arg === "--cum" || arg === "-cum") config.sort = "cum";
    else if (arg.startsWith("-")) ignore = joined(ignore, arg.slice(1));
    else focus = joined(focus, arg);
  }
  const isTags = name === "tags";
  if (focus !== "") config[isTags ? "tagfocus" : "focus"] = focus;
  if (ignore !== "") config[isTags ? "tagignore" : "ignore"] = ignore;
  if (config.nodecount === -1 && (name === "text" || name === "top")) config.nodecount = 10;
  return { command: { name, pattern }, config };
}

export class Shell {
  readonly #profile: Profile;
  readonly #ports: ShellPorts;
  readonly #shortcuts: ReadonlyMap<string, readonly string[]>;
  #config: PprofConfig;

  constructor(profile: Profile, config: PprofConfig, ports: ShellPorts) {
    this.#profile = profile;
    this.#ports = ports;
    this.#config = { ...config, compact_labels: true };
    const shortcuts = new Map<string, readonly string[]>([
      [":", ["focus=", "ignore=", "hide=", "tagfocus=", "tagignore="]],
    ]);
    for (const { type } of profile.sampleTypes) {
      const select = `sample_index=${type}`;
      shortcuts.set(type, [select]);
      shortcuts.set(`total_${type}`, ["mean=0", select]);
      shortcuts.set(`mean_${type}`, ["mean=1", select]);
    }
    this.#shortcuts = shortcuts;
  }

  greet(): void {
    const { say, host } = this.#ports;
    try {
      const config = { ...this.#config, compact_labels: false };
      const report = prepareReport(
        this.#profile,
        { name: "comments", pattern: undefined },
        config,
        host,
        say,
      );
      say(report.profileLabels().join("\n"));
      const total = totalOf(this.#profile, measureOf(this.#profile, config));
      if (total === 0 && this.#profile.sampleTypes.length > 1) {
        say(shellWords(this.#ports.lang).allZero);
      }
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      say(error.message);
    }
    say(shellWords(this.#ports.lang).greeting);
  }

  /** False: the session is over. */
  line(input: string): boolean {
    const trimmed = input.trim();
    for (const step of this.#shortcuts.get(trimmed) ?? [trimmed]) {
      try {
        if (!this.#step(step)) return false;
      } catch (error) {
        if (!(error instanceof ProfileError) && !(error instanceof ConfigError)) throw error;
        const { lang, file } = this.#ports;
        this.#ports.say(
          error instanceof AbsentCommandError
            ? absentText(error.command, file, lang)
            : error.message,
        );
      }
    }
    return true;
  }

  #step(input: string): boolean {
    if (this.#assign(input)) return true;
    const tokens = input.split(/\s+/).filter((token) => token !== "");
    const [first] = tokens;
    switch (first) {
      case undefined:
        return true;
      case "o":
      case "options":
        this.#ports.say(this.#options());
        return true;
      case "exit":
      case "quit":
      case "q":
        return false;
      case "help":
        this.#ports.say(this.#help(tokens.slice(1).join(" ")));
        return true;
      default: {
        const { command, config } = parseShellCommand(tokens, this.#config);
        this.#ports.run(this.#profile, command, config);
        return true;
      }
    }
  }

  /** `name=value`, or the name alone of a switch. */
  #assign(input: string): boolean {
    const equals = input.indexOf("=");
    const name = (equals < 0 ? input : input.slice(0, equals)).trim();
    if (!isConfigurable(name)) return false;
    // `cum` alone has no value, which the tool refuses; `cum=1` is what it takes.
    let value = equals < 0 ? "" : input.slice(equals + 1);
    const comment = value.lastIndexOf(COMMENT);
    if (comment >= 0) value = value.slice(0, comment);
    value = value.trim();
    if (equals < 0 && !isSwitch(name)) {
      throw new ConfigError(`please specify a value, e.g. ${name}=<val>`);
    }
    if (name === "sample_index") {
      value = this.#profile.sampleTypes[sampleIndexOf(this.#profile, value)].type;
    }
    this.#config = configure(this.#config, name, value);
    return true;
  }

  #options(): string {
    const types = this.#profile.sampleTypes.map(({ type }) => type);
    const lines: string[] = [];
    for (const name of FIELD_NAMES) {
      if (name === "source_path") continue;
      let value = valueText(this.#config, name);
      let comment = "";
      const choices = CHOICES[name];
      if (choices !== undefined) comment = `[${choices.toSorted(compareText).join(" | ")}]`;
      else if (name === "sample_index") {
        if (value === "") value = types[types.length - 1] ?? "";
        comment = `[${types.join(" | ")}]`;
      } else if (name === "nodecount" && value === "-1") comment = "default";
      else if (value === "") value = '""';
      if (name === "granularity" && value === "") value = "(default)";
      if (comment !== "") comment = `${COMMENT} ${comment}`;
      lines.push(`  ${name.padEnd(25)} = ${value.padEnd(20)} ${comment}`);
    }
    return lines.toSorted(compareText).join("\n");
  }

  #help(about: string): string {
    const { lang } = this.#ports;
    if (about === "") return shellHelp(lang);
    if (about in COMMANDS) return commandHelp(about, lang);
    return fieldHelp(about, lang) ?? unknownCommandText(about, lang);
  }
}
