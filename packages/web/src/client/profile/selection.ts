// The function that was chosen: what it holds, where it is, which of its lines hold it.

import { amountWithLimits, sampleText } from "../../amounts.ts";
import type { ProfileWords } from "../../profile-words.ts";
import type { MenuItem } from "./menu.ts";
import type { Model } from "./model.ts";
import type { SourcePane } from "./source-pane.ts";

export interface SelectionTargets {
  readonly model: Model;
  readonly words: ProfileWords;
  /** undefined: the page carries no source. */
  readonly source: SourcePane | undefined;
  /** What can be done with a function. */
  actions(frame: number): readonly MenuItem[];
  /** The other tab was opened. */
  opened(isSource: boolean): void;
}

type Tab = "lines" | "source";

/** Lines that are listed; the rest of a function's lines hold less than these. */
const LINES = 12;

function copyButton(
  words: ProfileWords,
  text: string,
  of: "name" | "place" | "line",
): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "cp js";
  button.dataset["of"] = of;
  button.textContent = words.copy;
  button.setAttribute("aria-label", `${words.copy} ${text}`);
  button.addEventListener("click", () => void copyText(button, words, text));
  return button;
}

export async function copyText(
  button: HTMLElement,
  words: ProfileWords,
  text: string,
): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = words.copied;
    setTimeout(() => (button.textContent = words.copy), 1500);
  } catch {
    // Refused (a file opened from disk in a strict browser): selected, so that Ctrl-C takes it.
    const code = button.parentElement?.querySelector("code");
    if (code !== null && code !== undefined) getSelection()?.selectAllChildren(code);
  }
}

export class Selection {
  readonly #root: HTMLElement;
  readonly #targets: SelectionTargets;
  #frame = -1;
  #line = 0;
  #type = 0;
  /** Stays as chosen from one function to the next. */
  #tab: Tab = "lines";

  constructor(root: HTMLElement, targets: SelectionTargets) {
    this.#root = root;
    this.#targets = targets;
  }

  get frame(): number {
    return this.#frame;
  }

  /** Name and numbers, for a screen reader. */
  get summary(): string {
    const parts = [this.#root.querySelector("h3"), this.#root.querySelector("p:not([class])")];
    return parts.flatMap((part) => part?.textContent ?? []).join(" · ");
  }

  /** "session/store.go:88" of what is selected, "" where there is none. */
  get position(): string {
    return this.#frame < 0 ? "" : this.#positionOf(this.#frame, this.#line);
  }

  #positionOf(frame: number, line: number): string {
    const file = this.#targets.model.file(frame);
    return line > 0 ? `${file}:${line}` : file;
  }

  /** Before anything is shown. */
  set isSource(isSource: boolean) {
    this.#tab = isSource && this.#targets.source !== undefined ? "source" : "lines";
  }

  /** The other tab; false where there is none. */
  toggle(): boolean {
    if (this.#frame < 0 || this.#targets.source === undefined) return false;
    this.#open(this.#tab === "lines" ? "source" : "lines");
    return true;
  }

  #open(tab: Tab): void {
    this.#tab = tab;
    this.show(this.#frame, this.#line, this.#type);
    const opened = this.#root.querySelector("[role=tab][aria-selected=true]");
    if (opened instanceof HTMLElement) opened.focus({ preventScroll: true });
    opened?.scrollIntoView({ block: "nearest" });
    this.#targets.opened(tab === "source");
  }

  copy(what: "name" | "place"): void {
    const button = this.#root.querySelector(`button.cp[data-of=${what}]`);
    if (!(button instanceof HTMLElement) || this.#frame < 0) return;
    const text = what === "name" ? this.#targets.model.name(this.#frame) : this.position;
    void copyText(button, this.#targets.words, text);
  }

  /** The same function with the numbers of a type. */
  again(type: number): void {
    this.show(this.#frame, this.#line, type);
  }

  show(frame: number, line: number, type: number): void {
    this.#frame = frame;
    this.#line = line;
    this.#type = type;
    const { model, words, source } = this.#targets;
    const { unit } = model.type(type);
    const row = model.rowOfFrame[frame] ?? -1;
    const name = model.name(frame);
    const title = document.createElement("h3");
    title.className = "cap";
    const code = document.createElement("code");
    const text = document.createElement("bdi");
    text.textContent = name === "" ? words.unknownName : name;
    code.append(text);
    title.append(code);
    const heading = document.createElement("div");
    heading.className = "pplace";
    heading.append(title, copyButton(words, name, "name"));
    const parts: Node[] = [heading];
    const where = this.#positionOf(frame, line);
    if (where !== "") parts.push(this.#place(where, "place"));
    if (row >= 0) {
      const numbers = document.createElement("p");
      const flat = model.flat(row, type);
      const cum = model.cum(row, type);
      const samples = cum.samples > 0 ? ` · ${words.samples(sampleText(cum.samples))}` : "";
      numbers.textContent =
        `${words.self} ${amountWithLimits(unit, flat, model.isDiff)} · ` +
        `${words.withCallees} ${amountWithLimits(unit, cum, model.isDiff)}${samples}`;
      parts.push(numbers);
    }
    const buttons = document.createElement("div");
    buttons.className = "pdo js";
    for (const { label, key, act } of this.#targets.actions(frame)) {
      // Name and place have a button beside them.
      if (key === "y" || key === "c") continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.setAttribute("aria-keyshortcuts", key);
      button.addEventListener("click", act);
      buttons.append(button);
    }
    parts.push(buttons);

    if (source === undefined) parts.push(...this.#lines(frame, type));
    else {
      const panel = document.createElement("div");
      panel.id = "pdetail";
      panel.tabIndex = 0;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `ptab-${this.#tab}`);
      const shown =
        this.#tab === "source" ? [source.element(frame, type)] : this.#lines(frame, type);
      panel.append(...shown);
      parts.push(this.#tabs(), panel);
    }
    this.#root.replaceChildren(...parts);
  }

  #tabs(): HTMLElement {
    const { words } = this.#targets;
    const list = document.createElement("div");
    list.className = "ptabs js";
    list.setAttribute("role", "tablist");
    for (const [tab, label] of [
      ["lines", words.linesTab],
      ["source", words.sourceTab],
    ] as const) {
      const button = document.createElement("button");
      const isOpen = tab === this.#tab;
      button.type = "button";
      button.id = `ptab-${tab}`;
      button.setAttribute("role", "tab");
      button.setAttribute("aria-selected", String(isOpen));
      button.setAttribute("aria-controls", "pdetail");
      button.tabIndex = isOpen ? 0 : -1;
      button.textContent = label;
      button.addEventListener("click", () => this.#open(tab));
      list.append(button);
    }
    list.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      event.preventDefault();
      this.toggle();
    });
    return list;
  }

  /** Lines that hold something themselves, heaviest first. */
  #lines(frame: number, type: number): HTMLElement[] {
    const { model, words } = this.#targets;
    const { profile } = model;
    const { unit } = model.type(type);
    const lines: number[] = [];
    profile.lines.frame.forEach((of, i) => {
      if (of === frame) lines.push(i);
    });
    const known = lines
      .map((i) => ({ line: profile.lines.line[i] ?? 0, known: model.line(i, type) }))
      .filter(({ known: k }) => k.plus !== 0 || k.minus !== 0)
      .sort((a, b) => Math.abs(b.known.net) - Math.abs(a.known.net) || a.line - b.line)
      .slice(0, LINES);
    if (known.length === 0) return [];
    const head = document.createElement("p");
    head.className = "note";
    head.textContent = model.isFiltered ? words.linesUnfiltered : words.linesHead;
    const list = document.createElement("ul");
    list.className = "plines";
    for (const { line: number, known: value } of known) {
      const item = document.createElement("li");
      const held = document.createElement("span");
      held.textContent = amountWithLimits(unit, value, model.isDiff);
      item.append(held, this.#place(this.#positionOf(frame, number), "line"));
      list.append(item);
    }
    return [head, list];
  }

  #place(where: string, of: "place" | "line"): HTMLElement {
    const line = document.createElement("p");
    line.className = "pplace";
    const code = document.createElement("code");
    const text = document.createElement("bdi");
    text.textContent = where;
    code.append(text);
    line.append(code, copyButton(this.#targets.words, where, of));
    return line;
  }
}
