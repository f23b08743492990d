// A comparison of two profiles in words.

import type { DiffSite, PairDiff, Standing } from "../../analysis/diff/pair.ts";
import { suggestedRate } from "../../analysis/diff/pair.ts";
import { printable } from "../wording.ts";
import type { DiffDocument, DocumentTable, Tone } from "./document.ts";
import { comparisonFact, obstacleText } from "./comparison-words.ts";
import { shortFunction, shortLine } from "../../rules/naming.ts";
import { Speech } from "./speech.ts";
import type { Voice } from "../say.ts";

export interface PairDocumentOptions {
  readonly voice: Voice;
  readonly top: number;
  /** Requests that the service answered between the two. */
  readonly requests: number | undefined;
  readonly damage: readonly string[];
}

const GROWN: ReadonlySet<Standing> = new Set(["grew", "new"]);
const NORMAL_TABLES: readonly (readonly [Standing, string, string])[] = [
  ["grew", "GREW", "增长"],
  ["new", "NEW", "新出现"],
  ["shrank", "SHRANK", "减少"],
  ["gone", "GONE", "消失"],
];

export function pairDocument(d: PairDiff, options: PairDocumentOptions): DiffDocument {
  return new PairWords(d, options).document();
}

class PairWords extends Speech {
  readonly #d: PairDiff;
  readonly #o: PairDocumentOptions;

  constructor(d: PairDiff, options: PairDocumentOptions) {
    super(options.voice);
    this.#d = d;
    this.#o = options;
  }

  document(): DiffDocument {
    const { verdict, tone, rest } = this.#headline();
    return {
      verdict,
      tone,
      rest,
      facts: this.#facts(),
      tables: this.#tables(),
      notes: this.#notes(),
    };
  }

  #what(): string {
    const { type, unit } = this.#d.after.valueType;
    const isObjects = unit === "count";
    switch (this.#d.after.measure) {
      case "live":
        return isObjects ? this.say("live objects", "存活对象") : this.say("live", "存活");
      case "allocated":
        return isObjects
          ? this.say("allocated objects", "已分配对象")
          : this.say("allocated", "已分配");
      case "counted":
        return this.say("goroutines", "goroutine");
      case "cpu":
        return "CPU";
      case "cumulative":
        return printable(type);
    }
  }

  #headline(): { verdict: string; tone: Tone; rest: string } {
    const { status, total, comparison, unit } = this.#d;
    if (total === undefined) {
      const rest = comparison.form === "none" ? obstacleText(this, this.#d, comparison.why) : "";
      return { verdict: this.say("NOT COMPARABLE", "无法比较"), tone: "low", rest };
    }
    const value = this.signed(total.value, unit, total.hasInterval);
    const inAll = this.say(`${value} ${this.#what()} in all`, `合计${this.#what()} ${value}`);
    if (comparison.form === "identical") {
      return {
        verdict: this.say("NO GROWTH SEEN", "未见增长"),
        tone: "ok",
        rest: this.say(
          "both files hold the same profile: the difference is exactly 0",
          "两个文件是同一份剖析：差值恰为 0",
        ),
      };
    }
    if (status === "allocated") {
      const rest = this.say(`${value} between the two`, `两者之间 ${value}`);
      return { verdict: this.say("ALLOCATED", "已分配"), tone: "low", rest };
    }
    if (status === "difference")
      return { verdict: this.say("DIFFERENCE", "差值"), tone: "low", rest: inAll };
    if (status === "growth") {
      const top = this.#d.sites.find((s) => GROWN.has(s.standing));
      const isTotal = total.value.lo > 0;
      // A whole function has no line, and its file alone does not name it.
      const at =
        top === undefined
          ? ""
          : printable(
              top.line > 0 ? shortLine(top) : shortFunction(top.function) || shortLine(top),
            );
      const there = top === undefined ? "" : this.signed(top.value, unit, top.hasInterval);
      const rest = isTotal
        ? inAll + (top === undefined ? "" : this.say(`; most at ${at}`, `；最多在 ${at}`))
        : this.say(`${there} at ${at}; ${inAll}`, `${at} 处 ${there}；${inAll}`);
      return { verdict: this.say("GROWTH SEEN", "看到增长"), tone: "fault", rest };
    }
    const rest =
      total.value.hi < 0
        ? this.say(`${inAll}: it shrank`, `${inAll}：减少了`)
        : `${this.visible(total.visible, unit)}${this.say("; ", "；")}${inAll}`;
    return { verdict: this.say("NO GROWTH SEEN", "未见增长"), tone: "ok", rest };
  }

  #facts(): string[] {
    const { total, unit, comparison } = this.#d;
    const facts = [comparisonFact(this, this.#d)];
    if (total === undefined) return facts;
    const { before, after } = this.#d;
    if (before !== after && !before.artefact.completeness.complete)
      facts.push(
        this.say(
          "the first file is damaged: what it lacks looks new, or grown",
          "第一份文件已损坏：其中缺失的内容会显得新出现或增长",
        ),
      );
    if (before !== after && !after.artefact.completeness.complete)
      facts.push(
        this.say(
          "the second file is damaged: what it lacks looks gone; what grew is a lower bound",
          "第二份文件已损坏：其中缺失的内容会显得消失；增长只是下界",
        ),
      );
    if (
      total.before !== undefined &&
      total.after !== undefined &&
      comparison.form !== "identical"
    ) {
      const from = this.amount(total.before.value, unit);
      const to = this.amount(total.after.value, unit);
      facts.push(
        this.say(
          `${this.#what()} in all: ${from} before, ${to} after`,
          `合计${this.#what()}：之前 ${from}，之后 ${to}`,
        ),
      );
    }
    const { requests } = this.#o;
    if (requests !== undefined) {
      const per = (x: number): number => x / requests;
      const { value, lo, hi } = total.value;
      const each = this.signed(
        { value: per(value), lo: per(lo), hi: per(hi) },
        unit,
        total.hasInterval,
      );
      const count = this.number(requests);
      facts.push(
        this.say(
          `${each} a request, over ${count} requests`,
          `每个请求 ${each}，共 ${count} 个请求`,
        ),
      );
    }
    return facts;
  }

  #tables(): DocumentTable[] {
    const { sites, status } = this.#d;
    if (status === "allocated" || status === "difference") {
      const moved = sites.filter((s) => s.value.value !== 0);
      const table = this.#table(this.say("WHERE", "在哪里"), moved);
      return table === undefined ? [] : [table];
    }
    const tables = NORMAL_TABLES.map(([standing, en, zh]) =>
      this.#table(
        this.say(en, zh),
        sites.filter((s) => s.standing === standing),
      ),
    );
    const unsure = sites.filter((s) => s.standing === "unsure");
    tables.push(
      this.#table(
        this.say("MAY BE CHANCE", "可能是偶然"),
        unsure,
        this.#d.isExact
          ? this.say(
              "every object is counted, and a few more are a first use as well as growth",
              "每个对象都已计入；多出几个可能只是首次使用",
            )
          : this.say(
              `alone each would be told; among ${this.number(this.#d.tested)} sites some must look so`,
              `单独看每个都成立；但 ${this.number(this.#d.tested)} 处之中总有一些碰巧如此`,
            ),
      ),
      this.#moved(),
    );
    return tables.filter((t) => t !== undefined);
  }

  #table(title: string, sites: readonly DiffSite[], beside = ""): DocumentTable | undefined {
    if (sites.length === 0) return undefined;
    const { top } = this.#o;
    const { unit, after } = this.#d;
    const isSampled = after.rows !== undefined;
    const hasObjects = sites.some((s) => s.objects !== undefined);
    const hasState = sites.some((s) => s.after !== undefined);
    const hasP = this.#d.status !== "allocated" && sites.some((s) => Number.isFinite(s.q));
    const isPaired = sites.some((s) => s.drift !== undefined);
    const header = [this.say("change", "变化")];
    if (hasState) header.push(this.say("after", "之后"));
    if (hasObjects) header.push(this.say("objects", "对象"));
    if (isSampled)
      header.push(
        isPaired || this.#d.comparison.form === "paired"
          ? this.say("new/freed", "新增/释放")
          : this.say("samples", "样本"),
      );
    if (hasP) header.push("q");
    header.push(this.say("line", "行"));
    const rows = sites.slice(0, top).map((s) => {
      const row = [this.signed(s.value, unit, s.hasInterval)];
      if (hasState) row.push(s.after === undefined ? "" : this.amount(s.after.value, unit));
      if (hasObjects)
        row.push(
          s.objects === undefined ? "" : this.signed(round(s.objects), "count", s.hasInterval),
        );
      if (isSampled) {
        const plus = this.number(s.plusSamples);
        const minus = this.number(s.minusSamples);
        row.push(this.#d.comparison.form === "naive" ? `${minus} → ${plus}` : `${plus} / ${minus}`);
      }
      if (hasP) row.push(this.p(s.q));
      row.push(this.site(s));
      return row;
    });
    const more = sites.length - rows.length;
    const rest =
      more > 0
        ? this.say(
            `${this.number(more)} more: --top ${sites.length}`,
            `另有 ${this.number(more)} 处：--top ${sites.length}`,
          )
        : "";
    const space = beside !== "" && rest !== "" ? this.say("; ", "；") : "";
    return {
      title,
      beside: `${beside}${space}${rest}`,
      header,
      rows,
      align: `${"r".repeat(header.length - 1)}l`,
    };
  }

  /** Lines that were found under another place or name; the rest of the table says what changed. */
  #moved(): DocumentTable | undefined {
    const moved = this.#d.sites.filter((s) => s.from !== undefined && s.foundBy !== "same");
    // Places that hold nothing in either profile are only counted.
    const shown = moved.filter((s) => s.plusSamples + s.minusSamples > 0);
    if (shown.length === 0) return undefined;
    const { unit } = this.#d;
    const rows = shown.slice(0, this.#o.top).map((s) => [
      this.signed(s.value, unit, s.hasInterval),
      // A whole function has no line that would tell two closures of a file apart.
      s.from === undefined
        ? ""
        : printable(
            s.from.line > 0
              ? shortLine(s.from)
              : shortFunction(s.from.function) || shortLine(s.from),
          ),
      s.foundBy === "offset"
        ? this.say("same distance from the function's start", "与函数起始的距离相同")
        : this.say("order of lines and sizes: a guess", "按行序与大小推测"),
      this.line(s),
    ]);
    const more = moved.length - rows.length;
    return {
      title: this.say("MOVED", "移动"),
      beside: more > 0 ? this.say(`${this.number(more)} more`, `另有 ${this.number(more)} 处`) : "",
      header: [
        this.say("change", "变化"),
        this.say("was", "原处"),
        this.say("known by", "依据"),
        this.say("line", "行"),
      ],
      rows,
      align: "rlll",
    };
  }

  #notes(): (readonly [string, string])[] {
    const { quiet, total, sites, comparison, after } = this.#d;
    const notes: (readonly [string, string])[] = [];
    if (total !== undefined && comparison.form !== "identical" && total.hasInterval) {
      if (quiet.sites > 0 && this.#d.status !== "allocated") {
        const seen = this.#quietVisible();
        notes.push([
          this.say("OTHERS", "其他"),
          this.say(
            `${this.number(quiet.sites)} other ${quiet.sites === 1 ? "site" : "sites"}, none seen growing${seen}`,
            `其他 ${this.number(quiet.sites)} 处，均未见增长${seen}`,
          ),
        ]);
      }
      if (total.drift !== undefined) notes.push([this.say("DRIFT", "漂移"), this.#drift()]);
      if (total.visible !== undefined) {
        notes.push([
          this.say("COULD SEE", "可见性"),
          this.#d.isExact
            ? this.say(
                "every object is counted; told is growth of more objects than chance has, or of one piece as large as 1 % of what was live or 512 KiB",
                "每个对象都已计入；对象数多于偶然，或单独一块达到存活量的 1 % 或 512 KiB，才算增长",
              )
            : this.say(
                `the smallest growth whose 95 % interval would lie above 0 in 4 of 5 such comparisons${this.#rateHint()}`,
                `指这样比较五次中有四次、其 95 % 区间会高于 0 的最小增长${this.#rateHint()}`,
              ),
        ]);
      }
    }
    const renamed = sites.filter((s) => s.renamed !== 0);
    if (renamed.length > 0) {
      const bits = renamed.reduce((all, s) => all | s.renamed, 0);
      notes.push([
        this.say("NAMES", "名称"),
        this.say(
          `${this.number(renamed.length)} matched after undoing how toolchains spell ${this.renamed(bits)}`,
          `${this.number(renamed.length)} 处在还原各工具链对${this.renamed(bits)}的写法后才匹配`,
        ),
      ]);
    }
    if (this.#d.inconsistentRows > 0) {
      notes.push([
        this.say("DOUBT", "存疑"),
        this.say(
          `${this.number(this.#d.inconsistentRows)} rows have counts that one process cannot have; they are compared as if independent`,
          `${this.number(this.#d.inconsistentRows)} 行的计数不可能来自同一进程；按相互独立比较`,
        ),
      ]);
    }
    if (after.rows?.counts === "approximate") {
      notes.push([
        this.say("COUNTS", "计数"),
        this.say(
          "the profile was transformed on its way: samples are estimated from bytes, intervals are only proportional",
          "剖析在途中被改写：样本数由字节数估计，区间仅成比例",
        ),
      ]);
    }
    for (const line of this.#o.damage) notes.push([this.say("DAMAGE", "损坏"), line]);
    return notes;
  }

  #quietVisible(): string {
    const { typical, busiest } = this.#d.quiet;
    const { unit } = this.#d;
    if (typical === undefined || busiest === undefined) return "";
    const isAlike = busiest < typical * 1.5;
    const each = this.visible(isAlike ? busiest : typical, unit);
    const most = this.amount(busiest, unit);
    return isAlike
      ? this.say(`; ${each} each`, `；每处${each}`)
      : this.say(
          `; ${each} at half of them, ${most} at the busiest`,
          `；其中一半${each}，最忙的一处 ${most}`,
        );
  }

  #rateHint(): string {
    const { total, after, unit, status } = this.#d;
    const rate = after.rows?.rate;
    if (
      status !== "no-growth" ||
      unit !== "bytes" ||
      rate === undefined ||
      total?.visible === undefined
    )
      return "";
    const lower = suggestedRate(total.visible, rate);
    if (lower === undefined) return "";
    const amount = this.amount(lower, "bytes");
    return this.say(
      `; for less: MemProfileRate ${amount}, or more time between the two`,
      `；想看得更细：MemProfileRate 设为 ${amount}，或拉长两者的间隔`,
    );
  }

  #drift(): string {
    const drift = this.#d.total?.drift;
    if (drift === undefined) return "";
    const counts = this.say(
      `another question: ${this.number(drift.came)} samples came and stayed, ${this.number(drift.went)} went, p ${this.pIs(drift.p)}`,
      `是另一个问题：新增并留下 ${this.number(drift.came)} 个样本，离去 ${this.number(drift.went)} 个，p ${this.pIs(drift.p)}`,
    );
    if (drift.p <= 0.05) {
      return this.say(
        `${counts}: more ${drift.came > drift.went ? "stayed than went" : "went than stayed"}; whether that goes on, three or more snapshots tell`,
        `${counts}：${drift.came > drift.went ? "留下多于离去" : "离去多于留下"}；是否持续，需要三份以上快照`,
      );
    }
    const steps = drift.stepsNeeded;
    const help =
      steps === undefined || steps > 500
        ? ""
        : this.say(
            `; if this is drift, about ${this.number(steps + 1)} snapshots this far apart would tell`,
            `；如果确在漂移，约 ${this.number(steps + 1)} 份同样间隔的快照可以判断`,
          );
    return this.say(
      `${counts}. A pair says little of that${help}`,
      `${counts}。两份快照对此说明不了多少${help}`,
    );
  }
}

function round(i: { value: number; lo: number; hi: number }): typeof i {
  return { value: Math.round(i.value), lo: Math.round(i.lo), hi: Math.round(i.hi) };
}
