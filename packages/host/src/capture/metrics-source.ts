// Where the dense series comes from: the cheapest page that tells Go's GC count and heap, and beside it a
// page with request counters. Order: the page the user named, then runtime/metrics as JSON (no
// stop-the-world), Prometheus text, expvar (ReadMemStats stops the world, so only if nothing else tells).

import path from "node:path";
import { publicUrl, toUrl } from "../http/address.ts";
import { failureCode, type HttpFailure } from "../http/outcome.ts";
import { Pace } from "./pace.ts";
import type { RecordFacts, Recorder } from "./recorder.ts";
import type { Redactor } from "./redact.ts";
import { metricsFacts, type MetricsFacts, type MetricsKind } from "./reply-facts.ts";
import type { Fetched, Service } from "./service.ts";

export interface MetricsSource {
  readonly url: URL;
  readonly kind: MetricsKind;
  /** File name without extension: two pages of one kind may be sampled in one round. */
  readonly stem: string;
  readonly tellsGC: boolean;
  readonly pace: Pace;
}

/** A page of all series of a large service; core's reader takes it, a larger one is no metrics page. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const PROBE_TIMEOUTS = { connectMs: 2_000, firstByteMs: 3_000, idleMs: 3_000, totalMs: 10_000 };

const EXTENSIONS: Readonly<Record<MetricsKind, string>> = {
  "runtime-metrics": "json",
  prometheus: "txt",
  expvar: "json",
};

export type SampleOutcome =
  | { readonly ok: true; readonly facts: MetricsFacts }
  | { readonly ok: false; readonly failure: HttpFailure | "no-metrics" };

/** Fetches one page, redacts it, stores it. */
export class MetricsReader {
  readonly #service: Service;
  readonly #recorder: Recorder;
  readonly #redactor: Redactor;

  constructor(service: Service, recorder: Recorder, redactor: Redactor) {
    this.#service = service;
    this.#recorder = recorder;
    this.#redactor = redactor;
  }

  /** `onGC` is told before the record is written, so that it may say whose this sample is. */
  async sample(
    source: MetricsSource,
    folder: string,
    nowMs: number,
    onGC: (numGC: number) => string | undefined,
  ): Promise<SampleOutcome> {
    const reply = await this.#service.fetch(source.url, {
      maxBytes: MAX_PAGE_BYTES,
      stops: source.kind === "expvar" ? 1 : 0,
      timeouts: PROBE_TIMEOUTS,
    });
    if (!reply.ok) {
      if (reply.failure.kind === "aborted") return { ok: false, failure: reply.failure };
      source.pace.failed(nowMs);
      await this.#recorder.absent(
        { source: "metrics", intrusiveness: "none", timing: reply.timing, url: reply.url },
        failureCode(reply.failure),
      );
      return { ok: false, failure: reply.failure };
    }
    source.pace.took(nowMs, reply.busyMs);
    return this.#store(reply, `${folder}/${source.stem}`, onGC);
  }

  async #store(
    reply: Fetched,
    file: string,
    onGC: (numGC: number) => string | undefined,
  ): Promise<SampleOutcome> {
    const text = Buffer.from(reply.body).toString("utf8");
    const facts = metricsFacts(text);
    if (facts === undefined) return { ok: false, failure: "no-metrics" };
    const { numGC } = facts;
    const process = numGC === undefined ? undefined : onGC(numGC);
    const redacted = this.#redact(text, facts.kind);
    if (redacted.dropped > 0) {
      this.#recorder.note("metrics-lines-dropped", { url: reply.url, count: redacted.dropped });
    }
    const stored = await this.#recorder.folder.write(
      `${file}.${EXTENSIONS[facts.kind]}`,
      Buffer.from(redacted.text),
    );
    const record: RecordFacts = {
      source: "metrics",
      intrusiveness: facts.kind === "expvar" ? "stw-short" : "none",
      timing: reply.timing,
      url: reply.url,
      numGCBefore: numGC,
      numGCAfter: numGC,
      ...(process === undefined ? {} : { process }),
      ...(redacted.what === undefined ? {} : { redacted: [redacted.what] }),
    };
    this.#recorder.answered("metrics", reply.url);
    await this.#recorder.captured([{ stored, facts: record }]);
    return { ok: true, facts };
  }

  #redact(
    text: string,
    kind: MetricsKind,
  ): { readonly text: string; readonly dropped: number; readonly what: string | undefined } {
    switch (kind) {
      case "prometheus":
        return { ...this.#redactor.prometheus(text), what: "label-values" };
      case "expvar":
        return { text: this.#redactor.expvar(text) ?? "{}", dropped: 0, what: "expvar-text" };
      case "runtime-metrics":
        return { text, dropped: 0, what: undefined };
    }
  }

  /** Asks the candidates once; their first answers are samples already. */
  async choose(options: {
    readonly named: string | undefined;
    readonly everyMs: number;
    readonly folder: string;
    readonly nowMs: number;
    readonly onGC: (numGC: number) => string | undefined;
  }): Promise<readonly MetricsSource[]> {
    const chosen: MetricsSource[] = [];
    const tellsGC = (): boolean => chosen.some((source) => source.tellsGC);
    const named = options.named === undefined ? undefined : this.#resolve(options.named);
    const candidates = [
      ...(named === undefined ? [] : [{ url: named, isNamed: true }]),
      ...this.#usualPages().map((url) => ({ url, isNamed: false })),
    ];
    const seen = new Set<string>();
    for (const { url, isNamed } of candidates) {
      if (seen.has(url.href)) continue;
      seen.add(url.href);
      const isExpvar = url.pathname.endsWith("/vars");
      const hasLoadPage = chosen.some((source) => source.kind === "prometheus");
      // Once the GC is told, only a page with request counters is still of use.
      if (
        !isNamed &&
        tellsGC() &&
        (isExpvar || hasLoadPage || !url.pathname.endsWith("/metrics"))
      ) {
        continue;
      }
      const pace = new Pace(options.everyMs);
      const stem = chosen.length === 0 ? "metrics" : `metrics-${chosen.length + 1}`;
      const kind = isExpvar ? "expvar" : "prometheus";
      const probe: MetricsSource = { url, kind, stem, tellsGC: true, pace };
      const outcome = await this.#probe(probe, isNamed, options);
      if (outcome === undefined) continue;
      const tells = outcome.facts.numGC !== undefined;
      if (!tells && !isNamed && outcome.facts.kind !== "prometheus") continue;
      chosen.push({ ...probe, kind: outcome.facts.kind, tellsGC: tells });
    }
    return chosen;
  }

  async #probe(
    probe: MetricsSource,
    isNamed: boolean,
    options: {
      readonly folder: string;
      readonly nowMs: number;
      readonly onGC: (numGC: number) => string | undefined;
    },
  ): Promise<(SampleOutcome & { ok: true }) | undefined> {
    if (isNamed) {
      const outcome = await this.sample(probe, options.folder, options.nowMs, options.onGC);
      if (outcome.ok) return outcome;
      const { failure } = outcome;
      this.#recorder.note("metrics-unreachable", {
        url: publicUrl(probe.url),
        cause: failure === "no-metrics" ? failure : failureCode(failure),
      });
      return undefined;
    }
    // A page that heapwright guessed is no loss when it is not there: nothing is recorded.
    const reply = await this.#service.fetch(probe.url, {
      maxBytes: MAX_PAGE_BYTES,
      stops: probe.kind === "expvar" ? 1 : 0,
      timeouts: PROBE_TIMEOUTS,
    });
    if (!reply.ok) return undefined;
    probe.pace.took(options.nowMs, reply.busyMs);
    const outcome = await this.#store(reply, `${options.folder}/${probe.stem}`, options.onGC);
    return outcome.ok ? outcome : undefined;
  }

  #resolve(named: string): URL | undefined {
    if (named.startsWith("/")) return this.#service.pageUrl(named);
    const text = named.startsWith(":") ? `localhost${named}` : named;
    const url = toUrl(/^https?:\/\//i.test(text) ? text : `http://${text}`);
    if (url === undefined) {
      this.#recorder.note("metrics-unreachable", { url: "", cause: "bad-url" });
      return undefined;
    }
    if (url.pathname === "/") url.pathname = "/metrics";
    return url;
  }

  #usualPages(): URL[] {
    const parent = path.posix.dirname(this.#service.address.prefix);
    const beside = parent === "/" ? "" : parent;
    return [`${beside}/metrics`, "/metrics", `${beside}/vars`].map((each) =>
      this.#service.pageUrl(each),
    );
  }
}
