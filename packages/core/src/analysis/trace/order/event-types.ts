// Wire numbers of the events that analyses of the full order look at.
// Authority: Go internal/trace/tracev2/events.go (1.26).

export const EVENT_CPU_SAMPLE = 7;
export const EVENT_PROCS_CHANGE = 9;
export const EVENT_PROC_START = 10;
export const EVENT_PROC_STOP = 11;
export const EVENT_PROC_STEAL = 12;
export const EVENT_PROC_STATUS = 13;
export const EVENT_GO_CREATE = 14;
export const EVENT_GO_STATUS = 25;
export const EVENT_STW_BEGIN = 26;
export const EVENT_STW_END = 27;
export const EVENT_GC_ACTIVE = 28;
export const EVENT_GC_BEGIN = 29;
export const EVENT_GC_END = 30;
export const EVENT_SWEEP_ACTIVE = 31;
export const EVENT_SWEEP_BEGIN = 32;
export const EVENT_SWEEP_END = 33;
export const EVENT_ASSIST_ACTIVE = 34;
export const EVENT_ASSIST_BEGIN = 35;
export const EVENT_ASSIST_END = 36;
export const EVENT_TASK_BEGIN = 40;
export const EVENT_TASK_END = 41;
export const EVENT_REGION_BEGIN = 42;
export const EVENT_REGION_END = 43;
export const EVENT_GO_CREATE_BLOCKED = 47;
export const EVENT_GO_STATUS_STACK = 48;
export const EVENT_SYNC = 255;

/** Transitions of goroutines: creation to status, switches, and the later additions. */
export function isGoroutineEvent(type: number): boolean {
  return (type >= EVENT_GO_CREATE && type <= EVENT_GO_STATUS) || (type >= 45 && type <= 48);
}

export function isProcEvent(type: number): boolean {
  return type >= EVENT_PROC_START && type <= EVENT_PROC_STATUS;
}

/** What the order's columns refer to: interned strings, and the outermost function of a stack. */
export interface OrderNames {
  string(index: number): string;
  /** Undefined where the stack is empty or was cut at its depth limit. */
  startFunction(stack: number): string | undefined;
}
