// Kubernetes quantities (`512Mi`, `1.5Gi`, `500M`, `1e9`, `128974848000m`) and times.
// Authority: k8s.io/apimachinery pkg/api/resource/quantity.go (v0.37), pkg/apis/meta/v1/time.go.

/** An exact fraction: quantities are decimal, and 400m of memory is 0.4 bytes. */
export interface Quantity {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const BINARY: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};

const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  "": 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

const QUANTITY =
  /^\+?(\d{0,30})(?:\.(\d{0,30}))?(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?\d{1,2}))$/;

export function parseQuantity(text: string): Quantity | undefined {
  const match = QUANTITY.exec(text);
  if (match === null) return undefined;
  const [, whole = "", part = "", binary, decimal, exponent] = match;
  if (whole === "" && part === "") return undefined;
  let numerator = BigInt(`${whole}${part}`);
  let denominator = 10n ** BigInt(part.length);
  if (binary !== undefined) {
    numerator *= BINARY[binary] ?? 1n;
  } else {
    const power = exponent === undefined ? (DECIMAL[decimal ?? ""] ?? 0) : Number(exponent);
    if (power >= 0) numerator *= 10n ** BigInt(power);
    else denominator *= 10n ** BigInt(-power);
  }
  return { numerator, denominator };
}

/** Rounded up, as Quantity.Value does; undefined above 2^53. */
export function wholeValue({ numerator, denominator }: Quantity): number | undefined {
  const value = Number((numerator + denominator - 1n) / denominator);
  return Number.isSafeInteger(value) ? value : undefined;
}

export function bytesOf(text: string): number | undefined {
  const quantity = parseQuantity(text);
  return quantity === undefined ? undefined : wholeValue(quantity);
}

export function coresOf(text: string): number | undefined {
  const quantity = parseQuantity(text);
  if (quantity === undefined) return undefined;
  // Thousandths are the finest that the scheduler and the kernel's quota know.
  const milli = wholeValue({
    numerator: quantity.numerator * 1000n,
    denominator: quantity.denominator,
  });
  return milli === undefined ? undefined : milli / 1000;
}

/** The value of a resourceFieldRef: the resource divided by the divisor, rounded up. */
export function dividedValue(resource: string, divisor: string): string | undefined {
  const value = parseQuantity(resource);
  const by = parseQuantity(divisor);
  if (value === undefined || by === undefined) return undefined;
  // "0" is what an unset divisor reads as, and means 1.
  const unit = by.numerator === 0n ? { numerator: 1n, denominator: 1n } : by;
  const numerator = value.numerator * unit.denominator;
  const denominator = value.denominator * unit.numerator;
  return String((numerator + denominator - 1n) / denominator);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"].concat([
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
]);

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-]\d\d):(\d\d))$/;
const RFC1123Z =
  /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)$/;

function zoneMs(hours: string | undefined, minutes: string | undefined): number {
  if (hours === undefined) return 0;
  const total = Math.abs(Number(hours)) * 60 + Number(minutes ?? "0");
  return (hours.startsWith("-") ? -total : total) * 60_000;
}

/** Unix ms of JSON's RFC 3339 or of describe's RFC 1123 with numeric zone. */
export function parseTimeMs(text: string): number | undefined {
  const json = RFC3339.exec(text);
  if (json !== null) {
    const [, year, month, day, hour, minute, second, fraction = "0", zoneHour, zoneMinute] = json;
    const at = utc(year, Number(month), day, hour, minute, second);
    const ms = Math.floor(Number(`0.${fraction}`) * 1000);
    return at === undefined ? undefined : at + ms - zoneMs(zoneHour, zoneMinute);
  }
  const printed = RFC1123Z.exec(text);
  if (printed === null) return undefined;
  const [, day, month = "", year, hour, minute, second, zoneHour, zoneMinute] = printed;
  const at = utc(year, MONTHS.indexOf(month) + 1, day, hour, minute, second);
  return at === undefined ? undefined : at - zoneMs(zoneHour, zoneMinute);
}

function utc(
  year: string | undefined,
  month: number,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
): number | undefined {
  const at = Date.UTC(
    Number(year),
    month - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const back = new Date(at);
  // The 31st of a short month and the like would silently roll over.
  const isReal =
    month >= 1 && back.getUTCMonth() === month - 1 && back.getUTCDate() === Number(day);
  return isReal ? at : undefined;
}
