// Facts while they are being gathered: a field that the input does not state stays absent.

import type { PodTable } from "../../model/tables/system.ts";

export type PodFacts = PodTable["pods"][number];

export type Draft<T> = { -readonly [K in keyof T]?: Exclude<T[K], undefined> };
