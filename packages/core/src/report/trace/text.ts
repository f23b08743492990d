// The trace report as text. Sections in the order of the questions: how much GC, which cycle, who pays,
// who stops the world, what is left for the service.

import { shortFunction, shortLine } from "../../rules/naming.ts";
import { columnsOfRow } from "./cycle-columns.ts";
import { alignedRows } from "../table.ts";
import type { Voice } from "../say.ts";
import { digits, printable } from "../wording.ts";
import type { PayerRow, TraceSummary } from "./summary.ts";
import { traceWords, type TraceWords } from "./words.ts";
import type { Waits } from "../../analysis/trace/order/scheduling.ts";
import type { AnnotatedPayer } from "../../analysis/trace/order/annotated-assists.ts";

export type TraceSection =
  | "summary"
  | "cycles"
  | "assists"
  | "stw"
  | "mmu"
  | "goroutines"
  | "tasks";

export interface TraceTextOptions {
  readonly voice: Voice;
  readonly paint: (text: string, as: "fault" | "low" | "ok" | "dim" | "bold") => string;
  /** Which sections are asked for whole; "summary" alone gives the head of each. */
  readonly sections: ReadonlySet<TraceSection>;
  readonly top: number;
  /** Sentences of the verdicts that rest on the trace. */
  readonly findings: readonly {
    readonly word: string;
    readonly fault: boolean;
    readonly lines: readonly string[];
  }[];
  readonly damage: readonly string[];
}

export function formatTrace(s: TraceSummary, o: TraceTextOptions): string {
  return new TraceText(s, o).text();
}

class TraceText {
  readonly #s: TraceSummary;
  readonly #o: TraceTextOptions;
  readonly #w: TraceWords;
  readonly #out: string[] = [];

  constructor(s: TraceSummary, o: TraceTextOptions) {
    this.#s = s;
    this.#o = o;
    this.#w = traceWords(o.voice.lang);
  }

  text(): string {
    const { sections } = this.#o;
    const isSummary = sections.has("summary");
    this.#head();
    if (isSummary) this.#findings();
    this.#gc();
    if (isSummary || sections.has("cycles")) this.#cycles(sections.has("cycles"));
    if (isSummary || sections.has("assists")) this.#assists(sections.has("assists"));
    if (isSummary || sections.has("stw")) this.#stops();
    if (isSummary || sections.has("mmu")) this.#mmu();
    if (isSummary) this.#rest();
    if (sections.has("goroutines")) this.#goroutines();
    if (sections.has("tasks")) this.#annotated();
    if (isSummary && sections.size === 1) this.#next();
    return `${this.#out.join("\n")}\n`;
  }

  #heading(text: string, beside = ""): void {
    this.#out.push("", `${this.#o.paint(text, "bold")}${beside === "" ? "" : `   ${beside}`}`);
  }

  #table(header: readonly string[], rows: readonly (readonly string[])[], align: string): void {
    const [first = "", ...rest] = alignedRows(header, rows, align);
    this.#out.push(`  ${this.#o.paint(first, "dim")}`, ...rest.map((line) => `  ${line}`));
  }

  #duration(ns: number | null): string {
    if (ns === null || Number.isNaN(ns)) return this.#w.unknown;
    if (ns > 0 && ns < 1e6) return `${digits(ns / 1e3)} µs`;
    return this.#o.voice.words.duration(ns / 1e9);
  }

  #percent(part: number, whole: number): string {
    return whole > 0 ? `${digits((100 * part) / whole)} %` : this.#w.unknown;
  }

  #fraction(x: number | null): string {
    return x === null ? this.#w.unknown : `${digits(100 * x)} %`;
  }

  #head(): void {
    const { file } = this.#s;
    const { words } = this.#o.voice;
    this.#out.push(
      `${this.#o.paint(printable(file.name), "bold")}   ${this.#w.facts({
        format: file.version,
        seconds: words.duration(file.seconds),
        events: words.count(file.events),
        generations: words.count(file.generations),
        procs: `GOMAXPROCS ${file.gomaxprocs === null ? this.#w.unknown : words.count(file.gomaxprocs)}`,
      })}`,
    );
    if (this.#o.damage.length > 0) {
      this.#heading(this.#w.damage);
      for (const line of this.#o.damage) this.#out.push(`  ▲ ${line}`);
    }
  }

  #findings(): void {
    this.#heading(this.#w.findings);
    if (!this.#o.findings.some((f) => f.fault))
      this.#out.push(`  ${this.#o.paint(this.#w.noFinding, "ok")}`);
    for (const { word, fault, lines } of this.#o.findings) {
      const [first = "", ...rest] = lines;
      this.#out.push(`  ${this.#o.paint(word, fault ? "fault" : "dim")}   ${first}`);
      for (const line of rest) this.#out.push(`    ${line}`);
    }
  }

  #gc(): void {
    const { gc, file } = this.#s;
    if (gc.cycles === 0) {
      this.#heading(this.#w.gcHeading, this.#w.noCycle);
      return;
    }
    const { words } = this.#o.voice;
    const rate = `${digits(gc.cycles / file.seconds)}/s`;
    this.#heading(this.#w.gcHeading, this.#w.cyclesIn(words.count(gc.cycles), rate));
    const running = this.#fraction(gc.ofRunning);
    this.#out.push(
      `  ${
        gc.ofCapacity === null
          ? this.#w.shareUnknown(running)
          : this.#w.share({ capacity: this.#fraction(gc.ofCapacity), running })
      }`,
      `  ${this.#w.parts({
        dedicated: this.#duration(gc.dedicatedNs),
        fractional: this.#duration(gc.fractionalNs),
        assist: this.#duration(gc.assistNs),
        ending: this.#duration(gc.endingNs),
        stop: this.#duration(gc.stopNs),
        idle: this.#duration(gc.idleNs),
      })}`,
    );
  }

  #cycles(isWhole: boolean): void {
    const { cycles } = this.#s;
    if (cycles.length === 0) return;
    this.#heading(this.#w.cycles);
    const shown = isWhole ? cycles : longestCycles(cycles, this.#o.top);
    const rows = shown.map((c) => columnsOfRow(c, (ns) => this.#duration(ns), this.#w.unknown));
    this.#table(this.#w.cycleColumns, rows, "rrrrrrrrrrrrrl");
    if (shown.some((c) => c.isCut)) this.#out.push(`  * ${this.#w.lowerBound}`);
    this.#more(cycles.length - shown.length);
  }

  #more(n: number): void {
    if (n > 0)
      this.#out.push(`  ${this.#o.paint(this.#w.more(this.#o.voice.words.count(n)), "dim")}`);
  }

  #nameOf(p: PayerRow): string {
    if (p.file === null || p.function === null) return printable(p.name) || this.#w.unknown;
    const at = { function: p.function, file: p.file, line: p.line ?? 0 };
    return printable(`${shortLine(at)}  ${shortFunction(p.function)}`);
  }

  #payers(title: string, rows: readonly PayerRow[], isWhole: boolean): void {
    const total = this.#s.assists.wallNs;
    const shown = isWhole ? rows : rows.slice(0, this.#o.top);
    this.#out.push(`  ${this.#o.paint(title, "dim")}`);
    this.#table(
      this.#w.payerColumns,
      shown.map((p) => [
        digits(p.wallNs / 1e6),
        this.#percent(p.wallNs, total),
        this.#percent(p.cpuNs, p.wallNs),
        this.#percent(p.wallNs - p.cpuNs, p.wallNs),
        this.#o.voice.words.count(p.count),
        digits(p.longestNs / 1e6),
        this.#nameOf(p),
      ]),
      "rrrrrrl",
    );
    this.#more(rows.length - shown.length);
  }

  #assists(isWhole: boolean): void {
    const { assists, gc } = this.#s;
    if (assists.count === 0) {
      this.#heading(this.#w.assists, this.#w.noAssist);
      return;
    }
    const { words } = this.#o.voice;
    this.#heading(
      this.#w.assists,
      this.#w.assistFacts({
        count: words.count(assists.count),
        wall: this.#duration(assists.wallNs),
        cpu: this.#duration(assists.cpuNs),
        ending: assists.endingNs > 0 ? this.#duration(assists.endingNs) : undefined,
        parked: this.#duration(assists.wallNs - assists.cpuNs),
        longest: this.#duration(assists.longestNs),
        ofMutator: this.#fraction(gc.assistOfMutator),
      }),
    );
    this.#payers(this.#w.byLine, assists.byLine, isWhole);
    this.#out.push(`  ${this.#o.paint(this.#w.byGroup, "dim")}`);
    const groups = isWhole ? assists.byGroup : assists.byGroup.slice(0, this.#o.top);
    this.#table(
      this.#w.groupColumns,
      groups.map((g) => [
        digits(g.wallNs / 1e6),
        this.#percent(g.wallNs, assists.wallNs),
        this.#percent(g.cpuNs, g.executedNs),
        words.count(g.count),
        words.count(g.goroutines),
        printable(g.name) || this.#w.unknown,
      ]),
      "rrrrrl",
    );
    this.#more(assists.byGroup.length - groups.length);
    if (assists.cut > 0) this.#out.push(`  ${words.count(assists.cut)} × ${this.#w.lowerBound}`);
  }

  #stops(): void {
    const { stops } = this.#s;
    if (stops.causes.length === 0) {
      this.#heading(this.#w.stops, this.#w.noStop);
      return;
    }
    this.#heading(this.#w.stops);
    const us = (ns: number) => digits(ns / 1e3);
    this.#table(
      this.#w.stopColumns,
      stops.causes.map((c) => [
        us(c.totalNs),
        us(c.pauseNs),
        this.#o.voice.words.count(c.count),
        us(c.medianNs),
        us(c.p99Ns),
        us(c.longestNs),
        us(c.stoppingNs),
        `${printable(c.reason)} (${this.#w.stopKinds[c.kind]})`,
      ]),
      "rrrrrrrl",
    );
    const list = (title: string, rows: readonly PayerRow[]) => {
      if (rows.length === 0) return;
      const names = rows
        .slice(0, 3)
        .map((p) => `${this.#nameOf(p)} (${this.#duration(p.wallNs)}, ${p.count} ×)`);
      this.#out.push(`  ${title}: ${names.join("; ")}`);
    };
    list(this.#w.stopAsked, stops.asked);
    list(this.#w.stopLast, stops.lastToStop);
    if (stops.lastToStop.length > 0)
      this.#out.push(`    ${this.#o.paint(this.#w.stopLastNote, "dim")}`);
  }

  #mmu(): void {
    const { mmu } = this.#s;
    if (mmu === null) {
      this.#heading(this.#w.mmu, this.#w.mmuUnknown);
      return;
    }
    this.#heading(this.#w.mmu);
    this.#table(
      this.#w.mmuColumns,
      mmu.map((row) => [
        this.#duration(row.windowNs),
        this.#fraction(row.utilisation),
        row.worstAtNs === null ? this.#w.unknown : `${(row.worstAtNs / 1e9).toFixed(3)} s`,
      ]),
      "rrr",
    );
  }

  #rest(): void {
    const { sweeps, spans, samples, waits } = this.#s;
    const { words } = this.#o.voice;
    if (sweeps.count > 0)
      this.#heading(
        this.#w.sweeps,
        this.#w.sweepFacts({
          count: words.count(sweeps.count),
          wall: this.#duration(sweeps.wallNs),
          swept: words.bytes(sweeps.sweptBytes),
          reclaimed: words.bytes(sweeps.reclaimedBytes),
        }),
      );
    if (spans.bytes > 0) {
      this.#heading(
        this.#w.pulls,
        this.#w.pullFacts(words.bytes(spans.bytes), words.bytes(spans.bytesInMark)),
      );
      const groups = spans.byGroup.slice(0, this.#o.top);
      this.#table(
        this.#w.pullColumns,
        groups.map((g) => [
          words.bytes(g.bytesInMark),
          words.bytes(g.bytes),
          words.count(g.goroutines),
          printable(g.name) || this.#w.unknown,
        ]),
        "rrrl",
      );
      this.#more(spans.byGroup.length - groups.length);
    }
    if (samples !== null) {
      const classes = samples.classes
        .map(
          (c) =>
            `${c.class} ${digits(100 * c.share)} % [${digits(100 * c.shareLo)}, ${digits(100 * c.shareHi)}]`,
        )
        .join("   ");
      this.#heading(
        this.#w.samples,
        `${this.#w.sampleFacts(words.count(samples.count))}   ${classes}`,
      );
    }
    if (waits !== null) this.#waits(waits.inMark, waits.outside, waits.mostRunnable);
  }

  #waits(inMark: Waits, outside: Waits, most: number): void {
    const { words } = this.#o.voice;
    this.#heading(this.#w.waits, this.#w.mostRunnable(words.count(most)));
    const row = (name: string, w: Waits) => [
      name,
      words.count(w.count),
      this.#duration(w.medianNs),
      this.#duration(w.p99Ns),
      this.#duration(w.longestNs),
      this.#duration(w.totalNs),
    ];
    this.#table(
      this.#w.waitColumns,
      [row(this.#w.inMark, inMark), row(this.#w.outside, outside)],
      "lrrrrr",
    );
  }

  #goroutines(): void {
    const { goroutines, waits } = this.#s;
    if (waits !== null && !this.#o.sections.has("summary"))
      this.#waits(waits.inMark, waits.outside, waits.mostRunnable);
    if (goroutines === null) return;
    this.#heading(this.#w.goroutines);
    this.#table(
      this.#w.goroutineColumns,
      goroutines.map((g) => [
        this.#o.voice.words.count(g.goroutines),
        this.#duration(g.executingNs),
        this.#duration(g.schedWaitNs),
        this.#duration(Object.values(g.blockNs).reduce((a, b) => a + b, 0)),
        this.#duration(g.syscallNs + g.syscallBlockNs),
        this.#duration(g.assistNs),
        this.#duration(g.sweepNs),
        printable(g.name) || this.#w.unknown,
      ]),
      "rrrrrrrl",
    );
  }

  #annotated(): void {
    const { tasks, regions } = this.#s;
    if (tasks === null || regions === null) return;
    if (![...tasks, ...regions].some((row) => row.name !== "")) {
      this.#heading(this.#w.tasks, this.#w.noTasks);
      return;
    }
    const table = (title: string, rows: readonly AnnotatedPayer[]) => {
      if (rows.length === 0) return;
      this.#heading(title);
      this.#table(
        this.#w.annotatedColumns,
        rows.map((r) => [
          this.#o.voice.words.count(r.count),
          this.#duration(r.wallNs),
          this.#duration(r.longestNs),
          this.#o.voice.words.count(r.assists),
          this.#duration(r.assistWallNs),
          this.#fraction(r.worstShare),
          printable(r.name) || "–",
        ]),
        "rrrrrrl",
      );
    };
    table(this.#w.tasks, tasks);
    table(this.#w.regions, regions);
  }

  #next(): void {
    this.#heading(this.#w.next);
    const rows = this.#w.nextSays.map(([flag, what]) => [flag, what]);
    for (const line of alignedRows(["", ""], rows, "ll").slice(1)) this.#out.push(`  ${line}`);
  }
}

/** The cycles that lasted longest, in their order. */
export function longestCycles<T extends { readonly startNs: number; readonly endNs: number }>(
  cycles: readonly T[],
  most: number,
): T[] {
  const length = (c: T) => c.endNs - c.startNs;
  const kept = new Set(cycles.toSorted((a, b) => length(b) - length(a)).slice(0, most));
  return cycles.filter((c) => kept.has(c));
}
