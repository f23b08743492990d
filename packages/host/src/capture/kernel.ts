// The kernel's and the container's view of the process while the service is asked for its own. Reading
// it stops nothing, but smaps and smaps_rollup walk page tables under the process's memory lock (about
// 1 ms per 100 MiB resident): they are paced like requests.

import path from "node:path";
import { PROC, readProcFile, type ProcFailure } from "../process/proc-file.ts";
import { cgroupFiles, findCgroup, type CgroupView } from "../process/cgroup.ts";
import { keepGoVariables } from "../process/environment.ts";
import { readBuildInfo } from "../process/build-info.ts";
import type { ProcessIdentity } from "../process/identity.ts";
import type { StoredFile } from "./folder.ts";
import { Pace } from "./pace.ts";
import { Stopwatch, type RecordFacts, type Recorder, type Span } from "./recorder.ts";

/** Rounds come a little early or late; a reading is not skipped for that. */
const ROUND_JITTER_MS = 100;

interface ProcSource {
  readonly source: string;
  readonly file: string;
}

const STATUS: ProcSource = { source: "proc-status", file: "status" };
const STAT: ProcSource = { source: "proc-stat", file: "stat" };
const ROLLUP: ProcSource = { source: "smaps-rollup", file: "smaps_rollup" };
const SMAPS: ProcSource = { source: "smaps", file: "smaps" };
const LIMITS: ProcSource = { source: "proc-limits", file: "limits" };
const CGROUP: ProcSource = { source: "proc-cgroup", file: "cgroup" };
const ENVIRON: ProcSource = { source: "go-env", file: "environ" };

export class KernelView {
  readonly #identity: ProcessIdentity;
  readonly #recorder: Recorder;
  readonly #forbidden = new Set<string>();
  readonly #rollupPace: Pace;
  #cgroup: CgroupView | undefined;

  constructor(identity: ProcessIdentity, recorder: Recorder, everyMs: number) {
    this.#identity = identity;
    this.#recorder = recorder;
    this.#rollupPace = new Pace(everyMs);
  }

  /** What does not change, and the first full reading. */
  async begin(): Promise<void> {
    const found = await findCgroup(this.#identity.pid);
    if (found === undefined || "ok" in found) this.#recorder.note("no-cgroup");
    else {
      this.#cgroup = found;
      if (found.memoryLevelsUp > 0) {
        this.#recorder.note("cgroup-limit-of-parent", { levels: found.memoryLevelsUp });
      }
    }
    const batch = new Batch(this.#recorder, this.#identity.pid, "process-begin");
    for (const each of [STATUS, STAT, LIMITS, CGROUP, ROLLUP, SMAPS]) await this.#read(batch, each);
    await this.#read(batch, ENVIRON, keepGoVariables);
    await this.#readCgroup(batch, "all");
    await batch.read({ source: "meminfo", path: `${PROC}/meminfo`, file: "meminfo" });
    await this.#readBuildInfo(batch);
    await batch.commit();
    this.#tellForbidden();
  }

  /** One round of the series; `folder` is its own. */
  async round(folder: string, nowMs: number): Promise<void> {
    const batch = new Batch(this.#recorder, this.#identity.pid, folder);
    await this.#read(batch, STATUS);
    await this.#read(batch, STAT);
    if (this.#rollupPace.isDue(nowMs + ROUND_JITTER_MS)) {
      const elapsedMs = await this.#read(batch, ROLLUP);
      this.#rollupPace.took(nowMs, elapsedMs ?? 0);
    }
    await this.#readCgroup(batch, "series");
    await batch.commit();
  }

  async end(): Promise<void> {
    const batch = new Batch(this.#recorder, this.#identity.pid, "process-end");
    for (const each of [STATUS, STAT, ROLLUP, SMAPS]) await this.#read(batch, each);
    await this.#readCgroup(batch, "all");
    await batch.commit();
  }

  /** The process is gone; its cgroup may still tell how (memory.events, memory.peak). */
  async afterDeath(): Promise<void> {
    const batch = new Batch(this.#recorder, this.#identity.pid, "after-death");
    await this.#readCgroup(batch, "all");
    await batch.commit();
  }

  async #read(
    batch: Batch,
    { source, file }: ProcSource,
    edit?: (bytes: Uint8Array) => Uint8Array,
  ): Promise<number | undefined> {
    if (this.#forbidden.has(file)) return undefined;
    const outcome = await batch.read(
      { source, path: `${PROC}/${this.#identity.pid}/${file}`, file },
      edit,
    );
    if (typeof outcome === "number") return outcome;
    if (outcome.problem === "not-permitted") this.#forbidden.add(file);
    return undefined;
  }

  async #readCgroup(batch: Batch, which: "all" | "series"): Promise<void> {
    if (this.#cgroup === undefined) return;
    await batch.readTogether(
      cgroupFiles(this.#cgroup, which).map((file) => ({
        source: "cgroup",
        path: file.path,
        file: file.name,
      })),
    );
  }

  async #readBuildInfo(batch: Batch): Promise<void> {
    const watch = new Stopwatch();
    const info = await readBuildInfo(this.#identity.pid);
    const facts = { source: "build-info", timing: watch.read() };
    if (info.kind === "found") {
      await batch.add("buildinfo.txt", Buffer.from(info.text), facts);
      return;
    }
    if (info.kind === "failed") {
      if (info.failure.problem === "not-permitted") this.#forbidden.add("exe");
      await batch.absent(facts, absentReason(info.failure));
      return;
    }
    await batch.absent(facts, "no Go build info in the executable");
  }

  #tellForbidden(): void {
    if (this.#forbidden.size === 0) return;
    this.#recorder.note("kernel-files-not-permitted", {
      pid: this.#identity.pid,
      uid: this.#identity.uid,
      files: [...this.#forbidden].join(", "),
    });
  }
}

function absentReason(failure: ProcFailure): string {
  switch (failure.problem) {
    case "not-permitted":
      return "not permitted";
    case "gone":
      return "process gone";
    case "no-such-file":
      return "no such file";
    case "too-large":
      return "too large";
    case "unreadable":
      return failure.code;
  }
}

interface KernelFile {
  readonly source: string;
  readonly path: string;
  /** Name within the batch's folder. */
  readonly file: string;
}

/** Files of one reading: stored one by one, recorded together. */
class Batch {
  readonly #recorder: Recorder;
  readonly #pid: number;
  readonly #folder: string;
  readonly #done: { stored: StoredFile; facts: RecordFacts }[] = [];

  constructor(recorder: Recorder, pid: number, folder: string) {
    this.#recorder = recorder;
    this.#pid = pid;
    this.#folder = folder;
  }

  /** The time the kernel took, or what went wrong. A file that cannot be read is recorded as absent. */
  async read(
    wanted: KernelFile,
    edit?: (bytes: Uint8Array) => Uint8Array,
  ): Promise<number | ProcFailure> {
    const watch = new Stopwatch();
    const read = await readProcFile(wanted.path);
    const facts = { source: wanted.source, timing: watch.read() };
    if (!read.ok) {
      await this.absent(facts, absentReason(read));
      return read;
    }
    const bytes = edit === undefined ? read.bytes : edit(read.bytes);
    await this.add(wanted.file, bytes, facts, edit === undefined ? undefined : ["environment"]);
    return read.elapsedMs;
  }

  /**
   * Control files of one instant: read first, stored afterwards, with one time for all, so that sums
   * over them are of one moment. Files this kernel does not have are left out without a word.
   */
  async readTogether(wanted: readonly KernelFile[]): Promise<void> {
    const watch = new Stopwatch();
    const texts: { readonly file: KernelFile; readonly bytes: Uint8Array }[] = [];
    const failed: { readonly file: KernelFile; readonly failure: ProcFailure }[] = [];
    for (const file of wanted) {
      const read = await readProcFile(file.path);
      if (read.ok) texts.push({ file, bytes: read.bytes });
      else if (read.problem !== "no-such-file") failed.push({ file, failure: read });
    }
    const timing: Span = watch.read();
    for (const { file, bytes } of texts) {
      if (bytes.length > 0) await this.add(file.file, bytes, { source: file.source, timing });
    }
    for (const { file, failure } of failed) {
      await this.absent(
        { source: `${file.source} ${path.posix.basename(file.path)}`, timing },
        absentReason(failure),
      );
    }
  }

  async add(
    file: string,
    bytes: Uint8Array,
    facts: { readonly source: string; readonly timing: Span },
    redacted?: readonly string[],
  ): Promise<void> {
    const stored = await this.#recorder.folder.write(`${this.#folder}/${file}`, bytes);
    this.#done.push({
      stored,
      facts: {
        ...facts,
        intrusiveness: "none",
        pid: this.#pid,
        ...(redacted === undefined ? {} : { redacted }),
      },
    });
  }

  async absent(
    facts: { readonly source: string; readonly timing: Span },
    reason: string,
  ): Promise<void> {
    await this.#recorder.absent({ ...facts, intrusiveness: "none", pid: this.#pid }, reason);
  }

  async commit(): Promise<void> {
    await this.#recorder.captured(this.#done);
  }
}
