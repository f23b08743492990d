// Units of quantities, as carried in code and JSON. People see KiB/MiB/GiB, ms and %; that conversion
// lives in report/, never here.

export type Unit =
  | "bytes"
  | "bytes/s"
  | "bytes/request"
  | "count"
  | "1/s"
  | "ns"
  | "s"
  | "fraction"
  | "cores";

export const KiB = 1024;
export const MiB = 1024 * 1024;
export const GiB = 1024 * 1024 * 1024;
