// `heapwright show FILE…`: one profile, or several added up, in any of its forms.

import { existsSync, realpathSync } from "node:fs";
import { loadProfile } from "@heapwright/core/analysis/profile/load.ts";
import { convertsTo, unitsFor } from "@heapwright/core/analysis/profile/measurement.ts";
import { ProfileError, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { SIMPLE_NAMES } from "@heapwright/core/analysis/profile/tidy-names.ts";
import type { SourceFacts } from "@heapwright/core/analysis/profile/source-facts.ts";
import type { PprofConfig } from "@heapwright/core/report/pprof/config.ts";
import { measureOf } from "@heapwright/core/report/pprof/generate.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { showJson } from "@heapwright/core/report/show/json.ts";
import { UNIT_NAMES } from "@heapwright/core/report/show/scale.ts";
import { showMarkdown } from "@heapwright/core/report/show/markdown.ts";
import { formatShow } from "@heapwright/core/report/show/text.ts";
import { showView, type ShowView } from "@heapwright/core/report/show/view.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { EXIT } from "../../exit-codes.ts";
import { writeAll } from "../../output.ts";
import { loadProfileSource, type ProfileSource } from "../../profile-source.ts";
import { assertWritable, writeReport } from "../../report-file.ts";
import { columnsOf, paintFor, ProgressLine, withProgress } from "../../terminal.ts";
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
  const twice = namedTwice(files);
  if (twice === "-") {
    throw new UsageError(
      "standard input can be read once: name - once, and files by their names",
      "标准输入只能读取一次：- 只写一次，其余写文件名",
    );
  }
  if (twice !== undefined) warn(`named twice: ${twice}`);
  const sources = await loadAll(files, flags);
  const damage = sources.flatMap((source) => source.damage);
  try {
    const profile = combined(sources);
    assertUnit(profile, config, flags.unit);
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
    const view = await withProgress(
      flags.quiet === true,
      lang === "zh" ? "正在汇总" : "adding up",
      // So that the line is there before the work, which gives no other chance.
      async () =>
        await Promise.resolve(
          showView(profile, facts, { list: output, pattern, config, host, warn }),
        ),
    );
    await deliver(formatted(view, flags, damage, warnings), flags.output);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    const { en, zh } = engineWords(error.message);
    throw new UsageError(printable(en), printable(zh));
  }
}

/** The first file that stands there again; an address gives another answer each time. */
function namedTwice(files: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const file of files) {
    if (file !== "-" && !existsSync(file)) continue;
    const at = file === "-" ? file : realpathSync(file);
    if (seen.has(at)) return file;
    seen.add(at);
  }
  return undefined;
}

/** The engine takes any word for a unit, and says "24 kb" of 24 goroutines. */
function assertUnit(profile: Profile, config: PprofConfig, asked = config.unit): void {
  // What has no sample types is refused by the reports themselves.
  if (profile.sampleTypes.length === 0) return;
  const { type = "", unit = "" } = profile.sampleTypes[measureOf(profile, config).value] ?? {};
  if (convertsTo(unit, config.unit) || config.unit === unit) return;
  const names = unitsFor(unit).map((name) => UNIT_NAMES[name] ?? name);
  throw names.length === 0
    ? new UsageError(
        `--unit ${JSON.stringify(asked)} is no unit of ${type}: ${unit} has no other; leave --unit out`,
        `--unit ${JSON.stringify(asked)} 不是 ${type} 的单位：${unit} 没有其他单位；请去掉 --unit`,
      )
    : new UsageError(
        `--unit ${JSON.stringify(asked)} is no unit of ${type}; there is ${names.join(", ")}`,
        `--unit ${JSON.stringify(asked)} 不是 ${type} 的单位；有 ${names.join("、")}`,
      );
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
  const names = tellApart(files);
  return out.map((source, i) => {
    const name = names[i] ?? source.facts.name;
    return source.facts.name === "-" ? source : { ...source, facts: { ...source.facts, name } };
  });
}

/** The shortest ends of the paths that are all different: two captures have a heap.pb.gz each. */
function tellApart(files: readonly string[]): string[] {
  const parts = files.map((file) => file.split(/[/\\]/));
  const most = Math.max(...parts.map(({ length }) => length));
  for (let kept = 1; kept < most; kept++) {
    const names = parts.map((list) => list.slice(-kept).join("/"));
    if (new Set(names).size === new Set(files).size) return names;
  }
  return [...files];
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
  const columns = flags.output === undefined ? columnsOf(process.stdout) : undefined;
  return formatShow(view, { voice, paint, wide: flags.wide === true, columns, damage });
}

const plain = (text: string): string => text;

async function deliver(text: string, file: string | undefined): Promise<void> {
  if (file === undefined) {
    writeAll(Buffer.from(text));
    return;
  }
  await writeReport(file, text);
}
