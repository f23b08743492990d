// The events of execution traces since Go 1.22: wire numbers, arguments, versions.
// Authority: Go internal/trace/tracev2/events.go and internal/trace/version/version.go (Go 1.26.8).

export const EV_EVENT_BATCH = 1;
export const EV_STACKS = 2;
export const EV_STACK = 3;
export const EV_STRINGS = 4;
export const EV_STRING = 5;
export const EV_CPU_SAMPLES = 6;
export const EV_CPU_SAMPLE = 7;
export const EV_FREQUENCY = 8;
export const EV_PROCS_CHANGE = 9;
export const EV_PROC_START = 10;
export const EV_PROC_STOP = 11;
export const EV_PROC_STEAL = 12;
export const EV_PROC_STATUS = 13;
export const EV_GO_CREATE = 14;
export const EV_GO_CREATE_SYSCALL = 15;
export const EV_GO_START = 16;
export const EV_GO_DESTROY = 17;
export const EV_GO_DESTROY_SYSCALL = 18;
export const EV_GO_STOP = 19;
export const EV_GO_BLOCK = 20;
export const EV_GO_UNBLOCK = 21;
export const EV_GO_SYSCALL_BEGIN = 22;
export const EV_GO_SYSCALL_END = 23;
export const EV_GO_SYSCALL_END_BLOCKED = 24;
export const EV_GO_STATUS = 25;
export const EV_STW_BEGIN = 26;
export const EV_STW_END = 27;
export const EV_GC_ACTIVE = 28;
export const EV_GC_BEGIN = 29;
export const EV_GC_END = 30;
export const EV_GC_SWEEP_ACTIVE = 31;
export const EV_GC_SWEEP_BEGIN = 32;
export const EV_GC_SWEEP_END = 33;
export const EV_GC_MARK_ASSIST_ACTIVE = 34;
export const EV_GC_MARK_ASSIST_BEGIN = 35;
export const EV_GC_MARK_ASSIST_END = 36;
export const EV_HEAP_ALLOC = 37;
export const EV_HEAP_GOAL = 38;
export const EV_GO_LABEL = 39;
export const EV_USER_TASK_BEGIN = 40;
export const EV_USER_TASK_END = 41;
export const EV_USER_REGION_BEGIN = 42;
export const EV_USER_REGION_END = 43;
export const EV_USER_LOG = 44;
export const EV_GO_SWITCH = 45;
export const EV_GO_SWITCH_DESTROY = 46;
export const EV_GO_CREATE_BLOCKED = 47;
export const EV_GO_STATUS_STACK = 48;
export const EV_EXPERIMENTAL_BATCH = 49;
export const EV_SYNC_BATCH = 50;
export const EV_CLOCK_SNAPSHOT = 51;
export const EV_END_OF_GENERATION = 52;
export const EV_SPAN = 128;
export const EV_GOROUTINE_STACK_FREE = 136;
/** Not on the wire: the reader's own mark between generations. */
export const EV_SYNC = 255;

export interface EventSpec {
  readonly name: string;
  /** Without the time difference that comes first. */
  readonly args: readonly string[];
}

/** Timed events: what can stand in a batch of a thread. */
export const SPECS: ReadonlyMap<number, EventSpec> = new Map<number, EventSpec>(
  Object.entries({
    9: "ProcsChange procs_value stack",
    10: "ProcStart p p_seq",
    11: "ProcStop",
    12: "ProcSteal p p_seq m",
    13: "ProcStatus p pstatus",
    14: "GoCreate new_g new_stack stack",
    15: "GoCreateSyscall new_g",
    16: "GoStart g g_seq",
    17: "GoDestroy",
    18: "GoDestroySyscall",
    19: "GoStop reason_string stack",
    20: "GoBlock reason_string stack",
    21: "GoUnblock g g_seq stack",
    22: "GoSyscallBegin p_seq stack",
    23: "GoSyscallEnd",
    24: "GoSyscallEndBlocked",
    25: "GoStatus g m gstatus",
    26: "STWBegin kind_string stack",
    27: "STWEnd",
    28: "GCActive gc_seq",
    29: "GCBegin gc_seq stack",
    30: "GCEnd gc_seq",
    31: "GCSweepActive p",
    32: "GCSweepBegin stack",
    33: "GCSweepEnd swept_value reclaimed_value",
    34: "GCMarkAssistActive g",
    35: "GCMarkAssistBegin stack",
    36: "GCMarkAssistEnd",
    37: "HeapAlloc heapalloc_value",
    38: "HeapGoal heapgoal_value",
    39: "GoLabel label_string",
    40: "UserTaskBegin task parent_task name_string stack",
    41: "UserTaskEnd task stack",
    42: "UserRegionBegin task name_string stack",
    43: "UserRegionEnd task name_string stack",
    44: "UserLog task key_string value_string stack",
    45: "GoSwitch g g_seq",
    46: "GoSwitchDestroy g g_seq",
    47: "GoCreateBlocked new_g new_stack stack",
    48: "GoStatusStack g m gstatus stack",
    51: "ClockSnapshot mono sec nsec",
    128: "Span id npages_value kindclass",
    129: "SpanAlloc id npages_value kindclass",
    130: "SpanFree id",
    131: "HeapObject id type",
    132: "HeapObjectAlloc id type",
    133: "HeapObjectFree id",
    134: "GoroutineStack id order",
    135: "GoroutineStackAlloc id order",
    136: "GoroutineStackFree id",
  }).map(([id, line]) => {
    const [name = "", ...args] = line.split(" ");
    return [Number(id), { name, args }];
  }),
);

/** Arguments after the time difference, by event; NOT_TIMED for what cannot stand in a batch. */
export const NOT_TIMED = 255;
export const ARG_COUNT = new Uint8Array(256).fill(NOT_TIMED);
for (const [id, { args }] of SPECS) ARG_COUNT[id] = args.length;

export const MAX_BATCH_BYTES = 64 << 10;
export const MAX_STRING_BYTES = 1 << 10;
export const MAX_FRAMES = 128;
export const HEADER_BYTES = 16;
/** A header byte, an experiment and four numbers of at most ten bytes each. */
export const MAX_BATCH_HEADER_BYTES = 42;

/** Headers with generations, read here. */
export const GENERATION_VERSIONS: readonly number[] = [22, 23, 25, 26];
/** The format before: per-proc batches, ordered as a whole. */
export const OLD_VERSIONS: readonly number[] = [11, 19, 21];

/** Statuses on the wire (tracev2.GoStatus, tracev2.ProcStatus); 0 is "bad". */
export const STATUS_RUNNABLE = 1;
export const STATUS_RUNNING = 2;
export const STATUS_SYSCALL = 3;
export const STATUS_WAITING = 4;
export const PROC_STATUS_RUNNING = 1;
export const PROC_STATUS_IDLE = 2;
export const PROC_STATUS_SYSCALL = 3;
export const PROC_STATUS_SYSCALL_ABANDONED = 4;
