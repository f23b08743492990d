// Seeded random numbers for simulations in tests: the same seed gives the same numbers everywhere.

export interface Random {
  /** Uniform in (0, 1), never the ends. */
  uniform(): number;
  normal(): number;
  exponential(): number;
  poisson(mean: number): number;
  binomial(trials: number, p: number): number;
  integer(below: number): number;
}

/** xoshiro128** (Blackman & Vigna 2018), seeded by splitmix32. */
export function seededRandom(seed: number): Random {
  let mix = seed >>> 0;
  const next = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let a = next();
  let b = next();
  let c = next();
  let d = next();

  const bits = (): number => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = (): number => (bits() + 0.5) / 4294967296;

  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const exponential = (): number => -Math.log(uniform());

  /** Knuth's product for small means; above, split in halves so that the product never underflows. */
  const poisson = (mean: number): number => {
    let rest = mean;
    let count = 0;
    while (rest > 0) {
      const part = Math.min(rest, 30);
      rest -= part;
      const limit = Math.exp(-part);
      let product = uniform();
      while (product > limit) {
        count++;
        product *= uniform();
      }
    }
    return count;
  };

  /** By waiting times between successes: cost is the number of successes, not of trials. */
  const binomial = (trials: number, p: number): number => {
    if (p >= 1) return trials;
    if (p <= 0) return 0;
    if (p > 0.5) return trials - binomial(trials, 1 - p);
    const logQ = Math.log1p(-p);
    let count = 0;
    let at = Math.ceil(Math.log(uniform()) / logQ);
    while (at <= trials) {
      count++;
      at += Math.ceil(Math.log(uniform()) / logQ);
    }
    return count;
  };

  const integer = (below: number): number => Math.floor(uniform() * below);
  return { uniform, normal, exponential, poisson, binomial, integer };
}
