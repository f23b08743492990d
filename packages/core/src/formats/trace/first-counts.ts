// What a first look adds up, the same for every version of the format.

import type { FirstLook } from "../../model/tables/trace.ts";

/** Adds up events in whatever order they come. */
export class FirstCounts {
  events = 0;
  cycles = 0;
  stops = 0;
  assists = 0;
  #live = 0;
  #liveTicks = -1;
  #goal = 0;
  #goalTicks = -1;

  live(bytes: number, ticks: number): void {
    if (ticks < this.#liveTicks) return;
    this.#live = bytes;
    this.#liveTicks = ticks;
  }

  goal(bytes: number, ticks: number): void {
    if (ticks < this.#goalTicks) return;
    this.#goal = bytes;
    this.#goalTicks = ticks;
  }

  finish(version: number, bytes: number): FirstLook {
    const { events, cycles, stops, assists } = this;
    // GOGC=off without a limit writes the largest number there is.
    const hasGoal = this.#goalTicks >= 0 && this.#goal > 0 && this.#goal < 2 ** 62;
    return {
      version,
      bytes,
      events,
      cycles,
      stops,
      assists,
      heapLiveBytes: this.#liveTicks < 0 ? undefined : this.#live,
      heapGoalBytes: hasGoal ? this.#goal : undefined,
    };
  }
}
