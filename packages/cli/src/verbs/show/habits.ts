// The spellings of go tool pprof: one dash before long names, underscores in them, and flags that stand
// for a value. Small: every call of the command loads it.

import { existsSync } from "node:fs";
import { looksLikeAddress } from "../../arguments.ts";
import { words, type Words } from "../../command-line/words.ts";
import { UsageError } from "../../usage-error.ts";

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

const DIFF = words(
  "what changed since: heapwright diff BASE FILE, with intervals; its text: heapwright pprof -diff_base=BASE FILE",
  "要看变化：heapwright diff BASE FILE，带区间；其原文本：heapwright pprof -diff_base=BASE FILE",
);
const PAGE = words(
  "the page: --html FILE writes it, heapwright view FILE serves it",
  "页面：--html FILE 写入文件，heapwright view FILE 提供服务",
);
const IMAGE = words(
  "the picture: --svg -o FILE; others need Graphviz: heapwright pprof -png FILE",
  "图片：--svg -o FILE；其他格式需要 Graphviz：heapwright pprof -png FILE",
);

/** Flags of go tool pprof for which there is another place here. */
const ELSEWHERE: Readonly<Record<string, Words>> = {
  base: DIFF,
  "diff-base": DIFF,
  http: PAGE,
  web: PAGE,
  png: IMAGE,
  pdf: IMAGE,
  gif: IMAGE,
  ps: IMAGE,
  weblist: words(
    "source: --list RE here, --html FILE as a page; with instructions: heapwright pprof -weblist=RE FILE",
    "源代码：此处用 --list RE，页面用 --html FILE；带指令：heapwright pprof -weblist=RE FILE",
  ),
  disasm: words(
    "instructions: heapwright pprof -disasm=RE BINARY FILE",
    "指令：heapwright pprof -disasm=RE BINARY FILE",
  ),
  kcachegrind: words("for KCachegrind: --callgrind -o FILE", "供 KCachegrind：--callgrind -o FILE"),
};

/** What only the tool of the same arguments takes. */
const PPROF_ONLY: ReadonlySet<string> = new Set([
  "add-comment",
  "all-frames",
  "buildid",
  "compact-labels",
  "intel-syntax",
  "normalize",
  "seconds",
  "symbolize",
  "timeout",
]);

function assertOurs(name: string): void {
  const place = ELSEWHERE[name];
  if (place !== undefined) {
    throw new UsageError(
      `show has no --${name}. For ${place.en}`,
      `show 没有 --${name}。${place.zh}`,
    );
  }
  if (!PPROF_ONLY.has(name)) return;
  const theirs = `heapwright pprof -${name.replaceAll("-", "_")}`;
  throw new UsageError(
    `show has no --${name}; ${theirs} has`,
    `show 没有 --${name}；请用 ${theirs}`,
  );
}

/** There `top` is a switch, here a number follows: what is no input is a number that went wrong. */
function isSwitchBefore(dashes: string, next: string | undefined): boolean {
  if (next === undefined || /^\d+$/.test(next)) return next === undefined;
  if (dashes === "-") return true;
  const isFlag = next.startsWith("-") && !/^-\d/.test(next);
  return isFlag || looksLikeAddress(next) || existsSync(next);
}

/** @throws UsageError for a flag that has another place here */
export function inOurForm(args: readonly string[]): string[] {
  const out: string[] = [];
  for (const [i, arg] of args.entries()) {
    const match = /^(--?)([a-zA-Z][\w-]+)(=.*)?$/s.exec(arg);
    if (match === null || args.slice(0, i).includes("--")) {
      out.push(arg);
      continue;
    }
    const [, dashes = "", spelled = "", value] = match;
    const name = spelled.replaceAll("_", "-");
    assertOurs(name);
    const isSwitch = value === undefined || value === "=true";
    const stands = VALUES[name];
    if (stands !== undefined && isSwitch) out.push(stands);
    else if (name === "trim" && value === "=false") out.push("--no-trim");
    else if (DEFAULTS.has(name) && isSwitch) continue;
    else if (name === "top" && isSwitch && isSwitchBefore(dashes, args[i + 1])) continue;
    else out.push(`--${name}${value ?? ""}`);
  }
  return out;
}
