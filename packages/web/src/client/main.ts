// Brings the static page to life. Without this script everything that is shown can be read; with it, it
// can be zoomed, searched, copied and followed while a capture runs.

import { CLIENT_WORDS } from "../client-words.ts";
import { startCopying } from "./copy.ts";
import { all, one, remember, remembered } from "./dom.ts";
import { Flame } from "./flame.ts";
import { startKeys } from "./keys.ts";
import { LiveMain, listen } from "./live.ts";
import { readState, writeState } from "./state.ts";
import "./style.css";

const THEME = "heapwright-theme";
const labels = CLIENT_WORDS[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];

/** Theme: the radios work by style alone; the script only remembers. */
function themeRadios(): HTMLInputElement[] {
  return all("input[name=th]", HTMLInputElement);
}

function startTheme(): void {
  const kept = remembered(THEME);
  for (const radio of themeRadios()) {
    if (kept === radio.value) radio.checked = true;
    radio.addEventListener("change", () => remember(THEME, radio.value));
  }
}

function cycleTheme(): void {
  const radios = themeRadios();
  const at = radios.findIndex((r) => r.checked);
  const next = radios[(at + 1) % radios.length];
  if (next === undefined) return;
  next.checked = true;
  remember(THEME, next.value);
}

const flames = new Map<HTMLElement, Flame>();
let shownProcess: string | undefined;

function shownFlame(): Flame | undefined {
  for (const [root, flame] of flames) {
    if (root.isConnected && root.getClientRects().length > 0) return flame;
  }
  return undefined;
}

function saveState(): void {
  const hash = writeState({ process: shownProcess, flame: shownFlame()?.memory });
  history.replaceState(null, "", hash === "" ? location.pathname + location.search : hash);
}

function hydrateFlames(root: ParentNode): void {
  for (const block of all("[data-flame]", HTMLElement, root)) {
    const flame = Flame.over(block, labels, saveState);
    if (flame !== undefined) flames.set(block, flame);
  }
}

/** Shows one process, or all for "". The others stay in the document, for printing and for searching. */
function showProcess(prefix: string): void {
  shownProcess = prefix;
  for (const article of all("article.proc", HTMLElement)) {
    article.classList.toggle("away", prefix !== "" && article.id !== `${prefix}process`);
  }
  for (const link of all("[data-process]", HTMLAnchorElement)) {
    if (link.dataset["process"] === prefix) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const own =
    prefix === ""
      ? (all("[data-process]", HTMLAnchorElement)[0]?.dataset["process"] ?? "")
      : prefix;
  for (const link of all("[data-section]", HTMLAnchorElement)) {
    link.href = `#${own}${link.dataset["section"] ?? ""}`;
  }
}

function startProcesses(): void {
  const links = all("[data-process]", HTMLAnchorElement);
  const first = links[0]?.dataset["process"];
  if (first === undefined) return;
  showProcess(shownProcess ?? first);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-process]") : null;
    if (!(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    showProcess(link.dataset["process"] ?? "");
    saveState();
  });
}

/** A link into a process that is not shown, or into a closed row, must find its target. */
function reveal(): void {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id === "" || id.startsWith("~")) return;
  const target = document.getElementById(id);
  if (target === null) return;
  const article = target.closest("article.proc.away");
  if (article !== null) {
    showProcess(article.id.replace(/process$/, ""));
    target.scrollIntoView();
  }
  const details = target.closest("details");
  if (details !== null) details.open = true;
}

function start(): void {
  const state = readState(location.hash);
  shownProcess = state?.process;
  const live = new LiveMain({
    hydrate(element) {
      hydrateFlames(element);
    },
    remember() {
      const before = shownFlame();
      const memory = before?.memory;
      const hadFocus = before?.hasFocus === true;
      return () => {
        for (const [root] of flames) if (!root.isConnected) flames.delete(root);
        if (shownProcess !== undefined) showProcess(shownProcess);
        const flame = shownFlame();
        if (flame === before) return;
        if (memory !== undefined) flame?.restore(memory);
        if (hadFocus) flame?.focus();
      };
    },
  });
  startTheme();
  startCopying(labels);
  hydrateFlames(document);
  startProcesses();
  if (state?.flame !== undefined) shownFlame()?.restore(state.flame);
  startKeys({ labels, flame: shownFlame, cycleTheme });
  addEventListener("hashchange", reveal);
  reveal();
  if (one("#main", HTMLElement)?.hasAttribute("data-live") === true) listen(live);
}

start();
