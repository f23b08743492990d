// What keeps a timer of package time alive, by Go version and setting.
//
// Since Go 1.23 a timer with a channel (NewTimer, After, NewTicker, Tick) lies in a P's timer heap only
// while a goroutine is blocked on its channel (runtime/time.go, needsAdd: !t.isChan || t.blocked > 0), so
// one that nobody refers to is collected, stopped or not. Before, and with asynctimerchan=1 (Go 1.23 to
// 1.26, the default where go.mod says less than 1.23; time/sleep.go, syncTimer), every active timer is in
// the heap: a Timer until it fires, a Ticker until Stop. asynctimerchan=2 only buffers the channel. Go
// 1.27 removed the setting (internal/godebugs/table.go). AfterFunc has no channel: in every version it
// stays, with all that its function refers to, until it fires or is stopped.

import { holdsSince, type MinorRange } from "./version.ts";

/** Names of the functions in whose frames a timer, its channel or its place in the heap is allocated. */
const MAKES_TIMER = /^time\.(newTimer|NewTimer|After|AfterFunc|NewTicker|Tick|startTimer)$/;

export type TimerKind = "After" | "NewTimer" | "NewTicker" | "AfterFunc";

export function makesTimer(functionName: string): boolean {
  return MAKES_TIMER.test(functionName);
}

/** The call in the service's code, by the frames of package time, leaf first. */
export function timerKind(names: readonly string[]): TimerKind {
  const has = (name: string) => names.includes(`time.${name}`);
  if (has("AfterFunc")) return "AfterFunc";
  if (has("NewTicker") || has("Tick")) return "NewTicker";
  return has("After") ? "After" : "NewTimer";
}

/** Is a channel timer that nobody refers to collected before it fires? */
export type Unreferenced = "collected" | "kept" | "unknown";

export function unreferencedTimers(evidence: {
  readonly range: MinorRange;
  /** Effective value of asynctimerchan; undefined: not set in what was seen. */
  readonly setting: string | undefined;
  /** Are both build info and environment known, so that an absent setting is the default? */
  readonly isSettingKnown: boolean;
  /** `/godebug/non-default-behavior/asynctimerchan:events`: only the value 1 counts there. */
  readonly oldTimers: number | undefined;
}): Unreferenced {
  const { range, setting, oldTimers } = evidence;
  if (holdsSince(range, 23) === "no") return "kept";
  if (holdsSince(range, 27) === "yes") return "collected";
  if (oldTimers !== undefined && oldTimers > 0) return "kept";
  if (holdsSince(range, 23) === "unknown") return "unknown";
  if (setting === "1") return holdsSince(range, 27) === "no" ? "kept" : "unknown";
  if (setting !== undefined || oldTimers === 0 || evidence.isSettingKnown) return "collected";
  return "unknown";
}
