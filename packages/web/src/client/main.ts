// Brings the static page to life. Without this script everything that is shown can be read; with it, it
// can be zoomed, searched, copied and followed while a capture runs.

import { CLIENT_WORDS } from "../client-words.ts";
import { startCopying } from "./copy.ts";
import { all, one } from "./dom.ts";
import { Flame } from "./flame.ts";
import { startKeys } from "./keys.ts";
import { LiveMain, listen } from "./live.ts";
import { readState, writeState } from "./state.ts";
import { cycleTheme, startTheme } from "./theme.ts";
import "./style.css";
import "./listing.css";

const labels = CLIENT_WORDS[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];

const flames = new Map<HTMLElement, Flame>();
let shownProcess: string | undefined;

/** The flame that was used last; keys go to it while it is on screen. */
let usedFlame: Flame | undefined;

function isShown(root: HTMLElement): boolean {
  return root.isConnected && root.getClientRects().length > 0;
}

function shownFlame(): Flame | undefined {
  if (usedFlame !== undefined && isShown(usedFlame.root)) return usedFlame;
  return mainFlame();
}

/** Before any was used: the one that shows who holds memory, else the first. */
function mainFlame(): Flame | undefined {
  const shown = [...flames].filter(([root]) => isShown(root));
  const heap = shown.find(([root]) => root.dataset["flame"]?.endsWith("assist-flame") === false);
  return (heap ?? shown[0])?.[1];
}

function saveState(): void {
  const flame = shownFlame();
  const hash = writeState({
    process: shownProcess,
    flame: flame?.memory,
    flameId: flame === mainFlame() ? undefined : flame?.root.dataset["flame"],
  });
  history.replaceState(null, "", hash === "" ? location.pathname + location.search : hash);
}

function hydrateFlames(root: ParentNode): void {
  for (const block of all("[data-flame]", HTMLElement, root)) {
    const flame = Flame.over(block, labels, saveState);
    if (flame === undefined) continue;
    flames.set(block, flame);
    const use = (): void => {
      usedFlame = flame;
    };
    block.addEventListener("focusin", use);
    block.addEventListener("pointerdown", use);
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
      const before = [...flames].map(([root, flame]) => ({
        id: root.dataset["flame"],
        flame,
        memory: flame.memory,
        hadFocus: flame.hasFocus,
      }));
      const used = usedFlame?.root.dataset["flame"];
      return () => {
        for (const [root] of flames) if (!root.isConnected) flames.delete(root);
        if (shownProcess !== undefined) showProcess(shownProcess);
        for (const [root, flame] of flames) {
          const old = before.find((b) => b.id === root.dataset["flame"]);
          if (root.dataset["flame"] === used) usedFlame = flame;
          if (old === undefined || old.flame === flame) continue;
          flame.restore(old.memory);
          if (old.hadFocus) flame.focus();
        }
      };
    },
  });
  startTheme();
  startCopying(labels);
  hydrateFlames(document);
  startProcesses();
  if (state?.flame !== undefined) {
    const named = [...flames].find(([root]) => root.dataset["flame"] === state.flameId)?.[1];
    if (named !== undefined) usedFlame = named;
    shownFlame()?.restore(state.flame);
  }
  startKeys({ labels, flame: shownFlame, cycleTheme });
  addEventListener("hashchange", reveal);
  reveal();
  if (one("#main", HTMLElement)?.hasAttribute("data-live") === true) listen(live);
}

start();
