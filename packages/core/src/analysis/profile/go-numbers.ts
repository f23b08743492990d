// Numbers as strconv reads them: what Go's flags and `strconv.ParseFloat`, `ParseInt(…, 0, 64)` and
// `Atoi` accept. Authority: golang/go src/strconv/{atof,atoi}.go (Go 1.26).

/** `int64(value)` on amd64: what 64 bits do not hold, and what is no number, becomes the least of them. */
export function toInt64(value: number): number {
  return Math.abs(value) < 2 ** 63 ? Math.trunc(value) : -(2 ** 63);
}

function inRange(value: number): number | "range" {
  return Number.isFinite(value) ? value : "range";
}

/** "range": a number that no float64 is near. Undefined: none in Go's syntax. */
export function parseGoFloat(text: string): number | "range" | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return inRange(Number(text));
  if (/^nan$/i.test(text)) return NaN;
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  // Underscores only where a prefix gives the base.
  const hex = /^([+-]?)0x_?([\da-f_]*)\.?([\da-f_]*)p([+-]?\d+)$/i.exec(text);
  if (hex === null) return undefined;
  const [, sign, whole = "", fraction = "", power] = hex;
  const digits = (whole + fraction).replaceAll("_", "");
  if (digits === "" || /__|_$/.test(whole + fraction)) return undefined;
  let value = 0;
  for (const digit of digits) value = value * 16 + Number.parseInt(digit, 16);
  const scaled = value * 2 ** (Number(power) - 4 * fraction.replaceAll("_", "").length);
  return inRange(sign === "-" ? -scaled : scaled);
}

const MOST = 2n ** 63n - 1n;

/** "range": an integer that 64 bits do not hold. Undefined: none in Go's syntax. */
export function parseGoInt(text: string): number | "range" | undefined {
  const match =
    /^([+-]?)(0x_?[\da-f_]+|0b_?[01_]+|0o_?[0-7_]+|0(?:_?[0-7]+)*|[1-9](?:_?\d+)*)$/i.exec(text);
  if (match === null) return undefined;
  const [, sign, body = ""] = match;
  if (/__|_$/.test(body)) return undefined;
  const plain = body.replaceAll("_", "").toLowerCase();
  const magnitude = BigInt(/^0\d/.test(plain) ? `0o${plain.slice(1)}` : plain);
  if (magnitude > (sign === "-" ? MOST + 1n : MOST)) return "range";
  return Number(sign === "-" ? -magnitude : magnitude) || 0;
}
