// What is told of a box, in the tooltip, below the picture and to a screen reader.

import { OTHER_FRAME } from "@heapwright/core/analysis/profile/call-tree.ts";
import { sumsOf } from "@heapwright/core/pictures/profile/derived-views.ts";
import { knownOf, type Sums } from "@heapwright/core/pictures/profile/tree-view.ts";
import { amount, amountWithLimits, sampleText, shareText } from "../../amounts.ts";
import { grouped } from "../../numbers.ts";
import type { ProfileWords } from "../../profile-words.ts";
import { cutName } from "../../render/names.ts";
import type { Model, Scene } from "./model.ts";
import { boxName, type Marked } from "./painter.ts";

/** A longer name is a text of its own; the panel of the chosen function has it whole. */
const LONGEST = 160;

export interface Describing {
  readonly model: Model;
  readonly words: ProfileWords;
  readonly file: string;
}

/** "(*Store).Add · 12.3 MiB [8.1, 18.0] · 25 samples · 4.1 %". */
export function describe({ model, words, file }: Describing, scene: Scene, marked: Marked): string {
  const part = scene.parts[marked.part];
  if (part === undefined) return "";
  const type = model.type(scene.type);
  const { view, flame } = part;
  const whole = model.shareOf(scene.type);
  const share = (value: number): string => shareText(value, whole);
  const { unit } = type;
  if (marked.place !== marked.last) {
    const nodes = flame.node.subarray(marked.place, marked.last + 1);
    const run = knownOf({ ...sumsOf(view, nodes), type }, 0);
    return [
      words.merged(grouped(nodes.length)),
      amountWithLimits(unit, run, view.minus !== undefined),
      share(run.net),
    ].join(" · ");
  }
  const box = flame.node[marked.place] ?? 0;
  const frame = view.frame[box] ?? -1;
  const known = knownOf(view, box);
  const isDiff = view.minus !== undefined;
  const parts = [cutName(boxName(model, frame, words), LONGEST)];
  const line = view.line[box] ?? 0;
  const place = frame < 0 ? "" : cutName(model.file(frame), LONGEST);
  if (place !== "") parts.push(line > 0 ? `${place}:${line}` : place);
  parts.push(amountWithLimits(unit, known, isDiff));
  if (isDiff) {
    const isPaired = model.profile.held !== undefined;
    const side = (sums: Sums | undefined): string =>
      sums === undefined
        ? amount(unit, 0)
        : amountWithLimits(unit, knownOf({ plus: sums, minus: undefined, type }, box), false);
    parts.push(`${isPaired ? words.went : words.before} ${side(view.minus)}`);
    parts.push(`${isPaired ? words.came : words.now} ${side(view.plus)}`);
  }
  if (type.basis === "counted") parts.push(words.known);
  else if (Number.isNaN(known.lo)) parts.push(words.noInterval);
  if (known.samples > 0) parts.push(words.samples(sampleText(known.samples)));
  parts.push(share(isDiff ? known.net : known.plus));
  const folded = view.folded[box] ?? 0;
  if (folded > 0) {
    const first = view.first[box] ?? -1;
    parts.push(
      `${words.foldedFrames(grouped(folded + 1))}: ${boxName(model, first, words)} › … › ${boxName(model, frame, words)}`,
    );
  }
  if (frame === OTHER_FRAME) {
    const stacks = view.stacks[box] ?? 0;
    parts.push(stacks > 0 ? words.otherStacks(grouped(stacks)) : words.otherSome);
    const up = view.frame[view.parent[box] ?? 0] ?? -1;
    const name = up < 0 ? "" : model.name(up).replace(/[.*+?()[\]{}|^$\\]/g, "\\$&");
    const focus =
      name === "" || name.length > 120 || /['\u0000-\u001f‹]/.test(name)
        ? ""
        : ` '-focus=^${name}$'`;
    parts.push(words.openOther(`heapwright pprof -traces${focus} ${file}`));
  }
  return parts.join(" · ");
}
