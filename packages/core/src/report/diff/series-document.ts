// A series of states in words: live memory, or goroutines.

import type { CourseOf } from "../../analysis/diff/series-analysis.ts";
import type { SeriesDiff, SeriesPlace } from "../../analysis/diff/series.ts";
import { TAIL_STEPS } from "../../analysis/stats/course.ts";
import { MIN_SHAPE_STEPS, type ShapeChoice } from "../../analysis/stats/drift.ts";
import type { Interval } from "../../analysis/stats/interval.ts";
import { shortLine } from "../../rules/naming.ts";
import type { Voice } from "../say.ts";
import { printable } from "../wording.ts";
import type { DiffDocument, DocumentTable } from "./document.ts";
import { sparkline, Speech } from "./speech.ts";

export interface SeriesDocumentOptions {
  readonly voice: Voice;
  readonly top: number;
  readonly damage: readonly string[];
}

export function seriesDocument(d: SeriesDiff, options: SeriesDocumentOptions): DiffDocument {
  return new SeriesWords(d, options).document();
}

class SeriesWords extends Speech {
  readonly #d: SeriesDiff;
  readonly #o: SeriesDocumentOptions;

  constructor(d: SeriesDiff, options: SeriesDocumentOptions) {
    super(options.voice);
    this.#d = d;
    this.#o = options;
  }

  document(): DiffDocument {
    const { status } = this.#d;
    const head = this.#headline();
    const { places } = this.#d;
    const handed = places.filter((p) => p.isHandedOver);
    const growing = places.filter((p) => p.slope.value > 0 && !p.isHandedOver);
    const falling = places.filter((p) => p.slope.value <= 0 && !p.isHandedOver);
    const tables = [
      this.#table(this.say("GROWING", "增长中"), growing),
      this.#table(this.say("SHRINKING", "减少中"), falling),
      this.#table(
        this.say("TAKING OVER", "接替"),
        handed,
        this.say(
          "one caller of a line grows as another shrinks; the line as a whole does not",
          "同一行的一个调用者增长而另一个减少；该行整体未增长",
        ),
      ),
    ].filter((t) => t !== undefined);
    return {
      verdict: this.#verdict(),
      tone: status === "growth" ? "fault" : status === "no-growth" ? "ok" : "low",
      rest: head,
      facts: this.#facts(),
      tables,
      notes: this.#notes(),
    };
  }

  #verdict(): string {
    switch (this.#d.status) {
      case "growth":
        return this.say("GROWTH SEEN", "看到增长");
      case "ended":
        return this.say("GREW, THEN STOPPED", "曾增长，已停止");
      case "inconclusive":
        return this.say("GREW, STEADILY OR NOT", "有增长，是否持续未知");
      case "no-growth":
        return this.say("NO GROWTH SEEN", "未见增长");
      case "not-comparable":
        return this.say("NOT COMPARABLE", "无法比较");
    }
  }

  /** Without times a step stands for a second. */
  #rate(i: Interval): string {
    const { unit, hasTimes } = this.#d;
    return hasTimes
      ? this.signed(i, unit === "bytes" ? "bytes/s" : "1/s")
      : `${this.signed(i, unit)}${this.say(" a snapshot", " / 快照")}`;
  }

  #visible(value: number | undefined): string {
    const { unit, hasTimes } = this.#d;
    if (value === undefined || hasTimes)
      return this.visible(value, unit === "bytes" ? "bytes/s" : "1/s");
    return `${this.visible(value, unit)}${this.say(" a snapshot", " / 快照")}`;
  }

  #headline(): string {
    const { status, total, places, snapshots } = this.#d;
    if (total === undefined || status === "not-comparable") {
      if (this.#d.mixed.snapshots > 0)
        return this.say(
          "MemProfileRate was changed in the process; no two steps before it are left",
          "进程中途改变了 MemProfileRate；在此之前不足两步",
        );
      if (this.#d.repeated > 0 && snapshots.length === 1)
        return this.#d.isGoroutines
          ? this.say("all files are the same one", "所有文件是同一份")
          : this.say(
              `all ${this.#d.repeated + 1} files show the same GC cycle: none ended between them. Take them at least two cycles apart, or with ?gc=1`,
              `全部 ${this.#d.repeated + 1} 份文件显示同一个 GC 周期：其间没有周期结束。请至少间隔两个周期再取，或用 ?gc=1`,
            );
      if (this.#d.encodingChanges > 0)
        return this.say(
          "texts (debug=1) and protobufs are mixed, and cut stacks differently: give files of one of the two",
          "文本（debug=1）与 protobuf 混在一起，二者的调用栈截取方式不同：请只给其中一种文件",
        );
      return this.say(
        `${snapshots.length} different ${snapshots.length === 1 ? "snapshot gives" : "snapshots give"} ${this.#d.steps} ${this.#d.steps === 1 ? "step" : "steps"} of one process; a series needs two. Two files are compared with heapwright diff A B`,
        `${snapshots.length} 份不同的快照只给出 ${this.#d.steps} 个同一进程的步；序列至少需要两步。两份文件请用 heapwright diff A B`,
      );
    }
    const inAll = this.say(`${this.#rate(total.slope)} in all`, `合计 ${this.#rate(total.slope)}`);
    const first = places.find((p) => p.slope.value > 0 && !p.isHandedOver);
    if (status === "inconclusive") {
      const more = this.#d.grown === undefined ? this.#firstToLast() : this.#grownFirstToLast();
      return [more, this.#tookOver(), this.#whyUnclear(first)]
        .filter((x) => x !== "")
        .join(this.say("; ", "；"));
    }
    if (status === "ended") {
      const { grown } = this.#d;
      const site = grown === undefined ? first?.at : grown.site;
      const at = site === undefined ? "" : printable(shortLine(site));
      const how = this.#course(
        grown ?? first ?? total,
        (grown === undefined ? first?.shape : undefined) ?? total.shape,
      );
      const took = this.#tookOver();
      const more = took === "" ? this.#firstToLast() : took;
      return [at, how, more].filter((x) => x !== "").join(this.say("; ", "；"));
    }
    if (status === "growth") {
      if (first === undefined)
        return this.#d.grown === undefined ? inAll : this.#grownFirstToLast();
      const at = printable(shortLine(first.at));
      const more = this.#moreAt(first) ?? this.#rate(first.slope);
      const where = this.say(`${more} at ${at}`, `${at} 处 ${more}`);
      // Told by its jumps: a slope of all would carry the chance of a handful of tables.
      const rest = Number.isNaN(first.p)
        ? [this.#course(first, first.shape), this.#firstToLast()].filter((x) => x !== "")
        : [inAll];
      return [where, ...rest].join(this.say("; ", "；"));
    }
    if (total.slope.hi < 0) return this.say(`${inAll}: it shrinks`, `${inAll}：在减少`);
    return `${this.#visible(total.visible)}${this.say("; ", "；")}${inAll}`;
  }

  /**
   * Steps that are no straight line make the slope's limits so wide that they hold 0, where both ends
   * leave no doubt that there is more.
   */
  #moreAt({ at, slope }: SeriesPlace): string | undefined {
    if (slope.lo > 0) return undefined;
    const ends = this.#d.firstToLast?.sites.find(
      (s) => s.function === at.function && s.file === at.file && s.line === at.line,
    );
    if (ends === undefined || !(ends.value.lo > 0)) return undefined;
    const more = this.signed(ends.value, this.#d.unit);
    return this.say(`${more} from the first to the last`, `首尾之间 ${more}`);
  }

  /** Why nobody can say yet whether what grew goes on, and what would tell. */
  #whyUnclear(first: SeriesPlace | undefined): string {
    const { steps, grown, total } = this.#d;
    if (steps < MIN_SHAPE_STEPS)
      return this.say(
        `${steps} steps do not tell whether that goes on`,
        `${steps} 步无法判断是否持续`,
      );
    const shape = grown === undefined ? (first?.shape ?? total?.shape) : undefined;
    const isLate =
      shape !== undefined &&
      ((shape.shape === "jump" && shape.at >= steps - 2) ||
        (shape.shape === "late" && steps - shape.at < TAIL_STEPS));
    return isLate
      ? this.say(
          "only its last steps grew: a burst looks the same; take two or three more",
          "只有最后几步增长：突发看起来也一样；请再取两三份",
        )
      : this.say(
          `${steps} uneven steps do not tell whether that goes on; a longer series would`,
          `${steps} 步起伏不均，无法判断是否持续；更长的序列可以`,
        );
  }

  /** What shape it has, or by what it was told instead. */
  #course(of: CourseOf, shape: ShapeChoice | undefined): string {
    const { jumps, tail } = of;
    const isLine = shape?.isClear === true && (shape.shape === "line" || shape.shape === "late");
    // Two rises side by side are one jump or a slope: of a few steps nobody can tell.
    const isTold = jumps !== undefined && (jumps.at.length > 1 || this.#d.steps >= MIN_SHAPE_STEPS);
    if (isTold && !isLine && (jumps.goesOn || shape?.isClear !== true)) {
      const last = this.#when(jumps.at[jumps.at.length - 1] ?? 0);
      return jumps.at.length === 1
        ? this.say(`one step before ${last}`, `${last} 之前一次跃升`)
        : this.say(
            `${jumps.at.length} jumps, the last before ${last}`,
            `${jumps.at.length} 次跃升，最后一次在 ${last} 之前`,
          );
    }
    if (tail !== undefined) {
      const rate = (x: number): string =>
        this.#d.hasTimes
          ? this.amount(x, this.#d.unit === "bytes" ? "bytes/s" : "1/s")
          : this.amount(x, this.#d.unit);
      return this.say(
        `level since ${this.#when(tail.from - 1)}: ${rate(tail.earlier)} before, below ${rate(tail.upper)} since`,
        `自 ${this.#when(tail.from - 1)} 起持平：此前 ${rate(tail.earlier)}，此后低于 ${rate(tail.upper)}`,
      );
    }
    return shape === undefined ? "" : this.#shape(shape);
  }

  /** The place that surely grew. */
  #grownFirstToLast(): string {
    const { firstToLast, grown } = this.#d;
    const top = grown?.site;
    if (top === undefined || firstToLast === undefined) return this.#firstToLast();
    const at = printable(shortLine(top));
    if ((firstToLast.total?.value.lo ?? 0) > 0)
      return this.say(
        `${this.#firstToLast()}, most at ${at}`,
        `${this.#firstToLast()}，最多在 ${at}`,
      );
    const more = this.signed(top.value, this.#d.unit);
    return this.say(`${more} at ${at} from the first to the last`, `${at} 首尾之间 ${more}`);
  }

  /** Where about as much went as came at the line that grew: code that took another way. */
  #tookOver(): string {
    const { firstToLast, grown } = this.#d;
    const grew = grown?.site?.value.value ?? 0;
    const change = firstToLast?.total?.value;
    if (!(grew > 0) || change === undefined || change.lo > 0) return "";
    const lost = firstToLast?.sites.find(
      (s) => (s.standing === "shrank" || s.standing === "gone") && -s.value.value >= grew / 2,
    );
    if (lost === undefined) return "";
    const at = printable(shortLine(lost));
    const less = this.signed(lost.value, this.#d.unit);
    return this.say(`${less} at ${at}, and no more in all`, `${at} 处 ${less}，合计并未增加`);
  }

  /** A height that is gone again says more than two ends that are alike. */
  #peak(): string[] {
    const { snapshots, restarts, hasTimes, unit, status } = this.#d;
    if (restarts > 0 || status !== "no-growth") return [];
    const ends = [snapshots[0], snapshots[snapshots.length - 1]];
    const floor = Math.max(...ends.map((s) => s?.live.hi ?? 0));
    let at = -1;
    snapshots.forEach((s, i) => {
      if (s.isSetAside || !(s.live.lo > floor)) return;
      if (at < 0 || s.live.value > (snapshots[at]?.live.value ?? 0)) at = i;
    });
    const top = snapshots[at];
    if (top === undefined) return [];
    const time = hasTimes ? ` (${this.voice.words.duration(top.atSeconds)})` : "";
    const most = this.amount(top.live.value, unit);
    return [
      this.say(
        `highest at snapshot ${at + 1}${time}, ${most}; it came down again`,
        `最高在第 ${at + 1} 份${time}，${most}；之后回落`,
      ),
    ];
  }

  #firstToLast(): string {
    const change = this.#d.firstToLast?.total?.value;
    if (change === undefined) return "";
    const more = this.signed(change, this.#d.unit);
    return this.say(`${more} from the first to the last`, `首尾之间 ${more}`);
  }

  #facts(): string[] {
    const { snapshots, steps, seconds, restarts, repeated, total } = this.#d;
    const facts: string[] = [];
    const last = snapshots[snapshots.length - 1];
    const first = snapshots[0];
    if (first === undefined || last === undefined) return facts;
    const over = this.#d.hasTimes
      ? this.say(
          ` over ${this.voice.words.duration(seconds)}`,
          `，历时 ${this.voice.words.duration(seconds)}`,
        )
      : "";
    const live = sparkline(Float64Array.from(snapshots, (s) => s.live.value));
    const word = this.#d.isGoroutines
      ? this.say("goroutines", "goroutine")
      : this.#d.unit === "count"
        ? this.say("live objects", "存活对象")
        : this.say("live", "存活");
    const from = this.amount(first.live.value, this.#d.unit);
    const to = this.amount(last.live.value, this.#d.unit);
    if (snapshots.length > 1)
      facts.push(
        this.say(
          `${snapshots.length} snapshots, ${steps} ${steps === 1 ? "step" : "steps"}${over}   ${word} ${live}  ${from} → ${to}`,
          `${snapshots.length} 份快照，${steps} 步${over}   ${word} ${live}  ${from} → ${to}`,
        ),
      );
    facts.push(...this.#excursions(), ...this.#peak());
    if (total !== undefined) {
      const shape =
        total.shape === undefined ? "" : `${this.#shape(total.shape)}${this.say("; ", "；")}`;
      facts.push(
        this.say(
          `in all ${shape}${this.number(total.came)} ${this.#d.isGoroutines ? "more and" : "samples came and stayed,"} ${this.number(total.went)} ${this.#d.isGoroutines ? "fewer, step by step" : "went"}, p ${this.pIs(total.p)}`,
          this.#d.isGoroutines
            ? `合计：${shape}逐步相加，增 ${this.number(total.came)}，减 ${this.number(total.went)}，p ${this.pIs(total.p)}`
            : `合计：${shape}新增并留下 ${this.number(total.came)} 个样本，离去 ${this.number(total.went)} 个，p ${this.pIs(total.p)}`,
        ),
      );
      const more = this.#firstToLast();
      const isSaid =
        this.#d.status === "ended" ||
        (this.#d.status === "growth" && this.#d.places.some((p) => Number.isNaN(p.p))) ||
        (this.#d.status === "inconclusive" && (this.#d.firstToLast?.total?.value.lo ?? 0) > 0);
      if (more !== "" && !isSaid) facts.push(this.say(`in all ${more}`, `合计${more}`));
      if (total.noise.factor > 1.5) {
        facts.push(
          this.say(
            `steps vary ${this.number(Math.round(total.noise.factor * 10) / 10)} times as much as chance (load, a jump, or a stop); intervals are widened for it`,
            `各步的波动是偶然的 ${this.number(Math.round(total.noise.factor * 10) / 10)} 倍（负载、跃升或停止）；区间已相应放宽`,
          ),
        );
      }
    }
    const encodings = this.#d.encodingChanges;
    if (encodings > 0)
      facts.push(
        this.say(
          `text (debug=1) follows protobuf, or the other way round, ${encodings === 1 ? "once" : `${encodings} times`}: nothing is compared across`,
          `文本（debug=1）与 protobuf 交替 ${encodings} 次：不跨越比较`,
        ),
      );
    const other = restarts - encodings;
    if (other > 0) {
      facts.push(
        this.say(
          `${other} ${other === 1 ? "restart" : "restarts"} or other process inside: counts fall or identity differs; nothing is compared across`,
          `其间有 ${other} 次重启或换了进程：计数下降或身份不同；不跨越比较`,
        ),
      );
    }
    const { mixed } = this.#d;
    if (mixed.snapshots > 0) {
      const [was, is] = [mixed.from, mixed.to].map((rate) => this.amount(rate, "bytes"));
      facts.push(
        this.say(
          `${mixed.snapshots} left out: MemProfileRate was changed in the process (${was} → ${is}), and what was sampled before weighs wrong in all later profiles; restart at the new rate`,
          `略去 ${mixed.snapshots} 份：进程中途改变了 MemProfileRate（${was} → ${is}），此前的样本在其后的剖析中权重有误；请以新的采样率重启`,
        ),
      );
    }
    if (this.#d.builds > 1) {
      facts.push(
        this.say(
          `${this.#d.builds} builds: a line that was edited is another line in each`,
          `${this.#d.builds} 个构建：改动过的行在各构建中视为不同的行`,
        ),
      );
    }
    const { damaged } = this.#d;
    if (damaged > 0) {
      facts.push(
        this.say(
          `${damaged} left out: damaged, and what they lack would look gone and come back`,
          `略去 ${damaged} 份：已损坏，其中缺失的内容会显得先消失又出现`,
        ),
      );
    }
    if (repeated > 0) {
      facts.push(
        this.#d.isGoroutines
          ? this.say(
              `${repeated} left out: the same file twice`,
              `略去 ${repeated} 份：同一文件出现两次`,
            )
          : this.say(
              `${repeated} left out: no GC cycle ended since the one before`,
              `略去 ${repeated} 份：与前一份之间没有 GC 周期结束`,
            ),
      );
    }
    return facts;
  }

  #excursions(): string[] {
    const { snapshots, hasTimes } = this.#d;
    return this.#d.excursions.map(({ from, to, at, height }) => {
      const time = (i: number): string =>
        hasTimes ? ` (${this.voice.words.duration(snapshots[i]?.atSeconds ?? NaN)})` : "";
      const which =
        to - from === 1
          ? this.say(`snapshot ${from + 1}${time(from)}`, `第 ${from + 1} 份${time(from)}`)
          : this.say(
              `snapshots ${from + 1} to ${to}${time(from)}`,
              `第 ${from + 1} 至 ${to} 份${time(from)}`,
            );
      const where = at === undefined ? "" : printable(shortLine(at));
      const more = this.amount(height, this.#d.unit);
      return this.say(
        `${which} set aside: ${more} more${where === "" ? "" : ` at ${where}`} than before and after, a batch or a copy perhaps; what stayed of it counts`,
        `${which}已搁置：${where === "" ? "" : `${where} `}比前后都多 ${more}，可能是批处理或复制；其中留下的仍计入`,
      );
    });
  }

  #when(step: number): string {
    const { snapshots } = this.#d;
    // Step j ends at the j-th snapshot that starts no process.
    const ends = snapshots.filter((s) => !s.startsProcess && !s.isSetAside);
    const at = ends[step]?.atSeconds;
    if (at === undefined) return "?";
    return this.#d.hasTimes
      ? this.voice.words.duration(at)
      : this.say(`snapshot ${at + 1}`, `第 ${at + 1} 份`);
  }

  #shape(shape: ShapeChoice): string {
    const unclear = shape.isClear ? "" : this.say(", not clear", "，尚不明确");
    switch (shape.shape) {
      case "line": {
        const nats = Math.round(shape.lineOverEnd * 10) / 10;
        const over =
          nats > 0 ? this.say(` (over an end by ${nats})`, `（胜过已停止 ${nats}）`) : "";
        return this.say(`line${over}${unclear}`, `直线${over}${unclear}`);
      }
      case "plateau":
        return this.say(
          `plateau since ${this.#when(shape.at - 1)}${unclear}`,
          `自 ${this.#when(shape.at - 1)} 起持平${unclear}`,
        );
      case "late":
        return this.say(
          `began at ${this.#when(shape.at - 1)}${unclear}`,
          `始于 ${this.#when(shape.at - 1)}${unclear}`,
        );
      case "jump":
        return this.say(
          `one step before ${this.#when(shape.at)}${unclear}`,
          `${this.#when(shape.at)} 之前一次跃升${unclear}`,
        );
    }
  }

  #table(title: string, places: readonly SeriesPlace[], about = ""): DocumentTable | undefined {
    if (places.length === 0) return undefined;
    const rows = places.slice(0, this.#o.top).map((place) => {
      const n = place.live.length;
      const caller = place.user ?? place.callers.find((c) => !c.function.startsWith("runtime."));
      const below = place.isAllocating
        ? caller === undefined
          ? ""
          : this.say(
              `  from ${printable(shortLine(caller))}`,
              `  来自 ${printable(shortLine(caller))}`,
            )
        : this.say("  and what it calls", "  及其所调用者");
      return [
        this.#rate(place.slope),
        `${this.number(place.came)} / ${this.number(place.went)}`,
        this.p(place.q) || "–",
        this.#course(place, place.shape) || "–",
        `${sparkline(place.live)}  ${this.amount(place.live[n - 1] ?? 0, this.#d.unit)}`,
        `${this.line(place.at)}${below}`,
      ];
    });
    const more = places.length - rows.length;
    const rest =
      more > 0
        ? this.say(
            `${this.number(more)} more: --top ${places.length}`,
            `另有 ${this.number(more)} 处：--top ${places.length}`,
          )
        : "";
    return {
      title,
      beside: [about, rest].filter((x) => x !== "").join(this.say("; ", "；")),
      header: [
        this.say("slope", "斜率"),
        this.say("came / went", "新增 / 离去"),
        "q",
        this.say("shape", "形态"),
        this.say("live", "存活"),
        this.say("line", "行"),
      ],
      rows,
      align: "rrrlll",
    };
  }

  #notes(): (readonly [string, string])[] {
    const { others, status, steps } = this.#d;
    const notes: (readonly [string, string])[] = [];
    if (status !== "not-comparable") {
      if (others.sites > 0) {
        notes.push([
          this.say("OTHERS", "其他"),
          this.say(
            `${this.number(others.sites)} other ${others.sites === 1 ? "site" : "sites"} moved without drift; ${this.#visible(others.visible)} each`,
            `其他 ${this.number(others.sites)} 处有变动但无漂移；每处${this.#visible(others.visible)}`,
          ),
        ]);
      }
      if (steps < MIN_SHAPE_STEPS) {
        notes.push([
          this.say("SHAPE", "形态"),
          this.say(
            `line or plateau cannot be told from ${steps} steps; ${MIN_SHAPE_STEPS + 1} snapshots and more can`,
            `${steps} 步无法区分直线与持平；${MIN_SHAPE_STEPS + 1} 份以上快照可以`,
          ),
        ]);
      }
      notes.push([
        this.say("COULD SEE", "可见性"),
        this.say(
          "the smallest slope whose 95 % interval would lie above 0 in 4 of 5 such series",
          "指这样的序列五次中有四次、其 95 % 区间会高于 0 的最小斜率",
        ),
      ]);
    }
    if (!this.#d.hasTimes) {
      notes.push([
        this.say("ORDER", "顺序"),
        this.#d.ties > 0
          ? this.say(
              `${this.#d.ties} equal times: ordered by what was allocated, and a snapshot is the unit of time`,
              `${this.#d.ties} 处时间相同：按累计分配量排序，并以一份快照为时间单位`,
            )
          : this.say(
              "files state no time: ordered by what was allocated, and a snapshot is the unit of time",
              "文件没有时间：按累计分配量排序，并以一份快照为时间单位",
            ),
      ]);
    } else if (this.#d.wasUnsorted) {
      notes.push([
        this.say("ORDER", "顺序"),
        this.say("sorted by their own times, not as given", "按各自的时间排序，而非给出的顺序"),
      ]);
    }
    if (this.#d.isAssumed) {
      notes.push([
        this.say("ASSUMED", "假定"),
        this.#d.isGoroutines
          ? this.say("nothing proves that it is one process", "没有证据证明是同一进程")
          : this.say(
              "nothing proves that it is one process; no allocation count falls",
              "没有证据证明是同一进程；但分配计数从未下降",
            ),
      ]);
    }
    for (const line of this.#o.damage) notes.push([this.say("DAMAGE", "损坏"), line]);
    return notes;
  }
}
