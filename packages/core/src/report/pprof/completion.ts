// What the tab key makes of a line of the shell: names of commands and options, then of functions.
// Authority: google/pprof internal/driver/interactive.go newCompleter (2026-07).

import type { Profile } from "../../analysis/profile/profile.ts";
import { ABSENT_COMMANDS, COMMANDS } from "./commands.ts";
import { CHOICES, FIELD_NAMES } from "./config.ts";

const NAMES: readonly string[] = [
  ...Object.keys(COMMANDS),
  ...ABSENT_COMMANDS,
  ...FIELD_NAMES.filter((name) => CHOICES[name] === undefined),
  ...Object.values(CHOICES).flat(),
];

/** The only name that begins so. */
function onlyName(front: string): string | undefined {
  const lower = front.toLowerCase();
  const found = NAMES.filter((name) => name.startsWith(lower));
  return found.length === 1 ? found[0] : undefined;
}

export function functionNames({ functions, strings }: Profile): string[] {
  return Array.from(functions.name, (at) => strings.get(at));
}

/** The only function that has this in its name; the text itself where there is none, or several. */
function onlyFunction(part: string, functions: readonly string[]): string {
  let found: string | undefined;
  for (const name of functions) {
    if (!name.includes(part)) continue;
    if (found !== undefined) return part;
    found = name;
  }
  return found ?? part;
}

/** The line completed, or as it is. */
export function complete(line: string, functions: readonly string[]): string {
  const tokens = line.split(/\s+/).filter((token) => token !== "");
  const [first] = tokens;
  if (first === undefined) return line;
  if (tokens.length === 1) return onlyName(first) ?? line;
  if (tokens.length === 2 && first === "help") {
    const name = onlyName(tokens[1]);
    return name === undefined ? line : `help ${name}`;
  }
  const isCommand = first in COMMANDS || ABSENT_COMMANDS.has(first);
  if (!isCommand || first === "tags") return line;
  const last = tokens[tokens.length - 1];
  const sign = last.startsWith("-") ? "-" : "";
  const name = onlyFunction(last.slice(sign.length), functions);
  return [...tokens.slice(0, -1), sign + name].join(" ");
}
