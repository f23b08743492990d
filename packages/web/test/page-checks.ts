// What is looked for in a page that a browser shows. Each runs in the page, so it stands alone.

/** Elements that stick out of the window. Runs in the page. */
export function sideways(): { over: number; out: string[] } {
  const out: string[] = [];
  for (const e of document.querySelectorAll("main *, header *, footer *")) {
    const box = e.getBoundingClientRect();
    if (box.width === 0 || box.right <= innerWidth + 1) continue;
    if (e.closest("svg, .vh, .mid") !== null || e.closest("details:not([open])") !== null) continue;
    const clips = (up: Element): boolean => getComputedStyle(up).overflowX !== "visible";
    let up = e.parentElement;
    while (up !== null && !clips(up)) up = up.parentElement;
    if (up === null) out.push(`${e.tagName}.${e.className}: ${box.right}`);
  }
  return { over: document.documentElement.scrollWidth - innerWidth, out };
}

/** Texts whose contrast with what is behind them is below 4.5 : 1. Runs in the page. */
export function weakContrast(): string[] {
  const parse = (color: string): [number, number, number, number] => {
    const m = /rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)/.exec(color);
    return m === null
      ? [0, 0, 0, 0]
      : [Number(m[1]), Number(m[2]), Number(m[3]), Number(m[4] ?? 1)];
  };
  const luminance = ([r, g, b]: readonly number[]): number => {
    const part = (v = 0): number =>
      v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ratio = (a: readonly number[], b: readonly number[]): number => {
    const [x, y] = [luminance(a), luminance(b)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };
  const behind = (e: Element): number[] => {
    // A flame's text stands on its box, every other one on the nearest background.
    const rect = e.tagName === "text" ? e.parentElement?.querySelector(":scope > rect") : null;
    if (rect !== null && rect !== undefined && e.closest(".flame") !== null) {
      const fill = getComputedStyle(rect).fill;
      if (fill.startsWith("rgb")) return parse(fill);
    }
    for (let up: Element | null = e; up !== null; up = up.parentElement) {
      const color = parse(getComputedStyle(up).backgroundColor);
      if (color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const out: string[] = [];
  for (const e of document.querySelectorAll("body *")) {
    const text = [...e.childNodes].some(
      (n) => n.nodeType === 3 && (n.textContent ?? "").trim() !== "",
    );
    if (
      !text ||
      e.getClientRects().length === 0 ||
      e.closest(".vh, script, title, option") !== null
    )
      continue;
    const style = getComputedStyle(e);
    const color = parse(e instanceof SVGElement ? style.fill : style.color);
    const r = ratio(color, behind(e));
    if (r < 4.5)
      out.push(
        `${r.toFixed(2)} ${e.tagName}.${e.getAttribute("class") ?? ""} ${(e.textContent ?? "").trim().slice(0, 40)}`,
      );
  }
  return [...new Set(out)].slice(0, 10);
}

/** Chart labels that overlap each other or leave their picture. Runs in the page. */
export function labelTrouble(): string[] {
  const out: string[] = [];
  for (const svg of document.querySelectorAll("svg.ch")) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")]
      .filter((t) => t.getClientRects().length > 0)
      .map((t) => ({ text: t.textContent ?? "", box: t.getBoundingClientRect() }));
    texts.forEach(({ text, box }, i) => {
      if (box.left < frame.left - 1.5 || box.right > frame.right + 1.5)
        out.push(`${text} leaves the picture`);
      for (const other of texts.slice(i + 1)) {
        const o = other.box;
        const x = Math.min(box.right, o.right) - Math.max(box.left, o.left);
        // Boxes of text are taller than its letters.
        const y = Math.min(box.bottom, o.bottom) - Math.max(box.top, o.top) - 3;
        if (x > 0 && y > 0) out.push(`${text} touches ${other.text}`);
      }
    });
  }
  return out;
}
