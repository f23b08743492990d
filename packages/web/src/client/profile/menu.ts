// What can be done with a function, as a menu where it was asked for: right button, long press, the
// menu key. One at a time; the focus goes back to where it was.

export interface MenuItem {
  readonly label: string;
  /** The key that does the same. */
  readonly key: string;
  readonly act: () => void;
}

export class Menu {
  readonly #root: HTMLElement;
  #back: HTMLElement | SVGElement | undefined;

  constructor(parent: HTMLElement) {
    this.#root = document.createElement("div");
    this.#root.className = "pmenu";
    this.#root.setAttribute("role", "menu");
    this.#root.hidden = true;
    parent.append(this.#root);
    this.#root.addEventListener("keydown", (event) => this.#key(event));
    this.#root.addEventListener("contextmenu", (event) => event.preventDefault());
    this.#root.addEventListener("focusout", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && this.#root.contains(relatedTarget))) this.close(false);
    });
  }

  get isOpen(): boolean {
    return !this.#root.hidden;
  }

  /** At a place of the window. */
  open(
    x: number,
    y: number,
    label: string,
    items: readonly MenuItem[],
    back: HTMLElement | SVGElement,
  ): void {
    this.#back = back;
    this.#root.setAttribute("aria-label", label);
    const head = document.createElement("div");
    head.className = "pmenuhead";
    head.setAttribute("aria-hidden", "true");
    const name = document.createElement("bdi");
    name.textContent = label;
    head.append(name);
    this.#root.replaceChildren(
      head,
      ...items.map((item) => {
        const button = document.createElement("button");
        button.type = "button";
        button.setAttribute("role", "menuitem");
        button.tabIndex = -1;
        const text = document.createElement("span");
        text.textContent = item.label;
        button.append(text);
        if (item.key !== "") {
          const key = document.createElement("kbd");
          key.textContent = item.key;
          key.setAttribute("aria-hidden", "true");
          button.append(key);
          button.setAttribute("aria-keyshortcuts", item.key);
        }
        button.addEventListener("click", () => {
          this.close(true);
          item.act();
        });
        return button;
      }),
    );
    this.#root.hidden = false;
    const { width, height } = this.#root.getBoundingClientRect();
    this.#root.style.left = `${Math.max(4, Math.min(x, document.documentElement.clientWidth - width - 4))}px`;
    this.#root.style.top = `${Math.max(4, Math.min(y, innerHeight - height - 4))}px`;
    this.#focus(0);
  }

  close(isFocusBack: boolean): void {
    if (this.#root.hidden) return;
    this.#root.hidden = true;
    if (isFocusBack) this.#back?.focus({ preventScroll: true });
  }

  #focus(at: number): void {
    const items = this.#root.querySelectorAll("button");
    items[(at + items.length) % items.length]?.focus({ preventScroll: true });
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const items = Array.from(this.#root.querySelectorAll("button"));
    const at = items.findIndex((item) => item === document.activeElement);
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => this.#focus(at + 1),
      ArrowUp: () => this.#focus(at - 1),
      Home: () => this.#focus(0),
      End: () => this.#focus(-1),
      Escape: () => this.close(true),
      Tab: () => this.close(true),
    };
    if (Object.hasOwn(acts, event.key)) {
      event.preventDefault();
      acts[event.key]?.();
    } else if (event.key.length === 1 && event.key !== " ") {
      const item = items.find((i) => i.getAttribute("aria-keyshortcuts") === event.key);
      if (item !== undefined) {
        event.preventDefault();
        item.click();
      }
    }
    // Keys of the page wait until the menu is closed.
    if (event.key !== "Enter" && event.key !== " ") event.stopPropagation();
  }
}
