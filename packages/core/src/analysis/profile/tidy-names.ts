// Function names that look like demangled C++ without their argument and template lists. Go's generic
// functions can look so too ("slices.SortFunc[go.shape.[]func(int) bool]"), and the tool changes them
// alike. Authority: google/pprof internal/symbolizer/symbolizer.go (2026-07).
//
// Not supported: demangling itself (names that begin with _Z, as cgo frames of C++ have).

import type { Profile } from "./profile.ts";

function looksLikeCpp(name: string): boolean {
  if (name.includes(".<") || name.includes("]).")) return false;
  return /[<>[\]]/.test(name) || name.includes("::");
}

/** Takes out what stands between `open` and `close`, nested ones whole; a mismatch ends it. */
export function withoutBrackets(text: string, open: string, close: string): string {
  let name = text;
  let depth = 0;
  let first = 0;
  for (let at = 0; at < name.length; at++) {
    if (name[at] === open) {
      depth += 1;
      if (depth === 1) first = at;
    } else if (name[at] === close) {
      depth -= 1;
      if (depth < 0) return name;
      if (depth === 0) {
        name = name.slice(0, first) + name.slice(at + 1);
        at = first - 1;
      }
    }
  }
  return name;
}

export function tidyNames(profile: Profile): Profile {
  const { functions, strings } = profile;
  let name: Int32Array | undefined;
  for (let i = 0; i < functions.length; i++) {
    // A name of its own was resolved already.
    if (functions.name[i] !== 0 && functions.name[i] !== functions.systemName[i]) continue;
    const system = strings.get(functions.systemName[i]);
    const tidied = looksLikeCpp(system)
      ? withoutBrackets(withoutBrackets(system, "(", ")"), "<", ">")
      : system;
    const index = tidied === system ? functions.systemName[i] : strings.intern(tidied);
    if (index === functions.name[i]) continue;
    name ??= functions.name.slice();
    name[i] = index;
  }
  return name === undefined ? profile : { ...profile, functions: { ...functions, name } };
}
