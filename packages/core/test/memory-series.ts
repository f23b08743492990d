// Made-up series of a service's memory with known truth, for simulations in tests. Noise has standard
// deviation 1 around 100 unless said; u runs from 0 to 1 over the window.

import type { Random } from "./random.ts";

export type SeriesMaker = (points: number, random: Random) => number[];

/** AR(1) noise of standard deviation 1, started in its stationary state. */
export function autocorrelated(points: number, correlation: number, random: Random): number[] {
  const fresh = Math.sqrt(1 - correlation * correlation);
  const noise: number[] = [];
  let state = random.normal();
  for (let i = 0; i < points; i++) {
    noise.push(state);
    state = correlation * state + fresh * random.normal();
  }
  return noise;
}

function around(
  points: number,
  correlation: number,
  random: Random,
  shape: (u: number) => number,
): number[] {
  return autocorrelated(points, correlation, random).map(
    (noise, i) => 100 + noise + shape(i / (points - 1)),
  );
}

/** Between from and to, evenly on the logarithm. */
function spread(random: Random, from: number, to: number): number {
  return from * (to / from) ** random.uniform();
}

function teeth(points: number, period: number, jitter: number, random: Random): number[] {
  let phase = random.uniform();
  let length = period;
  return Array.from({ length: points }, () => {
    phase += 1 / length;
    if (phase >= 1) {
      phase = 0;
      length = period * (1 - jitter + 2 * jitter * random.uniform());
    }
    return 10 * phase;
  });
}

/** Nothing here grows at the end of its window. */
export const HEALTHY: Readonly<Record<string, SeriesMaker>> = {
  "level, white": (n, r) => around(n, 0, r, () => 0),
  "level, ρ 0.5": (n, r) => around(n, 0.5, r, () => 0),
  "level, ρ 0.7": (n, r) => around(n, 0.7, r, () => 0),
  "level, ρ 0.9": (n, r) => around(n, 0.9, r, () => 0),
  sawtooth: (n, r) =>
    teeth(n, n / (4 + 10 * r.uniform()), 0, r).map((tooth) => 100 + tooth + r.normal()),
  "sawtooth, uneven": (n, r) =>
    teeth(n, n / (5 + 10 * r.uniform()), 0.3, r).map((tooth) => 100 + tooth + r.normal()),
  "ramp that ended": (n, r) => {
    const end = 0.1 + 0.55 * r.uniform();
    const height = spread(r, 3, 90);
    return around(n, 0.5 * r.uniform(), r, (u) => (height * Math.min(u, end)) / end);
  },
  step: (n, r) => {
    const at = 0.05 + 0.9 * r.uniform();
    const height = spread(r, 2, 100);
    return around(n, 0.5 * r.uniform(), r, (u) => (u >= at ? height : 0));
  },
  "two steps": (n, r) => {
    const [one, two] = [0.1 + 0.8 * r.uniform(), 0.1 + 0.8 * r.uniform()];
    const [first, second] = [spread(r, 2, 100), spread(r, 2, 100)];
    return around(n, 0.5 * r.uniform(), r, (u) => (u >= one ? first : 0) + (u >= two ? second : 0));
  },
  burst: (n, r) => {
    const at = r.uniform();
    const width = 0.05 + 0.2 * r.uniform();
    const height = spread(r, 3, 90);
    return around(n, 0.5 * r.uniform(), r, (u) =>
      u >= at && u < at + width ? height * Math.min(1, (3 * (u - at)) / width) : 0,
    );
  },
  "periodic job": (n, r) => {
    const times = 5 + 3 * r.uniform();
    const phase = r.uniform();
    const height = 3 + 20 * r.uniform();
    const share = 0.1 + 0.3 * r.uniform();
    return around(n, 0.4 * r.uniform(), r, (u) => ((u * times + phase) % 1 < share ? height : 0));
  },
  "cache, random keys": (n, r) => {
    const tau = 0.05 + 0.2 * r.uniform();
    const size = spread(r, 3, 300);
    return around(n, 0.5 * r.uniform(), r, (u) => size * (1 - Math.exp(-u / tau)));
  },
  "cache, new keys": (n, r) => {
    const full = 0.1 + 0.55 * r.uniform();
    const size = spread(r, 3, 300);
    return around(n, 0.5 * r.uniform(), r, (u) => size * Math.min(1, u / full));
  },
  "wandering, reverting": (n, r) => {
    const memory = n * (0.02 + 0.06 * r.uniform());
    const walk = autocorrelated(n, Math.exp(-1 / memory), r);
    return walk.map((here) => 100 + 5 * here + 0.5 * r.normal());
  },
  waves: (n, r) => {
    const times = 1 + 3 * r.uniform();
    const phase = 2 * Math.PI * r.uniform();
    const height = 1 + 10 * r.uniform();
    return around(n, 0.3, r, (u) => height * Math.sin(phase + 2 * Math.PI * times * u));
  },
  "level, whole units": (n, r) =>
    autocorrelated(n, 0.5, r).map((noise) => Math.floor(100.5 + 0.4 * noise)),
  constant: (n) => Array.from({ length: n }, () => 100),
};

export function leak(total: number, correlation: number): SeriesMaker {
  return (n, r) => around(n, correlation, r, (u) => total * u);
}

/** All of these grow to the end of their window. */
export const LEAKS: Readonly<Record<string, SeriesMaker>> = {
  "5 σ in all": leak(5, 0.5),
  "8 σ": leak(8, 0.5),
  "15 σ": leak(15, 0.5),
  "40 σ": leak(40, 0.5),
  "200 σ": leak(200, 0.5),
  "warm-up, then 17 σ": (n, r) => around(n, 0.5, r, (u) => 30 * Math.min(1, u / 0.15) + 20 * u),
  "20 σ and a step": (n, r) => {
    const at = 0.2 + 0.6 * r.uniform();
    return around(n, 0.5, r, (u) => 20 * u + (u > at ? 15 : 0));
  },
  "from 40 % on, 18 σ": (n, r) => around(n, 0.5, r, (u) => 30 * Math.max(0, u - 0.4)),
  "under a sawtooth": (n, r) =>
    teeth(n, n / (6 + 10 * r.uniform()), 0, r).map(
      (tooth, i) => 100 + (20 * i) / n + tooth + r.normal(),
    ),
  "20 σ with spikes": (n, r) =>
    around(n, 0.3, r, (u) => 20 * u).map((value) =>
      r.uniform() < 0.04 ? value + 20 * r.uniform() : value,
    ),
  "8 stairs": (n, r) => around(n, 0.3, r, (u) => 2.5 * Math.floor(8 * u)),
  "6 whole units": (n, r) =>
    autocorrelated(n, 0.5, r).map((noise, i) => Math.floor(100.5 + 0.4 * noise + (6 * i) / n)),
};

/** What looks like a line because, over this window, it is one. */
export const LOOKALIKES: Readonly<Record<string, SeriesMaker>> = {
  "cache, τ = ½ window": (n, r) => around(n, 0.3, r, (u) => 30 * (1 - Math.exp(-2 * u))),
  "cache, τ = window": (n, r) => around(n, 0.3, r, (u) => 30 * (1 - Math.exp(-u))),
  "ramp that ended at 80 %": (n, r) => around(n, 0.3, r, (u) => 30 * Math.min(1, u / 0.8)),
  "ramp that ended at 90 %": (n, r) => around(n, 0.3, r, (u) => 30 * Math.min(1, u / 0.9)),
  "burst at the very end": (n, r) => around(n, 0.3, r, (u) => (20 * Math.max(0, u - 0.85)) / 0.15),
  "half a wave": (n, r) => {
    const phase = 2 * Math.PI * r.uniform();
    return around(n, 0.3, r, (u) => 10 * Math.sin(phase + Math.PI * u));
  },
  "random walk": (n, r) => {
    let here = 100;
    return Array.from({ length: n }, () => (here += r.normal()));
  },
};
