// The tables of labels, brought to life: a value is a filter, and the numbers are those of the stacks
// that the filters leave.

import { labelSums } from "@heapwright/core/pictures/profile/label-cells.ts";
import { knownOf, rowSums } from "@heapwright/core/pictures/profile/tree-view.ts";
import { amountWithLimits } from "../../amounts.ts";
import type { ProfileWords } from "../../profile-words.ts";
import { all } from "../dom.ts";
import type { Model } from "./model.ts";
import type { Filter } from "./page-state.ts";

export interface LabelTargets {
  readonly model: Model;
  readonly words: ProfileWords;
  readonly filter: (isIgnored: boolean, by: Filter["by"]) => void;
}

export class LabelTables {
  readonly #model: Model;
  /** By key; rows in the order of its values, the others last. */
  readonly #tables: readonly {
    readonly name: string;
    readonly values: readonly string[];
    readonly rows: readonly HTMLTableRowElement[];
  }[];

  constructor({ model, words, filter }: LabelTargets) {
    this.#model = model;
    this.#tables = all("#labels tbody[data-label]", HTMLTableSectionElement).map((body, key) => {
      const name = body.closest("details")?.querySelector("summary bdi")?.textContent ?? "";
      const rows = Array.from(body.rows);
      const values: string[] = [];
      rows.slice(0, Number(body.dataset["values"])).forEach((row, value) => {
        const head = row.cells[0];
        const text = head?.textContent.trim() ?? "";
        values.push(text);
        if (head === undefined || model.whole.cells === undefined) return;
        const button = (isIgnored: boolean, shown: Node | string): HTMLButtonElement => {
          const made = document.createElement("button");
          made.type = "button";
          made.className = isIgnored ? "pless js" : "plink js";
          made.append(shown);
          const says = `${isIgnored ? words.without : words.onlyWith} ${name} = ${text}`;
          made.title = says;
          made.setAttribute("aria-label", says);
          made.addEventListener("click", () => filter(isIgnored, { key, value }));
          return made;
        };
        const isolated = document.createElement("bdi");
        isolated.textContent = text;
        // Cells are read with the value, not with what its buttons do.
        head.setAttribute("aria-label", text);
        head.replaceChildren(button(false, isolated), " ", button(true, "−"));
      });
      return { name, values, rows };
    });
  }

  /** "tenant = blue"; undefined for what is not on the page. */
  nameOf(key: number, value: number): string | undefined {
    const table = this.#tables[key];
    const text = table?.values[value];
    return table === undefined || text === undefined ? undefined : `${table.name} = ${text}`;
  }

  /** After a change of filters. */
  show(): void {
    const { whole, isKept, isDiff } = this.#model;
    if (whole.cells === undefined) return;
    const shown = this.#tables.map(({ values }) => values.length);
    const sums = labelSums(whole.cells, whole.width, shown, isKept);
    this.#tables.forEach(({ rows }, key) => {
      const of = sums[key];
      if (of === undefined) return;
      rows.forEach((row, value) => {
        whole.types.forEach((type, t) => {
          const known = knownOf({ ...rowSums(whole, of, value, t), type }, 0);
          const cell = row.cells[1 + t];
          if (cell === undefined) return;
          cell.textContent = amountWithLimits(type.unit, known, isDiff);
          cell.classList.toggle("zero", known.plus === 0 && known.minus === 0);
        });
      });
    });
  }
}
