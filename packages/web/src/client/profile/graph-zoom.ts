// Looking at a drawing that is larger than its pane: Ctrl with the wheel or + and − change its scale around
// a place that stays, dragging moves it. The pane scrolls as ever without any of it.

const STEP = 1.25;
const LEAST = 0.2;
const MOST = 4;
const DRAG_PX = 4;

export function zoomable(pane: HTMLElement, picture: SVGElement): void {
  const size = ["width", "height"].map(
    (side) => [side, Number(picture.getAttribute(side))] as const,
  );
  let scale = 1;
  const to = (wanted: number, x: number, y: number): void => {
    const next = Math.min(MOST, Math.max(LEAST, wanted));
    const by = next / scale;
    scale = next;
    // Where the drawing is narrower than the pane it is centred: so places are asked, not computed.
    const before = picture.getBoundingClientRect();
    for (const [side, px] of size) picture.setAttribute(side, String(px * scale));
    const after = picture.getBoundingClientRect();
    pane.scrollLeft += after.left + (x - before.left) * by - x;
    pane.scrollTop += after.top + (y - before.top) * by - y;
  };
  const fit = (): number => Math.min(1, pane.clientWidth / Math.max(1, size[0]?.[1] ?? 1));
  pane.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const turn = Math.max(-100, Math.min(100, event.deltaY));
      to(scale * Math.exp(-turn * 0.004), event.clientX, event.clientY);
    },
    { passive: false },
  );
  pane.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const wanted: Readonly<Record<string, () => number>> = {
      "+": () => scale * STEP,
      "=": () => scale * STEP,
      "-": () => scale / STEP,
      // As wide as the pane, or again as it was.
      "0": () => (scale === 1 ? fit() : 1),
    };
    const asked = Object.hasOwn(wanted, event.key) ? wanted[event.key] : undefined;
    if (asked === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const { left, top } = pane.getBoundingClientRect();
    to(asked(), left + pane.clientWidth / 2, top + pane.clientHeight / 2);
  });
  let drag: { x: number; y: number; left: number; top: number; isMoving: boolean } | undefined;
  pane.addEventListener("pointerdown", (event) => {
    // A finger scrolls by itself.
    if (event.button !== 0 || event.pointerType === "touch") return;
    const { clientX: x, clientY: y } = event;
    drag = { x, y, left: pane.scrollLeft, top: pane.scrollTop, isMoving: false };
  });
  pane.addEventListener("pointermove", (event) => {
    if (drag === undefined) return;
    const dx = event.clientX - drag.x;
    const dy = event.clientY - drag.y;
    if (!drag.isMoving && Math.hypot(dx, dy) < DRAG_PX) return;
    if (!drag.isMoving) pane.setPointerCapture(event.pointerId);
    drag.isMoving = true;
    pane.scrollLeft = drag.left - dx;
    pane.scrollTop = drag.top - dy;
  });
  for (const end of ["pointerup", "pointercancel"] as const) {
    pane.addEventListener(end, () => (drag = undefined));
  }
}
