// What a parked goroutine waits for, told from the runtime frames on top of its stack (profiles) or
// from the printed state (debug=2). Source: runtime/chan.go, select.go, sema.go, netpoll.go, time.go,
// runtime2.go waitReasonStrings, Go 1.22–1.27.

export type WaitKind =
  | "chan receive"
  | "chan send"
  | "select"
  | "select forever"
  | "lock"
  | "wait group"
  | "cond"
  | "IO wait"
  | "sleep"
  | "syscall"
  | "running"
  | "other";

const BY_FRAME: readonly [RegExp, WaitKind][] = [
  [/^runtime\.block$/, "select forever"],
  [/^runtime\.chanrecv/, "chan receive"],
  [/^runtime\.chansend/, "chan send"],
  [/^runtime\.selectgo$|^reflect\.rselect$/, "select"],
  [/^sync\.runtime_SemacquireWaitGroup$|^sync\.\(\*WaitGroup\)\.Wait$/, "wait group"],
  [/^sync\.runtime_notifyListWait$|^sync\.\(\*Cond\)\.Wait$/, "cond"],
  [
    /^(internal\/)?sync\.runtime_Semacquire(RW)?Mutex|^sync\.runtime_SemacquireRWMutexR?|^(internal\/)?sync\.\(\*(RW)?Mutex\)\.(r|R)?[lL]ock(Slow)?$/,
    "lock",
  ],
  [/^internal\/poll\.runtime_pollWait$/, "IO wait"],
  [/^time\.Sleep$/, "sleep"],
  [/^syscall\.|^runtime\.cgocall$|^internal\/runtime\/syscall\./, "syscall"],
];

/** `names`: function names, leaf first; only the top of the stack decides. */
export function waitOfStack(names: readonly string[]): WaitKind {
  for (const name of names.slice(0, 6)) {
    for (const [pattern, kind] of BY_FRAME) if (pattern.test(name)) return kind;
  }
  return names.some((n) => n === "runtime.gopark") ? "other" : "running";
}

/** `state`: the words in brackets of a goroutine header, without minutes. */
export function waitOfState(state: string): WaitKind {
  if (state.startsWith("chan receive")) return "chan receive";
  if (state.startsWith("chan send")) return "chan send";
  if (state === "select (no cases)") return "select forever";
  if (state.startsWith("select")) return "select";
  if (state.startsWith("sync.WaitGroup")) return "wait group";
  if (state.startsWith("sync.Cond")) return "cond";
  if (state.startsWith("semacquire") || state.startsWith("sync.")) return "lock";
  if (state === "IO wait") return "IO wait";
  if (state === "sleep") return "sleep";
  if (state === "syscall") return "syscall";
  if (state === "running" || state === "runnable") return "running";
  return "other";
}

/** Blocked on another goroutine of the same program: nobody outside can release it. */
export function isInternalWait(kind: WaitKind): boolean {
  return (
    kind !== "IO wait" &&
    kind !== "sleep" &&
    kind !== "syscall" &&
    kind !== "running" &&
    kind !== "other"
  );
}
