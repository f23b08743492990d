// The filters that are on, each a button that takes it off, and what they leave.

import type { Allowance } from "@heapwright/core/analysis/profile/regexp/regexp.ts";
import type { StackFilter } from "@heapwright/core/pictures/profile/filtered.ts";
import { amount, amountWithLimits, shareText, totalWithLimits } from "../../amounts.ts";
import { cutName } from "../../render/names.ts";
import { visibleText } from "../../visible-text.ts";
import type { ProfileWords } from "../../profile-words.ts";
import type { LabelTables } from "./labels.ts";
import type { Model } from "./model.ts";
import { newAllowance } from "./search.ts";
import { boxName } from "./painter.ts";
import { type Filter, isSameFilter } from "./page-state.ts";

/** A filter by what it names; undefined where that is not on this page. */
function stackFilter(
  model: Model,
  { isIgnored, by }: Filter,
  allowance: Allowance,
): StackFilter | undefined {
  if ("key" in by) {
    return model.whole.cells === undefined ? undefined : { isIgnored, ...by };
  }
  if ("frame" in by) {
    if (by.frame >= model.whole.names.length) return undefined;
    const frames = new Uint8Array(model.whole.names.length);
    frames[by.frame] = 1;
    return { isIgnored, frames };
  }
  const frames = model.matches(by.query, by.isPattern, allowance);
  return frames instanceof Uint8Array ? { isIgnored, frames } : undefined;
}

/** A filter that is on; `by` undefined: it names nothing here, and leaves all. */
export interface Applied {
  readonly filter: Filter;
  readonly by: StackFilter | undefined;
}

/** Filters that name nothing here (a link of another file, an expression that is unfit) leave all. */
export function stackFilters(model: Model, filters: readonly Filter[]): readonly Applied[] {
  const allowance = newAllowance();
  return filters.map((filter) => ({ filter, by: stackFilter(model, filter, allowance) }));
}

export interface FilterBarTargets {
  readonly model: Model;
  readonly words: ProfileWords;
  readonly labels: LabelTables;
  changed(filters: readonly Filter[]): void;
}

export class FilterBar {
  readonly #root: HTMLElement;
  readonly #targets: FilterBarTargets;

  constructor(root: HTMLElement, targets: FilterBarTargets) {
    this.#root = root;
    this.#targets = targets;
  }

  show(applied: readonly Applied[], type: number, kind: "down" | "up"): void {
    const filters = applied.map(({ filter }) => filter);
    this.#root.hidden = filters.length === 0;
    if (filters.length === 0) {
      this.#root.replaceChildren();
      return;
    }
    const { model, words } = this.#targets;
    const chips = applied.map(({ filter, by }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = by === undefined ? "pchip unfit" : "pchip";
      const name = document.createElement("bdi");
      name.textContent = this.#nameOf(filter);
      const only = "key" in filter.by ? words.onlyWith : words.onlyThrough;
      button.append(filter.isIgnored ? words.without : only, " ", name);
      if (by === undefined) button.append(` (${words.notApplied})`);
      button.append(" ✕");
      button.setAttribute("aria-label", words.takeOff(button.textContent.replace(/ ✕$/, "")));
      button.addEventListener("click", () => {
        this.#targets.changed(filters.filter((f) => !isSameFilter(f, filter)));
        const next = this.#root.querySelector("button");
        if (next === null) document.getElementById("pfind")?.focus();
        else next.focus();
      });
      return button;
    });
    const says = document.createElement("span");
    const { unit } = model.type(type);
    const left = model.left(type);
    const total = model.total(type);
    const share = shareText(left.net, model.shareOf(type));
    const hidden = model.hidden(kind, type);
    says.textContent =
      words.leaves(
        totalWithLimits(unit, left, model.isDiff),
        amountWithLimits(unit, total, model.isDiff),
        model.isDiff ? "" : share,
      ) + (hidden > 0 ? ` · ${words.filterDoubt(amount(unit, hidden))}` : "");
    this.#root.replaceChildren(...chips, says);
  }

  #nameOf({ by }: Filter): string {
    const { model, words, labels } = this.#targets;
    if ("key" in by) return labels.nameOf(by.key, by.value) ?? "?";
    if ("query" in by) {
      const query = visibleText(by.query);
      return by.isPattern ? `/${query}/` : `“${query}”`;
    }
    return cutName(boxName(model, by.frame, words), 80);
  }
}
