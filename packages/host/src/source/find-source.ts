// Finds the source of file names in profiles on this machine: folders the user names, the path itself,
// the module cache, downloaded toolchains, the installed Go. No `go` command is run for it.
//
// Nothing is read but regular files with the extension of source, below a folder that the name leads
// to, links followed, or at the very path that the profile states.
// Authority for places: golang/go src/cmd/go/internal/cfg (GOROOT, GOMODCACHE, GOENV; Go 1.26).

import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import {
  sourceCandidates,
  type SourceOrigin,
  type SourceRoots,
} from "@heapwright/core/analysis/source/source-paths.ts";
import { errnoOf } from "../bytes/errno.ts";
import { sourceFolderAt, textOf } from "./go-modules.ts";
import { readSource, type SourceProblem } from "./read-source.ts";

export interface FoundSource {
  readonly text: string;
  readonly path: string;
  readonly origin: SourceOrigin;
  /** The toolchain that was read from, "go1.26.1": its lines may not be those of the program's. */
  readonly goVersion: string | undefined;
}

export interface MissingSource {
  /** The worst that was met: a file too large is more worth telling than one that is not there. */
  readonly problem: SourceProblem | "not-source";
  /** Where it was looked for, at most a dozen places. */
  readonly tried: readonly string[];
}

export type SourceOutcome = FoundSource | MissingSource;

export type FindSource = (name: string) => SourceOutcome;

export interface FindSourceOptions {
  /** Folders given by the user. */
  readonly folders: readonly string[];
  /** "go1.26.1" of the program, where it is known. */
  readonly goVersion?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv;
  readonly workingFolder?: string;
  /** Where an installed Go is looked for besides PATH and GOROOT. */
  readonly usualGoroots?: readonly string[];
}

const USUAL_GOROOTS = [
  "/usr/local/go",
  "/usr/lib/go",
  "/usr/lib/golang",
  "/opt/homebrew/opt/go/libexec",
  "/usr/local/opt/go/libexec",
  "C:/Program Files/Go",
];

/** What Go, cgo and the usual other compilers are given; anything else is not shown as source. */
const SOURCE_NAME =
  /\.(?:go|s|S|c|h|cc|hh|cpp|hpp|cxx|m|mm|rs|java|kt|scala|py|rb|js|ts|php|pl|proto|tmpl|y|l|src)$/;
const MOST_TRIED = 12;

/** Settings of `go env -w`, below those of the environment. */
function goEnv(environment: NodeJS.ProcessEnv): (name: string) => string | undefined {
  const home = environment["HOME"] ?? homedir();
  const configured = environment["XDG_CONFIG_HOME"] ?? path.join(home, ".config");
  const file = environment["GOENV"] ?? path.join(configured, "go", "env");
  const written = new Map<string, string>();
  for (const line of (file === "off" ? "" : (textOf(file) ?? "")).split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) written.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return (name) => environment[name] || written.get(name) || undefined;
}

function isGoroot(folder: string): boolean {
  return "text" in readSource(path.join(folder, "src/runtime/malloc.go"));
}

/** GOROOT, else the home of the `go` in PATH, else the usual places. */
function gorootOf(
  setting: (name: string) => string | undefined,
  usual: readonly string[],
): string | undefined {
  const candidates = [setting("GOROOT")];
  for (const folder of (setting("PATH") ?? "").split(path.delimiter)) {
    if (folder === "") continue;
    try {
      // GOROOT/bin/go, behind whatever links lead to it.
      const go = realpathSync(path.join(folder, process.platform === "win32" ? "go.exe" : "go"));
      candidates.push(path.dirname(path.dirname(go)));
    } catch (error) {
      if (errnoOf(error) === "") throw error;
    }
  }
  candidates.push(...usual);
  return candidates.find((folder) => folder !== undefined && isGoroot(folder));
}

function versionOf(folder: string | undefined): string | undefined {
  if (folder === undefined) return undefined;
  return /^go\S+/.exec(textOf(path.join(folder, "VERSION")) ?? "")?.[0];
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

export function sourceRoots(options: FindSourceOptions): SourceRoots {
  const environment = options.environment ?? process.env;
  const setting = goEnv(environment);
  const home = setting("HOME") ?? homedir();
  const gopath = setting("GOPATH")?.split(path.delimiter)[0] ?? path.join(home, "go");
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const system = process.platform === "win32" ? "windows" : process.platform;
  const here = options.workingFolder ?? process.cwd();
  const moduleCache = setting("GOMODCACHE") ?? path.join(gopath, "pkg", "mod");
  return {
    folders: options.folders.flatMap((folder) => {
      const governed = sourceFolderAt(folder, moduleCache);
      const own = path.resolve(folder);
      // The folder itself too: it may lie inside a module, or hold several.
      return governed.path === own ? [governed] : [governed, { path: own, module: undefined }];
    }),
    moduleCache,
    goroot: gorootOf(setting, options.usualGoroots ?? USUAL_GOROOTS),
    workingFolder: sourceFolderAt(here, moduleCache),
    goVersion: options.goVersion,
    platform: `${system}-${architecture}`,
  };
}

const SEVERITY: readonly (SourceProblem | "not-source")[] = [
  "missing",
  "not-source",
  "not-a-file",
  "unreadable",
  "too-large",
];

/** Files are read once; a finder keeps what it found for as long as it lives. */
export function sourceFinder(options: FindSourceOptions): FindSource {
  const known = new Map<string, SourceOutcome>();
  let roots: SourceRoots | undefined;
  return (name) => {
    let outcome = known.get(name);
    if (outcome === undefined) {
      roots ??= sourceRoots(options);
      outcome = find(name, roots);
      known.set(name, outcome);
    }
    return outcome;
  };
}

function find(name: string, roots: SourceRoots): SourceOutcome {
  const tried: string[] = [];
  let problem: SourceProblem | "not-source" = "missing";
  const meet = (met: SourceProblem | "not-source"): void => {
    if (SEVERITY.indexOf(met) > SEVERITY.indexOf(problem)) problem = met;
  };
  if (!SOURCE_NAME.test(name)) return { problem: "not-source", tried };
  for (const { path: candidate, origin, root } of sourceCandidates(name, roots)) {
    if (tried.length < MOST_TRIED) tried.push(candidate);
    if (!staysBelow(candidate, root)) continue;
    const read = readSource(candidate);
    if ("problem" in read) {
      meet(read.problem);
      continue;
    }
    const goVersion =
      origin === "goroot"
        ? versionOf(roots.goroot)
        : origin === "toolchain"
          ? /toolchain@v[\d.]+-(go[^/]+?)\.[^./]+-[^./]+\//.exec(candidate)?.[1]
          : undefined;
    return { text: read.text, path: candidate, origin, goVersion };
  }
  return { problem, tried };
}

/** With links followed; what is not there is left for the reader to say. */
function staysBelow(candidate: string, root: string | undefined): boolean {
  if (root === undefined) return true;
  try {
    const real = realpathSync(candidate);
    const base = realpathSync(root);
    return real.startsWith(base.endsWith(path.sep) ? base : base + path.sep);
  } catch (error) {
    if (errnoOf(error) === "") throw error;
    return true;
  }
}
