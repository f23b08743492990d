// A page of metrics as a service serves it to Prometheus: text format 0.0.4 (and 1.0.0 with quoted names), and
// OpenMetrics 1.0. Several scrapes in one file, one behind another, are several samples.
// Authority: prometheus/docs content/docs/instrumenting/exposition_formats.md; OpenMetrics specification 1.0;
// names in names.ts. Not supported: the protobuf format, native histograms, and dumps that list the samples
// of one series over time before the next series.

import { DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { Format, FormatContext, FormatReader, ReadResult } from "../../model/format.ts";
import type { MetricsSample } from "../../model/tables/metrics.ts";
import { LineInput } from "../../model/text-input.ts";
import { detect, FORMAT } from "./detect.ts";
import { ascii, SampleLine } from "./line.ts";
import { loadRulesOf, type LoadRule } from "./load-names.ts";
import { MetricNames, type Meaning } from "./names.ts";
import { Scrape, type Types } from "./scrape.ts";
import { SeriesSet } from "./series-set.ts";

/** A label value may be a whole query. */
const MAX_LINE = 256 * 1024;
const MAX_SCRAPES = 100_000;
/** Families whose type is remembered, and names whose meaning is. */
const MAX_FAMILIES = 100_000;
/** The types that only OpenMetrics has. */
const OPEN_METRICS_TYPE = /^(?:unknown|info|stateset|gaugehistogram)$/;
const GO_VERSION = /^(?:go\d|devel)[\w.+ :-]{0,80}$/;
const LF = Uint8Array.of(10);

/** What a name asks for. Shared by all names that nobody asks for. */
interface Role {
  readonly metric: string;
  readonly meaning: Meaning;
  readonly load: readonly LoadRule[];
  /** Of `base_sum` and `base_bucket`, where `base_count` could stand for load. */
  readonly distribution: string | undefined;
}

const NOBODYS: Role = { metric: "", meaning: { kind: "none" }, load: [], distribution: undefined };

/** How far the last histogram or summary got: cut ones are told by their missing count. */
type Group = "none" | "buckets" | "counted";

class PrometheusReader implements FormatReader, Types {
  readonly #lines: LineInput;
  readonly #log = new DiagnosticLog();
  readonly #sample = new SampleLine();
  readonly #names = new MetricNames();
  readonly #roles = new Map<number, Role>();
  readonly #types = new Map<string, string>();
  readonly #series = new SeriesSet();
  readonly #done: MetricsSample[] = [];
  #scrape = new Scrape(1);
  #isOpenMetrics = false;
  #isEnded = false;
  #isRest = false;
  /** A header whose samples have not come: a line it stands on. */
  #openHeader = 0;
  #group: Group = "none";
  #isLeftOut = false;
  #dropped = 0;
  /** Series of the line before, and whether one followed itself at another time. */
  #before1 = 0;
  #before2 = 0;
  #beforeMs: number | undefined = undefined;
  #overTime = 0;
  #mostSeries = 0;

  constructor(ctx: FormatContext) {
    this.#lines = new LineInput(
      (bytes, start, end, line) => this.#line(bytes, start, end, line),
      Math.min(MAX_LINE, ctx.maxBytes),
    );
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  typeOf(family: string): string | undefined {
    return this.#types.get(family);
  }

  isDistribution(base: string): boolean {
    return this.#scrape.distributions.has(base);
  }

  #line(bytes: Uint8Array, start: number, end: number, line: number): void {
    while (start < end && (bytes[start] === 32 || bytes[start] === 9)) start += 1;
    if (start === end) return;
    if (bytes[start] === 35) {
      this.#comment(bytes, start, end, line);
      return;
    }
    if (this.#isRest) {
      // Digits may be missing: 12 of 1234 is a number too.
      this.#log.add("prometheus.cut-line", "damage", {}, { line });
      return;
    }
    if (!this.#sample.read(bytes, start, end)) {
      this.#log.add("prometheus.bad-line", "damage", {}, { line });
      return;
    }
    this.#take(bytes, line);
  }

  #comment(bytes: Uint8Array, start: number, end: number, line: number): void {
    const letter = bytes[start + 1] === 32 ? bytes[start + 2] : undefined;
    if (letter === 69 && ascii(bytes, start, end).trimEnd() === "# EOF") {
      this.#isOpenMetrics = true;
      this.#finishScrape(line + 1);
      this.#isEnded = true;
      return;
    }
    if (this.#isRest) {
      this.#log.add("prometheus.cut-line", "damage", {}, { line });
      return;
    }
    // "# TYPE", "# HELP", "# UNIT": anything else is a remark.
    if (letter === 84) this.#type(new TextDecoder().decode(bytes.subarray(start, end)), line);
    else if (letter === 72) {
      this.#openHeader ||= line;
      // Only HELP of go_ metrics is read, and there is much of it.
      if (ascii(bytes, start, Math.min(end, start + 10)) === "# HELP go_")
        this.#names.learn(new TextDecoder().decode(bytes.subarray(start + 7, end)));
    } else if (letter === 85 && ascii(bytes, start, Math.min(end, start + 7)) === "# UNIT ")
      this.#isOpenMetrics = true;
  }

  #type(text: string, line: number): void {
    const match = /^# TYPE (?:"((?:[^"\\]|\\.)+)"|([^ \t]+))[ \t]+([a-z]+)[ \t]*$/.exec(text);
    const family = match?.[1] ?? match?.[2];
    const type = match?.[3];
    if (family === undefined || type === undefined) return;
    this.#openHeader ||= line;
    this.#isEnded = false;
    if (OPEN_METRICS_TYPE.test(type)) this.#isOpenMetrics = true;
    if (this.#types.has(family) || this.#types.size < MAX_FAMILIES) this.#types.set(family, type);
    else this.#log.add("prometheus.too-many-families", "warning", { most: MAX_FAMILIES }, { line });
  }

  #take(bytes: Uint8Array, line: number): void {
    const s = this.#sample;
    if (this.#series.add(s.series1, s.series2)) this.#repeated(line);
    if (this.#series.isIncomplete)
      this.#log.add("prometheus.too-many-series", "warning", {}, { line });
    this.#openHeader = 0;
    this.#isEnded = false;
    if (s.hasExemplar) this.#isOpenMetrics = true;
    this.#before1 = s.series1;
    this.#before2 = s.series2;
    this.#beforeMs = s.timeMs;
    const scrape = this.#scrape;
    scrape.lines += 1;
    if (s.timeMs !== undefined) scrape.timeMs = Math.max(scrape.timeMs ?? -Infinity, s.timeMs);
    if (s.le !== undefined || s.hasQuantile) this.#group = "buckets";
    else if (this.#group === "buckets") {
      const suffix = ascii(bytes, Math.max(s.nameStart, s.nameEnd - 6), s.nameEnd);
      if (!suffix.endsWith("_sum")) this.#group = suffix === "_count" ? "counted" : "none";
    }
    const role = this.#roleOf(bytes);
    if (role === NOBODYS) return;
    if (role.distribution !== undefined) scrape.distributions.add(role.distribution);
    if (role.load.length > 0 && Number.isFinite(s.value))
      scrape.addLoad(role.metric, role.load, s.value, this.#log);
    if (role.meaning.kind !== "none") this.#mean(role, bytes, line);
  }

  #mean({ metric, meaning }: Role, bytes: Uint8Array, line: number): void {
    const s = this.#sample;
    const scrape = this.#scrape;
    if (meaning.kind === "go-info") {
      const version = ascii(bytes, s.versionStart, s.versionEnd);
      if (!GO_VERSION.test(version)) return;
      if (scrape.goVersion !== undefined && scrape.goVersion !== version) scrape.isOfSeveral = true;
      scrape.goVersion = version;
    }
    scrape.noteIdentity(metric, s.identity);
    scrape.hasInstance ||= s.hasInstance;
    const value = s.value;
    if (meaning.kind === "bucket") {
      if (s.le === undefined) this.#log.add("prometheus.bad-line", "damage", {}, { line });
      else if (!scrape.isOfSeveral) scrape.addBucket(meaning.name, s.le, value);
      return;
    }
    if (!Number.isFinite(value)) return;
    switch (meaning.kind) {
      case "scalar":
        scrape.scalars.set(meaning.name, value);
        return;
      case "goroutines":
        scrape.goroutines = value;
        return;
      case "process":
        scrape.process[meaning.field] = value;
        return;
      case "memstats":
        // The zero time of a process without a cycle is far before 1970.
        if (value >= 0) scrape.memStats[meaning.field] = value * meaning.scale;
        return;
      case "go-info":
      case "none":
        return;
    }
  }

  #roleOf(bytes: Uint8Array): Role {
    const s = this.#sample;
    const known = this.#roles.get(s.nameKey);
    if (known !== undefined) return known;
    const metric = new TextDecoder().decode(bytes.subarray(s.nameStart, s.nameEnd));
    const meaning = this.#names.meaningOf(metric);
    const load = loadRulesOf(metric);
    // Text 0.0.4 gives the type of the name as it stands, OpenMetrics of the one without _total.
    if (metric.endsWith("_total") && !this.#types.has(metric))
      this.#isOpenMetrics ||= this.#types.get(metric.slice(0, -"_total".length)) === "counter";
    const base = /^(.+)_(?:sum|bucket)$/.exec(metric)?.[1];
    const distribution =
      base !== undefined && loadRulesOf(`${base}_count`).length > 0 ? base : undefined;
    const role =
      meaning.kind === "none" && load.length === 0 && distribution === undefined
        ? NOBODYS
        : { metric, meaning, load, distribution };
    if (this.#roles.size < MAX_FAMILIES) this.#roles.set(s.nameKey, role);
    return role;
  }

  /** The series of this line was seen: the next scrape begins with it. */
  #repeated(line: number): void {
    const s = this.#sample;
    const isOverTime =
      s.series1 === this.#before1 &&
      s.series2 === this.#before2 &&
      s.timeMs !== undefined &&
      s.timeMs !== this.#beforeMs;
    if (isOverTime) this.#overTime += 1;
    this.#finishScrape(line);
    this.#series.add(s.series1, s.series2);
  }

  #finishScrape(nextLine: number): void {
    const scrape = this.#scrape;
    this.#mostSeries = Math.max(this.#mostSeries, this.#series.size);
    if (scrape.lines > 0) {
      if (this.#done.length < MAX_SCRAPES) this.#done.push(scrape.finish(this, this.#log));
      else this.#dropped += 1;
      this.#isLeftOut ||= scrape.isOfSeveral;
    }
    this.#scrape = new Scrape(nextLine);
    this.#series.clear();
    this.#group = "none";
    this.#openHeader = 0;
  }

  end(): ReadResult {
    const log = this.#log;
    if (this.#lines.hasRest) {
      this.#isRest = true;
      this.#lines.push(LF);
    }
    const long = this.#lines.skippedLines;
    if (long.count > 0)
      log.add("prometheus.long-line", "damage", { lines: long.count }, { line: long.first });
    const line = this.#lines.line;
    if (!this.#isEnded) {
      // A page of 0.0.4 has no end mark: it shows as cut only within a line or a family.
      if (this.#openHeader > 0)
        log.add("prometheus.cut-family", "damage", {}, { line: this.#openHeader });
      else if (this.#group === "buckets") log.add("prometheus.cut-family", "damage", {}, { line });
      else if (this.#isOpenMetrics) log.add("prometheus.no-eof", "damage", {}, { line });
    }
    this.#finishScrape(line);
    if (this.#done.length === 0) {
      throw new FormatError(FORMAT, {
        line: 1,
        expected: "at least one whole sample",
        found: "none",
      });
    }
    if (this.#overTime > 0 && this.#mostSeries > 1) {
      throw new FormatError(FORMAT, {
        expected: "one scrape after another",
        found: "the samples of one series over time, then the next series",
      });
    }
    if (this.#dropped > 0)
      log.add("prometheus.too-many-scrapes", "damage", { dropped: this.#dropped });
    return {
      table: { kind: "metrics", source: "prometheus", samples: this.#done },
      diagnostics: log.list(),
      completeness: { complete: !log.isDamaged && !this.#isLeftOut, lowerBounds: false },
    };
  }
}

export const prometheusFormat: Format = {
  id: FORMAT,
  detect,
  open: (ctx) => new PrometheusReader(ctx),
};
