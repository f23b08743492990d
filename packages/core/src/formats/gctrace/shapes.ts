// What lines of the application look like at their beginning, learned from the log itself.
//
// Why: where `5` is followed at once by `2026/11/22 …`, only the form of the application's lines
// tells 5 from 52. A beginning counts as evidence only where its length cannot vary (a date, a time
// of day, a long epoch), because "2 items" and "12 items" are both lines of the same application.
// How it can mislead: a foreign line of a form that occurs nowhere else in the log is judged
// "unlikely"; the cycle number, the CPU products and the processor count are checked besides.

/** Beginnings kept at most; later new ones are not learned. */
const MAX_BEGINNINGS = 4096;
const MAX_DIGITS = 24;
const KEPT = 10;
/** Sightings from which on a beginning is taken as the application's habit. */
const ENOUGH = 5;
const FEW = 32;

export type Likelihood = "likely" | "possible" | "unlikely";

interface Beginning {
  /** seen[n] = how often with n leading digits. */
  readonly seen: Uint32Array;
  total: number;
}

// After the leading digits: "-01-02", "/01/02" (a date), ":04:05" (a time of day).
const FIXED = /^(?:[-/]00[-/]00|:00:00)/;
const EPOCH_DIGITS = 10;

/** Pieces of gctrace lines whose beginning is lost or comes later. */
const PIECE =
  /^(?:gc |\d+ @\d|\d+(?:->|%|: )|\d+ (?:MB|P)\b|[\d.]+[+/]\d|[+/]\d[\d.]*[+/ ]| MB| ms c|->\d|%: | @\d|s \d+%)/;

/** A number and separators, without what follows. */
const TOKENS = /^(?:[\d.]+[-+/>%: ]*|[-+/>%:]+[\d.]*)/;

function leadingDigits(text: string): number {
  let n = 0;
  while (n < text.length && n < MAX_DIGITS - 1) {
    const c = text.charCodeAt(n);
    if (c < 48 || c > 57) break;
    n++;
  }
  return n;
}

/** Digits as 0, a run of letters as one a, the rest as it is. */
function outline(text: string, from: number): string {
  let key = "";
  let wasLetter = false;
  const end = Math.min(text.length, from + KEPT);
  for (let i = from; i < end; i++) {
    const c = text.charCodeAt(i);
    const isLetter = (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
    if (!isLetter) key += c >= 48 && c <= 57 ? "0" : text[i];
    else if (!wasLetter) key += "a";
    wasLetter = isLetter;
  }
  return key;
}

// A torn number before a line makes a line with more digits than the application writes, so a few
// odd counts are expected.
const NEARLY_ALL = 0.9;
const HARDLY_ANY = 0.05;

/**
 * Whether the count of leading digits cannot vary: a date, a time of day, no digits at all, or one and
 * the same count of digits as only an epoch has them.
 */
function hasFixedLength(key: string, known: Beginning): boolean {
  const isFixedForm = FIXED.test(key);
  for (let n = 0; n < MAX_DIGITS; n++) {
    if ((known.seen[n] ?? 0) < known.total * NEARLY_ALL) continue;
    return isFixedForm || n === 0 || n >= EPOCH_DIGITS;
  }
  return false;
}

export class LineBeginnings {
  readonly #beginnings = new Map<string, Beginning>();
  /** Lines that begin with a number of free length were seen: "2 items", "12 items". */
  #freeNumbers = 0;
  #learned = 0;

  learn(line: string): void {
    const digits = leadingDigits(line);
    const key = outline(line, digits);
    if (this.#isPiece(line, key)) return;
    this.#learned += 1;
    if (digits > 0 && digits < EPOCH_DIGITS && !FIXED.test(key)) this.#freeNumbers += 1;
    let known = this.#beginnings.get(key);
    if (known === undefined) {
      if (this.#beginnings.size >= MAX_BEGINNINGS) return;
      known = { seen: new Uint32Array(MAX_DIGITS), total: 0 };
      this.#beginnings.set(key, known);
    }
    known.seen[digits] = (known.seen[digits] ?? 0) + 1;
    known.total += 1;
  }

  /** Some line began like this, or too few lines were seen to say that none does. */
  isKnown(text: string): boolean {
    if (this.#learned < FEW) return true;
    return this.#beginnings.has(outline(text, leadingDigits(text)));
  }

  /** Tokens of a gctrace line, perhaps with the beginning of a line that this log has behind them. */
  #isPiece(text: string, key: string): boolean {
    if (FIXED.test(key)) return false;
    if (PIECE.test(text)) return true;
    const tokens = TOKENS.exec(text);
    if (tokens === null) return false;
    const rest = this.#beginnings.get(outline(text, tokens[0].length));
    return (
      rest !== undefined && rest.total >= ENOUGH && (rest.seen[0] ?? 0) > rest.total * NEARLY_ALL
    );
  }

  /** How likely a foreign line of this log begins like this. */
  judge(text: string): Likelihood {
    const digits = leadingDigits(text);
    const key = outline(text, digits);
    const known = this.#beginnings.get(key);
    if ((known === undefined || known.total < ENOUGH) && this.#isPiece(text, key))
      return "unlikely";
    if (known === undefined) {
      const isFree = this.#freeNumbers > this.#learned * HARDLY_ANY;
      return digits > 0 && isFree ? "possible" : "unlikely";
    }
    if (known.total < ENOUGH || !hasFixedLength(key, known)) return "possible";
    const share = (known.seen[digits] ?? 0) / known.total;
    return share >= NEARLY_ALL ? "likely" : share <= HARDLY_ANY ? "unlikely" : "possible";
  }
}
