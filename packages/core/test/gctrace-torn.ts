// Makes gctrace logs as the runtime and an application write them into one stderr: the runtime's
// tokens one by one, whole or partial lines of the application between them. For property tests.

/** Integers below n, reproducible. */
export type Random = (n: number) => number;

function printMs(ns: number): string {
  if (ns >= 10e6) return String(Math.floor(ns / 1e6));
  let x = Math.floor(ns / 1e3);
  if (x === 0) return "0";
  let decimals = 3;
  while (x >= 100) {
    x = Math.floor(x / 10);
    decimals--;
  }
  return (x / 10 ** decimals).toFixed(decimals);
}

export interface ProgramShape {
  readonly procs: number;
  readonly stoppedProcs: number;
  readonly liveMb: number;
  readonly hasStacks: boolean;
  readonly isForcing: boolean;
}

/** The writes of one process: each cycle is a list of tokens, ended by "\n". */
export function cycleTokens(count: number, shape: ProgramShape, random: Random): string[][] {
  const cycles: string[][] = [];
  let nowMs = random(50);
  let marked = Math.max(1, Math.floor(shape.liveMb / 4));
  let gcMs = 0;
  for (let n = 1; n <= count; n++) {
    nowMs += 1 + random(400);
    const goal = Math.max(4, marked * 2);
    const start = Math.max(marked, Math.floor(goal * 0.8));
    const end = start + random(Math.max(2, Math.floor(goal / 5)));
    const stop1 = 1000 + random(random(4) === 0 ? 30_000_000 : 400_000);
    const stop2 = random(random(4) === 0 ? 20_000_000 : 90_000);
    const mark = 100_000 + random(random(2) === 0 ? 150_000_000 : 3_000_000);
    const third = Math.floor((mark * shape.procs) / 3);
    const live = Math.min(end, Math.max(1, shape.liveMb + random(5) - 2));
    gcMs += (stop1 + stop2 + mark / 4) / 1e6;
    const startMs = nowMs;
    nowMs += Math.ceil((stop1 + stop2 + mark) / 1e6);
    const percent = Math.min(99, Math.floor((gcMs * 100) / nowMs));
    const tokens = [
      "gc ",
      String(n),
      " @",
      (startMs / 1000).toFixed(3),
      "s ",
      String(percent),
      "%",
      ": ",
      printMs(stop1),
      "+",
      printMs(mark),
      "+",
      printMs(stop2),
      " ms clock, ",
      printMs(stop1 * shape.stoppedProcs),
      "+",
      printMs(random(third)),
      "/",
      printMs(random(third)),
      "/",
      printMs(random(3) === 0 ? 0 : random(third)),
      "+",
      printMs(stop2 * shape.stoppedProcs),
      " ms cpu, ",
      String(start),
      "->",
      String(end),
      "->",
      String(live),
      " MB, ",
      String(goal),
      " MB goal, ",
    ];
    if (shape.hasStacks) tokens.push(String(random(3)), " MB stacks, ", "1", " MB globals, ");
    tokens.push(String(shape.procs), " P");
    if (shape.isForcing && random(2) === 0) tokens.push(" (forced)");
    tokens.push("\n");
    cycles.push(tokens);
    marked = live;
  }
  return cycles;
}

export type LineStyle = "date" | "slash" | "json" | "klog" | "items" | "epoch" | "path" | "blank";

export function appLine(style: LineStyle, i: number, random: Random): string {
  const second = String(i % 60).padStart(2, "0");
  switch (style) {
    case "slash":
      return `2026/11/26 07:01:${second} served ${i}\n`;
    case "json":
      return `{"time":"2026-11-26T07:01:${second}Z","n":${i}}\n`;
    case "klog":
      return `I1126 07:01:${second}.000000 1 server.go:10] n=${i}\n`;
    case "items":
      return `${random(5000)} items, n=${i}\n`;
    case "epoch":
      return `1795676${String(400 + (i % 600))}.${random(1000)} n=${i}\n`;
    case "path":
      return `/v1/orders/${i} 200\n`;
    case "blank":
      return random(6) === 0 ? "\n" : `INFO n=${i}\n`;
    case "date":
      return `2026-11-26T07:01:${second}.${String(random(1000)).padStart(3, "0")}Z INFO n=${i}\n`;
  }
}

export interface TearOptions {
  readonly style: LineStyle;
  /** Chance in 100 that an application's line stands between two tokens. */
  readonly tearPercent: number;
  /** Chance in 100 that such a line is written in two parts with tokens between. */
  readonly partialPercent: number;
}

/** Mixes application lines between the tokens. */
export function tear(cycles: readonly string[][], options: TearOptions, random: Random): string {
  let out = "";
  let i = 0;
  for (const tokens of cycles) {
    for (let k = random(12); k > 0; k--) out += appLine(options.style, i++, random);
    for (const [at, token] of tokens.entries()) {
      out += token;
      if (at === tokens.length - 1) break;
      while (random(100) < options.tearPercent) {
        const line = appLine(options.style, i++, random);
        const isPartial = random(100) < options.partialPercent;
        if (!isPartial) out += line;
        else {
          const cut = 1 + random(line.length - 1);
          out += /^\d*$/.test(line.slice(0, cut)) ? line : line.slice(0, cut);
        }
      }
    }
  }
  return out;
}

export function intact(cycles: readonly string[][]): string {
  return cycles.map((tokens) => tokens.join("")).join("");
}
