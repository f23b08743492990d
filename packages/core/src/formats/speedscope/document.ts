// The shape of a speedscope file, checked: what is not as the format says is left out and told.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";

export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface ProfileHead {
  readonly name: string;
  readonly unit: string;
  readonly startValue: number;
  readonly endValue: number;
}

export interface SampledProfile extends ProfileHead {
  readonly type: "sampled";
  readonly samples: readonly unknown[];
  readonly weights: readonly unknown[];
}

export interface EventedProfile extends ProfileHead {
  readonly type: "evented";
  readonly events: readonly unknown[];
}

export type SpeedscopeProfile = SampledProfile | EventedProfile;

export interface Document {
  readonly frames: readonly Frame[];
  readonly profiles: readonly SpeedscopeProfile[];
  readonly active: number;
  readonly name: string;
  readonly exporter: string;
}

type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** Lines and columns: whole and small, or unknown. */
function place(value: unknown): number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 2 ** 31
    ? value
    : 0;
}

function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function refuse(expected: string, found: string): never {
  throw new FormatError("speedscope", { expected, found });
}

export function readDocument(json: unknown, log: DiagnosticLog): Document {
  if (!isRecord(json)) refuse("an object", "another JSON value");
  const frames = isRecord(json["shared"]) ? list(json["shared"]["frames"]) : undefined;
  const profiles = list(json["profiles"]);
  if (frames === undefined) refuse("shared.frames", "no such list");
  if (profiles === undefined) refuse("profiles", "no such list");
  const found: SpeedscopeProfile[] = [];
  for (const value of profiles) {
    const profile = readProfileHead(value);
    if (profile !== undefined) found.push(profile);
    else log.add("speedscope.profile-malformed", "damage", { profiles: profiles.length });
  }
  if (found.length === 0) refuse("a sampled or evented profile", `none in ${profiles.length}`);
  return {
    frames: frames.map((value): Frame => {
      const frame = isRecord(value) ? value : {};
      if (typeof frame["name"] !== "string") {
        log.add("speedscope.frame-malformed", "damage", { frames: frames.length });
      }
      const { name, file, line, col } = frame;
      return { name: text(name), file: text(file), line: place(line), column: place(col) };
    }),
    profiles: found,
    active: number(json["activeProfileIndex"]),
    name: text(json["name"]),
    exporter: text(json["exporter"]),
  };
}

function readProfileHead(value: unknown): SpeedscopeProfile | undefined {
  if (!isRecord(value)) return undefined;
  const head = {
    name: text(value["name"]),
    unit: text(value["unit"]) || "none",
    startValue: number(value["startValue"]),
    endValue: number(value["endValue"]),
  };
  const samples = list(value["samples"]);
  const weights = list(value["weights"]);
  const events = list(value["events"]);
  if (value["type"] === "sampled" && samples !== undefined && weights !== undefined) {
    return { ...head, type: "sampled", samples, weights };
  }
  if (value["type"] === "evented" && events !== undefined) {
    return { ...head, type: "evented", events };
  }
  return undefined;
}
