// Where the source of a file name in a profile may lie on this machine, most certain place first.
//
// What names look like (golang/go cmd/go -trimpath, cmd/internal/objabi; golang.org/x/mod/module, Go 1.26):
//   /home/dev/shop/store/table.go                            as compiled
//   /home/dev/go/pkg/mod/github.com/!azure/sdk@v1.2.3/blob.go    a dependency, upper case escaped as "!a"
//   github.com/Azure/sdk@v1.2.3/blob.go                      the same with -trimpath: not escaped
//   example.com/shop/store/table.go                          the main module with -trimpath
//   /usr/local/go/src/runtime/malloc.go, runtime/malloc.go   the standard library, and with -trimpath
//   example.com/kv@v0.0.0/kv.go                              -trimpath: also what a go.mod replaces or a vendor folder holds
//   …/pkg/mod/golang.org/toolchain@v0.0.1-go1.26.1.linux-amd64/src/runtime/malloc.go
//
// It misleads where a place holds another version of the file: the module cache is exact, a checkout
// and GOROOT are what they are today. `origin` says which it was, and whoever shows source says so.

import { cleanPath } from "../profile/go-format.ts";

export type SourceOrigin =
  /** The very path that the profile states. */
  | "stated"
  /** Below a folder that the user named, by the path behind its module or its longest tail. */
  | "source-folder"
  /** The module cache, in the version that the name states. */
  | "module-cache"
  /** A toolchain in the module cache, of the version that the name or the caller states. */
  | "toolchain"
  /** The installed Go, whatever its version is. */
  | "goroot"
  /** Below the working folder. */
  | "working-folder";

export interface ModuleFolder {
  readonly path: string;
  readonly module: string;
}

export interface SourceFolder {
  readonly path: string;
  /** The path in its go.mod; undefined where there is none. */
  readonly module: string | undefined;
  /** Where its go.mod and go.work say that other modules are. */
  readonly elsewhere?: readonly ModuleFolder[];
}

export interface SourceRoots {
  readonly folders: readonly SourceFolder[];
  readonly moduleCache: string | undefined;
  readonly goroot: string | undefined;
  readonly workingFolder: SourceFolder | undefined;
  /** "go1.26.1" of the program, where it is known. */
  readonly goVersion: string | undefined;
  /** "linux-amd64" of the toolchains in the module cache. */
  readonly platform: string;
}

export interface SourceCandidate {
  readonly path: string;
  readonly origin: SourceOrigin;
  /** The path has to stay below this folder, links followed; undefined: it is the stated path. */
  readonly root: string | undefined;
}

const VERSIONED = /^(.+?@v[^/]+)\/(.+)$/;
const TOOLCHAIN = /(?:^|\/)golang\.org\/toolchain@(v[^/]+)\/(src\/.+)$/;

/** Upper case as the module cache writes it on systems that do not tell it from lower case. */
export function escapeModulePath(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}

/** The standard library's packages have no dot in their first element: domains do. */
function isStandard(path: string): boolean {
  const first = path.split("/", 1)[0] ?? "";
  return path.includes("/") && first !== "" && !first.includes(".") && !first.includes("@");
}

/** Behind GOROOT/src or, with -trimpath, all of it; undefined when not of the standard library. */
export function standardPath(name: string): string | undefined {
  const toolchain = TOOLCHAIN.exec(name);
  if (toolchain?.[2] !== undefined) return toolchain[2].slice("src/".length);
  if (name.startsWith("/") || /^[A-Za-z]:\//.test(name)) {
    const match = /\/(?:go[^/]*|libexec|goroot|GOROOT)\/src\/(.+)$/.exec(name);
    return match?.[1] !== undefined && isStandard(match[1]) ? match[1] : undefined;
  }
  return isStandard(name) ? name : undefined;
}

/** Module, version and the path inside, escaped as on disk; undefined when the name states none. */
export function moduleCachePath(name: string): string | undefined {
  const inCache = /\/pkg\/mod\/(?!cache\/)(.+)$/.exec(name)?.[1];
  if (inCache !== undefined) return VERSIONED.test(inCache) ? inCache : undefined;
  const match = VERSIONED.exec(name);
  if (match?.[1] === undefined || name.startsWith("/")) return undefined;
  return `${escapeModulePath(match[1])}/${match[2]}`;
}

/** Import path of the file of a -trimpath name that states a version; undefined for other names. */
function withoutVersion(name: string): string | undefined {
  const match = VERSIONED.exec(name);
  if (match?.[1] === undefined || name.startsWith("/") || TOOLCHAIN.test(name)) return undefined;
  return `${match[1].slice(0, match[1].lastIndexOf("@"))}/${match[2]}`;
}

/** Below the folders of the modules that are known there, and what is vendored. */
function moduleFiles(folder: SourceFolder, name: string): { root: string; rest: string }[] {
  const dependency = withoutVersion(name);
  const file = dependency ?? name;
  const own = folder.module === undefined ? [] : [{ path: folder.path, module: folder.module }];
  const out = [...own, ...(folder.elsewhere ?? [])]
    .filter(({ module }) => file.startsWith(`${module}/`))
    .map(({ path, module }) => ({ root: path, rest: file.slice(module.length + 1) }));
  if (dependency !== undefined) out.push({ root: folder.path, rest: `vendor/${dependency}` });
  return out;
}

/** The path and what is left of it when folders are taken off its front, longest first. */
function tails(name: string): string[] {
  const parts = name.split("/").filter((part) => part !== "");
  return parts.map((_, i) => parts.slice(i).join("/"));
}

/** The name with slashes; undefined for what cannot name a file below a folder. */
function normalized(name: string): string | undefined {
  const slashed = name.replaceAll("\\", "/");
  const isOdd =
    slashed === "" ||
    slashed.includes("\0") ||
    slashed.startsWith("<") ||
    slashed === "_cgo_gotypes.go" ||
    slashed.split("/").includes("..");
  return isOdd ? undefined : cleanPath(slashed);
}

export function sourceCandidates(stated: string, roots: SourceRoots): SourceCandidate[] {
  const name = normalized(stated);
  if (name === undefined) return [];
  const out: SourceCandidate[] = [];
  const below = (root: string, rest: string, origin: SourceOrigin): void => {
    out.push({ path: cleanPath(`${root}/${rest}`), origin, root });
  };
  const standard = standardPath(name);
  const cached = moduleCachePath(name);
  const isAbsolute = name.startsWith("/") || /^[A-Za-z]:\//.test(name);
  // A folder named by the user comes first: it is an answer to "where is the source".
  for (const folder of roots.folders) {
    for (const { root, rest } of moduleFiles(folder, name)) below(root, rest, "source-folder");
    if (standard === undefined && cached === undefined) {
      for (const tail of tails(name)) below(folder.path, tail, "source-folder");
    }
  }
  if (isAbsolute) out.push({ path: name, origin: "stated", root: undefined });
  if (cached !== undefined && roots.moduleCache !== undefined && !TOOLCHAIN.test(name)) {
    below(roots.moduleCache, cached, "module-cache");
  }
  if (standard !== undefined) {
    const version = TOOLCHAIN.exec(name)?.[1];
    const named =
      roots.goVersion === undefined ? undefined : `v0.0.1-${roots.goVersion}.${roots.platform}`;
    for (const toolchain of [version, named]) {
      if (toolchain === undefined || roots.moduleCache === undefined) continue;
      const folder = `${roots.moduleCache}/golang.org/toolchain@${toolchain}`;
      below(folder, `src/${standard}`, "toolchain");
    }
    if (roots.goroot !== undefined) below(`${roots.goroot}/src`, standard, "goroot");
    // Vendored by the standard library: golang.org/x/… without a version.
  } else if (/^golang\.org\/x\/[^@]+$/.test(name) && roots.goroot !== undefined) {
    below(`${roots.goroot}/src/vendor`, name, "goroot");
  }
  const here = roots.workingFolder;
  if (here !== undefined) {
    // A module without a dot in its name looks like a package of the standard library.
    const known = moduleFiles(here, name);
    for (const { root, rest } of known) below(root, rest, "working-folder");
    const isBare = cached === undefined && standard === undefined && !isAbsolute;
    if (known.length === 0 && isBare) below(here.path, name, "working-folder");
  }
  const seen = new Set<string>();
  return out.filter(({ path }) => !seen.has(path) && seen.add(path));
}
