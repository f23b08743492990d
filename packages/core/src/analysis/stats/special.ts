// Special functions and quantiles that the intervals of this folder need, in double precision.
//
// Accuracy, measured against 50-digit arithmetic (test/fixtures/statistics, made with mpmath):
// relative error below 2e-12 for the incomplete gamma and beta functions with parameters up to 1e4 and
// results above 1e-280, below 1e-10 for every quantile. logGamma is good to 1e-14 *absolute* near its
// zeros at 1 and 2. Nothing here allocates; cost grows with the square root of the parameter.

const LOG_SQRT_2PI = 0.9189385332046727;
/** Smallest magnitude Lentz's continued fraction may divide by. */
const TINY = 1e-300;
const EPSILON = 2.220446049250313e-16;

/** ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π], the tail of Stirling's series; x ≥ 10 (error < 1e-16). */
function stirlingTail(x: number): number {
  const r = 1 / x;
  const r2 = r * r;
  return (
    r *
    (1 / 12 -
      r2 * (1 / 360 - r2 * (1 / 1260 - r2 * (1 / 1680 - r2 * (1 / 1188 - r2 * (691 / 360360))))))
  );
}

/**
 * ln Γ(x) for x > 0: Stirling's series after shifting the argument to ≥ 10 (Abramowitz & Stegun
 * 6.1.40, 6.1.15). NaN for x ≤ 0: the reflection formula is never needed here.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let shift = 1;
  let z = x;
  while (z < 10) {
    shift *= z;
    z += 1;
  }
  return (z - 0.5) * Math.log(z) - z + LOG_SQRT_2PI + stirlingTail(z) - Math.log(shift);
}

/** 1 − λ + ln λ (≤ 0) without cancellation near λ = 1: the exponent of the gamma density. */
function logDeviance(lambda: number): number {
  const d = lambda - 1;
  if (Math.abs(d) > 0.1) return Math.log(lambda) - d;
  let power = -d * d;
  let sum = 0;
  for (let k = 2; k < 40; k++) {
    const term = power / k;
    sum += term;
    if (Math.abs(term) < EPSILON * Math.abs(sum)) break;
    power *= -d;
  }
  return sum;
}

/** xᵃ e⁻ˣ / Γ(a), kept accurate for large a by expanding around x = a (C. Loader 2000's idea). */
function gammaKernel(a: number, x: number): number {
  if (x === 0) return 0;
  if (a < 10) return Math.exp(a * Math.log(x) - x - logGamma(a));
  return Math.exp(a * logDeviance(x / a) + 0.5 * Math.log(a) - LOG_SQRT_2PI - stirlingTail(a));
}

/** Terms after which the series and the continued fraction have converged with a wide margin. */
function iterationCap(parameter: number): number {
  return 300 + Math.ceil(20 * Math.sqrt(parameter));
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  const cap = iterationCap(Math.max(a, x));
  for (let k = 1; k < cap; k++) {
    term *= x / (a + k);
    sum += term;
    if (term < sum * EPSILON) break;
  }
  return sum * gammaKernel(a, x);
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  const cap = iterationCap(Math.max(a, x));
  for (let k = 1; k < cap; k++) {
    const an = -k * (k - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < TINY) d = TINY;
    c = b + an / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < EPSILON) break;
  }
  return h * gammaKernel(a, x);
}

/**
 * Regularised lower incomplete gamma P(a, x) = γ(a, x)/Γ(a), a > 0, x ≥ 0. Series below x = a + 1,
 * continued fraction above (Abramowitz & Stegun 6.5.29, 6.5.31). P(n, μ) = Pr(Poisson(μ) ≥ n).
 */
export function gammaP(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) return Number.NaN;
  if (x === 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  return x < a + 1 ? lowerSeries(a, x) : 1 - upperFraction(a, x);
}

/** Q(a, x) = 1 − P(a, x), accurate in the upper tail. Q(n + 1, μ) = Pr(Poisson(μ) ≤ n). */
export function gammaQ(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) return Number.NaN;
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x);
}

/** Pr(Z ≤ z) of the standard normal: ½ Q(½, z²/2) on the far side, so both tails keep their digits. */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return z;
  const half = 0.5 * gammaQ(0.5, 0.5 * z * z);
  return z > 0 ? 1 - half : half;
}

/**
 * z with Pr(Z ≤ z) = p. Start: Abramowitz & Stegun 26.2.23 (error 4.5e-4), then Halley's iteration
 * on the tail probability, three rounds at most.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  if (tail !== latestTail) {
    latestZ = upperQuantile(tail);
    latestTail = tail;
  }
  return p < 0.5 ? -latestZ : latestZ;
}

/** Intervals ask for one level thousands of times in a row. */
let latestTail = Number.NaN;
let latestZ = Number.NaN;

/** z > 0 with Pr(Z > z) = tail. */
function upperQuantile(tail: number): number {
  const t = Math.sqrt(-2 * Math.log(tail));
  let z =
    t -
    (2.515517 + t * (0.802853 + t * 0.010328)) /
      (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let k = 0; k < 3; k++) {
    const density = Math.exp(-0.5 * z * z - LOG_SQRT_2PI);
    const error = (0.5 * gammaQ(0.5, 0.5 * z * z) - tail) / density;
    z += error / (1 - 0.5 * z * error);
    if (Math.abs(error) < 1e-15 * (1 + z)) break;
  }
  return z;
}

/** Above this shape the expansion below is exact to ~1e-12 relative and the iteration only slower. */
const CORNISH_FISHER_FROM = 1e4;

/** Quantile of Gamma(a, 1) as a series in a^(−½) around the normal one (Cornish & Fisher 1938). */
function gammaQuantileLarge(p: number, a: number): number {
  const z = normalQuantile(p);
  const z2 = z * z;
  const root = Math.sqrt(a);
  return (
    a +
    root * z +
    (z2 - 1) / 3 +
    (z * (z2 - 7)) / (36 * root) -
    (z2 * (3 * z2 + 7) - 16) / (810 * a) +
    (z * (z2 * (9 * z2 + 256) - 433)) / (38880 * a * root)
  );
}

/**
 * x with P(a, x) = p. Start: Wilson–Hilferty (a > 1) or the power law near 0; then Halley's iteration
 * inside a bracket that shrinks each round, so it cannot leave or cycle.
 */
export function gammaQuantile(p: number, a: number): number {
  if (!(p >= 0 && p <= 1) || !(a > 0)) return Number.NaN;
  if (p === 0) return 0;
  if (p === 1) return Number.POSITIVE_INFINITY;
  if (a >= CORNISH_FISHER_FROM) return gammaQuantileLarge(p, a);

  const z = normalQuantile(p);
  const cube = 1 - 1 / (9 * a) + z / (3 * Math.sqrt(a));
  let x = a * cube * cube * cube;
  // The leading term of P for small x; right whenever p is far in the lower tail or a is small.
  const power = Math.exp((Math.log(p) + logGamma(a + 1)) / a);
  if (!(x > 0) || power < 0.2 * (a + 1)) x = power;
  if (x === 0) return 0;

  const upperTail = p > 0.5;
  const target = upperTail ? 1 - p : p;
  let lo = 0;
  let hi = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 60; k++) {
    const error = upperTail ? target - gammaQ(a, x) : gammaP(a, x) - target;
    if (error === 0) break;
    if (error > 0) hi = x;
    else lo = x;
    const density = gammaKernel(a, x) / x;
    const newton = error / density;
    const halley = newton / (1 - 0.5 * Math.min(1, newton * ((a - 1) / x - 1)));
    if (Math.abs(halley) <= 4 * EPSILON * x) break;
    const next = x - halley;
    if (next > lo && next < hi) x = next;
    else x = hi === Number.POSITIVE_INFINITY ? 2 * x : 0.5 * (lo + hi);
  }
  return x;
}

/** x with Pr(χ²_k ≤ x) = p; k need not be whole. */
export function chiSquareQuantile(p: number, degrees: number): number {
  return 2 * gammaQuantile(p, degrees / 2);
}

/** Pr(χ²_k > x). */
export function chiSquareTail(x: number, degrees: number): number {
  return gammaQ(degrees / 2, x / 2);
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  if (Math.abs(d) < TINY) d = TINY;
  d = 1 / d;
  let h = d;
  const cap = iterationCap(Math.max(a, b));
  for (let m = 1; m < cap; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 + even * d;
    if (Math.abs(d) < TINY) d = TINY;
    c = 1 + even / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + odd * d;
    if (Math.abs(d) < TINY) d = TINY;
    c = 1 + odd / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < EPSILON) break;
  }
  return h;
}

/** ln B(a, b), arranged so that the large parts cancel on paper and not in the machine. */
function logBeta(a: number, b: number): number {
  if (a < 10 || b < 10) {
    const small = Math.min(a, b);
    const large = Math.max(a, b);
    if (large < 10) return logGamma(a) + logGamma(b) - logGamma(a + b);
    const difference =
      (large - 0.5) * Math.log1p(-small / (large + small)) -
      small * Math.log(large + small) +
      small +
      stirlingTail(large) -
      stirlingTail(large + small);
    return logGamma(small) + difference;
  }
  const sum = a + b;
  return (
    a * Math.log(a / sum) +
    b * Math.log(b / sum) +
    0.5 * (Math.log(sum) - Math.log(a) - Math.log(b)) +
    LOG_SQRT_2PI +
    stirlingTail(a) +
    stirlingTail(b) -
    stirlingTail(sum)
  );
}

/**
 * Regularised incomplete beta I_x(a, b) by its continued fraction (Abramowitz & Stegun 26.5.8), on the
 * side where it converges fast. `complement` is 1 − x, given apart because it may have more digits.
 */
export function betaI(a: number, b: number, x: number, complement: number = 1 - x): number {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) return Number.NaN;
  if (x === 0) return 0;
  if (complement === 0) return 1;
  const logX = x > 0.5 ? Math.log1p(-complement) : Math.log(x);
  const logComplement = x > 0.5 ? Math.log(complement) : Math.log1p(-x);
  const front = Math.exp(a * logX + b * logComplement - logBeta(a, b));
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(a, b, x)) / a;
  return 1 - (front * betaFraction(b, a, complement)) / b;
}

/** Pr(T ≤ t) of Student's t; `degrees` need not be whole, Infinity is the normal. */
export function studentTCdf(t: number, degrees: number): number {
  if (!(degrees > 0) || Number.isNaN(t)) return Number.NaN;
  if (degrees === Number.POSITIVE_INFINITY) return normalCdf(t);
  if (t === 0) return 0.5;
  const t2 = t * t;
  const tail =
    t2 === Number.POSITIVE_INFINITY
      ? 0
      : 0.5 * betaI(degrees / 2, 0.5, degrees / (degrees + t2), t2 / (degrees + t2));
  return t > 0 ? 1 - tail : tail;
}

/**
 * t with Pr(T ≤ t) = p. Newton's iteration on the tail probability in a bracket, from the normal
 * quantile with its first correction (z + (z³ + z)/4ν); exact forms for 1 and 2 degrees.
 */
export function studentTQuantile(p: number, degrees: number): number {
  if (!(p >= 0 && p <= 1) || !(degrees > 0)) return Number.NaN;
  if (p === 0.5) return 0;
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  if (degrees === Number.POSITIVE_INFINITY) return normalQuantile(p);
  const tail = Math.min(p, 1 - p);
  const sign = p < 0.5 ? -1 : 1;
  if (degrees === 1) return sign / Math.tan(Math.PI * tail);
  if (degrees === 2) return (sign * (1 - 2 * tail)) / Math.sqrt(2 * tail * (1 - tail));

  const logNorm = -logBeta(degrees / 2, 0.5) - 0.5 * Math.log(degrees);
  const z = -normalQuantile(tail);
  let t = z + (z * z * z + z) / (4 * degrees);
  let lo = 0;
  let hi = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 200; k++) {
    const t2 = t * t;
    const found = 0.5 * betaI(degrees / 2, 0.5, degrees / (degrees + t2), t2 / (degrees + t2));
    if (found === tail) break;
    if (found > tail) lo = t;
    else hi = t;
    const density = Math.exp(logNorm - 0.5 * (degrees + 1) * Math.log1p(t2 / degrees));
    // Newton on ln(tail) against ln t: the tail is a power law, so this is nearly straight.
    const step = (found * Math.log(found / tail)) / (density * t);
    if (Math.abs(step) <= 4 * EPSILON) break;
    const next = t * Math.exp(step);
    if (next > lo && next < hi) t = next;
    else t = hi === Number.POSITIVE_INFINITY ? 2 * t : 0.5 * (lo + hi);
  }
  return sign * t;
}
