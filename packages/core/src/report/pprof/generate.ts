// From a loaded profile, a command and options to a report.
// Authority: google/pprof internal/driver/{driver,driver_focus}.go (2026-07). The order of the steps is
// part of what the numbers mean: labels become frames first, then the total is fixed, then samples and
// frames are filtered, and what is left is aggregated.

import { aggregate } from "../../analysis/profile/aggregate.ts";
import {
  filterByName,
  filterByTag,
  filterTags,
  labelUnits,
  parseTagRange,
  showFrom,
  tagTest,
  type RowTest,
} from "../../analysis/profile/filter.ts";
import { basePath } from "../../analysis/profile/go-format.ts";
import { ProfileError, sampleIndexOf, type Profile } from "../../analysis/profile/profile.ts";
import { pruneFrom } from "../../analysis/profile/prune.ts";
import { Regexp } from "../../analysis/profile/regexp/regexp.ts";
import { RegexpError } from "../../analysis/profile/regexp/syntax.ts";
import { addTagNodes } from "../../analysis/profile/tag-nodes.ts";
import { totalOf, type Measure } from "../../analysis/profile/weights.ts";
import { COMMANDS, withOverrides } from "./commands.ts";
import type { PprofConfig } from "./config.ts";
import { writeDot } from "./dot.ts";
import { dividedProfile, topProfile, writeCallgrind, writeList } from "./formats.ts";
import { writeComments, writeRaw, writeTags, writeTop, writeTraces, writeTree } from "./lists.ts";
import { Report, type ReportHost } from "./report.ts";
import { Sink, type WriteBytes } from "./sink.ts";

/** A command line of the tool: the name, and the pattern of those that take one. */
export interface ReportCommand {
  readonly name: string;
  readonly pattern: string | undefined;
}

/** Tells the user what is no error. */
export type Warn = (message: string) => void;

function pattern(what: string, source: string): Regexp | undefined {
  if (source === "") return undefined;
  try {
    return new Regexp(source);
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error;
    throw new ProfileError(`parsing ${what} regexp: ${error.message}`);
  }
}

function tagFilter(
  what: string,
  text: string,
  profile: Profile,
  units: ReadonlyMap<string, string>,
  warn: Warn,
): RowTest | undefined {
  if (text === "") return undefined;
  const equals = text.indexOf("=");
  const key = equals <= 0 ? undefined : text.slice(0, equals);
  const value = equals < 0 ? text : text.slice(equals + 1);
  const range = parseTagRange(value);
  if (range !== undefined) {
    warn(`${what}:Interpreted '${value}' as range, not regexp`);
    return tagTest(profile, { key, range, patterns: [] }, units);
  }
  const patterns = value.split(",").map((part) => {
    // An empty pattern between commas matches everything.
    const compiled = pattern(what, part);
    return compiled ?? new Regexp("");
  });
  return tagTest(profile, { key, range: undefined, patterns }, units);
}

function applyFilters(
  profile: Profile,
  units: ReadonlyMap<string, string>,
  config: PprofConfig,
  warn: Warn,
): Profile {
  const focus = pattern("focus", config.focus);
  const ignore = pattern("ignore", config.ignore);
  const hide = pattern("hide", config.hide);
  const show = pattern("show", config.show);
  const from = pattern("show_from", config.show_from);
  // Compiled before anything is filtered, so that what is wrong is said first.
  const focusTest = tagFilter("tagfocus", config.tagfocus, profile, units, warn);
  const ignoreTest = tagFilter("tagignore", config.tagignore, profile, units, warn);
  const prunes = pattern("prune_from", config.prune_from);
  const expect = (isAsked: boolean, isMatched: boolean, what: string): void => {
    if (isAsked && !isMatched) warn(`${what} expression matched no samples`);
  };

  const byName = filterByName(profile, { focus, ignore, hide, show });
  expect(focus !== undefined, byName.matched.focus, "Focus");
  expect(ignore !== undefined, byName.matched.ignore, "Ignore");
  expect(hide !== undefined, byName.matched.hide, "Hide");
  expect(show !== undefined, byName.matched.show, "Show");
  let out = byName.profile;
  if (from !== undefined) {
    const shown = showFrom(out, from);
    expect(true, shown.matched, "ShowFrom");
    out = shown.profile;
  }
  const byTag = filterByTag(out, focusTest, ignoreTest);
  expect(focusTest !== undefined, byTag.focused, "TagFocus");
  expect(ignoreTest !== undefined, byTag.ignored, "TagIgnore");
  // These two are looked at only now.
  const tagShow = pattern("tagshow", config.tagshow);
  const tagHide = pattern("taghide", config.taghide);
  const tags = filterTags(byTag.profile, tagShow, tagHide);
  expect(tagShow !== undefined, tags.shown, "TagShow");
  expect(tagHide !== undefined, tags.hidden, "TagHide");
  return prunes === undefined ? tags.profile : pruneFrom(tags.profile, prunes);
}

const FILTERS_SHOWN = [
  "focus",
  "ignore",
  "hide",
  "show",
  "show_from",
  "tagfocus",
  "tagignore",
  "tagshow",
  "taghide",
] as const;

function keysOf(list: string): string[] {
  return list.split(",").filter((key) => key !== "");
}

export function measureOf(profile: Profile, config: PprofConfig): Measure {
  if (profile.sampleTypes.length === 0) throw new ProfileError("profile has no samples");
  const value = sampleIndexOf(profile, config.sample_index);
  return { value, divisor: config.mean ? 0 : undefined };
}

/** A report of the profile as loaded; the profile is not changed. */
export function prepareReport(
  loaded: Profile,
  { name, pattern: symbolText }: ReportCommand,
  asked: PprofConfig,
  host: ReportHost,
  warn: Warn,
): Report {
  const command = COMMANDS[name];
  if (command === undefined) throw new ProfileError(`unrecognized command: "${name}"`);
  const session = host.session?.isOf(loaded) === true ? host.session : undefined;
  const { units, ignored } = session?.labelUnits() ?? labelUnits(loaded);
  for (const [key, others] of ignored) {
    warn(
      `For tag ${key} used unit ${units.get(key) ?? ""}, also encountered unit(s) ${others.join(", ")}`,
    );
  }
  const config = withOverrides(name, command.format, asked);
  const nodes = addTagNodes(loaded, keysOf(config.tagroot), keysOf(config.tagleaf), config.unit);
  let { profile } = nodes;
  if (config.tagroot !== "" && !nodes.rootMatched) warn("TagRoot expression matched no samples");
  if (config.tagleaf !== "" && !nodes.leafMatched) warn("TagLeaf expression matched no samples");
  const isRelative = config.relative_percentages;
  if (isRelative) profile = applyFilters(profile, units, config, warn);
  const measure = measureOf(profile, config);
  if (config.divide_by === 0) throw new ProfileError("zero divisor specified");
  let symbol: Regexp | undefined;
  if (symbolText !== undefined) {
    try {
      symbol = new Regexp(symbolText);
    } catch (error) {
      if (!(error instanceof RegexpError)) throw error;
      throw new ProfileError(`parsing argument regexp ${symbolText}: ${error.message}`);
    }
  }
  const total = session?.totalOf(profile, measure) ?? totalOf(profile, measure);
  if (!isRelative) profile = applyFilters(profile, units, config, warn);
  const { granularity, noinlines, showcolumns } = config;
  const { type, unit } = profile.sampleTypes[measure.value];
  const file = profile.mappings.length > 0 ? profile.strings.get(profile.mappings.file[0]) : "";
  return new Report({
    profile:
      session?.aggregate(profile, granularity, noinlines, showcolumns) ??
      aggregate(profile, granularity, noinlines, showcolumns),
    lineProfile: profile,
    config,
    format: command.format,
    measure,
    sampleType: config.mean ? `mean_${type}` : type,
    sampleUnit: unit,
    total,
    title: file === "" ? "" : basePath(file),
    activeFilters: FILTERS_SHOWN.filter((key) => config[key] !== "").map(
      (key) => `${key}=${config[key]}`,
    ),
    labelUnits: units,
    symbol,
    host,
  });
}

/** What a report is: written as text, or a profile for whoever can encode one. */
export type Generated = { readonly kind: "text" } | { readonly kind: "profile"; profile: Profile };

/** The graph for Graphviz to lay out, whatever labels hold. */
export function writeForLayout(report: Report, write: WriteBytes): void {
  const out = new Sink(write);
  writeDot(report, out, true);
  out.flush();
}

/** Writes a report of text; nothing reaches `write` when it turns out that there is nothing to say. */
export function writeReport(
  report: Report,
  write: WriteBytes,
  /** instructions.ts, which whoever may be asked for these reports loads. */
  writeInstructions?: (report: Report, out: Sink) => void,
): Generated {
  const out = new Sink(write);
  switch (report.format) {
    case "proto":
      return { kind: "profile", profile: dividedProfile(report) };
    case "topproto":
      return { kind: "profile", profile: topProfile(report) };
    case "text":
      writeTop(report, out);
      break;
    case "tree":
      writeTree(report, out);
      break;
    case "traces":
      writeTraces(report, out);
      break;
    case "raw":
      writeRaw(report, out);
      break;
    case "tags":
      writeTags(report, out);
      break;
    case "dot":
      writeDot(report, out);
      break;
    case "callgrind":
      writeCallgrind(report, out);
      break;
    case "list":
      writeList(report, out);
      break;
    case "weblist":
    case "disasm":
      if (writeInstructions === undefined)
        throw new Error(`no writer was given for ${report.format}`);
      writeInstructions(report, out);
      break;
    case "comments":
      writeComments(report, out);
      break;
  }
  out.flush();
  return { kind: "text" };
}
