// A series of rates in words: what the numbers of such a file mean, whether the rate changed, where.

import type { RatePlace, RateSeries } from "../../analysis/diff/rate-series.ts";
import type { Interval } from "../../analysis/stats/interval.ts";
import { MIN_WINDOWS, type RateChange } from "../../analysis/stats/rate-change.ts";
import { shortLine } from "../../rules/naming.ts";
import type { Voice } from "../say.ts";
import { printable } from "../wording.ts";
import type { DiffDocument, DocumentTable } from "./document.ts";
import { sparkline, Speech } from "./speech.ts";

export interface RateDocumentOptions {
  readonly voice: Voice;
  readonly top: number;
  readonly damage: readonly string[];
}

export function rateDocument(d: RateSeries, options: RateDocumentOptions): DiffDocument {
  return new RateWords(d, options).document();
}

/** Lines without a change that are less of the whole are only counted. */
const LEAST_SHOWN = 0.001;

class RateWords extends Speech {
  readonly #d: RateSeries;
  readonly #o: RateDocumentOptions;

  constructor(d: RateSeries, options: RateDocumentOptions) {
    super(options.voice);
    this.#d = d;
    this.#o = options;
  }

  document(): DiffDocument {
    const { status, changed, steady } = this.#d;
    return {
      verdict: this.#verdict(),
      tone: status === "rate-steady" ? "ok" : "low",
      rest: this.#headline(),
      facts: this.#facts(),
      tables: [this.#changedTable(changed), this.#steadyTable(steady)].filter(
        (t) => t !== undefined,
      ),
      notes: this.#notes(),
    };
  }

  #verdict(): string {
    switch (this.#d.status) {
      case "rate-changed":
        return this.say("RATE CHANGED", "速率有变");
      case "rate-steady":
        return this.say("RATE STEADY", "速率平稳");
      case "inconclusive":
        return this.say("RATE, TOO FEW TO COMPARE", "速率，份数太少无法比较");
      case "not-comparable":
        return this.say("NOT COMPARABLE", "无法比较");
    }
  }

  /** Cores are a rate already. */
  #rate(value: number): string {
    const { unit, hasTimes, form } = this.#d;
    if (value === 0) return "0";
    if (unit === "cores") return this.amount(value, unit);
    if (!hasTimes)
      return `${this.amount(value, unit)}${form === "totals" ? this.say(" a snapshot", " / 快照") : this.say(" a file", " / 文件")}`;
    if (unit === "ns") return `${this.amount(value, unit)}${this.say("/s", "/秒")}`;
    return this.amount(value, unit === "bytes" ? "bytes/s" : "1/s");
  }

  #interval(i: Interval, isSigned: boolean): string {
    const { unit, hasTimes } = this.#d;
    const sign = isSigned && i.value > 0 ? "+" : "";
    if (!hasTimes || unit === "ns") {
      // Durations are told without their sign.
      const minus = (x: number): string => (unit === "ns" && x < 0 ? "−" : "");
      const of = (x: number): string => `${minus(x)}${this.amount(x, unit)}`;
      return `${sign}${minus(i.value)}${this.#rate(i.value)} [${of(i.lo)}, ${of(i.hi)}]`;
    }
    const spoken = unit === "cores" ? unit : unit === "bytes" ? "bytes/s" : "1/s";
    const text = this.signed(i, spoken);
    return isSigned ? text : text.replace(/^\+/, "");
  }

  #since(change: RateChange): string {
    const { windows, hasTimes } = this.#d;
    const window = windows[change.at];
    const before = windows[change.at - 1];
    const time = (this.#d.form === "totals" ? before : window)?.atSeconds ?? NaN;
    const isDated = hasTimes && this.#d.subjects.every((s) => Number.isFinite(s.timeMs));
    return isDated
      ? this.voice.words.duration(time)
      : this.say(`window ${change.at + 1}`, `第 ${change.at + 1} 段`);
  }

  #headline(): string {
    const { status, total, changed, windows, restarts } = this.#d;
    const type = printable(this.#d.subjects[0]?.valueType.type ?? "");
    if (total === undefined)
      return this.say(
        `${windows.length} ${windows.length === 1 ? "window" : "windows"} of one process${restarts > 0 ? `, ${restarts} ${restarts === 1 ? "restart" : "restarts"}` : ""}; a series needs two. Two files are compared with heapwright diff A B`,
        `同一进程只有 ${windows.length} 段${restarts > 0 ? `，重启 ${restarts} 次` : ""}；序列至少需要两段。两份文件请用 heapwright diff A B`,
      );
    const mean = `${type} ${this.#interval(total.rate, false)}`;
    if (status === "inconclusive")
      return this.say(
        `${mean}; ${windows.length} windows do not tell whether that changes, ${MIN_WINDOWS} and more do`,
        `${mean}；${windows.length} 段无法判断是否变化，${MIN_WINDOWS} 段以上可以`,
      );
    const top = changed[0];
    if (status === "rate-steady") {
      const seen =
        total.visible === undefined
          ? ""
          : this.say(
              `; could have seen a change by ${this.#rate(total.visible)}`,
              `；可看出 ${this.#rate(total.visible)} 的变化`,
            );
      const small =
        changed.length === 0
          ? ""
          : this.say(
              `; ${this.number(changed.length)} small ${changed.length === 1 ? "line" : "lines"} changed`,
              `；${this.number(changed.length)} 处小的行有变`,
            );
      return `${mean}${seen}${small}`;
    }
    const isTotal = (total.change?.p ?? 1) <= 0.05;
    const parts: string[] = [];
    if (isTotal && total.change !== undefined)
      parts.push(
        this.say(
          `${type} ${this.#rate(total.change.before.value)} → ${this.#rate(total.change.after.value)} in all, since ${this.#since(total.change)}`,
          `${type} 合计 ${this.#rate(total.change.before.value)} → ${this.#rate(total.change.after.value)}，始于 ${this.#since(total.change)}`,
        ),
      );
    if (top?.change !== undefined) {
      const at = printable(shortLine(top.at));
      const by = this.#interval(top.change.change, true);
      parts.push(
        isTotal
          ? this.say(`most at ${at}, ${by}`, `最多在 ${at}，${by}`)
          : this.say(
              `${by} at ${at}, since ${this.#since(top.change)}; ${mean} in all`,
              `${at} 处 ${by}，始于 ${this.#since(top.change)}；合计 ${mean}`,
            ),
      );
    }
    return parts.join(this.say("; ", "；"));
  }

  /** What a series of this kind means. */
  #meaning(): string {
    const { form, subjects } = this.#d;
    const measure = subjects[0]?.measure;
    if (form === "windows")
      return measure === "cpu"
        ? this.say(
            "each file is a window of its own; compared is the CPU used in each, not what lies between them",
            "每份文件各为一段时间窗；比较的是各段所用的 CPU，不含其间",
          )
        : this.say(
            "each file is a difference over its own seconds; compared are their rates",
            "每份文件都是各自时段内的差值；比较的是它们的速率",
          );
    return measure === "allocated"
      ? this.say(
          "what was allocated only grows: each step is a rate, and a change is one of that rate, not of memory held",
          "累计分配只增不减：每一步是一个速率；变化指速率的变化，而非占用的内存",
        )
      : this.say(
          "totals since the start only grow: each step is a rate, and a change is one of that rate",
          "自启动以来的累计只增不减：每一步是一个速率；变化指该速率的变化",
        );
  }

  #facts(): string[] {
    const { windows, total, restarts, rateChanges, builds, repeated, subjects, hasTimes } = this.#d;
    const facts = [this.#meaning()];
    if (total !== undefined) {
      let seconds = 0;
      for (const w of windows) seconds += w.seconds;
      const over = hasTimes
        ? this.say(
            ` over ${this.voice.words.duration(seconds)}`,
            `，共 ${this.voice.words.duration(seconds)}`,
          )
        : "";
      facts.push(
        this.say(
          `${subjects.length} files, ${windows.length} windows${over}   ${sparkline(total.rates)}  ${this.#rate(total.rates[0] ?? 0)} → ${this.#rate(total.rates[total.rates.length - 1] ?? 0)}`,
          `${subjects.length} 份文件，${windows.length} 段${over}   ${sparkline(total.rates)}  ${this.#rate(total.rates[0] ?? 0)} → ${this.#rate(total.rates[total.rates.length - 1] ?? 0)}`,
        ),
      );
      windows.forEach((w, j) => {
        if (!w.isSetAside) return;
        const rate = this.#rate(total.rates[j] ?? 0);
        const name = printable(w.to.artefact.name);
        facts.push(
          this.say(
            `window ${j + 1} (to ${name}) stands out, ${rate}, and is set aside`,
            `第 ${j + 1} 段（到 ${name}）与众不同，为 ${rate}，已搁置`,
          ),
        );
      });
    }
    const others = restarts - rateChanges;
    if (rateChanges > 0)
      facts.push(
        this.say(
          `MemProfileRate changed ${rateChanges === 1 ? "once" : `${rateChanges} times`} inside; nothing is compared across`,
          `其间 MemProfileRate 改变了 ${rateChanges} 次；不跨越比较`,
        ),
      );
    if (others > 0)
      facts.push(
        this.#d.form === "windows"
          ? this.say(
              `${others + 1} processes: their windows are compared as if of one`,
              `${others + 1} 个进程：各段视同一个进程比较`,
            )
          : this.say(
              `${others} ${others === 1 ? "restart" : "restarts"} or other process inside: totals fall or identity differs; nothing is compared across`,
              `其间有 ${others} 次重启或换了进程：累计下降或身份不同；不跨越比较`,
            ),
      );
    if (builds > 1)
      facts.push(
        this.say(
          `${builds} builds: a line that was edited is another line in each`,
          `${builds} 个构建：改动过的行在各构建中视为不同的行`,
        ),
      );
    const { damaged } = this.#d;
    if (damaged > 0) {
      facts.push(
        this.say(
          `${damaged} left out: damaged, and what they lack would look gone and come back`,
          `略去 ${damaged} 份：已损坏，其中缺失的内容会显得先消失又出现`,
        ),
      );
    }
    if (repeated > 0)
      facts.push(
        this.say(
          `${repeated} left out: nothing new since the one before`,
          `略去 ${repeated} 份：与前一份相比没有新内容`,
        ),
      );
    return facts;
  }

  #name(s: RatePlace): string {
    const from =
      s.user === undefined
        ? ""
        : this.say(
            `  from ${printable(shortLine(s.user))}`,
            `  来自 ${printable(shortLine(s.user))}`,
          );
    return `${this.line(s.at)}${from}`;
  }

  #beside(all: number, shown: number): string {
    return all > shown
      ? this.say(
          `${this.number(all - shown)} more: --top ${all}`,
          `另有 ${this.number(all - shown)} 处：--top ${all}`,
        )
      : "";
  }

  #changedTable(places: readonly RatePlace[]): DocumentTable | undefined {
    if (places.length === 0) return undefined;
    const shown = places.slice(0, this.#o.top);
    return {
      title: this.say("CHANGED", "有变"),
      beside: this.#beside(places.length, shown.length),
      header: [
        this.say("before → after", "之前 → 之后"),
        this.say("change", "变化"),
        "q",
        this.say("since", "始于"),
        this.say("rate", "速率"),
        this.say("line", "行"),
      ],
      rows: shown.map((s) => {
        const { change } = s;
        if (change === undefined) return ["", "", "", "", "", this.#name(s)];
        return [
          `${this.#rate(change.before.value)} → ${this.#rate(change.after.value)}`,
          this.#interval(change.change, true),
          this.p(s.q),
          change.isGradual ? this.say("gradual", "渐变") : this.#since(change),
          sparkline(s.rates, 12),
          this.#name(s),
        ];
      }),
      align: "rrrlll",
    };
  }

  #steadyTable(all: readonly RatePlace[]): DocumentTable | undefined {
    const least = LEAST_SHOWN * Math.abs(this.#d.total?.rate.value ?? 0);
    const places = all.filter((s) => Math.abs(s.rate.value) > least);
    if (places.length === 0) return undefined;
    const shown = places.slice(0, this.#o.top);
    const small = all.length - places.length;
    const rest =
      small === 0
        ? ""
        : this.say(`${this.number(small)} below 0.1 %`, `${this.number(small)} 处不足 0.1 %`);
    return {
      title:
        this.#d.status === "inconclusive"
          ? this.say("WHERE", "在哪里")
          : this.say("NO CHANGE SEEN", "未见变化"),
      beside: [this.#beside(places.length, shown.length), rest]
        .filter((x) => x !== "")
        .join(this.say("; ", "；")),
      header: [this.say("rate", "速率"), "", this.say("line", "行")],
      rows: shown.map((s) => [
        this.#interval(s.rate, false),
        sparkline(s.rates, 12),
        this.#name(s),
      ]),
      align: "rll",
    };
  }

  #notes(): (readonly [string, string])[] {
    const notes: (readonly [string, string])[] = [];
    if (this.#d.total === undefined) {
      for (const line of this.#o.damage) notes.push([this.say("DAMAGE", "损坏"), line]);
      return notes;
    }
    notes.push([
      this.say("LIMITS", "区间"),
      this.#d.hasSampling
        ? this.say(
            "from sampling and from how the windows differ; a rate follows the load, too",
            "来自抽样以及各段之间的差异；速率也随负载变化",
          )
        : this.say(
            "from how the windows differ: files do not say at which rate such events were sampled",
            "来自各段之间的差异：文件不说明此类事件的抽样率",
          ),
    ]);
    if (this.#d.total.visible !== undefined)
      notes.push([
        this.say("COULD SEE", "可见性"),
        this.say(
          "the smallest change in the middle of the series that 4 of 5 such series would show",
          "指发生在序列中段、五个这样的序列中有四个会显示出来的最小变化",
        ),
      ]);
    if (!this.#d.hasTimes)
      notes.push([
        this.say("ORDER", "顺序"),
        this.#d.form === "windows"
          ? this.say(
              "files state no duration: values are of each file, whatever time it took",
              "文件没有时长：数值按文件计，不论历时",
            )
          : this.say(
              "files state no time: a snapshot is the unit of time",
              "文件没有时间：以一份快照为时间单位",
            ),
      ]);
    else if (this.#d.wasUnsorted)
      notes.push([
        this.say("ORDER", "顺序"),
        this.say("sorted by their own times, not as given", "按各自的时间排序，而非给出的顺序"),
      ]);
    if (this.#d.isAssumed)
      notes.push([
        this.say("ASSUMED", "假定"),
        this.say(
          "nothing proves that it is one process; no total falls",
          "没有证据证明是同一进程；但累计从未下降",
        ),
      ]);
    for (const line of this.#o.damage) notes.push([this.say("DAMAGE", "损坏"), line]);
    return notes;
  }
}
