// Lines of GODEBUG=gcpacertrace=1: they give to the byte what the gctrace line cuts to MiB.
//
// Authority: runtime/mgcpacer.go endCycle (Go 1.18 to 1.27), runtime/mgc.go endCycle (Go 1.5 to 1.17).
//
//   pacer: U% CPU (25 exp.) for H+S+G B work (E B exp.) in T B -> L B (∆goal D, cons/mark C)   ≥ 1.18
//   pacer: H_m_prev=M h_t=… H_T=… h_a=… H_a=L h_g=… H_g=… u_a=… u_g=… W_a=… goalΔ=… …           ≤ 1.17
//
// Not used: the assist ratio and sweep lines (no size in them is exact), and any line that is torn.

export interface PacerFigures {
  /** Heap when marking started, µs after the figure that gctrace prints. */
  readonly heapStart: number | undefined;
  readonly heapEnd: number;
  readonly goal: number | undefined;
  /** Stack bytes scanned in this cycle. */
  readonly stacks: number | undefined;
  /** Marked by the cycle before. */
  readonly markedBefore: number | undefined;
}

const END_OF_CYCLE =
  /^pacer: \d+% CPU \(\d+ exp\.\) for \d+\+(\d+)\+\d+ B work \(\d+ B exp\.\) in (\d+) B -> (\d+) B \(∆goal (-?\d+), cons\/mark [-+.e\d]+\)$/;
const END_OF_CYCLE_1_17 = /^pacer: H_m_prev=(\d+) .* H_a=(\d+) h_g=\S+ H_g=\d+ .*u_a\/u_g=\S+$/;

export function isPacerLine(text: string): boolean {
  return text.startsWith("pacer: ");
}

/** @returns undefined for every other pacer line, and for a torn one. */
export function readPacerLine(text: string): PacerFigures | undefined {
  const now = END_OF_CYCLE.exec(text);
  if (now !== null) {
    const heapEnd = Number(now[3]);
    return {
      heapStart: Number(now[2]),
      heapEnd,
      goal: heapEnd - Number(now[4]),
      stacks: Number(now[1]),
      markedBefore: undefined,
    };
  }
  const before = END_OF_CYCLE_1_17.exec(text);
  if (before === null) return undefined;
  return {
    heapStart: undefined,
    heapEnd: Number(before[2]),
    goal: undefined,
    stacks: undefined,
    markedBefore: Number(before[1]),
  };
}
