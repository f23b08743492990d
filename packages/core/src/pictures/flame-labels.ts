// What a box says at a given width: the short form comes before truncation (full, without package, last
// name, middle cut, nothing). A folded chain names its last frame, where the box branches or ends, and
// says how many stand before it.

import { functionForms, shortFunction } from "./go-names.ts";
import { cutMiddle, textWidth } from "./text-width.ts";

/** Names longer than this are cut before they are measured: symbols may have 10 000 characters. */
const MEASURED = 400;

export interface FrameName {
  readonly name: string;
  readonly isLine: boolean;
}

/** undefined when not even a cut form fits. `frames` go from the caller to the callee. */
export function boxLabel(
  frames: readonly FrameName[],
  widthPx: number,
  fontPx: number,
): string | undefined {
  if (widthPx < fontPx * 1.6) return undefined;
  const forms = boxForms(frames);
  for (const form of forms) if (textWidth(form, fontPx) <= widthPx) return form;
  const shortest = forms[forms.length - 1];
  return shortest === undefined ? undefined : cutMiddle(shortest, widthPx, fontPx, 7);
}

/** All forms, longest first. */
export function boxForms(frames: readonly FrameName[]): string[] {
  const last = frames[frames.length - 1];
  if (last === undefined) return [];
  const first = frames[0];
  const before = frames[frames.length - 2];
  const out: string[] = [];
  const add = (form: string): void => {
    if (!out.includes(form)) out.push(form);
  };
  // A line alone says too little: the function it stands in goes with it.
  const tail = last.isLine && before !== undefined ? 2 : 1;
  const names = formsOf(frames[frames.length - tail]);
  const line = tail === 2 ? last.name : "";
  const withLine = (form: string): string => (line === "" ? form : `${form}  ${line}`);
  const folded = frames.length - tail;
  if (folded === 1 && first !== undefined) add(`${short(first)} › ${withLine(names[0] ?? "")}`);
  if (folded > 1 && first !== undefined) {
    for (const form of names) add(`${short(first)} › ⋯${folded - 1} › ${withLine(form)}`);
  }
  const prefix = folded > 0 ? `⋯${folded} ` : "";
  for (const form of names) add(`${prefix}${withLine(form)}`);
  if (prefix !== "" || line !== "") add(names[names.length - 1] ?? "");
  if (last.isLine) {
    const colon = last.name.lastIndexOf(":");
    if (colon > 0) add(last.name.slice(colon));
  }
  return out.filter((form) => form !== "");
}

function short(frame: FrameName): string {
  return frame.isLine ? frame.name : shortFunction(frame.name.slice(0, MEASURED));
}

function formsOf(frame: FrameName | undefined): string[] {
  if (frame === undefined) return [];
  return frame.isLine ? [frame.name] : functionForms(frame.name.slice(0, MEASURED));
}
