// `heapwright show FILE…`: one profile, or several added up, in any of its forms.

import { loadProfile } from "@heapwright/core/analysis/profile/load.ts";
import { ProfileError, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { showJson } from "@heapwright/core/report/show/json.ts";
import { showMarkdown } from "@heapwright/core/report/show/markdown.ts";
import { formatShow } from "@heapwright/core/report/show/text.ts";
import { showView, type ShowView } from "@heapwright/core/report/show/view.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { EXIT } from "../../exit-codes.ts";
import { writeAll } from "../../output.ts";
import { assertWritable, writeReport } from "../../report-file.ts";
import { paintFor, ProgressLine } from "../../terminal.ts";
import { UsageError } from "../../usage-error.ts";
import { host } from "../pprof/pprof.ts";
import { engineText, engineWords } from "./engine-words.ts";
import { configOf, isList, outputOf, type ShowFlags } from "./flags.ts";
import { loadShown, type ShownSource } from "./sources.ts";

export async function showVerb(files: readonly string[], flags: ShowFlags): Promise<number> {
  const output = outputOf(flags);
  const config = configOf(flags, output);
  if (flags.output !== undefined) await assertWritable(flags.output, "-o");
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
    if (!isList(output)) {
      if (flags.quiet !== true) {
        for (const text of damage) process.stderr.write(`heapwright: ${text}\n`);
      }
      const { writeOutput } = await import("./outputs.ts");
      const pattern = output === "list" ? flags.list : undefined;
      await writeOutput(profile, { name: output, pattern }, config, flags.output, warn);
      return EXIT.ok;
    }
    const facts = sources.map((source) => source.facts);
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

async function loadAll(files: readonly string[], flags: ShowFlags): Promise<ShownSource[]> {
  const progress = new ProgressLine(flags.quiet === true);
  const out: ShownSource[] = [];
  for (const [i, file] of files.entries()) {
    progress.show(`${file}   ${i + 1}/${files.length}`, true);
    try {
      out.push(await loadShown(file, flags.lang));
    } finally {
      progress.clear();
    }
  }
  return out;
}

/** As `go tool pprof` loads them, so that the same flags give the same numbers. */
function combined(sources: readonly ShownSource[]): Profile {
  return loadProfile({
    sources: sources.map(({ profile }) => profile),
    bases: [],
    isDiffBase: false,
    normalize: false,
    executable: undefined,
    buildId: undefined,
    comment: undefined,
    tidiesNames: true,
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
