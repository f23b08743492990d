// Entry of the script of a profile's page: unpacks the profile, then keeps picture, table and URL at what
// the reader chose.

import { amount, amountWithLimits, shareText } from "../../amounts.ts";
import { grouped, percent } from "../../numbers.ts";
import { decodeProfile } from "../../profile-data.ts";
import { basisText, PROFILE_WORDS } from "../../profile-words.ts";
import type { CarriedSource } from "../../source-data.ts";
import { startCopying } from "../copy.ts";
import { all, dataBlock, isField, one, remember, remembered } from "../dom.ts";
import { CLIENT_WORDS } from "../../client-words.ts";
import { cycleTheme, startTheme } from "../theme.ts";
import { drawGraph } from "./graph.ts";
import { hitsIn, Model, type FlameKind } from "./model.ts";
import {
  type ProfileState,
  readProfileState,
  type ViewKind,
  writeProfileState,
} from "./page-state.ts";
import { Pane, type Zoom } from "./pane.ts";
import { Selection } from "./selection.ts";
import { SourcePane } from "./source-pane.ts";
import { FunctionTable } from "./table.ts";
import "../style.css";
import "../listing.css";
import "./profile.css";

const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const words = PROFILE_WORDS[lang];
const KEYS = "heapwright-keys";

interface Block {
  readonly packed: string;
  readonly file: string;
  /** Packed too; undefined: no source is carried. */
  readonly source: string | undefined;
  /** The flame is what was asked for: it is in view at first. */
  readonly opensOnPicture: boolean;
}

function blockOf(value: unknown): Block {
  if (typeof value !== "object" || value === null || !("packed" in value) || !("file" in value)) {
    throw new Error("no data block");
  }
  const { packed, file } = value;
  if (typeof packed !== "string" || typeof file !== "string") throw new Error("no data block");
  const source = "source" in value && typeof value.source === "string" ? value.source : undefined;
  return { packed, file, source, opensOnPicture: "opens" in value && value.opens === "picture" };
}

async function unpack(packed: string): Promise<Uint8Array> {
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function element<E extends Element>(selector: string, type: new () => E): E {
  const found = one(selector, type);
  if (found === undefined) throw new Error(`the page has no ${selector}`);
  return found;
}

class ProfilePage {
  readonly #model: Model;
  readonly #file: string;
  readonly #first: ProfileState;
  #state: ProfileState;
  #pane: Pane | undefined;
  readonly #root = element("#pane", HTMLElement);
  readonly #read = element("#pread", HTMLElement);
  readonly #find = element("#pfind", HTMLInputElement);
  readonly #hits = element("#phits", HTMLElement);
  readonly #fold = element("#pfold", HTMLInputElement);
  readonly #out = element("#pout", HTMLButtonElement);
  readonly #says = element("#psays", HTMLElement);
  readonly #selection: Selection;
  readonly #table: FunctionTable | undefined;
  #matches: Uint8Array | undefined;
  #matched = "";

  constructor(model: Model, file: string, source: SourcePane | undefined) {
    this.#model = model;
    this.#file = file;
    const view = all("input[name=pv]", HTMLInputElement).find((r) => r.defaultChecked)?.value;
    this.#first = {
      view: view === "up" || view === "graph" ? view : "down",
      type: model.profile.defaultType,
      frame: -1,
      zoom: { kind: "all" },
      query: "",
      isFolded: false,
      sort: { column: "flat", isRising: false },
    };
    this.#state = readProfileState(location.hash, this.#first, model.profile.types.length);
    this.#selection = new Selection(element("#psel", HTMLElement), {
      model,
      words,
      source,
      sandwich: (frame) => this.#to({ view: "sandwich", frame, zoom: { kind: "all" } }),
    });
    const table = one("#ptable", HTMLTableElement);
    this.#table =
      table === undefined
        ? undefined
        : new FunctionTable(table, {
            model,
            words,
            sorted: (sort) => this.#to({ sort }, true),
            picked: (frame) => this.#pick(frame),
          });
    this.#wire();
    this.#apply();
  }

  #pick(frame: number): void {
    this.#selection.show(frame, 0, this.#state.type);
    if (this.#state.view === "sandwich") this.#to({ frame, zoom: { kind: "all" } });
    element("#psel", HTMLElement).scrollIntoView({ block: "nearest" });
  }

  #wire(): void {
    for (const radio of all("input[name=pv]", HTMLInputElement)) {
      radio.addEventListener("change", () => this.#view(radio.value));
    }
    for (const radio of all("input[name=pt]", HTMLInputElement)) {
      radio.addEventListener("change", () => this.#to({ type: Number(radio.value) }));
    }
    this.#find.addEventListener("input", () => this.#to({ query: this.#find.value }, true));
    this.#fold.addEventListener("change", () => this.#to({ isFolded: this.#fold.checked }, true));
    this.#out.addEventListener("click", () => this.#pane?.leave());
    addEventListener("popstate", () => this.#restore());
    addEventListener("hashchange", () => this.#restore());
    addEventListener("resize", () => this.#pane?.resize());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#recolor());
    matchMedia("print").addEventListener("change", ({ matches }) => {
      this.#pane?.resize(matches);
      this.#recolor();
    });
  }

  #restore(): void {
    if (location.hash !== "" && !location.hash.startsWith("#~")) return;
    this.#state = readProfileState(location.hash, this.#first, this.#model.profile.types.length);
    this.#apply();
  }

  #recolor(): void {
    this.#pane?.recolor();
    // On paper at once: there is no next frame before it is printed.
    this.#pane?.draw();
  }

  recolor(): void {
    this.#recolor();
  }

  #view(value: string): void {
    const view: ViewKind =
      value === "up" || value === "sandwich" || value === "graph" ? value : "down";
    const frame =
      view === "sandwich" && this.#selection.frame >= 0 ? this.#selection.frame : this.#state.frame;
    this.#to({ view, frame, zoom: { kind: "all" } });
  }

  /** A new choice; one that is typed or sorted replaces the last entry of the history. */
  #to(change: Partial<ProfileState>, isSmall = false): void {
    this.#state = { ...this.#state, ...change };
    const hash = writeProfileState(this.#state, this.#first);
    const url = hash === "" ? location.pathname + location.search : hash;
    if (isSmall) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    this.#apply();
  }

  #zoomed(zoom: Zoom): void {
    if (JSON.stringify(zoom) === JSON.stringify(this.#state.zoom)) return;
    // A stretch changes with each turn of the wheel: that is one step of the history, not fifty.
    const isSmall = zoom.kind === "range" && this.#state.zoom.kind === "range";
    this.#state = { ...this.#state, zoom };
    const hash = writeProfileState(this.#state, this.#first);
    const url = hash === "" ? location.pathname + location.search : hash;
    if (isSmall) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    this.#out.disabled = zoom.kind === "all";
  }

  #apply(): void {
    const { type, query, isFolded, zoom, sort, view } = this.#state;
    let { frame } = this.#state;
    if (view === "sandwich" && !(frame >= 0 && frame < this.#model.profile.names.length)) {
      frame = this.#model.heaviest(type);
      this.#state = { ...this.#state, frame };
    }
    for (const radio of all("input[name=pv]", HTMLInputElement)) {
      radio.checked = radio.value === view;
    }
    for (const radio of all("input[name=pt]", HTMLInputElement)) {
      radio.checked = radio.value === String(type);
    }
    if (this.#find.value !== query) this.#find.value = query;
    this.#fold.checked = isFolded;
    this.#out.disabled = zoom.kind === "all" || view === "graph";
    if (query !== this.#matched || this.#matches === undefined) {
      this.#matched = query;
      this.#matches = this.#model.matches(query);
    }
    this.#heading(type);
    this.#table?.show({ type, sort, matches: this.#matches });
    if (view === "graph") this.#showGraph(type);
    else this.#showFlame(view, type, frame, isFolded, zoom);
    if (this.#selection.frame >= 0) {
      this.#selection.show(this.#selection.frame, 0, type);
    } else if (view === "sandwich") this.#selection.show(frame, 0, type);
  }

  #heading(type: number): void {
    const head = one("#answer", HTMLElement);
    if (head === undefined) return;
    const { type: name, unit, basis } = this.#model.type(type);
    const says = one("#pbasis", HTMLElement);
    if (says !== undefined) says.textContent = basisText(words, basis);
    const total = this.#model.total(type);
    const text = document.createElement("bdi");
    text.textContent = name;
    head.replaceChildren(text, ` ${amountWithLimits(unit, total, this.#model.isDiff)}`);
  }

  #showGraph(type: number): void {
    this.#pane = undefined;
    const { element: drawn, graph } = drawGraph(
      { model: this.#model, words, picked: (frame) => this.#selection.show(frame, 0, type) },
      this.#model.tree("down", type),
      type,
    );
    this.#root.replaceChildren(drawn);
    const part = graph.notCarried > 0 ? ` · ${words.graphPart(percent(graph.notCarried))}` : "";
    this.#says.textContent =
      graph.frames.length === 0
        ? words.nothing
        : words.graphSays(grouped(graph.frames.length)) + part;
    this.#read.textContent = "";
    this.#hits.textContent = "";
  }

  #showFlame(kind: FlameKind, type: number, frame: number, isFolded: boolean, zoom: Zoom): void {
    this.#pane ??= new Pane(this.#root, {
      model: this.#model,
      words,
      file: this.#file,
      zoomed: (to) => this.#zoomed(to),
      selected: (of, line) => this.#selection.show(of, line, this.#state.type),
      says: (text) => {
        if (this.#read.textContent !== text) this.#read.textContent = text;
      },
    });
    const scene = this.#model.scene({ kind, type, frame, isFolded });
    const { unit } = this.#model.type(type);
    const total = amount(unit, this.#model.total(type).net);
    const title = { down: words.down, up: words.up, sandwich: words.sandwich }[kind];
    this.#pane.show(scene, zoom, words.flameLabel(title, total, grouped(scene.boxes)));
    this.#says.textContent =
      scene.boxes === 0
        ? words.nothing
        : { down: words.downSays, up: words.upSays, sandwich: words.sandwichSays }[kind];
    const hits = this.#matches === undefined ? undefined : hitsIn(scene, this.#matches);
    this.#pane.setHits(hits);
    if (hits === undefined) this.#hits.textContent = "";
    else {
      const { boxes, plus, minus } = hits.found;
      this.#hits.textContent =
        boxes === 0
          ? words.noHits
          : words.hits(
              grouped(boxes),
              amount(unit, plus - minus),
              shareText(plus - minus, this.#model.whole(type)),
            );
    }
  }

  key(event: KeyboardEvent): boolean {
    const types = this.#model.profile.types.length;
    const { type } = this.#state;
    const acts: Readonly<Record<string, () => void>> = {
      "/": () => {
        this.#find.focus();
        this.#find.select();
      },
      f: () => this.#view("down"),
      b: () => this.#view("up"),
      s: () => this.#view("sandwich"),
      g: () => this.#view("graph"),
      u: () => this.#to({ isFolded: !this.#state.isFolded }, true),
      l: () => {
        this.#selection.toggle();
      },
      c: () => this.#selection.copy(),
      "[": () => this.#to({ type: (type + types - 1) % types }),
      "]": () => this.#to({ type: (type + 1) % types }),
      Backspace: () => {
        this.#pane?.leave();
      },
    };
    const act = Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
    act?.();
    return act !== undefined;
  }

  escape(): boolean {
    return this.#pane?.leave() ?? false;
  }

  /** For measuring: pictures drawn so far, and a picture at once. */
  get pane(): Pane | undefined {
    return this.#pane;
  }
}

function startKeys(page: ProfilePage): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const dialog = one("#keys", HTMLDialogElement);
    if (dialog?.open === true) return;
    if (event.key === "Escape") {
      if (isField(event.target) && event.target instanceof HTMLElement) event.target.blur();
      else page.escape();
      return;
    }
    if (isField(event.target) || one("#keys-on", HTMLInputElement)?.checked === false) return;
    if (/^[1-9]$/.test(event.key)) {
      const link = all("[data-section]", HTMLAnchorElement)[Number(event.key) - 1];
      const target = link === undefined ? null : document.getElementById(link.hash.slice(1));
      if (target === null) return;
      event.preventDefault();
      target.setAttribute("tabindex", "-1");
      target.focus({ preventScroll: true });
      target.scrollIntoView();
      return;
    }
    if (event.key === "?") dialog?.showModal();
    else if (event.key === "t") {
      cycleTheme();
      page.recolor();
    } else if (!page.key(event)) return;
    event.preventDefault();
  });
}

function startDialog(): void {
  const dialog = one("#keys", HTMLDialogElement);
  const isOn = one("#keys-on", HTMLInputElement);
  if (isOn !== undefined) {
    isOn.checked = remembered(KEYS) !== "off";
    isOn.addEventListener("change", () => remember(KEYS, isOn.checked ? "on" : "off"));
  }
  one("[data-keys]", HTMLButtonElement)?.addEventListener("click", () => dialog?.showModal());
  one("[data-close]", HTMLButtonElement)?.addEventListener("click", () => dialog?.close());
}

async function carried(model: Model, packed: string): Promise<SourcePane | undefined> {
  // Written by our own renderer, in the same build.
  const source: CarriedSource = JSON.parse(new TextDecoder().decode(await unpack(packed)));
  const pane = new SourcePane(model, words, lang, source);
  return pane.isEmpty ? undefined : pane;
}

async function start(): Promise<void> {
  let page: ProfilePage | undefined;
  startTheme(() => page?.recolor());
  startDialog();
  startCopying(CLIENT_WORDS[lang]);
  try {
    const { packed, file, source, opensOnPicture } = blockOf(dataBlock("#profile-data"));
    performance.mark("heapwright-unpack");
    const bytes = await unpack(packed);
    performance.mark("heapwright-decode");
    const model = new Model(decodeProfile(bytes));
    performance.mark("heapwright-parsed");
    page = new ProfilePage(
      model,
      file,
      source === undefined ? undefined : await carried(model, source),
    );
    page.pane?.draw();
    if (opensOnPicture && location.hash === "") {
      document.getElementById("picture")?.scrollIntoView();
    }
    performance.mark("heapwright-flame");
    startKeys(page);
    document.documentElement.dataset["ready"] = "";
  } catch (error) {
    const wait = one("#pwait", HTMLElement);
    const why = error instanceof Error ? error.message : String(error);
    if (wait !== undefined) wait.textContent = words.broken(why);
    throw error;
  }
}

void start();
