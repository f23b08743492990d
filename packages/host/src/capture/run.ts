// The course of one capture: first snapshot, then the series with a snapshot in the middle, then the last
// one. One loop, one thing at a time: no two collectors ever run beside each other.

import { performance } from "node:perf_hooks";
import type { CaptureSeal } from "@heapwright/core/evidence/capture-record.ts";
import { failureCode } from "../http/outcome.ts";
import { choosePid, describeProcess, unknownProcess, type PidChoice } from "./choose-pid.ts";
import type { CaptureFolder } from "./folder.ts";
import { KernelView } from "./kernel.ts";
import { MetricsReader, type MetricsSource } from "./metrics-source.ts";
import type { OpenedTarget } from "./open-target.ts";
import { Pace } from "./pace.ts";
import { readProfile } from "./read-profile.ts";
import { Recorder } from "./recorder.ts";
import { Redactor } from "./redact.ts";
import {
  fetchHeapText,
  heapTextRecord,
  Snapshots,
  type HeapTextReply,
  type SnapshotOptions,
} from "./snapshot.ts";
import { sleep } from "./sleep.ts";
import { TargetWatch } from "./target-watch.ts";
import { storeTrace } from "./trace.ts";
import type {
  CapturedProcess,
  CaptureEnd,
  CaptureOptions,
  CaptureOutcome,
  CapturePhase,
  CaptureProgress,
} from "./types.ts";

export const DEFAULT_DURATION_MS = 60_000;
const DEFAULT_EVERY_MS = 1_000;
const DEFAULT_LIMIT_BYTES = 1024 ** 3;
const MAX_SAMPLES = 600;
/** The kernel's view: twice a second would show nothing more, and each round is some ten files. */
const KERNEL_EVERY_MS = 2_000;
/** Profiles this many cycles apart can be compared: one shows the last *finished* cycle. */
const MIN_CYCLES_APART = 2;
/** Below this there is no room for a third snapshot. */
const MIN_MS_FOR_MIDDLE = 4_000;
const DEFAULT_TRACE_MS = 5_000;
const POLL_PATIENCE_MS = 5_000;

interface Ending {
  readonly ended: CaptureEnd;
  readonly reason: string | undefined;
}

export class CaptureRun {
  readonly #target: OpenedTarget;
  readonly #options: CaptureOptions;
  readonly #onProgress: (progress: CaptureProgress) => void;
  readonly #signal: AbortSignal;
  readonly #recorder: Recorder;
  readonly #watch: TargetWatch;
  readonly #redactor: Redactor;
  readonly #startMs = Date.now();
  readonly #startMonoMs: number;
  readonly #durationMs: number;
  readonly #everyMs: number;
  #process: CapturedProcess;
  #kernel: KernelView | undefined;
  #metrics: readonly MetricsSource[] = [];
  #metricsReader: MetricsReader | undefined;
  #heapPace: Pace | undefined;
  #kernelPace: Pace;
  #rounds = 0;
  #snapshotsTaken = 0;
  #lastSnapshotGC: number | undefined;

  constructor(
    target: OpenedTarget,
    folder: CaptureFolder,
    options: CaptureOptions,
    startMonoMs: number,
    onProgress: (progress: CaptureProgress) => void,
    signal: AbortSignal,
  ) {
    this.#target = target;
    this.#options = options;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#startMonoMs = startMonoMs;
    this.#durationMs = options.durationMs ?? DEFAULT_DURATION_MS;
    this.#everyMs = options.everyMs ?? Math.max(DEFAULT_EVERY_MS, this.#durationMs / MAX_SAMPLES);
    this.#kernelPace = new Pace(Math.max(KERNEL_EVERY_MS, this.#everyMs));
    this.#redactor = new Redactor(options.keepLabels);
    this.#recorder = new Recorder(
      folder,
      { monoMs: startMonoMs, process: target.service?.address.origin ?? target.label },
      options.onArtefact,
    );
    this.#watch = new TargetWatch(target.service, this.#recorder, signal);
    for (const { code, params } of target.notes) this.#recorder.note(code, params);
    if (options.tls?.insecure === true) this.#recorder.note("tls-insecure");
    this.#process = unknownProcess(target);
  }

  async run(): Promise<CaptureOutcome> {
    await this.#begin();
    const ending = this.#durationMs > 0 ? await this.#series() : this.#ending();
    await this.#finish(ending);
    return this.#seal(ending);
  }

  async #begin(): Promise<void> {
    const { service, first, candidates } = this.#target;
    if (first !== undefined && service !== undefined) {
      this.#progress("snapshot");
      await this.#snapshot(first, {
        beforeRecord: async (proto) => {
          const profile = proto === undefined ? undefined : await readProfile(proto);
          const { maxRss } = first.facts;
          await this.#adopt(await choosePid(this.#target, profile, maxRss, this.#recorder));
        },
        beforeGoroutines: () => this.#openSeries(),
      });
      return;
    }
    if (candidates[0] !== undefined) {
      await this.#adopt({ candidate: candidates[0], proof: "given" });
    }
    await this.#openSeries();
  }

  /** The kernel's view and the metrics beside each other, so that they add up. */
  async #openSeries(): Promise<void> {
    const { service, first } = this.#target;
    const nowMs = this.#elapsedMs;
    await this.#kernel?.begin();
    this.#kernelPace.took(nowMs, 0);
    if (service === undefined) return;
    this.#metricsReader = new MetricsReader(service, this.#recorder, this.#redactor);
    if (this.#durationMs > 0 || this.#options.metricsUrl !== undefined) {
      this.#metrics = await this.#metricsReader.choose({
        named: this.#options.metricsUrl,
        everyMs: this.#everyMs,
        folder: this.#nextRound(),
        nowMs: this.#elapsedMs,
        onGC: (numGC) => this.#watch.noteGC(numGC),
      });
    }
    if (!this.#metrics.some((source) => source.tellsGC)) {
      this.#heapPace = new Pace(this.#everyMs);
      if (first !== undefined) this.#heapPace.took(this.#elapsedMs, first.reply.busyMs);
      else this.#heapPace.failed(this.#elapsedMs);
    }
  }

  async #adopt(choice: PidChoice | undefined): Promise<void> {
    if (choice === undefined) return;
    const { identity } = choice.candidate;
    this.#process = await describeProcess(this.#target, choice);
    this.#watch.follow(identity);
    this.#recorder.process = String(identity.pid);
    this.#recorder.pid = identity.pid;
    const { uptimeSec } = this.#process;
    if (uptimeSec !== undefined) {
      this.#recorder.processStartMs = Math.round(Date.now() - uptimeSec * 1000);
    }
    if (this.#target.foundBy === "listening-socket") {
      const { pid, comm } = identity;
      this.#recorder.note("pid-found-by-port", { pid, comm, proof: choice.proof });
    }
    const everyMs = Math.max(KERNEL_EVERY_MS, this.#everyMs);
    this.#kernel = new KernelView(identity, this.#recorder, everyMs);
  }

  async #snapshot(
    text: HeapTextReply & { ok: true },
    extra: Pick<SnapshotOptions, "beforeRecord" | "beforeGoroutines"> = {},
  ): Promise<void> {
    const { service } = this.#target;
    if (service === undefined) return;
    const isFirst = this.#snapshotsTaken === 0;
    const number = this.#snapshotsTaken + 1;
    const { numGC } = text.facts;
    if (this.#watch.noteGC(numGC) !== undefined) return this.#storeHeapText(text, "series/changed");
    const apart = this.#lastSnapshotGC === undefined ? undefined : numGC - this.#lastSnapshotGC;
    if (apart !== undefined && apart < MIN_CYCLES_APART && this.#options.gc !== true) {
      this.#recorder.note("snapshots-too-close", { from: number - 1, to: number, cycles: apart });
    }
    const cheap = this.#metrics.find((source) => source.tellsGC);
    await new Snapshots(service, this.#recorder, this.#redactor).take(text, {
      folder: `snapshot-${number}`,
      forceGC: this.#options.gc === true,
      withDump: isFirst || this.#elapsedMs >= this.#durationMs,
      ...extra,
      ...(cheap === undefined ? {} : { numGCAfter: () => this.#cheapGC(cheap) }),
    });
    this.#snapshotsTaken = number;
    this.#lastSnapshotGC = numGC;
  }

  async #cheapGC(source: MetricsSource): Promise<number | undefined> {
    const outcome = await this.#metricsReader?.sample(
      source,
      this.#nextRound(),
      this.#elapsedMs,
      (numGC) => this.#watch.noteGC(numGC),
    );
    return outcome?.ok === true ? outcome.facts.numGC : undefined;
  }

  async #series(): Promise<Ending> {
    while (this.#watch.died === undefined) {
      if (this.#isOver) break;
      await this.#watch.check();
      if (this.#watch.died !== undefined) break;
      if (this.#isMiddleDue) await this.#fetchSnapshot();
      await this.#round();
      this.#progress("series");
      await this.#sleepUntilDue();
    }
    return this.#ending();
  }

  get #isOver(): boolean {
    return this.#signal.aborted || this.#isFull || this.#elapsedMs >= this.#durationMs;
  }

  #ending(): Ending {
    if (this.#signal.aborted) return { ended: "interrupted", reason: undefined };
    if (this.#watch.died !== undefined) return { ended: "target-died", reason: this.#watch.died };
    if (this.#isFull) return { ended: "limit", reason: "folder-bytes" };
    return { ended: "done", reason: undefined };
  }

  get #isFull(): boolean {
    return this.#recorder.folder.bytes >= (this.#options.limitBytes ?? DEFAULT_LIMIT_BYTES);
  }

  async #round(): Promise<void> {
    // What is due in a moment is taken along: one round, one folder, readings that lie together.
    const soonMs = this.#elapsedMs + Math.min(50, this.#everyMs / 10);
    const isSampling = this.#metrics.some((source) => source.pace.isDue(soonMs));
    const togetherMs = this.#elapsedMs + this.#everyMs / 2;
    const due = !isSampling
      ? []
      : this.#metrics.filter(({ pace }) =>
          // A page that costs more than its share keeps its own, slower pace.
          pace.isDue(pace.intervalMs > this.#everyMs ? soonMs : togetherMs),
        );
    const isKernelDue = this.#kernel !== undefined && this.#kernelPace.isDue(soonMs);
    const isHeapDue = this.#heapPace?.isDue(soonMs) === true;
    if (due.length === 0 && !isKernelDue && !isHeapDue) return;
    const folder = this.#nextRound();
    for (const source of due) {
      const outcome = await this.#metricsReader?.sample(source, folder, this.#elapsedMs, (numGC) =>
        this.#watch.noteGC(numGC),
      );
      if (outcome?.ok === false && outcome.failure !== "no-metrics")
        this.#watch.suspect(outcome.failure);
    }
    if (isHeapDue) await this.#pollHeap(folder);
    if (isKernelDue) {
      const nowMs = this.#elapsedMs;
      await this.#kernel?.round(folder, nowMs);
      this.#kernelPace.took(nowMs, 0);
    }
  }

  /** Where no page tells the GC count, heap?debug=1 is the series: rows and MemStats in one. */
  async #pollHeap(folder: string): Promise<void> {
    const { service } = this.#target;
    if (service === undefined) return;
    const nowMs = this.#elapsedMs;
    // A service that hangs must not stop the kernel's series for longer than this.
    const firstByteMs = Math.max(POLL_PATIENCE_MS, (this.#heapPace?.intervalMs ?? 0) / 10);
    const reply = await fetchHeapText(service, { firstByteMs });
    if (reply.ok) {
      this.#heapPace?.took(nowMs, reply.reply.busyMs);
      return this.#storeHeapText(reply, folder);
    }
    this.#heapPace?.failed(nowMs);
    await this.#heapAbsent(reply);
  }

  async #storeHeapText(text: HeapTextReply & { ok: true }, folder: string): Promise<void> {
    const process = this.#watch.noteGC(text.facts.numGC);
    const stored = await this.#recorder.folder.write(`${folder}/heap.txt`, text.reply.body);
    const facts = heapTextRecord(text.reply, text.facts);
    this.#recorder.answered(facts.source, text.reply.url);
    await this.#recorder.captured([
      { stored, facts: process === undefined ? facts : { ...facts, process } },
    ]);
  }

  async #heapAbsent(reply: HeapTextReply & { ok: false }): Promise<void> {
    const { failure } = reply;
    const { timing, url } = reply.reply;
    if (failure !== "not-pprof") {
      if (failure.kind === "aborted") return;
      this.#watch.suspect(failure);
    }
    await this.#recorder.absent(
      { source: "heap-text", intrusiveness: "stw-short", timing, url },
      failure === "not-pprof" ? failure : failureCode(failure),
    );
  }

  get #isMiddlePlanned(): boolean {
    return this.#target.first !== undefined && this.#durationMs >= MIN_MS_FOR_MIDDLE;
  }

  get #isMiddleDue(): boolean {
    return (
      this.#isMiddlePlanned &&
      this.#snapshotsTaken === 1 &&
      this.#elapsedMs >= this.#durationMs / 2 &&
      this.#elapsedMs < this.#durationMs * 0.75 &&
      (this.#watch.latestGC ?? 0) - (this.#lastSnapshotGC ?? 0) >= MIN_CYCLES_APART
    );
  }

  async #fetchSnapshot(beforeGoroutines?: () => Promise<void>): Promise<void> {
    const { service } = this.#target;
    if (service === undefined) return;
    this.#progress("snapshot");
    const text = await fetchHeapText(service);
    if (text.ok) {
      await this.#snapshot(text, beforeGoroutines === undefined ? {} : { beforeGoroutines });
    } else await this.#heapAbsent(text);
  }

  async #finish({ ended }: Ending): Promise<void> {
    if (ended === "target-died") await this.#kernel?.afterDeath();
    if (ended !== "done" && ended !== "limit") return;
    this.#progress("end");
    if (this.#durationMs > 0) {
      if (this.#isMiddlePlanned && this.#snapshotsTaken === 1) {
        const cycles = (this.#watch.latestGC ?? 0) - (this.#lastSnapshotGC ?? 0);
        this.#recorder.note("middle-snapshot-skipped", { cycles });
      }
      let isKernelRead = false;
      const endKernel = async (): Promise<void> => {
        if (isKernelRead) return;
        isKernelRead = true;
        await this.#kernel?.end();
      };
      await this.#fetchSnapshot(endKernel);
      await endKernel();
    }
    const { service } = this.#target;
    if (this.#options.trace === true && service !== undefined && !this.#signal.aborted) {
      this.#progress("trace");
      const traceMs = this.#options.traceMs ?? DEFAULT_TRACE_MS;
      await storeTrace(service, this.#recorder, traceMs / 1_000);
    }
    await this.#watch.check();
  }

  async #seal(before: Ending): Promise<CaptureOutcome> {
    // Ctrl-C or a death during the last steps counts as well.
    const { ended, reason } = before.ended === "done" ? this.#ending() : before;
    const { folder, records, notes } = this.#recorder;
    const cost = this.#target.service?.cost ?? NO_COST;
    this.#tellSeries(cost.targetBusyMs);
    const seal: CaptureSeal = {
      schema: "heapwright.capture/1",
      tool: this.#options.tool ?? "heapwright",
      startMs: this.#startMs,
      endMs: Date.now(),
      target: this.#target.label,
      ended,
      ...(reason === undefined ? {} : { reason }),
      records,
      notes,
      cost,
    };
    await folder.seal(seal);
    return {
      folder: folder.directory,
      ended,
      reason,
      target: this.#target.label,
      process: this.#process,
      records,
      notes,
      cost,
    };
  }

  #tellSeries(busyMs: number): void {
    if (this.#heapPace === undefined || this.#durationMs === 0) return;
    this.#recorder.note("no-metrics", {
      intervalMs: Math.round(this.#heapPace.intervalMs),
      share: Math.round((busyMs / Math.max(1, this.#elapsedMs)) * 1e4) / 1e4,
    });
  }

  #nextRound(): string {
    this.#rounds += 1;
    return `series/${String(this.#rounds).padStart(5, "0")}`;
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startMonoMs;
  }

  async #sleepUntilDue(): Promise<void> {
    const dues = this.#metrics.map((source) => source.pace.dueMs);
    if (this.#heapPace !== undefined) dues.push(this.#heapPace.dueMs);
    if (this.#kernel !== undefined) dues.push(this.#kernelPace.dueMs);
    // One look a second whatever is due: the process may end, the middle may come.
    const next = Math.min(this.#durationMs, this.#elapsedMs + 1_000, ...dues);
    await sleep(Math.max(1, next - this.#elapsedMs), this.#signal);
  }

  #progress(phase: CapturePhase): void {
    const { first } = this.#target;
    this.#onProgress({
      phase,
      snapshotsTaken: this.#snapshotsTaken,
      snapshotsPlanned:
        first === undefined ? 0 : this.#durationMs === 0 ? 1 : this.#isMiddlePlanned ? 3 : 2,
      cycles: this.#watch.cycles,
      elapsedMs: this.#elapsedMs,
      remainingMs: Math.max(0, this.#durationMs - this.#elapsedMs),
      records: this.#recorder.records.length,
    });
  }
}

const NO_COST = { requests: 0, bytes: 0, targetBusyMs: 0, stwCount: 0 };
