// Live updates from `view`: the server sends <main> again, and only the sections whose markup changed are
// put in place. What the reader looks at stays where it is, rows stay open, and the flame keeps its zoom.

import { all, one } from "./dom.ts";

interface Anchor {
  readonly id: string;
  readonly top: number;
}

/** The first thing on screen that has a name, and where it stands. */
function scrollAnchor(): Anchor | undefined {
  if (scrollY < 4) return undefined;
  let best: Anchor | undefined;
  for (const element of document.querySelectorAll("main [id]")) {
    const { top, height } = element.getBoundingClientRect();
    if (height === 0) continue;
    if (top > innerHeight) break;
    // The last one that begins above the fold line is the one being read.
    if (best === undefined || top <= 80) best = { id: element.id, top };
    else break;
  }
  return best;
}

function keyOf(element: Element, index: number): string {
  return element.id === "" ? `${element.tagName}.${element.className}.${index}` : `#${element.id}`;
}

export interface LiveHooks {
  /** Called with every element that came new into the page. */
  hydrate(element: Element): void;
  /** Before and after a swap, for what elements cannot keep themselves. */
  remember(): () => void;
}

export class LiveMain {
  readonly #hooks: LiveHooks;
  /** What the server sent last, by key: the page's own elements have changed since. */
  #sent = new Map<string, string>();

  constructor(hooks: LiveHooks) {
    this.#hooks = hooks;
    const main = one("#main", HTMLElement);
    if (main !== undefined) this.#note(main);
  }

  /** Call before anything is hydrated, so that what was sent is known as sent. */
  #note(main: Element): void {
    this.#sent = new Map();
    for (const [key, element] of blocks(main)) this.#sent.set(key, element.outerHTML);
  }

  apply(text: string): void {
    const parsed = new DOMParser().parseFromString(text, "text/html").querySelector("main");
    const main = one("#main", HTMLElement);
    if (parsed === null || main === undefined) return;
    const anchor = scrollAnchor();
    const isOpen = new Map(
      all("details[id]", HTMLDetailsElement, main).map((d) => [d.id, d.open] as const),
    );
    const active = document.activeElement;
    const activeId = active === null ? "" : active.id || (active.closest("details[id]")?.id ?? "");
    const isSummary = active instanceof HTMLElement && active.tagName === "SUMMARY";
    const restore = this.#hooks.remember();
    const headline = (root: ParentNode): string => root.querySelector(".chip")?.textContent ?? "";
    const before = headline(main);

    const fresh = new Map(
      blocks(parsed).map(([key, element]) => [key, element.outerHTML] as const),
    );
    this.#merge(main, parsed);
    this.#sent = fresh;
    main.toggleAttribute("data-so-far", parsed.hasAttribute("data-so-far"));
    const title = parsed.getAttribute("data-title");
    if (title !== null) {
      document.title = title;
      main.setAttribute("data-title", title);
    }

    for (const [id, open] of isOpen) {
      const details = document.getElementById(id);
      if (details instanceof HTMLDetailsElement) details.open = open;
    }
    restore();
    if (activeId !== "" && document.activeElement !== active) {
      const again = document.getElementById(activeId);
      const target = isSummary ? again?.querySelector("summary") : again;
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    }
    if (anchor !== undefined) {
      const now = document.getElementById(anchor.id)?.getBoundingClientRect().top;
      if (now !== undefined && Math.abs(now - anchor.top) > 0.5) {
        scrollBy({ top: now - anchor.top, behavior: "instant" });
      }
    }
    const after = headline(main);
    if (after !== before) announce(after);
  }

  /** Puts the new children of `to` in place of the old of `from`, keeping those that were sent before. */
  #merge(from: Element, to: Element): void {
    const old = new Map([...from.children].map((child, i) => [keyOf(child, i), child] as const));
    let at: Element | null = from.firstElementChild;
    [...to.children].forEach((child, i) => {
      const key = keyOf(child, i);
      const known = old.get(key);
      const isContainer = child.classList.contains("proc");
      if (known !== undefined && isContainer) this.#merge(known, child);
      else if (known === undefined || this.#sent.get(key) !== child.outerHTML) {
        from.insertBefore(child, at);
        if (known !== undefined && known === at) at = at.nextElementSibling;
        this.#hooks.hydrate(child);
        return;
      }
      old.delete(key);
      if (known === at) at = at?.nextElementSibling ?? null;
      else from.insertBefore(known, at);
    });
    for (const gone of old.values()) gone.remove();
  }
}

/** Children of main and of each process, by key. */
function blocks(main: Element): (readonly [string, Element])[] {
  const out: (readonly [string, Element])[] = [];
  [...main.children].forEach((child, i) => {
    if (child.classList.contains("proc")) {
      [...child.children].forEach((inner, k) => out.push([keyOf(inner, k), inner]));
    } else out.push([keyOf(child, i), child]);
  });
  return out;
}

function announce(text: string): void {
  let region = document.getElementById("announce");
  if (region === null) {
    region = document.createElement("div");
    region.id = "announce";
    region.className = "vh";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = text;
}

function mainIn(data: unknown): string | undefined {
  if (typeof data !== "string") return undefined;
  const message: unknown = JSON.parse(data);
  if (typeof message !== "object" || message === null || !("main" in message)) return undefined;
  return typeof message.main === "string" ? message.main : undefined;
}

/** Listens until the server says that nothing more will come. */
export function listen(main: LiveMain): void {
  const lost = one("#lost", HTMLElement);
  const source = new EventSource("events");
  source.addEventListener("open", () => {
    if (lost !== undefined) lost.hidden = true;
  });
  source.addEventListener("message", (event) => {
    const text = mainIn(event.data);
    if (text !== undefined) main.apply(text);
  });
  source.addEventListener("end", () => source.close());
  source.addEventListener("error", () => {
    if (lost !== undefined) lost.hidden = false;
  });
}
