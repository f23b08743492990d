// The contract of a rule: one cause, evaluated on the derived view. No I/O, no ranking, and no rule
// imports another. Absence of evidence never contradicts.

import type { View } from "../analysis/view.ts";
import type { Statement } from "../model/message.ts";
import type { Quantity } from "../model/quantity.ts";
import type { SourceLine } from "../analysis/sites/site.ts";
import type { CauseId } from "./causes.ts";

export interface RuleSite extends SourceLine {
  readonly role: "allocates" | "holds" | "blocks" | "creates";
  readonly share?: Quantity;
}

export interface Supported {
  readonly is: "supported";
  /** What the conditions of the rule's README give; verdict/ may cap it, never raise it. */
  readonly confidence: "high" | "medium" | "low";
  /** Only where the table's `fault` does not hold for this instance (information instead). */
  readonly fault?: boolean;
  /** Bytes or share at stake, 0–1 of what is at risk: ranks causes of equal confidence. */
  readonly weight: number;
  readonly sites: readonly RuleSite[];
  readonly headline: Statement;
  readonly facts: readonly Statement[];
  readonly for: readonly Statement[];
  readonly against: readonly Statement[];
  readonly alike: readonly CauseId[];
  /**
   * More general causes that tell nothing beside this one: all that they speak of is what this one
   * explains. verdict/ leaves them out.
   */
  readonly covers?: readonly CauseId[];
  readonly now: readonly Statement[];
  readonly fix: readonly Statement[];
  readonly verify: readonly Statement[];
}

export type RuleOutcome =
  | Supported
  | { readonly is: "contradicted"; readonly by: readonly Statement[] }
  | { readonly is: "not-evaluable"; readonly missing: readonly string[] }
  | { readonly is: "gated-out"; readonly why: Statement };

export interface Rule {
  readonly id: CauseId;
  evaluate(view: View): RuleOutcome;
}
