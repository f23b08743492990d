// Function names without what only makes them long. Authority: google/pprof internal/graph/graph.go
// ShortenFunctionName, internal/report/shortnames.go (2026-07). The patterns are fixed and anchored, so
// that JavaScript's own engine may run them; `\w` and `$` mean the same in both.

import { cleanPath } from "./go-format.ts";

const ANONYMOUS = /^\(anonymous namespace\)::/;
const GO_VERSION = /^(.*?)\/v(?:[2-9]|[1-9][0-9]+)([./].*)$/;
const GO_NAME = /^(?:[\w\-.]+\/)+([^.]+\..+)/;
const JAVA_NAME = /^(?:[a-z]\w*\.)*([A-Z][\w$]*\.(?:<init>|[a-z][\w$]*(?:\$\d+)?))(?:\(|$)/;
const CPP_NAME = /^(?:[_a-zA-Z]\w*::)+(_*[A-Z]\w*::~?[_a-zA-Z]\w*(?:<.*>)?)/;

/** Package path, module version, argument list or namespace off. */
export function shortFunctionName(name: string): string {
  const bare = name.replace(ANONYMOUS, "").replace(GO_VERSION, "$1$2");
  for (const pattern of [GO_NAME, JAVA_NAME, CPP_NAME]) {
    const match = pattern.exec(bare);
    if (match !== null) return match[1];
  }
  return bare;
}

/** The first "." or "::" behind the last slash ends the package. */
const PACKAGE = /^((?:.*\/)?\w+)(?:\.|::)[^/]*$/;

/** The package of a function, "" where the name tells none. Authority: internal/report/package.go. */
export function packageOf(name: string): string {
  return PACKAGE.exec(name)?.[1] ?? "";
}

function suffixes(name: string, separator: RegExp): string[] {
  const out = [name];
  for (const match of name.matchAll(separator)) {
    const rest = name.slice(match.index + match[0].length);
    if (rest !== "") out.push(rest);
  }
  return out;
}

/** Ever shorter names of a function, the best first: for a box, the first that fits. */
export function shorterNames(name: string): string[] {
  return suffixes(shortFunctionName(name), /::|\./g);
}

/** The same of a file: folders off its front. */
export function shorterFiles(file: string): string[] {
  return file === "" ? [""] : suffixes(cleanPath(file), /\//g);
}
