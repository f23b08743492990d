// What went wrong with an input that was still usable, and how much of it was read.

export type Severity = "note" | "warning" | "damage";

export type DiagnosticParam = string | number | boolean;

/**
 * One statement about an input. `code` is `<format>.<what>` in kebab case and a message id in
 * report/messages; `params` fill that message. Never prose.
 */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  /** Byte offset or 1-based line in the decoded artefact; undefined when it concerns the whole. */
  readonly where?: { readonly offset?: number; readonly line?: number };
  /** How often it was seen; the first place is in `where`. */
  readonly count: number;
  readonly params: Readonly<Record<string, DiagnosticParam>>;
}

/**
 * How much of an artefact the table holds. `complete` is false as soon as anything was lost;
 * `fraction` (0–1) only where a denominator is known. `lowerBounds` says that sums over the table
 * are lower bounds.
 */
export interface Completeness {
  readonly complete: boolean;
  readonly fraction?: number;
  readonly lowerBounds: boolean;
}

export const COMPLETE: Completeness = { complete: true, lowerBounds: false };

/** Collects diagnostics and counts repeats of one code instead of storing each. */
export class DiagnosticLog {
  readonly #byCode = new Map<string, { diagnostic: Diagnostic; count: number }>();

  add(
    code: string,
    severity: Severity,
    params: Readonly<Record<string, DiagnosticParam>> = {},
    where?: { readonly offset?: number; readonly line?: number },
  ): void {
    const seen = this.#byCode.get(code);
    if (seen !== undefined) {
      seen.count += 1;
      return;
    }
    const base = { code, severity, count: 1, params };
    this.#byCode.set(code, {
      diagnostic: where === undefined ? base : { ...base, where },
      count: 1,
    });
  }

  get isDamaged(): boolean {
    for (const { diagnostic } of this.#byCode.values()) {
      if (diagnostic.severity === "damage") return true;
    }
    return false;
  }

  list(): Diagnostic[] {
    return [...this.#byCode.values()].map(({ diagnostic, count }) => ({ ...diagnostic, count }));
  }
}
