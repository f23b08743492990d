// Execution traces of Go 1.11 to 1.21 (headers 1.11, 1.19, 1.21): event numbers and their arguments.
// A byte holds the event in its low six bits and, in the upper two, how many numbers follow after the
// first one; 3 says that a length in bytes comes first.
// Authority: Go src/runtime/trace.go (1.11–1.21); golang.org/x/exp trace/internal/tracev1/parser.go
// (2026-11), whose words the faults carry.

export const V1_BATCH = 1;
export const V1_FREQUENCY = 2;
export const V1_STACK = 3;
export const V1_GOMAXPROCS = 4;
export const V1_PROC_START = 5;
export const V1_PROC_STOP = 6;
export const V1_GC_START = 7;
export const V1_GC_DONE = 8;
export const V1_STW_START = 9;
export const V1_STW_DONE = 10;
export const V1_GC_SWEEP_START = 11;
export const V1_GC_SWEEP_DONE = 12;
export const V1_GO_CREATE = 13;
export const V1_GO_START = 14;
export const V1_GO_END = 15;
export const V1_GO_STOP = 16;
export const V1_GO_SCHED = 17;
export const V1_GO_PREEMPT = 18;
export const V1_GO_SLEEP = 19;
export const V1_GO_BLOCK = 20;
export const V1_GO_UNBLOCK = 21;
export const V1_GO_BLOCK_SEND = 22;
export const V1_GO_BLOCK_RECV = 23;
export const V1_GO_BLOCK_SELECT = 24;
export const V1_GO_BLOCK_SYNC = 25;
export const V1_GO_BLOCK_COND = 26;
export const V1_GO_BLOCK_NET = 27;
export const V1_GO_SYS_CALL = 28;
export const V1_GO_SYS_EXIT = 29;
export const V1_GO_SYS_BLOCK = 30;
export const V1_GO_WAITING = 31;
export const V1_GO_IN_SYSCALL = 32;
export const V1_HEAP_ALLOC = 33;
export const V1_HEAP_GOAL = 34;
export const V1_TIMER_GOROUTINE = 35;
export const V1_FUTILE_WAKEUP = 36;
export const V1_STRING = 37;
export const V1_GO_START_LOCAL = 38;
export const V1_GO_UNBLOCK_LOCAL = 39;
export const V1_GO_SYS_EXIT_LOCAL = 40;
export const V1_GO_START_LABEL = 41;
export const V1_GO_BLOCK_GC = 42;
export const V1_GC_MARK_ASSIST_START = 43;
export const V1_GC_MARK_ASSIST_DONE = 44;
export const V1_USER_TASK_CREATE = 45;
export const V1_USER_TASK_END = 46;
export const V1_USER_REGION = 47;
export const V1_USER_LOG = 48;
export const V1_CPU_SAMPLE = 49;
export const V1_COUNT = 50;
/** Not on the wire: a system call of which the next word of its goroutine is that it blocked. */
export const V1_GO_SYS_CALL_BLOCKED = 60;

/** Names of events, with how many numbers each has after the ticks; "+" stands for a stack. */
const EVENTS = [
  "None 0",
  "Batch 2",
  "Frequency 1",
  "Stack 2",
  "Gomaxprocs 1 +",
  "ProcStart 1",
  "ProcStop 0",
  "GCStart 1 +",
  "GCDone 0",
  "GCSTWStart 1",
  "GCSTWDone 0",
  "GCSweepStart 0 +",
  "GCSweepDone 2",
  "GoCreate 2 +",
  "GoStart 2",
  "GoEnd 0",
  "GoStop 0 +",
  "GoSched 0 +",
  "GoPreempt 0 +",
  "GoSleep 0 +",
  "GoBlock 0 +",
  "GoUnblock 2 +",
  "GoBlockSend 0 +",
  "GoBlockRecv 0 +",
  "GoBlockSelect 0 +",
  "GoBlockSync 0 +",
  "GoBlockCond 0 +",
  "GoBlockNet 0 +",
  "GoSysCall 0 +",
  "GoSysExit 3",
  "GoSysBlock 0",
  "GoWaiting 1",
  "GoInSyscall 1",
  "HeapAlloc 1",
  "HeapGoal 1",
  "TimerGoroutine 1",
  "FutileWakeup 0",
  "String 0",
  "GoStartLocal 1",
  "GoUnblockLocal 1 +",
  "GoSysExitLocal 2",
  "GoStartLabel 3",
  "GoBlockGC 0 +",
  "GCMarkAssistStart 0 +",
  "GCMarkAssistDone 0",
  "UserTaskCreate 3 +",
  "UserTaskEnd 1 +",
  "UserRegion 3 +",
  "UserLog 2 +",
  "CPUSample 3 +",
].map((line) => line.split(" "));

export const V1_NAMES: readonly string[] = EVENTS.map(([name = ""]) => name);

/** Numbers of an event on the wire, ticks and stack among them; 0 for what is read otherwise. */
export const V1_NUMBERS = Uint8Array.from(EVENTS, ([, args, stack], type) => {
  if (type === V1_BATCH || type === V1_STRING || type === V1_STACK || type === 0) return 0;
  const timed = type === V1_FREQUENCY || type === V1_TIMER_GOROUTINE ? 0 : 1;
  return Number(args) + timed + (stack === undefined ? 0 : 1);
});

/** 1 for what happens at a time on a proc, so is put in order; CPU samples come in beside. */
export const V1_IS_TIMED = Uint8Array.from(V1_NUMBERS, (numbers, type) =>
  numbers === 0 || type === V1_FREQUENCY || type === V1_TIMER_GOROUTINE || type === V1_CPU_SAMPLE
    ? 0
    : 1,
);

/** CPU samples came with header 1.19. */
export function isKnown(type: number, version: number): boolean {
  return type > 0 && type < V1_COUNT && (type !== V1_CPU_SAMPLE || version >= 19);
}

/** Bytes of an event's numbers, where a length comes first (parser.go readRawEvent). */
export const V1_MAX_EVENT_BYTES = 2048;
export const V1_MAX_STRING_BYTES = 1_000_000;
export const V1_MAX_FRAMES = 1000;

/** Procs that Go makes up, so that what no proc did has a place. */
export const TIMER_P = 1_000_001;
export const NETPOLL_P = 1_000_002;
export const SYSCALL_P = 1_000_003;
export const GC_P = 1_000_004;

/**
 * Why the world was stopped, by the number in the event; header 1.21 only. Before, 0 is mark
 * termination and 1 sweep termination (tracev1 STWReason; Go 1.21 src/runtime/trace.go).
 */
export const STW_REASONS: readonly string[] = [
  "",
  "GC mark termination",
  "GC sweep termination",
  "write heap dump",
  "goroutine profile",
  "goroutine profile cleanup",
  "all goroutine stack trace",
  "read mem stats",
  "AllThreadsSyscall",
  "GOMAXPROCS",
  "start trace",
  "stop trace",
  "CountPagesInUse (test)",
  "ReadMetricsSlow (test)",
  "ReadMemStatsSlow (test)",
  "PageCachePagesLeaked (test)",
  "ResetDebugLog (test)",
];

export function stwReasonIndex(kind: number, version: number): number {
  if (version === 21) return kind >= 0 && kind < STW_REASONS.length ? kind : 0;
  return kind === 0 || kind === 1 ? kind + 1 : 0;
}

/** What a goroutine waits for, by the event that says so; what is not here blocked for no named reason. */
export const BLOCK_REASONS: ReadonlyMap<number, string> = new Map([
  [V1_GO_STOP, "forever"],
  [V1_GO_SCHED, "runtime.Gosched"],
  [V1_GO_PREEMPT, "preempted"],
  [V1_GO_SLEEP, "sleep"],
  [V1_GO_BLOCK, ""],
  [V1_GO_BLOCK_SEND, "chan send"],
  [V1_GO_BLOCK_RECV, "chan receive"],
  [V1_GO_BLOCK_SELECT, "select"],
  [V1_GO_BLOCK_SYNC, "sync"],
  [V1_GO_BLOCK_COND, "sync.(*Cond).Wait"],
  [V1_GO_BLOCK_NET, "network"],
  [V1_GO_BLOCK_GC, "GC mark assist wait for work"],
]);
