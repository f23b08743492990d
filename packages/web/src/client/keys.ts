// Single keys. They work outside of fields only, and can be turned off (WCAG 2.1.4): a screen reader or
// speech control may own them.

import type { ClientWords } from "../client-words.ts";
import { copyAnswer, visibleVerdict } from "./copy.ts";
import { all, isField, one, remember, remembered } from "./dom.ts";
import type { Flame } from "./flame.ts";

const REMEMBERED = "heapwright-keys";

export interface KeyTargets {
  readonly labels: ClientWords;
  /** The flame of the process that is shown. */
  flame(): Flame | undefined;
  cycleTheme(): void;
}

function isShown(element: HTMLElement | SVGElement): boolean {
  return element.getClientRects().length > 0;
}

/** Rows in order: sites, then evidence. */
function rows(): HTMLElement[] {
  return all("[data-row], [data-evidence]", HTMLElement).filter(isShown);
}

function currentRow(): HTMLElement | undefined {
  const active = document.activeElement;
  return rows().find((r) => r === active || (active !== null && r.parentElement?.contains(active)));
}

function moveRow(by: number): void {
  const list = rows();
  const current = currentRow();
  const at = current === undefined ? (by > 0 ? -1 : list.length) : list.indexOf(current);
  const next = list[Math.max(0, Math.min(list.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function openRow(): void {
  const details = currentRow()?.closest("details");
  if (details !== null && details !== undefined) details.open = !details.open;
}

function goTo(link: HTMLAnchorElement | undefined): void {
  if (link === undefined) return;
  link.click();
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (target === null) return;
  // A section takes the focus, so that Tab and a screen reader go on from there.
  if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
}

function goToEvidence(): void {
  const row = currentRow();
  const own = row?.closest("tbody")?.querySelector(".ev a");
  if (own instanceof HTMLAnchorElement) return goTo(own);
  const section = all("[data-section]", HTMLAnchorElement).find(
    (a) => a.dataset["section"] === "evidence",
  );
  goTo(section);
}

export function startKeys(targets: KeyTargets): void {
  const dialog = one("#keys", HTMLDialogElement);
  const isOn = one("#keys-on", HTMLInputElement);
  if (isOn !== undefined) {
    isOn.checked = remembered(REMEMBERED) !== "off";
    isOn.addEventListener("change", () => remember(REMEMBERED, isOn.checked ? "on" : "off"));
  }
  one("[data-keys]", HTMLButtonElement)?.addEventListener("click", () => dialog?.showModal());
  one("[data-close]", HTMLButtonElement)?.addEventListener("click", () => dialog?.close());

  const act: Readonly<Record<string, () => void>> = {
    j: () => moveRow(1),
    k: () => moveRow(-1),
    o: openRow,
    e: goToEvidence,
    "/": () => targets.flame()?.find(),
    x: () => targets.flame()?.leaveOut(),
    u: () => targets.flame()?.toggleFolding(),
    "[": () => targets.flame()?.shiftType(-1),
    "]": () => targets.flame()?.shiftType(1),
    Backspace: () => targets.flame()?.zoomOut(),
    c: () => {
      const verdict = visibleVerdict();
      if (verdict !== undefined) void copyAnswer(verdict, targets.labels);
    },
    t: () => targets.cycleTheme(),
    "?": () => dialog?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (
        document.activeElement instanceof HTMLElement ||
        document.activeElement instanceof SVGElement
      ) {
        document.activeElement.blur();
      }
      return;
    }
    if (isField(event.target) || dialog?.open === true || isOn?.checked === false) return;
    if (/^[1-9]$/.test(event.key)) {
      event.preventDefault();
      goTo(all("[data-section]", HTMLAnchorElement)[Number(event.key) - 1]);
      return;
    }
    const does = Object.hasOwn(act, event.key) ? act[event.key] : undefined;
    if (does === undefined) return;
    event.preventDefault();
    does();
  });
}
