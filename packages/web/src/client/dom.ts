// Small typed steps around the DOM.

export function all<E extends Element>(
  selector: string,
  type: new () => E,
  root: ParentNode = document,
): E[] {
  const out: E[] = [];
  for (const element of root.querySelectorAll(selector)) {
    if (element instanceof type) out.push(element);
  }
  return out;
}

export function one<E extends Element>(
  selector: string,
  type: new () => E,
  root: ParentNode = document,
): E | undefined {
  const element = root.querySelector(selector);
  return element instanceof type ? element : undefined;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string | number>>,
  text?: string,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A field takes single keys itself. */
export function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return !["checkbox", "radio", "button", "submit"].includes(target.type);
}

/**
 * Storage may be refused (a file opened from disk, a strict browser). What is kept there is comfort only,
 * so a refusal means "nothing remembered" and nothing else.
 */
export function remembered(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // See remembered().
  }
}

/** JSON of a data block, or undefined when it is not there. Written by our own renderer. */
export function dataBlock(selector: string, root: ParentNode = document): unknown {
  const text = root.querySelector(selector)?.textContent;
  if (text === undefined || text === null) return undefined;
  const value: unknown = JSON.parse(text);
  return value;
}
