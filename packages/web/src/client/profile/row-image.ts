// The boxes of a flame as pixels. A row of boxes is one line of pixels, repeated: so a picture of 5 000
// boxes is 40 lines that are filled and copied (2 ms), where as many calls of fillRect take a software
// renderer 30 ms. Texture is dots of ink put on top. Edges fall on device pixels.

/** 0xAABBGGRR, as ImageData has it on little-endian machines, which all browsers run on. */
export type Pixel = number;

export type Texture = "plain" | "rising" | "level" | "dots";

export interface Fill {
  readonly back: Pixel;
  /** Already mixed with the back. */
  readonly ink: Pixel;
  readonly texture: Texture;
}

const REPEAT = 6;

/** "rgb(1, 2, 3)" as getComputedStyle writes colours; what is written otherwise is black. */
export function pixelOf(color: string): Pixel {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** `share` of `ink` on `back`. */
export function mixed(back: Pixel, ink: Pixel, share: number): Pixel {
  let out = 255 << 24;
  for (const shift of [0, 8, 16]) {
    const a = (back >>> shift) & 255;
    const b = (ink >>> shift) & 255;
    out |= Math.round(a + (b - a) * share) << shift;
  }
  return out >>> 0;
}

export class RowImage {
  #data: ImageData | undefined;
  #pixels = new Uint32Array(0);
  #width = 0;
  #height = 0;
  #top = 0;
  #bottom = 0;
  /** The row's first line; copied to the others at its end. */
  #line = new Uint32Array(0);
  readonly #spans: { from: number; to: number; fill: Fill }[] = [];
  readonly #bars: { from: number; to: number; color: Pixel }[] = [];

  begin(width: number, height: number, background: Pixel): void {
    if (this.#data === undefined || this.#width !== width || this.#height !== height) {
      this.#data = new ImageData(width, height);
      this.#pixels = new Uint32Array(this.#data.data.buffer);
      this.#line = new Uint32Array(width);
      this.#width = width;
      this.#height = height;
    }
    this.#pixels.fill(background);
  }

  /** Lines from `top` up to `bottom` (device pixels, may lie outside of the picture). */
  beginRow(top: number, bottom: number, background: Pixel): void {
    this.#top = top;
    this.#bottom = bottom;
    this.#line.fill(background);
    this.#spans.length = 0;
    this.#bars.length = 0;
  }

  box(left: number, right: number, fill: Fill): void {
    const from = Math.round(left);
    const to = Math.max(from + 1, Math.round(right));
    this.#line.fill(fill.back, from, to);
    if (fill.texture !== "plain") this.#spans.push({ from, to, fill });
  }

  /** Along the lower edge of a box. */
  bar(left: number, right: number, color: Pixel): void {
    const from = Math.round(left);
    this.#bars.push({ from, to: Math.max(from + 1, Math.round(right)), color });
  }

  endRow(barHeight: number): void {
    const width = this.#width;
    const pixels = this.#pixels;
    const first = Math.max(0, this.#top);
    const end = Math.min(this.#height, this.#bottom);
    for (let y = first; y < end; y++) pixels.set(this.#line, y * width);
    for (const { from, to, fill } of this.#spans) {
      for (let y = first; y < end; y++) this.#texture(from, Math.min(to, width), y, fill);
    }
    for (const { from, to, color } of this.#bars) {
      for (let y = Math.max(first, this.#bottom - barHeight); y < end; y++) {
        pixels.fill(color, y * width + from, y * width + Math.min(to, width));
      }
    }
  }

  #texture(from: number, to: number, y: number, { ink, texture }: Fill): void {
    const at = y * this.#width;
    // Counted from the row, so that a texture scrolls with its box.
    const line = (y - this.#top) % REPEAT;
    if (texture === "level") {
      if (line === 2) this.#pixels.fill(ink, at + from, at + to);
      return;
    }
    if (texture === "dots" && line !== 2) return;
    const phase = texture === "dots" ? 1 : REPEAT - 1 - line;
    const start = from + ((((phase - from) % REPEAT) + REPEAT) % REPEAT);
    for (let x = start; x < to; x += REPEAT) this.#pixels[at + x] = ink;
  }

  put(context: CanvasRenderingContext2D): void {
    if (this.#data !== undefined) context.putImageData(this.#data, 0, 0);
  }
}
