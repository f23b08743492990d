// Numbers and paths printed as Go's fmt, time and path/filepath print them. The text of
// `go tool pprof` is compared byte for byte, and JavaScript differs in ties, exponents and dates.
// Authority: golang/go src/fmt, src/strconv/ftoa.go, src/time/{time,format}.go, src/path/path.go (Go 1.26).

/**
 * `%.2f`. Go rounds the exact binary value half to even, toFixed half up. A value ties at two
 * decimals only when it is an odd number of eighths, and sizes in kB are often just that.
 */
export function fixed2(value: number): string {
  const magnitude = Math.abs(value);
  const eighths = magnitude * 8;
  if (eighths % 2 === 1) {
    const down = Math.floor(magnitude * 100);
    const cents = down % 2 === 0 ? down : down + 1;
    const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
    return value < 0 ? `-${text}` : text;
  }
  if (magnitude >= 1e21) return `${BigInt(value)}.00`;
  const text = magnitude.toFixed(2);
  return value < 0 ? `-${text}` : text;
}

/** Enough digits to tell a tie (a short decimal) from a double near one. */
const TIE_DIGITS = 40;

/** Two significant digits, half to even on the exact value: [digits "dd", decimal exponent]. */
function twoDigits(magnitude: number): [number, number] {
  const [mantissa = "0", power = "0"] = magnitude.toExponential(TIE_DIGITS).split("e");
  const digits = mantissa.replace(".", "");
  let two = Number(digits.slice(0, 2));
  const rest = digits.slice(2);
  const half = "5".padEnd(rest.length, "0");
  let exponent = Number(power);
  if (rest > half || (rest === half && two % 2 === 1)) two += 1;
  if (two === 100) {
    two = 10;
    exponent += 1;
  }
  return [two, exponent];
}

/** `%.2g` of a number ≥ 0. */
export function general2(magnitude: number): string {
  if (magnitude === 0) return "0";
  // JavaScript rounds a tie up, Go to even; a tie ends in a 5 behind the two digits, and is that exactly.
  // Without a tie both give the same digits, ten times sooner, and in this range both without exponent.
  if (magnitude > 1e-4 && magnitude < 0.99) {
    const three = magnitude.toPrecision(3);
    if (!three.endsWith("5") || Number(three) !== magnitude) {
      const text = magnitude.toPrecision(2);
      return text.endsWith("0") ? text.slice(0, -1) : text;
    }
  }
  const [two, exponent] = twoDigits(magnitude);
  const digits = two % 10 === 0 ? String(two / 10) : String(two);
  if (exponent < -4 || exponent >= 2) {
    const fraction = digits.length > 1 ? `.${digits[1]}` : "";
    const sign = exponent < 0 ? "-" : "+";
    return `${digits[0]}${fraction}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  if (exponent === 1) return String(two);
  if (exponent === 0) return digits.length > 1 ? `${digits[0]}.${digits[1]}` : digits;
  return `0.${"0".repeat(-exponent - 1)}${digits}`;
}

/** `fmt.Sprint` of a float64: shortest form, exponent from 1e21 on. */
export function shortest(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  if (Number.isNaN(value)) return "NaN";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 21) return plainDecimal(value);
  const sign = exponent < 0 ? "-" : "+";
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** JavaScript turns to exponents below 1e-6, Go below 1e-4; both agree between. */
function plainDecimal(value: number): string {
  return String(value);
}

/** An int64 or uint64 held in a double, in decimal. */
export function integer(value: number): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
  return BigInt(Math.trunc(value)).toString();
}

/** The last address there is, which a double rounds up to 2^64. */
const LAST_ADDRESS = 0xffff_ffff_ffff_ffffn;

export function hex(value: number): string {
  if (value >= 2 ** 64) return LAST_ADDRESS.toString(16);
  return value <= Number.MAX_SAFE_INTEGER ? value.toString(16) : BigInt(value).toString(16);
}

/** `path/filepath.Clean` on a slash-separated system. */
export function cleanPath(path: string): string {
  if (path === "") return ".";
  if (isClean(path)) return path;
  const rooted = path.startsWith("/");
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (out.length > 0 && out[out.length - 1] !== "..") out.pop();
      else if (!rooted) out.push("..");
    } else out.push(part);
  }
  const joined = out.join("/");
  if (rooted) return `/${joined}`;
  return joined === "" ? "." : joined;
}

/** Almost every path of a profile is clean already. */
function isClean(path: string): boolean {
  if (path.length > 1 && path.endsWith("/")) return false;
  return !path.includes("//") && !/(?:^|\/)\.\.?(?:\/|$)/.test(path);
}

/** `path/filepath.Base`. */
export function basePath(path: string): string {
  if (path === "") return ".";
  const trimmed = path.replace(/\/+$/, "");
  if (trimmed === "") return "/";
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** `path/filepath.Dir`. */
export function dirPath(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf("/") + 1));
}

const SECOND = 1_000_000_000;

/** `time.Duration.String`. */
export function durationText(nanos: number): string {
  if (nanos === 0) return "0s";
  const sign = nanos < 0 ? "-" : "";
  const rest = Math.abs(nanos);
  if (rest < SECOND) {
    if (rest < 1000) return `${sign}${rest}ns`;
    if (rest < 1_000_000) return `${sign}${fraction(rest, 1000)}µs`;
    return `${sign}${fraction(rest, 1_000_000)}ms`;
  }
  const totalSeconds = Math.floor(rest / SECOND);
  const minutes = Math.floor(totalSeconds / 60);
  const hours = Math.floor(minutes / 60);
  const below = rest - minutes * 60 * SECOND;
  const seconds = `${fraction(below, SECOND)}s`;
  if (minutes === 0) return `${sign}${seconds}`;
  if (hours === 0) return `${sign}${minutes}m${seconds}`;
  return `${sign}${hours}h${minutes % 60}m${seconds}`;
}

/** Decimal of nanos / unit without trailing zeros; unit is a power of ten. */
function fraction(nanos: number, unit: number): string {
  const whole = Math.floor(nanos / unit);
  const part = nanos - whole * unit;
  if (part === 0) return String(whole);
  const digits = String(part).padStart(String(unit).length - 1, "0");
  return `${whole}.${digits.replace(/0+$/, "")}`;
}

/** What the host knows of the local time zone at a moment. */
export interface ZoneAt {
  /** Seconds east of Greenwich. */
  readonly offsetSeconds: number;
  /** Abbreviation as in the zone database: "CET", "UTC", "+03". */
  readonly name: string;
}

/** Unix seconds → zone. Core has no zone database, so the host brings it. */
export type Zone = (unixSeconds: number) => ZoneAt;

export const UTC_ZONE: Zone = () => ({ offsetSeconds: 0, name: "UTC" });

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function civil(unixSeconds: number, offsetSeconds: number): string {
  const date = new Date((unixSeconds + offsetSeconds) * 1000);
  const year = String(date.getUTCFullYear()).padStart(4, "0");
  const day = `${year}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

function secondsOf(nanos: bigint): { seconds: number; part: number } {
  const billion = BigInt(SECOND);
  let part = nanos % billion;
  let seconds = nanos / billion;
  if (part < 0n) {
    part += billion;
    seconds -= 1n;
  }
  return { seconds: Number(seconds), part: Number(part) };
}

/** Layout "2006-01-02 15:04:05 MST". */
export function shortTime(nanos: bigint, zone: Zone): string {
  const { seconds } = secondsOf(nanos);
  const { offsetSeconds, name } = zone(seconds);
  return `${civil(seconds, offsetSeconds)} ${name}`;
}

/** `time.Time.String`: layout "2006-01-02 15:04:05.999999999 -0700 MST". */
export function longTime(nanos: bigint, zone: Zone): string {
  const { seconds, part } = secondsOf(nanos);
  const { offsetSeconds, name } = zone(seconds);
  const digits = part === 0 ? "" : `.${String(part).padStart(9, "0").replace(/0+$/, "")}`;
  const minutes = Math.trunc(Math.abs(offsetSeconds) / 60);
  const sign = offsetSeconds < 0 ? "-" : "+";
  const offset = `${sign}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
  return `${civil(seconds, offsetSeconds)}${digits} ${offset} ${name}`;
}

/**
 * Byte-wise order of UTF-8, which is Go's order of strings. UTF-16 units agree with it except that
 * surrogate pairs (code points from 0x10000) come before U+E000…U+FFFF.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xHigh = x >= 0xd800 && x <= 0xdfff;
    const yHigh = y >= 0xd800 && y <= 0xdfff;
    if (xHigh !== yHigh) return xHigh ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}
