// Frames as pictures tell them apart: a function by name and file (filefunctions granularity), the same
// wherever and on whatever line it is called; a location without symbols by its address.

import type { Profile } from "./profile.ts";

export interface Frames {
  readonly length: number;
  readonly name: readonly string[];
  readonly file: readonly string[];
  /** Frame of each line of each location. */
  readonly ofLine: Int32Array;
  /** Frame of each location without lines, −1 for the others. */
  readonly ofBare: Int32Array;
}

export function framesOf(profile: Profile): Frames {
  const { functions, locations, strings } = profile;
  const name: string[] = [];
  const file: string[] = [];
  const known = new Map<string, number>();
  const intern = (frameName: string, frameFile: string): number => {
    const key = `${frameName}\0${frameFile}`;
    let at = known.get(key);
    if (at === undefined) {
      at = name.length;
      name.push(frameName);
      file.push(frameFile);
      known.set(key, at);
    }
    return at;
  };
  const ofFunction = new Int32Array(functions.length);
  for (let f = 0; f < functions.length; f++) {
    ofFunction[f] = intern(strings.get(functions.name[f]), strings.get(functions.file[f]));
  }
  const ofLine = new Int32Array(locations.lineFunction.length);
  for (let l = 0; l < ofLine.length; l++) {
    const fn = locations.lineFunction[l];
    ofLine[l] = fn < 0 ? -1 : ofFunction[fn];
  }
  const ofBare = new Int32Array(locations.length).fill(-1);
  for (let i = 0; i < locations.length; i++) {
    const from = locations.lineStart[i];
    const to = locations.lineEnd[i];
    const address = (): string =>
      `0x${(locations.bigAddress.get(i) ?? locations.address[i]).toString(16)}`;
    if (from === to) ofBare[i] = intern(address(), "");
    for (let l = from; l < to; l++) if (ofLine[l] < 0) ofLine[l] = intern(address(), "");
  }
  return { length: name.length, name, file, ofLine, ofBare };
}
