// `heapwright show FILE…`: one profile, or several added up, in any of its forms.

import { loadProfile } from "@heapwright/core/analysis/profile/load.ts";
import { ProfileError, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { SIMPLE_NAMES } from "@heapwright/core/analysis/profile/tidy-names.ts";
import type { SourceFacts } from "@heapwright/core/analysis/profile/source-facts.ts";
import type { PprofConfig } from "@heapwright/core/report/pprof/config.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { showJson } from "@heapwright/core/report/show/json.ts";
import { showMarkdown } from "@heapwright/core/report/show/markdown.ts";
import { formatShow } from "@heapwright/core/report/show/text.ts";
import { showView, type ShowView } from "@heapwright/core/report/show/view.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { EXIT } from "../../exit-codes.ts";
import { writeAll } from "../../output.ts";
import { loadProfileSource, type ProfileSource } from "../../profile-source.ts";
import { assertWritable, writeReport } from "../../report-file.ts";
import { paintFor, ProgressLine } from "../../terminal.ts";
import { UsageError } from "../../usage-error.ts";
import { host } from "../pprof/pprof.ts";
import { engineText, engineWords } from "./engine-words.ts";
import { configOf, isList, outputOf, type ShowFlags } from "./flags.ts";

export async function showVerb(
  files: readonly string[],
  flags: ShowFlags,
  version: string,
): Promise<number> {
  const output = outputOf(flags);
  const config = configOf(flags, output);
  if (flags.output !== undefined) await assertWritable(flags.output, "-o");
  const isPage = flags.html !== undefined || flags.flame !== undefined;
  if (isPage) await (await import("../../profile-page.ts")).assertPagesWritable(flags);
  const { lang } = flags;
  const warnings: string[] = [];
  const warn = (message: string): void => {
    const text = engineText(message, lang);
    warnings.push(text);
    if (flags.quiet !== true) process.stderr.write(`heapwright: ${printable(text)}\n`);
  };
  const sources = await loadAll(files, flags);
  const damage = sources.flatMap((source) => source.damage);
  try {
    const profile = combined(sources);
    const facts = sources.map((source) => source.facts);
    if (isPage) await pages(profile, { files, facts, damage, version, config }, flags);
    if (!isList(output)) {
      if (flags.quiet !== true) {
        for (const text of damage) process.stderr.write(`heapwright: ${text}\n`);
      }
      if (output === "list") {
        const [{ listedSource }, { sourceFolders }] = await Promise.all([
          import("./list.ts"),
          import("../../profile-page.ts"),
        ]);
        const text = await listedSource(profile, {
          pattern: flags.list ?? "",
          config,
          facts,
          folders: sourceFolders(flags) ?? [],
          lang,
          hasColour:
            flags.output === undefined &&
            paintFor(process.stdout, flags.plain === true)("x", "dim") !== "x",
          warn,
        });
        await deliver(text, flags.output);
        return EXIT.ok;
      }
      const { writeOutput } = await import("./outputs.ts");
      await writeOutput(profile, { name: output, pattern: undefined }, config, flags.output, warn);
      return EXIT.ok;
    }
    const pattern = output === "peek" ? flags.peek : undefined;
    const view = showView(profile, facts, { list: output, pattern, config, host, warn });
    await deliver(formatted(view, flags, damage, warnings), flags.output);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    const { en, zh } = engineWords(error.message);
    throw new UsageError(printable(en), printable(zh));
  }
}

interface Pages {
  readonly files: readonly string[];
  readonly facts: readonly SourceFacts[];
  readonly damage: readonly string[];
  readonly version: string;
  readonly config: PprofConfig;
}

/** The pages of what filters leave; the list that is printed beside them says what matched nothing. */
async function pages(
  profile: Profile,
  { files, facts, damage, version, config }: Pages,
  flags: ShowFlags,
): Promise<void> {
  const [{ profilePage, sourceFolders, writePages }, { filteredProfile }] = await Promise.all([
    import("../../profile-page.ts"),
    import("./outputs.ts"),
  ]);
  const left = filteredProfile(profile, config, () => undefined);
  await writePages(flags, (opensOnPicture) =>
    profilePage(left, {
      lang: flags.lang,
      version,
      target: files.join(", "),
      sources: facts,
      sampleIndex: config.sample_index,
      damage,
      sourceFolders: sourceFolders(flags),
      opensOnPicture,
    }),
  );
}

async function loadAll(files: readonly string[], flags: ShowFlags): Promise<ProfileSource[]> {
  const progress = new ProgressLine(flags.quiet === true);
  const out: ProfileSource[] = [];
  for (const [i, file] of files.entries()) {
    progress.show(`${file}   ${i + 1}/${files.length}`, true);
    try {
      out.push(await loadProfileSource(file, flags.lang));
    } finally {
      progress.clear();
    }
  }
  return out;
}

/** As `go tool pprof` loads them, so that the same flags give the same numbers. */
function combined(sources: readonly ProfileSource[]): Profile {
  return loadProfile({
    sources: sources.map(({ profile }) => profile),
    bases: [],
    isDiffBase: false,
    normalize: false,
    executable: undefined,
    buildId: undefined,
    comment: undefined,
    naming: SIMPLE_NAMES,
    allFrames: false,
  });
}

function formatted(
  view: ShowView,
  flags: ShowFlags,
  damage: readonly string[],
  warnings: readonly string[],
): string {
  const voice = voiceOf(flags.lang);
  if (flags.json === true) {
    return `${JSON.stringify(showJson(view, voice, { damage, warnings }), undefined, 2)}\n`;
  }
  if (flags.md === true) return showMarkdown(view, voice, damage);
  const paint = flags.output === undefined ? paintFor(process.stdout, flags.plain === true) : plain;
  return formatShow(view, { voice, paint, wide: flags.wide === true, damage });
}

const plain = (text: string): string => text;

async function deliver(text: string, file: string | undefined): Promise<void> {
  if (file === undefined) {
    writeAll(Buffer.from(text));
    return;
  }
  await writeReport(file, text);
}
