// How wide a text will be, without a browser. Charts place their labels before anything is drawn, and
// the reader's fonts are not known, so this is an upper bound: the advance widths of DejaVu Sans, the
// widest of the system faces in use. It misleads towards leaving a label out, never towards overlap.

/** Advance in 1/1000 em. */
const WIDE = 960;
const UPPER = 720;
const LOWER = 620;
const DIGIT = 640;
const SPACE = 320;
const SIGN = 840;
const EM = 1000;

function advance(code: number): number {
  if (code === 0x20 || code === 0xa0 || code === 0x202f || code === 0x2009) return SPACE;
  if (code >= 0x30 && code <= 0x39) return DIGIT;
  if (code >= 0x61 && code <= 0x7a) {
    // i j l t f r are narrow, m and w wide.
    if (code === 0x69 || code === 0x6a || code === 0x6c) return 280;
    if (code === 0x66 || code === 0x72 || code === 0x74) return 410;
    if (code === 0x6d || code === 0x77) return WIDE;
    return LOWER;
  }
  if (code >= 0x41 && code <= 0x5a) return code === 0x4d || code === 0x57 ? WIDE : UPPER;
  if (code < 0x80) {
    // @ and % are as wide as m; + < = > ~ # as a capital and more.
    if (code === 0x40 || code === 0x25) return EM;
    if (code === 0x2b || (code >= 0x3c && code <= 0x3e) || code === 0x7e || code === 0x23)
      return SIGN;
    return 440;
  }
  if (code === 0x203a || code === 0xb7) return 440;
  if (code === 0x2026 || code === 0x22ef) return EM;
  // CJK, kana, Hangul and full-width forms are one em; other scripts are taken as wide lower case.
  if (code >= 0x2e80) return EM;
  return SIGN;
}

/** Upper bound in CSS px of `text` set in a sans serif of `fontPx`; bold runs up to 15 % wider. */
export function textWidth(text: string, fontPx: number, isBold = false): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // A surrogate pair is one glyph: count its first half only.
    if (code >= 0xdc00 && code <= 0xdfff) continue;
    sum += advance(code);
  }
  return ((sum * fontPx) / 1000) * (isBold ? 1.15 : 1);
}

/**
 * `text` with its middle replaced by "…" so that it fits `widthPx`; undefined when fewer than
 * `least` characters would be left.
 */
export function cutMiddle(
  text: string,
  widthPx: number,
  fontPx: number,
  least = 6,
): string | undefined {
  if (textWidth(text, fontPx) <= widthPx) return text;
  const most = Math.min(text.length - 1, Math.floor(widthPx / (fontPx * 0.28)));
  for (let keep = most; keep >= least; keep--) {
    const head = Math.floor((keep - 1) / 2);
    const cut = `${safeHead(text, head)}…${safeTail(text, keep - 1 - head)}`;
    if (textWidth(cut, fontPx) <= widthPx) return cut;
  }
  return undefined;
}

/** The first `n` UTF-16 units, one fewer when the cut would split a surrogate pair. */
export function safeHead(text: string, n: number): string {
  const last = text.charCodeAt(n - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? n - 1 : n);
}

/** The last `n` UTF-16 units, one fewer when the cut would split a surrogate pair. */
export function safeTail(text: string, n: number): string {
  if (n <= 0) return "";
  const at = text.length - n;
  const first = text.charCodeAt(at);
  return text.slice(first >= 0xdc00 && first <= 0xdfff ? at + 1 : at);
}
