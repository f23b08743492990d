// The table of functions, brought to life: any type, sorted by any column, filtered by the search, as far
// down as asked.

import { shortFunction } from "@heapwright/core/pictures/go-names.ts";
import { knownOf, rowSums } from "@heapwright/core/pictures/profile/tree-view.ts";
import { amountUnit, amountWithLimits, limitsIn, sampleText, shareText } from "../../amounts.ts";
import { grouped } from "../../numbers.ts";
import type { ProfileWords } from "../../profile-words.ts";
import { all, one } from "../dom.ts";
import { cutName } from "../../render/names.ts";
import type { Model } from "./model.ts";
import type { SortBy } from "./page-state.ts";

const PAGE_ROWS = 100;

export interface TableTargets {
  readonly model: Model;
  readonly words: ProfileWords;
  sorted(sort: SortBy): void;
  picked(frame: number): void;
}

export interface TableChoice {
  readonly type: number;
  readonly sort: SortBy;
  readonly matches: Uint8Array | undefined;
}

/** What rows are sorted by, without the intervals, which are only made for rows that are shown. */
interface SortKeys {
  readonly flat: Float64Array;
  readonly cum: Float64Array;
  readonly samples: Float64Array;
}

export class FunctionTable {
  readonly #targets: TableTargets;
  readonly #table: HTMLTableElement;
  readonly #more: HTMLButtonElement | undefined;
  readonly #says: HTMLElement | undefined;
  readonly #keys = new Map<number, SortKeys>();
  #shown = PAGE_ROWS;
  #choice: TableChoice | undefined;
  #heads: { button: HTMLButtonElement; column: SortBy["column"]; head: HTMLElement }[] = [];

  constructor(table: HTMLTableElement, targets: TableTargets) {
    this.#table = table;
    this.#targets = targets;
    this.#more = one("#pmore", HTMLButtonElement);
    this.#says = one("#ptable-says", HTMLElement);
    for (const head of all("th[data-sort]", HTMLElement, table)) {
      const column = head.dataset["sort"];
      if (
        column !== "flat" &&
        column !== "cum" &&
        column !== "share" &&
        column !== "samples" &&
        column !== "name"
      )
        continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent.trim();
      button.addEventListener("click", () => {
        const sort = this.#choice?.sort;
        const isRising = sort?.column === column ? !sort.isRising : column === "name";
        targets.sorted({ column, isRising });
      });
      head.replaceChildren(button);
      this.#heads.push({ button, column, head });
    }
    this.#more?.addEventListener("click", () => {
      this.#shown += PAGE_ROWS;
      if (this.#choice !== undefined) this.show(this.#choice);
    });
    table.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest("tr[data-frame]") : null;
      if (row instanceof HTMLElement) targets.picked(Number(row.dataset["frame"]));
    });
  }

  /** Numbers have changed: a filter was put on or taken off. */
  forget(): void {
    this.#keys.clear();
  }

  #keysOf(type: number): SortKeys {
    const known = this.#keys.get(type);
    if (known !== undefined) return known;
    const { profile } = this.#targets.model;
    const n = profile.frames.frame.length;
    const keys = {
      flat: new Float64Array(n),
      cum: new Float64Array(n),
      samples: new Float64Array(n),
    };
    for (let i = 0; i < n; i++) {
      const flat = rowSums(profile, profile.frames.flat, i, type);
      const cum = rowSums(profile, profile.frames.cum, i, type);
      keys.flat[i] = (flat.plus.value[0] ?? 0) - (flat.minus?.value[0] ?? 0);
      keys.cum[i] = (cum.plus.value[0] ?? 0) - (cum.minus?.value[0] ?? 0);
      keys.samples[i] = (flat.plus.samples?.[0] ?? 0) + (flat.minus?.samples?.[0] ?? 0);
    }
    this.#keys.set(type, keys);
    return keys;
  }

  #order({ type, sort, matches }: TableChoice): number[] {
    const { model } = this.#targets;
    const { frame } = model.profile.frames;
    const keys = this.#keysOf(type);
    const rows: number[] = [];
    frame.forEach((f, row) => {
      if (matches !== undefined && matches[f] === 0) return;
      if ((keys.flat[row] ?? 0) !== 0 || (keys.cum[row] ?? 0) !== 0 || matches !== undefined)
        rows.push(row);
    });
    const sign = sort.isRising ? 1 : -1;
    if (sort.column === "name") {
      const names = rows.map((row) => shortFunction(model.name(frame[row] ?? 0).slice(0, 400)));
      const by = rows.map((_, i) => i);
      by.sort((a, b) => sign * ((names[a] ?? "") < (names[b] ?? "") ? -1 : 1));
      return by.map((i) => rows[i] ?? 0);
    }
    const key = sort.column === "share" ? keys.flat : keys[sort.column];
    const size = (row: number): number => Math.abs(key[row] ?? 0);
    return rows.sort(
      (a, b) =>
        sign * (size(a) - size(b)) ||
        Math.abs(keys.cum[b] ?? 0) - Math.abs(keys.cum[a] ?? 0) ||
        a - b,
    );
  }

  show(choice: TableChoice): void {
    const before = this.#choice;
    const isNew =
      before?.type !== choice.type ||
      before.matches !== choice.matches ||
      before.sort.column !== choice.sort.column;
    if (isNew && before !== undefined) this.#shown = PAGE_ROWS;
    this.#choice = choice;
    const { model, words } = this.#targets;
    const { profile } = model;
    const order = this.#order(choice);
    const shown = order.slice(0, this.#shown);
    const whole = model.shareOf(choice.type);
    const rows = shown.map((row) => ({
      row,
      flat: model.flat(row, choice.type),
      cum: model.cum(row, choice.type),
    }));
    const unit = amountUnit(
      model.type(choice.type).unit,
      rows.reduce((most, { cum }) => Math.max(most, Math.abs(cum.net)), 0),
    );
    const sign = (v: number): string => (model.isDiff && v > 0 ? "+" : "");
    const body = document.createElement("tbody");
    for (const { row, flat, cum } of rows) {
      const frame = profile.frames.frame[row] ?? 0;
      const tr = document.createElement("tr");
      tr.dataset["frame"] = String(frame);
      const cell = (className: string, text: string): HTMLTableCellElement => {
        const td = document.createElement("td");
        if (className !== "") td.className = className;
        td.textContent = text;
        tr.append(td);
        return td;
      };
      cell(flat.net === 0 ? "n zero" : "n", `${sign(flat.net)}${unit.of(flat.net)}`);
      cell("lim", limitsIn(unit, flat));
      cell("n", shareText(flat.net, whole));
      cell(flat.samples > 0 && flat.samples < 2.5 ? "n few" : "n", sampleText(flat.samples));
      cell("n", `${sign(cum.net)}${unit.of(cum.net)}`);
      cell("lim", limitsIn(unit, cum));
      cell("n", shareText(cum.net, whole));
      const th = document.createElement("th");
      th.scope = "row";
      th.title = model.name(frame);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plink";
      const name = document.createElement("bdi");
      const text = model.name(frame);
      name.textContent = text === "" ? words.unknownName : cutName(shortFunction(text), 100);
      button.append(name);
      th.append(button);
      tr.append(th);
      const file = cell("", "");
      file.title = model.file(frame);
      const code = document.createElement("code");
      const path = document.createElement("bdi");
      path.textContent = model.file(frame).split("/").slice(-2).join("/");
      code.append(path);
      file.append(code);
      body.append(tr);
    }
    this.#table.tBodies[0]?.replaceWith(body);
    for (const { button, column, head } of this.#heads) {
      const isValue = column === "flat" || column === "cum";
      const label =
        column === "name"
          ? words.functionHead
          : column === "share"
            ? words.share
            : column === "samples"
              ? words.samplesHead
              : words[column];
      button.textContent = isValue && unit.name !== "" ? `${label}, ${unit.name}` : label;
      const isSorted = choice.sort.column === column;
      head.setAttribute(
        "aria-sort",
        isSorted ? (choice.sort.isRising ? "ascending" : "descending") : "none",
      );
    }
    const rest = order.length - shown.length;
    if (this.#more !== undefined) {
      this.#more.hidden = rest === 0;
      this.#more.textContent = words.more(grouped(Math.min(rest, PAGE_ROWS)));
    }
    const { others, otherFlat } = profile.frames;
    if (this.#says !== undefined) {
      const type = model.type(choice.type);
      const known = knownOf({ ...rowSums(profile, otherFlat, 0, choice.type), type }, 0);
      const more =
        others === 0
          ? ""
          : ` · ${words.otherFunctions(grouped(others))}: ${amountWithLimits(type.unit, known, model.isDiff)}`;
      this.#says.textContent = words.rowsOf(grouped(shown.length), grouped(order.length)) + more;
    }
  }
}
