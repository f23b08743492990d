// A profile of the engine as a table, for writers of formats: samples and stacks that filters left out
// are gone, the rest keeps its order and ids.

import { IntLists } from "../../model/builders/int-lists.ts";
import { LabelsBuilder } from "../../model/builders/labels.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { sampleAt, sampleCount, type Profile } from "./profile.ts";

export function tableOf(profile: Profile): ProfileTable {
  const { locations, stacks, labels, mappings } = profile;
  const count = sampleCount(profile);
  const lists = new IntLists();
  const stackOf = new Int32Array(stacks.length).fill(-1);
  const rowStack = new Int32Array(count);
  const values = profile.values.map(() => new Float64Array(count));
  const labelsOut = new LabelsBuilder();
  let buffer = new Int32Array(256);
  for (let k = 0; k < count; k++) {
    const row = sampleAt(profile, k);
    const s = profile.stack[row];
    if (stackOf[s] < 0) {
      const depth = stacks.to[s] - stacks.from[s];
      if (buffer.length < depth) buffer = new Int32Array(depth * 2);
      let length = 0;
      for (let i = stacks.from[s]; i < stacks.to[s]; i++) {
        const location = stacks.location[i];
        if (locations.isHidden?.[location] !== 1) buffer[length++] = location;
      }
      stackOf[s] = lists.intern(buffer, 0, length);
    }
    rowStack[k] = stackOf[s];
    profile.values.forEach((column, t) => {
      values[t][k] = column[row];
    });
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const num = labels.str[i] === 0 ? labels.num[i] : NaN;
      labelsOut.add(labels.key[i], labels.str[i], num, labels.unit[i]);
    }
    labelsOut.endRow();
  }
  let lines = 0;
  for (let i = 0; i < locations.length; i++) lines += locations.lineEnd[i] - locations.lineStart[i];
  const lineStart = new Int32Array(locations.length + 1);
  const lineFunction = new Int32Array(lines);
  const lineNumber = new Int32Array(lines);
  const lineColumn = new Int32Array(lines);
  let at = 0;
  for (let i = 0; i < locations.length; i++) {
    for (let line = locations.lineStart[i]; line < locations.lineEnd[i]; line++) {
      lineFunction[at] = locations.lineFunction[line];
      lineNumber[at] = locations.lineNumber[line];
      lineColumn[at] = locations.lineColumn[line];
      at += 1;
    }
    lineStart[i + 1] = at;
  }
  const stated = profile.defaultSampleType;
  const defaultType = profile.sampleTypes.findIndex(({ type }) => type === stated);
  const { timeNanos } = profile;
  return {
    kind: "profile",
    profileKind: "other",
    encoding: "proto",
    strings: profile.strings,
    functions: profile.functions,
    locations: {
      length: locations.length,
      id: locations.id,
      address: locations.address,
      ...(locations.bigAddress.size > 0 ? { bigAddress: locations.bigAddress } : {}),
      mapping: locations.mapping,
      isFolded: locations.isFolded,
      lineStart,
      lineFunction,
      lineNumber,
      lineColumn,
    },
    mappings,
    stacks: {
      length: lists.length,
      start: lists.start.finish(),
      location: lists.data.finish(),
    },
    rows: count,
    sampleTypes: profile.sampleTypes,
    defaultSampleType: defaultType >= 0 ? defaultType : profile.sampleTypes.length - 1,
    ...(stated === "" ? {} : { statedDefaultType: stated }),
    values,
    rowStack,
    labels: labelsOut.finish(),
    periodType: profile.periodType,
    period: profile.period,
    timeMs: timeNanos === 0n ? undefined : Number(timeNanos / 1_000_000n),
    ...(timeNanos === 0n ? {} : { timeNanos }),
    durationNs: profile.durationNanos === 0 ? undefined : profile.durationNanos,
    isDelta: false,
    comments: profile.comments,
    memStats: undefined,
    ...(profile.dropFrames === "" ? {} : { dropFrames: profile.dropFrames }),
    ...(profile.keepFrames === "" ? {} : { keepFrames: profile.keepFrames }),
    ...(profile.docUrl === "" ? {} : { docUrl: profile.docUrl }),
  };
}
