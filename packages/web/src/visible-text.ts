// Characters that would reorder or hide text (bidirectional controls, zero-width, C0 and C1), shown by
// their code point: in a diagnosis they are either damage or an attempt to deceive.

// U+200D and U+200C stay: emoji and several scripts need them to be legible.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

const LONE_SURROGATE = /\p{Cs}/gu;

/** Text in which everything can be seen; for places that are no markup (JSON, elements of the script). */
export function visibleText(text: string): string {
  return text
    .replace(LONE_SURROGATE, "\ufffd")
    .replace(HIDDEN, (c) => `‹U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}›`);
}
