// Lines of build information: `path`, `mod`, `dep`, `=>`, `build`, separated by tabs, and the version
// in front of them. Authority: Go runtime/debug/mod.go ParseBuildInfo, cmd/go/internal/version (1.26).

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import type { BuildInfoTable } from "../../model/tables/system.ts";

type Module = BuildInfoTable["dependencies"][number];
type MainModule = Exclude<BuildInfoTable["mainModule"], undefined>;

export interface GoVersionText {
  /** "go1.26.8" */
  readonly goVersion: string;
  /** "nogreenteagc,arenas"; "" without. */
  readonly experiments: string;
}

/**
 * Splits runtime.Version(): `go1.26.8`, `go1.22.12 X:arenas` (up to 1.25), `go1.26.8-X:nogreenteagc`
 * (from 1.26), `devel go1.20-abc Tue …`, `go1.26-devel_abc …`, `go1.19.13 (vendor …)`. A development
 * version is noted: rules for its release may not hold for it.
 */
export function splitVersion(text: string, log: DiagnosticLog): GoVersionText {
  const experiments = /[ -]X:(\S+)/.exec(text)?.[1] ?? "";
  const bare = text.replace(/[ -]X:\S+/, "").trim();
  const released = /^go\d\S*/.exec(bare)?.[0];
  const development = /^devel (?:(go\d\S*)|\+?\S+)/.exec(bare);
  if (released === undefined && development === null) {
    log.add("buildinfo.unknown-version", "warning", { version: bare.slice(0, 80) });
    return { goVersion: bare, experiments };
  }
  if (development !== null || released?.includes("devel") === true) {
    log.add("buildinfo.devel-version", "note", { version: bare.slice(0, 80) });
  }
  return { goVersion: released ?? development?.[1] ?? bare, experiments };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** A Go string literal at the start of `text`: its value and length; undefined when it is none. */
function readQuoted(text: string): { readonly value: string; readonly length: number } | undefined {
  if (text.startsWith("`")) {
    const end = text.indexOf("`", 1);
    return end < 0 ? undefined : { value: text.slice(1, end), length: end + 1 };
  }
  let value = "";
  let at = 1;
  while (at < text.length) {
    const char = text[at] ?? "";
    if (char === '"') return { value, length: at + 1 };
    if (char !== "\\") {
      value += char;
      at += 1;
      continue;
    }
    const escape = text[at + 1] ?? "";
    const numeric = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([0-7]{3}))/i.exec(
      text.slice(at + 1, at + 10),
    );
    if (numeric !== null) {
      const hex = numeric[1] ?? numeric[2] ?? numeric[3];
      const code = hex === undefined ? parseInt(numeric[4] ?? "0", 8) : parseInt(hex, 16);
      if (code > 0x10ffff) return undefined;
      value += String.fromCodePoint(code);
      at += 1 + numeric[0].length;
    } else {
      const plain = ESCAPES[escape] ?? ('\\"'.includes(escape) ? escape : "");
      if (plain === "") return undefined;
      value += plain;
      at += 2;
    }
  }
  return undefined;
}

/** `key=value`, either of them quoted when it holds spaces or quotes. */
function readSetting(text: string): readonly [string, string] | undefined {
  let key: string;
  let rest: string;
  if (/^["`]/.test(text)) {
    const quoted = readQuoted(text);
    if (quoted === undefined || text[quoted.length] !== "=") return undefined;
    key = quoted.value;
    rest = text.slice(quoted.length + 1);
  } else {
    const equals = text.indexOf("=");
    if (equals < 1) return undefined;
    key = text.slice(0, equals);
    rest = text.slice(equals + 1);
  }
  if (!/^["`]/.test(rest)) return [key, rest];
  const quoted = readQuoted(rest);
  return quoted === undefined || quoted.length !== rest.length ? undefined : [key, quoted.value];
}

/** Architecture settings that the go command has always written last but for vcs.* (Go 1.18). */
const LEVELS: Readonly<Record<string, string>> = { amd64: "GOAMD64", arm: "GOARM", "386": "GO386" };

export class BuildInfoBuilder {
  readonly #log: DiagnosticLog;
  #path = "";
  #mainModule: MainModule | undefined;
  readonly #dependencies: Module[] = [];
  readonly #settings = new Map<string, string>();
  /** Which module a `=>` line replaces. */
  #last: "main" | "dependency" | undefined;

  constructor(log: DiagnosticLog) {
    this.#log = log;
  }

  /** A line without indentation; `number` is for diagnostics. */
  line(text: string, number: number): void {
    const tab = text.indexOf("\t");
    const word = tab < 0 ? text : text.slice(0, tab);
    const rest = text.slice(word.length + 1);
    if (word === "path" && tab > 0) this.#path = rest;
    else if ((word === "mod" || word === "dep" || word === "=>") && tab > 0) {
      this.#module(word, rest.split("\t"), number);
    } else if (word === "build" && tab > 0) {
      const setting = readSetting(rest);
      if (setting === undefined) this.#bad(number);
      else this.#settings.set(setting[0], setting[1]);
    } else {
      this.#bad(number);
    }
  }

  #module(word: "mod" | "dep" | "=>", columns: readonly string[], number: number): void {
    const [path = "", version = ""] = columns;
    if (columns.length < 2 || columns.length > 3 || path === "") {
      this.#bad(number);
      return;
    }
    if (word === "mod") {
      this.#mainModule = { path, version };
      this.#last = "main";
    } else if (word === "dep") {
      this.#dependencies.push({ path, version });
      this.#last = "dependency";
    } else {
      const replaced = this.#last === "dependency" ? this.#dependencies.pop() : undefined;
      if (replaced !== undefined) {
        this.#dependencies.push({ ...replaced, replacedBy: { path, version } });
      } else if (this.#last === undefined) {
        this.#bad(number);
      }
      this.#last = undefined;
    }
  }

  #bad(line: number): void {
    this.#log.add("buildinfo.bad-line", "damage", {}, { line });
  }

  get isEmpty(): boolean {
    return this.#path === "" && this.#mainModule === undefined && this.#settings.size === 0;
  }

  /**
   * Whether the last settings are there. The go command writes GOOS and the architecture's level behind
   * all others but vcs.*; without any setting the text is of Go 1.17 or earlier.
   */
  isWhole(minor: number): boolean {
    if (this.#settings.size === 0) return minor < 18;
    const level = LEVELS[this.#settings.get("GOARCH") ?? ""];
    return this.#settings.has("GOOS") && (level === undefined || this.#settings.has(level));
  }

  finish({ goVersion, experiments }: GoVersionText): BuildInfoTable {
    if (experiments !== "" && !this.#settings.has("GOEXPERIMENT")) {
      this.#settings.set("GOEXPERIMENT", experiments);
    }
    return {
      kind: "build-info",
      goVersion,
      path: this.#path,
      mainModule: this.#mainModule,
      dependencies: this.#dependencies,
      settings: this.#settings,
    };
  }
}
