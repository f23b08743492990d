// Entry of the script of a profile's page: unpacks the profile, then keeps picture, table and URL at what
// the reader chose.

import { amount, amountWithLimits, shareText, totalWithLimits } from "../../amounts.ts";
import { grouped, percent } from "../../numbers.ts";
import { MOST_FILTERS } from "@heapwright/core/pictures/profile/filtered.ts";
import { decodeProfile } from "../../profile-data.ts";
import { basisText, PROFILE_WORDS } from "../../profile-words.ts";
import type { CarriedSource } from "../../source-data.ts";
import { cutName } from "../../render/names.ts";
import { startCopying } from "../copy.ts";
import { all, dataBlock, isField, one, remember, remembered } from "../dom.ts";
import { CLIENT_WORDS } from "../../client-words.ts";
import { cycleTheme, startTheme } from "../theme.ts";
import { type Applied, FilterBar, stackFilters } from "./filter-bar.ts";
import { drawGraph } from "./graph.ts";
import { LabelTables } from "./labels.ts";
import { Menu, type MenuItem } from "./menu.ts";
import { hitsIn, Model, type FlameKind, type Scene, type SceneHits } from "./model.ts";
import { boxName } from "./painter.ts";
import {
  type Filter,
  isSameFilter,
  type ProfileState,
  readProfileState,
  type ViewKind,
  writeProfileState,
} from "./page-state.ts";
import { Pane, type Zoom } from "./pane.ts";
import type { Unfit } from "./search.ts";
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
  readonly #pattern = element("#ppattern", HTMLInputElement);
  readonly #keep = element("#pkeep", HTMLButtonElement);
  readonly #drop = element("#pdrop", HTMLButtonElement);
  readonly #menu = new Menu(document.body);
  readonly #labels: LabelTables;
  readonly #filterBar: FilterBar;
  readonly #selection: Selection;
  readonly #table: FunctionTable | undefined;
  /** undefined: nothing is searched for, or with a broken expression. */
  #matches: Uint8Array | undefined;
  #unfit: Unfit | undefined;
  #applied: readonly Applied[] = [];
  #matched = "";
  #filtered = "[]";

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
      isPattern: false,
      filters: [],
      selected: undefined,
      isSource: false,
      isFolded: false,
      sort: { column: "flat", isRising: false },
    };
    this.#state = readProfileState(location.hash, this.#first, model.profile.types.length);
    this.#selection = new Selection(element("#psel", HTMLElement), {
      model,
      words,
      source,
      actions: (frame) => this.#actions(frame),
      opened: (isSource) => {
        this.#state = { ...this.#state, isSource };
        this.#write(true);
      },
    });
    this.#selection.isSource = this.#state.isSource;
    this.#labels = new LabelTables({
      model,
      words,
      filter: (isIgnored, by) => this.#filter(isIgnored, by),
    });
    this.#filterBar = new FilterBar(element("#pfilters", HTMLElement), {
      model,
      words,
      labels: this.#labels,
      changed: (filters) => this.#to({ filters }),
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

  /** From the table or the graph. */
  #pick(frame: number): void {
    this.#select(frame);
    if (this.#state.view === "sandwich") this.#to({ frame, zoom: { kind: "all" } });
    element("#psel", HTMLElement).scrollIntoView({ block: "nearest" });
  }

  /** Draws nothing anew, so that the focus stays where it is. */
  #select(frame: number): void {
    this.#state = { ...this.#state, selected: { frame, line: 0 } };
    this.#selection.show(frame, 0, this.#state.type);
    this.#read.textContent = this.#selection.summary;
    this.#write(true);
  }

  #write(isSmall: boolean): void {
    const hash = writeProfileState(this.#state, this.#first);
    const url = hash === "" ? location.pathname + location.search : hash;
    if (hash === location.hash) return;
    if (isSmall) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
  }

  /** What the panel, the menu and the keys do with a function. */
  #actions(frame: number): readonly MenuItem[] {
    const act = (label: string, key: string, does: () => void): MenuItem => ({
      label,
      key,
      act: does,
    });
    const name = this.#model.name(frame);
    return [
      act(words.showSandwich, "s", () =>
        this.#to({ view: "sandwich", frame, zoom: { kind: "all" }, selected: undefined }),
      ),
      act(words.doOnly, "o", () => this.#filter(false, { frame })),
      act(words.doWithout, "x", () => this.#filter(true, { frame })),
      act(words.doFind, "p", () => this.#to({ query: name, isPattern: false })),
      act(words.doCopyName, "y", () => this.#selection.copy("name")),
      act(words.doCopyPlace, "c", () => this.#selection.copy("place")),
    ];
  }

  #filter(isIgnored: boolean, by: Filter["by"]): void {
    const filter: Filter = { isIgnored, by };
    const filters = this.#state.filters.filter((f) => !isSameFilter(f, filter));
    this.#to({ filters: [...filters, filter].slice(-MOST_FILTERS) });
  }

  #openMenu(frame: number, x: number, y: number, back: HTMLElement | SVGElement): void {
    const zoom: MenuItem = { label: words.doZoom, key: "Enter", act: () => this.#pane?.enter() };
    this.#menu.open(
      x,
      y,
      cutName(boxName(this.#model, frame, words), 80),
      this.#state.view === "graph" ? this.#actions(frame) : [zoom, ...this.#actions(frame)],
      back,
    );
  }

  #wire(): void {
    for (const radio of all("input[name=pv]", HTMLInputElement)) {
      radio.addEventListener("change", () => this.#view(radio.value));
    }
    for (const radio of all("input[name=pt]", HTMLInputElement)) {
      radio.addEventListener("change", () => this.#to({ type: Number(radio.value) }));
    }
    this.#find.addEventListener("input", () => this.#to({ query: this.#find.value }, true));
    this.#find.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#pane?.nextHit(event.shiftKey ? -1 : 1);
    });
    this.#pattern.addEventListener("change", () =>
      this.#to({ isPattern: this.#pattern.checked }, true),
    );
    this.#keep.addEventListener("click", () => this.#filterHits(false));
    this.#drop.addEventListener("click", () => this.#filterHits(true));
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

  /** The search becomes a filter. */
  #filterHits(isIgnored: boolean): void {
    const { query, isPattern } = this.#state;
    this.#state = { ...this.#state, query: "" };
    this.#filter(isIgnored, { query: query.trim(), isPattern });
  }

  #restore(): void {
    if (location.hash !== "" && !location.hash.startsWith("#~")) return;
    this.#state = readProfileState(location.hash, this.#first, this.#model.profile.types.length);
    this.#selection.isSource = this.#state.isSource;
    this.#apply();
    if (this.#state.selected === undefined && this.#state.zoom.kind === "box") {
      this.#pane?.tellFocus();
    }
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
    const selected = view === "sandwich" ? undefined : this.#state.selected;
    this.#to({ view, frame, zoom: { kind: "all" }, selected });
  }

  /** A new choice; one that is typed or sorted replaces the last entry of the history. */
  #to(change: Partial<ProfileState>, isSmall = false): void {
    this.#state = { ...this.#state, ...change };
    this.#write(isSmall);
    this.#apply();
  }

  #zoomed(zoom: Zoom): void {
    if (JSON.stringify(zoom) === JSON.stringify(this.#state.zoom)) return;
    // A stretch changes with each turn of the wheel: that is one step of the history, not fifty.
    const isSmall = zoom.kind === "range" && this.#state.zoom.kind === "range";
    this.#state = { ...this.#state, zoom };
    this.#write(isSmall);
    const scene = this.#pane?.scene;
    if (scene !== undefined) this.#says.textContent = this.#caption(scene, scene.kind, scene.frame);
    this.#out.disabled = zoom.kind === "all";
  }

  #apply(): void {
    const { type, query, isPattern, filters, selected, isFolded, zoom, sort, view } = this.#state;
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
    this.#pattern.checked = isPattern;
    this.#fold.checked = isFolded;
    this.#fold.disabled = view === "graph";
    this.#out.disabled = zoom.kind === "all" || view === "graph";
    const wanted = JSON.stringify([query, isPattern]);
    if (wanted !== this.#matched) {
      this.#matched = wanted;
      const found = this.#model.matches(query, isPattern);
      const isFit = found === undefined || found instanceof Uint8Array;
      this.#matches = isFit ? found : undefined;
      this.#unfit = isFit ? undefined : found;
    }
    const filtered = JSON.stringify(filters);
    if (filtered !== this.#filtered) {
      this.#filtered = filtered;
      this.#applied = stackFilters(this.#model, filters);
      this.#model.filter(this.#applied.flatMap(({ by }) => by ?? []));
      this.#table?.forget();
      this.#labels.show();
    }
    this.#filterBar.show(this.#applied, type, view === "up" ? "up" : "down");
    this.#heading(type);
    this.#table?.show({ type, sort, matches: this.#matches });
    if (view === "graph") this.#showGraph(type);
    else this.#showFlame(view, type, frame, isFolded, zoom);
    const isKnown = selected !== undefined && selected.frame < this.#model.whole.names.length;
    if (isKnown) this.#selection.show(selected.frame, selected.line, type);
    else if (this.#selection.frame >= 0) this.#selection.again(type);
    else if (view === "sandwich") this.#selection.show(frame, 0, type);
    else this.#pane?.tellFocus();
  }

  #heading(type: number): void {
    const head = one("#answer", HTMLElement);
    if (head === undefined) return;
    const { type: name, unit, basis } = this.#model.type(type);
    const says = one("#pbasis", HTMLElement);
    if (says !== undefined) says.textContent = basisText(words, basis);
    const total = this.#model.total(type);
    // Shades of intervals say nothing of what was counted, or where no interval is known.
    const hasShades = this.#model.isDiff || basis === "recovered" || basis === "approximate";
    const isEmpty = total.plus === 0 && total.minus === 0;
    element("#pkey", HTMLElement).hidden = !hasShades || isEmpty;
    const text = document.createElement("bdi");
    text.textContent = name;
    head.replaceChildren(text, ` ${totalWithLimits(unit, total, this.#model.isDiff)}`);
  }

  #showGraph(type: number): void {
    this.#pane = undefined;
    const { element: drawn, graph } = drawGraph(
      {
        model: this.#model,
        words,
        matches: this.#matches,
        picked: (frame) => this.#select(frame),
        menu: (frame, x, y, back) => this.#openMenu(frame, x, y, back),
      },
      this.#model.tree("down", type),
      type,
    );
    this.#root.replaceChildren(drawn);
    const part = graph.notCarried > 0 ? ` · ${words.graphPart(percent(graph.notCarried))}` : "";
    this.#says.textContent =
      graph.frames.length === 0
        ? this.#nothing
        : words.graphSays(grouped(graph.frames.length)) + part;
    this.#read.textContent = "";
    const hits = this.#hitsIn(
      this.#model.scene({ kind: "down", type, frame: -1, isFolded: false }),
    );
    const boxes = graph.frames.reduce((n, f) => n + (this.#matches?.[f] ?? 0), 0);
    this.#tellHits(hits === undefined ? undefined : { ...hits, boxes }, type);
  }

  get #nothing(): string {
    return this.#model.isFiltered ? words.leavesNothing : words.nothing;
  }

  #showFlame(kind: FlameKind, type: number, frame: number, isFolded: boolean, zoom: Zoom): void {
    this.#pane ??= new Pane(this.#root, {
      model: this.#model,
      words,
      file: this.#file,
      zoomed: (to) => this.#zoomed(to),
      selected: (of, line) => {
        // Kept by the zoom in the URL, not by a function of its own.
        this.#state = { ...this.#state, selected: undefined };
        this.#selection.show(of, line, this.#state.type);
      },
      menu: (of, x, y, back) => this.#openMenu(of, x, y, back),
      says: (text) => {
        if (this.#read.textContent !== text) this.#read.textContent = text;
      },
    });
    const scene = this.#model.scene({ kind, type, frame, isFolded });
    const { unit } = this.#model.type(type);
    const total = amount(unit, this.#model.left(type).net);
    const title = { down: words.down, up: words.up, sandwich: words.sandwich }[kind];
    // Of the search before the picture, so that it is drawn once.
    const hits = this.#hitsIn(scene);
    this.#pane.setHits(hits);
    this.#pane.show(scene, zoom, words.flameLabel(title, total, grouped(scene.boxes)));
    this.#says.textContent = this.#caption(scene, kind, frame);
    this.#tellHits(hits, type);
  }

  #hitsIn(scene: Scene): SceneHits | undefined {
    const matches = this.#matches;
    if (matches === undefined) return undefined;
    const { type } = scene;
    const exact = scene.kind === "sandwich" ? undefined : this.#model.exactOf(matches, type);
    return hitsIn(scene, matches, this.#model.tree("down", type), exact);
  }

  #caption(scene: Scene, kind: FlameKind, frame: number): string {
    if (!(scene.width > 0)) return this.#nothing;
    if (this.#pane?.isZoomEmpty === true) return words.zoomEmpty;
    return kind === "sandwich"
      ? words.sandwichSays(cutName(boxName(this.#model, frame, words), 80))
      : { down: words.downSays, up: words.upSays }[kind];
  }

  #tellHits(hits: SceneHits | undefined, type: number): void {
    this.#keep.hidden = this.#drop.hidden = this.#matches === undefined;
    const bad = this.#unfit;
    this.#find.setAttribute("aria-invalid", String(bad !== undefined));
    if (bad !== undefined) {
      this.#hits.textContent =
        bad.why === undefined ? words.costlyPattern : words.badPattern(bad.why);
    } else if (hits === undefined) this.#hits.textContent = "";
    else {
      const { unit } = this.#model.type(type);
      const { boxes, known, unknown } = hits;
      const doubt = unknown > 0 ? ` · ${words.hitsDoubt(amount(unit, unknown))}` : "";
      this.#hits.textContent =
        (boxes === 0
          ? words.noHits
          : words.hits(
              grouped(boxes),
              amountWithLimits(unit, known, this.#model.isDiff),
              shareText(known.net, this.#model.shareOf(type)),
            )) + doubt;
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
      n: () => this.#pane?.nextHit(1),
      N: () => this.#pane?.nextHit(-1),
      m: () => this.#pane?.menuAtFocus(),
      r: () => {
        if (this.#state.filters.length > 0) this.#to({ filters: [] });
      },
      "[": () => this.#to({ type: (type + types - 1) % types }),
      "]": () => this.#to({ type: (type + 1) % types }),
      Backspace: () => {
        this.#pane?.leave();
      },
    };
    const act = Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
    if (act !== undefined) {
      act();
      return true;
    }
    const { frame } = this.#selection;
    const of = frame < 0 ? [] : this.#actions(frame);
    const named = of.find((item) => item.key === event.key);
    named?.act();
    return named !== undefined;
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
