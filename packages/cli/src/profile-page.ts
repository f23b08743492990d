// From profiles to their page, one file that needs nothing else. Loaded only when a page is asked for.

import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import type { Lang } from "@heapwright/core/model/message.ts";
import { loadProfile } from "@heapwright/core/analysis/profile/load.ts";
import { sampleIndexOf, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { pitfallsOf, pitfallsOfNames } from "@heapwright/core/analysis/profile/pitfalls.ts";
import { sampleCounts } from "@heapwright/core/analysis/profile/sample-counts.ts";
import type { SourceFacts } from "@heapwright/core/analysis/profile/source-facts.ts";
import {
  PICTURE_LIMITS,
  profilePicture,
  type ProfilePicture,
} from "@heapwright/core/pictures/profile/picture.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { renderProfilePage } from "@heapwright/web/render/profile/page.ts";
import { assertWritable, writeReport } from "./report-file.ts";
import { withProgress } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { webAssets } from "./web-assets.ts";

export interface ProfilePageOptions {
  readonly lang: Lang;
  readonly version: string;
  /** As the user named the file or files. */
  readonly target: string;
  /** What is known of the files, the base's too. */
  readonly sources: readonly SourceFacts[];
  /** Samples to subtract: the page is then of a difference. `held`: see ProfilePicture. */
  readonly base?:
    | {
        readonly profile: Profile;
        readonly target: string;
        readonly held?: readonly number[] | undefined;
      }
    | undefined;
  /** Shown first: a number or a name as `-sample_index` takes it; "" for the profile's default. */
  readonly sampleIndex?: string | undefined;
  /** The view that is open at first. */
  readonly view?: "down" | "up" | "graph" | undefined;
  /** Sentences: what of the files was not read, and why. */
  readonly damage: readonly string[];
  /** Where source is looked for besides the usual places; undefined: the page carries none. */
  readonly sourceFolders: readonly string[] | undefined;
  /** The flame is in view at first. */
  readonly opensOnPicture?: boolean;
}

export interface ProfilePage {
  readonly html: string;
  /** How many functions have their source in it. */
  readonly embedded: number;
}

/** The default, or where nothing was sampled for it the last type that has anything. */
function firstShown({ series, total, defaultType }: ProfilePicture): number {
  const types = series.filter(({ at }) => (total[at] ?? 0) > 0).map(({ type }) => type);
  return types.includes(defaultType) ? defaultType : (types.at(-1) ?? defaultType);
}

/**
 * `profile` after whatever filters the user asked for. A profile that was loaded with a marked base
 * (loadProfile's isDiffBase) shows as a difference too.
 * @throws ProfileError when base and profile cannot be combined, or for an unknown sample index
 */
export async function profilePage(
  profile: Profile,
  options: ProfilePageOptions,
): Promise<ProfilePage> {
  const { base, lang } = options;
  const shown =
    base === undefined
      ? profile
      : loadProfile({
          sources: [profile],
          bases: [base.profile],
          isDiffBase: true,
          normalize: false,
          executable: undefined,
          buildId: undefined,
          comment: undefined,
          naming: undefined,
          allFrames: true,
        });
  const wanted = options.sampleIndex ?? "";
  const first = sampleIndexOf(profile, wanted);
  const source =
    options.sourceFolders === undefined
      ? undefined
      : (await import("./page-source.ts")).pageSource(options.sourceFolders, options.sources);
  const made = profilePicture(shown, first, PICTURE_LIMITS, options.sources, {
    hasSource: source?.hasSource,
    held: base?.held,
    isDifference: base !== undefined,
  });
  const picture = wanted === "" ? { ...made, defaultType: firstShown(made) } : made;
  const carried = source?.carried(picture);
  const html = renderProfilePage({
    lang,
    ...(await webAssets("profile")),
    hash: (text) => createHash("sha256").update(text, "utf8").digest("base64"),
    theme: "auto",
    savedMs: Date.now(),
    picture,
    facts: {
      target: options.target,
      base: base?.target,
      timeMs: profile.timeNanos === 0n ? undefined : Number(profile.timeNanos / 1_000_000n),
      period: profile.period,
      periodType: profile.periodType,
      comments: profile.comments,
      damage: options.damage,
      notes:
        base === undefined
          ? notesOn(profile, picture.defaultType, options)
          : pitfallsOfNames(shown, picture.defaultType).map((note) => voiceOf(lang).say(note)),
    },
    version: options.version,
    // Level 6 halves the time of 9 for 1 % more bytes.
    pack: (bytes) => deflateRawSync(bytes, { level: 6 }).toString("base64"),
    view: options.view,
    source: carried,
    opensOnPicture: options.opensOnPicture === true,
  });
  return { html, embedded: (carried ?? []).filter((fn) => fn !== null).length };
}

/** As `show` says them in text, but for functions of one sample, which the page marks one by one. */
function notesOn(
  profile: Profile,
  value: number,
  { lang, sources }: ProfilePageOptions,
): readonly string[] {
  if (sources.length === 0) return [];
  const voice = voiceOf(lang);
  const counts = sampleCounts(profile, sources, value, false);
  return pitfallsOf({ profile, sources, value, counts, oneSampleNodes: 0 }).map((note) =>
    voice.say(note),
  );
}

export interface PageFlags {
  readonly lang: Lang;
  readonly quiet?: boolean;
  /** Folders with source, as often as given. */
  readonly source?: readonly string[] | false;
  readonly html?: string;
  readonly flame?: string;
}

/**
 * `--source DIR` and `--no-source` are one flag to commander: false is the latter.
 * @throws UsageError for what is no folder
 */
export function sourceFolders({
  source,
}: Pick<PageFlags, "source">): readonly string[] | undefined {
  if (source === false) return undefined;
  for (const folder of source ?? []) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) continue;
    throw new UsageError(
      `--source ${folder} is no folder: name the one that holds the source, such as a checkout of the service`,
      `--source ${folder} 不是文件夹：请给出存放源代码的文件夹，例如服务的检出目录`,
    );
  }
  return source ?? [];
}

/** Before the work: whether what was asked for can be written. */
export async function assertPagesWritable(flags: PageFlags): Promise<void> {
  const { html, flame } = flags;
  sourceFolders(flags);
  if (html !== undefined) await assertWritable(html);
  if (flame !== undefined) await assertWritable(flame, "--flame");
}

/** Making a page of a large profile takes seconds. */
export async function drawn<T>(
  { lang, quiet = false }: Pick<PageFlags, "lang" | "quiet">,
  make: () => Promise<T>,
): Promise<T> {
  return await withProgress(quiet, lang === "zh" ? "正在绘制页面" : "drawing the page", make);
}

/** Writes the pages that were asked for and says so. */
export async function writePages(
  flags: PageFlags,
  make: (opensOnPicture: boolean) => Promise<ProfilePage>,
): Promise<void> {
  for (const [file, isFlame] of [
    [flags.html, false],
    [flags.flame, true],
  ] as const) {
    if (file === undefined) continue;
    const { html, embedded } = await drawn(flags, async () => await make(isFlame));
    await writeReport(file, html);
    if (flags.quiet === true) continue;
    process.stderr.write(
      flags.lang === "zh"
        ? `heapwright: 已写入 ${file}${embedded === 0 ? "" : `，含 ${embedded} 个函数的源代码行（--no-source 可去掉）`}\n`
        : `heapwright: wrote ${file}${embedded === 0 ? "" : `, with source lines of ${embedded} ${embedded === 1 ? "function" : "functions"} (--no-source leaves them out)`}\n`,
    );
  }
}
