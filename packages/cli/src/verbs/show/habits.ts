// The spellings of go tool pprof: one dash before long names, underscores in them, and flags that stand
// for a value. Small: every call of the command loads it.

/** Flags that choose a value of another. */
const VALUES: Readonly<Record<string, string>> = {
  "inuse-space": "--sample-index=inuse_space",
  "inuse-objects": "--sample-index=inuse_objects",
  "alloc-space": "--sample-index=alloc_space",
  "alloc-objects": "--sample-index=alloc_objects",
  contentions: "--sample-index=contentions",
  "total-delay": "--sample-index=delay",
  functions: "--granularity=functions",
  filefunctions: "--granularity=filefunctions",
  files: "--granularity=files",
  lines: "--granularity=lines",
  addresses: "--granularity=addresses",
};

/** What is so anyhow. */
const DEFAULTS: ReadonlySet<string> = new Set(["text", "flat", "trim"]);

export function inOurForm(args: readonly string[]): string[] {
  const out: string[] = [];
  for (const [i, arg] of args.entries()) {
    const match = /^--?([a-zA-Z][\w-]+)(=.*)?$/s.exec(arg);
    if (match === null || args.slice(0, i).includes("--")) {
      out.push(arg);
      continue;
    }
    const name = (match[1] ?? "").replaceAll("_", "-");
    const value = match[2];
    const isSwitch = value === undefined || value === "=true";
    const stands = VALUES[name];
    if (stands !== undefined && isSwitch) out.push(stands);
    else if (name === "trim" && value === "=false") out.push("--no-trim");
    else if (DEFAULTS.has(name) && isSwitch) continue;
    // There it is a switch, here a number may follow.
    else if (name === "top" && isSwitch && !/^\d+$/.test(args[i + 1] ?? "")) continue;
    else out.push(`--${name}${value ?? ""}`);
  }
  return out;
}
