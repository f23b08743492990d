// The plain form of an estimate inside analysis: callers give it a unit and evidence ids as a Quantity.

export interface Interval {
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
}
