// Is it still the same process that is being captured? Three ways to notice its end: the pid is gone or
// means another process, the port refuses, NumGC goes back.

import type { HttpFailure } from "../http/outcome.ts";
import { livenessOf, type ProcessIdentity } from "../process/identity.ts";
import type { Recorder } from "./recorder.ts";
import type { Service } from "./service.ts";
import { sleep } from "./sleep.ts";

export type DeathReason = "pid-gone" | "pid-reused" | "connection-refused" | "process-changed";

/** A server that restarts is back after less; one that answers then was only busy. */
const GRACE_MS = 500;

export class TargetWatch {
  readonly #service: Service | undefined;
  readonly #recorder: Recorder;
  readonly #signal: AbortSignal;
  #identity: ProcessIdentity | undefined;
  #isSuspect = false;
  #died: DeathReason | undefined;
  #firstGC: number | undefined;
  #latestGC: number | undefined;

  constructor(service: Service | undefined, recorder: Recorder, signal: AbortSignal) {
    this.#service = service;
    this.#recorder = recorder;
    this.#signal = signal;
  }

  follow(identity: ProcessIdentity): void {
    this.#identity = identity;
  }

  get died(): DeathReason | undefined {
    return this.#died;
  }

  get latestGC(): number | undefined {
    return this.#latestGC;
  }

  /** GC cycles since the first one known. */
  get cycles(): number | undefined {
    return this.#latestGC === undefined || this.#firstGC === undefined
      ? undefined
      : this.#latestGC - this.#firstGC;
  }

  /** A request failed in a way that a dead process would explain. */
  suspect(failure: HttpFailure): void {
    if (failure.kind === "refused" || failure.kind === "reset" || failure.kind === "unix-socket") {
      this.#isSuspect = true;
    }
  }

  /**
   * NumGC only grows within one process. Returns the process name for a record that was already of
   * another one: a restart, or a load balancer that sent the request to another replica.
   */
  noteGC(numGC: number): string | undefined {
    if (this.#latestGC !== undefined && numGC < this.#latestGC) {
      this.#died = "process-changed";
      this.#recorder.note("process-changed", { from: this.#latestGC, to: numGC });
      return `${this.#recorder.process}#2`;
    }
    this.#latestGC = numGC;
    this.#firstGC ??= numGC;
    return undefined;
  }

  async check(): Promise<void> {
    this.#died ??= await this.#pidEnd();
    if (this.#died !== undefined || !this.#isSuspect || this.#service === undefined) return;
    this.#isSuspect = false;
    await sleep(GRACE_MS, this.#signal);
    if (this.#signal.aborted) return;
    const reply = await this.#service.fetch(this.#service.profileUrl(""), {
      allowHtml: true,
      timeouts: { firstByteMs: 5_000 },
    });
    if (reply.ok) return;
    const { kind } = reply.failure;
    if (kind !== "refused" && kind !== "unix-socket") return;
    // Its process may have ended during the wait: that says more than the closed port.
    this.#died = (await this.#pidEnd()) ?? "connection-refused";
  }

  async #pidEnd(): Promise<DeathReason | undefined> {
    if (this.#identity === undefined) return undefined;
    const liveness = await livenessOf(this.#identity);
    if (liveness === "alive") return undefined;
    return liveness === "reused" ? "pid-reused" : "pid-gone";
  }
}
