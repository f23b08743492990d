// Does this text hold gctrace lines, whole or torn, bare or inside a collector's wrapping?

import type { Detection } from "../../model/format.ts";

export const FORMAT_ID = "gctrace";

const HEAD = /(?:^|[^A-Za-z0-9])gc [1-9]\d* @\d+\.\d{3}s \d+%/m;
const WHOLE =
  /(?:^|[^A-Za-z0-9])gc [1-9]\d* @\d+\.\d{3}s \d+%[^\n]{0,48}: [\d.+]+ ms clock, [\d.+/]+ ms cpu, \d+-(?:>|\\u003e)\d+-(?:>|\\u003e)\d+ MB, \d+ MB goal, /;
/** What Go ≤ 1.4 printed; recognised in order to say that it is not supported. */
const GO_1_4 = /^gc\d+\(\d+\): [\d+]+ us, \d+ -> \d+ MB/m;

/** Tokens that only a gctrace line has; each is written by one write(2), so none is torn itself. */
const TOKENS: readonly RegExp[] = [
  HEAD,
  / ms clock, /,
  / ms cpu, /,
  / MB goal, /,
  / MB stacks, /,
  / MB globals, /,
  /\d-(?:>|\\u003e)\d+-(?:>|\\u003e)\d+ MB, /,
  /^gc [1-9]\d* @/m,
];
const TOKENS_NEEDED = 2;

const MARKUP = /^\s*<(?:!doctype|html|\?xml|head|body)/i;

export function detectGcTrace(head: Uint8Array): Detection | undefined {
  // A Go executable holds the same tokens as constants; logs hold no NUL.
  if (head.includes(0)) return undefined;
  const text = new TextDecoder().decode(head);
  if (MARKUP.test(text)) return undefined;
  if (WHOLE.test(text)) return { format: FORMAT_ID, strength: "certain" };
  const found = TOKENS.filter((token) => token.test(text)).length;
  return found >= TOKENS_NEEDED || GO_1_4.test(text)
    ? { format: FORMAT_ID, strength: "likely" }
    : undefined;
}
