// Names as their authors wrote them, where the profile has them as a linker does (cgo frames of C++ and
// Rust), and names that look like demangled C++ without their argument and template lists. Go's generic
// functions can look so too ("slices.SortFunc[go.shape.[]func(int) bool]"), and the tool changes them
// alike. Authority: google/pprof internal/symbolizer/symbolizer.go (2026-07).

import { demangled } from "./demangle/demangle.ts";
import type { NameForm } from "./demangle/name-form.ts";
import type { Profile } from "./profile.ts";

/** Any other name stays as it is. Most are others: one search instead of six. */
const MAY_CHANGE = /^_|[<>[\]]|::/;

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

export interface Naming {
  readonly form: NameForm;
  /** Names are made anew from the linker's, whatever the profile calls the functions. */
  readonly isForced: boolean;
}

/** What the tool does unless told otherwise. */
export const SIMPLE_NAMES: Naming = { form: "simple", isForced: false };

function shortened(name: string, form: Exclude<NameForm, "none">): string {
  // macOS puts one more _ in front of all names.
  const own =
    demangled(name, form) ?? (/^__[ZR]/.test(name) ? demangled(name.slice(1), form) : undefined);
  if (own !== undefined) return own;
  if (form === "full" || !looksLikeCpp(name)) return name;
  const plain = withoutBrackets(name, "(", ")");
  return form === "simple" ? withoutBrackets(plain, "<", ">") : plain;
}

export function tidyNames(profile: Profile, { form, isForced }: Naming): Profile {
  const { functions, strings } = profile;
  let name: Int32Array | undefined;
  for (let i = 0; i < functions.length; i++) {
    const systemName = functions.systemName[i];
    const own = functions.name[i];
    const given = isForced && own !== 0 && systemName !== 0 ? systemName : own;
    let index = given;
    // A name of its own was resolved already.
    if (form !== "none" && (given === 0 || given === systemName)) {
      const system = strings.get(systemName);
      const tidied = MAY_CHANGE.test(system) ? shortened(system, form) : system;
      index = tidied === system ? systemName : strings.intern(tidied);
    }
    if (index === own) continue;
    name ??= functions.name.slice();
    name[i] = index;
  }
  return name === undefined ? profile : { ...profile, functions: { ...functions, name } };
}
