// The answer as data; report/ and the page say it. JSON schema: docs/schema/why-1.schema.json.
// In code unknown is `undefined`; report/json.ts writes it as null.

import type { Ledger } from "../analysis/ledger/ledger.ts";
import type { Series } from "../analysis/series/series.ts";
import type { Site, SiteTable, SourceLine } from "../analysis/sites/site.ts";
import type { CaptureCost, CaptureNote } from "../evidence/capture-record.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Statement } from "../model/message.ts";
import type { Quantity } from "../model/quantity.ts";
import type { CauseId } from "../rules/causes.ts";

export type Status = "fault" | "no-fault-seen" | "inconclusive";
export type Confidence = "high" | "medium" | "low";

export interface VerdictSite extends SourceLine {
  /** "allocates", "holds", "blocks", "creates". */
  readonly role: string;
  readonly share?: Quantity;
}

export interface Verdict {
  readonly cause: CauseId;
  /** Harmless explanations (a cache that levelled off, page cache) have false. */
  readonly fault: boolean;
  readonly confidence: Confidence;
  readonly sites: readonly VerdictSite[];
  /** What the first line says after the word of confidence. */
  readonly headline: Statement;
  /** Two to four facts under it. */
  readonly facts: readonly Statement[];
  readonly for: readonly Statement[];
  readonly against: readonly Statement[];
  /** Causes that this evidence cannot tell it from. */
  readonly alike: readonly CauseId[];
  readonly now: readonly Statement[];
  readonly fix: readonly Statement[];
  readonly verify: readonly Statement[];
}

export interface Missing {
  /** Kind of evidence: "gctrace", "metrics", "proc", "cgroup", "second-heap", "load", "trace"… */
  readonly what: string;
  readonly name: Statement;
  readonly wouldTell: Statement;
  /** A command, or undefined where none of ours gets it. */
  readonly get: Statement;
}

export interface EvidenceRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly bytes: number;
  /** When it was taken, Unix ms. */
  readonly timeMs: number | undefined;
  readonly cycle: number | undefined;
  readonly complete: boolean;
  /** 0–1, how much of it was read, where a denominator is known. */
  readonly fraction?: number | undefined;
  /** Sums over it are lower bounds. */
  readonly lowerBounds?: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ServiceFacts {
  readonly name: string;
  readonly pid: number | undefined;
  readonly goVersion: { readonly text: string; readonly source: string } | undefined;
  readonly uptimeSec: number | undefined;
  readonly limit: Quantity | undefined;
  /** Where the limit comes from: "cgroup", "pod", "given", "GOMEMLIMIT". */
  readonly limitSource: string | undefined;
  readonly gogcPercent: number | undefined;
  readonly goMemLimit: number | undefined;
  readonly load: Statement | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly cycles: number | undefined;
}

export interface ProcessAnswer {
  readonly key: string;
  readonly status: Status;
  readonly service: ServiceFacts;
  /** The first line when there is no verdict: what could have been seen, or what is missing. */
  readonly headline: Statement;
  readonly facts: readonly Statement[];
  readonly verdicts: readonly Verdict[];
  readonly notIt: readonly Statement[];
  readonly worthKnowing: readonly Statement[];
  readonly ledgers: readonly Ledger[];
  readonly sites: SiteTable | undefined;
  readonly series: readonly Series[];
  readonly missing: readonly Missing[];
  readonly evidence: readonly EvidenceRow[];
  /** Why these artefacts belong together, version and settings: for --explain-evidence. */
  readonly linking: readonly Statement[];
  readonly diagnostics: readonly (Diagnostic & { readonly artefact: string })[];
  readonly next: readonly Statement[];
}

/** How one of the captures was taken that the evidence comes from. */
export interface CaptureFacts {
  readonly target: string;
  readonly startMs: number;
  readonly endMs: number;
  /** "done", "interrupted", "target-died", "limit". */
  readonly ended: string;
  readonly reason: string | undefined;
  readonly notes: readonly CaptureNote[];
  readonly cost: CaptureCost | undefined;
}

export interface Answer extends Omit<ProcessAnswer, "key"> {
  readonly schema: "heapwright.why/1";
  readonly tool: { readonly name: "heapwright"; readonly version: string };
  readonly target: string;
  readonly processes: readonly ProcessAnswer[];
  /** Empty when the evidence was not captured by heapwright. */
  readonly captures?: readonly CaptureFacts[];
}

export type { Site, SiteTable };
