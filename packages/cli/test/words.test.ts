// No text names a flag or a verb that does not exist: what the program says, and what its README says.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { heapwright } from "./command.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Flags of other programs that our texts tell people to run. */
const FOREIGN: ReadonlySet<string> = new Set([
  // npm, git and the tools of this repository
  "--no-typecheck",
  // V8
  "--max-inlined-bytecode-size-cumulative",
  // the shell of go tool pprof
  "--cum",
]);

const verbs = ["why", "capture", "view", "show", "diff", "trace", "evidence"] as const;
/** Its flags are those of another tool. */
const otherVerbs = ["pprof"] as const;

const isVerb = (word: string): boolean => [...verbs, ...otherVerbs].some((v) => v === word);

async function flagsOf(verb: string): Promise<Set<string>> {
  const help = await heapwright([verb, "--help"]);
  return new Set([...help.stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z_-]+)/gm)].map((m) => m[1] ?? ""));
}

const flags = new Map<string, Set<string>>();
const known = async (): Promise<Set<string>> => {
  for (const verb of verbs) if (!flags.has(verb)) flags.set(verb, await flagsOf(verb));
  return new Set([...flags.values()].flatMap((set) => [...set]).concat("--version", "--help"));
};

test.each(verbs)("%s --help says the same in Chinese", async (verb) => {
  const { stdout } = await heapwright([verb, "--help", "--lang", "zh"]);
  const options = stdout.split("\n").filter((line) => /^ {2}(-\w, )?--[a-z_-]+/.test(line));
  expect(options.map((line) => /--[a-z_-]+/.exec(line)?.[0])).toEqual([...(await flagsOf(verb))]);
  // What stands behind each flag is Chinese.
  for (const line of options) expect(line).toMatch(/\p{Script=Han}/u);
  expect(stdout).not.toMatch(/Usage:|Options:|Arguments:|default:|choices:/);
});

test.each([
  [["wy"], "未知命令"],
  [["why", "--jsn"], "未知选项"],
  [["why", "--top"], "缺少参数"],
  [["why", "--fail-on", "x"], "不接受"],
  [["evidence"], "需要形如"],
  [["evidence", "zz"], "不是证据编号"],
  [["capture"], "需要一个新文件夹"],
  [["capture", "x", "y", "-o", "z"], "参数过多"],
  [["why", "--limit", "many", "."], "需要形如 512MiB"],
  [["why"], "要看什么"],
  [["show"], "需要一个剖析"],
] as const)("%j is answered in Chinese", async (args, said) => {
  const { stderr, code } = await heapwright([args[0], "--lang=zh", ...args.slice(1)]);
  expect(stderr).toContain(said);
  expect(code).toBe(2);
});

/** The name as the subject of a sentence. */
const PROSE: ReadonlySet<string> = new Set(["tells", "reads", "goes", "explains", "looks"]);

/** Source files whose strings people read. Comments are left out: they are for us. */
function spokenFiles(): { name: string; text: string }[] {
  const folders = ["packages/core/src", "packages/cli/src", "packages/web/src"];
  return folders.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile() && e.name.endsWith(".ts") && !e.name.endsWith(".test.ts"))
      .map((e) => {
        const file = path.join(e.parentPath, e.name);
        const text = readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
        return { name: path.relative(ROOT, file), text };
      }),
  );
}

const READMES = ["README.md", "README.zh-CN.md", "packages/cli/README.md"];

function documents(): { name: string; text: string }[] {
  return READMES.map((name) => ({ name, text: readFileSync(path.join(ROOT, name), "utf8") }));
}

/** `out[--at] = …` is code: flags stand behind a space or a quote. */
function isDecrement(text: string, at: number, flag: string): boolean {
  return flag === "--this" || (text[at - 1] === "[" && text[at + flag.length] === "]");
}

/** A flag: two dashes that begin a word. In the page they may as well be a custom property of CSS. */
function flagsIn(text: string, isPage = false): string[] {
  const found = text.matchAll(/(?<![\w-])--[a-z][a-z_-]*(?![\w-])/g);
  const isProperty = (at: number, flag: string) =>
    isPage && (text[at - 1] === "(" || /^\s*:/.test(text.slice(at + flag.length)));
  return [...found]
    .filter((m) => !isProperty(m.index, m[0]) && !isDecrement(text, m.index, m[0]))
    .map((m) => m[0]);
}

/** `heapwright WORD` where a command is written: a WORD that could be a verb. */
function verbsIn(text: string): string[] {
  return [
    ...text.matchAll(/(?:^|[`$:。：;；,，] ?|sudo |npx )heapwright ([a-z]+)(?= |$|`|")/gm),
  ].map((m) => m[1] ?? "");
}

describe("what is said", () => {
  test("names only flags that exist", async () => {
    const all = await known();
    expect(all.size).toBeGreaterThan(20);
    const wrong: string[] = [];
    const files = [...spokenFiles(), ...documents()];
    for (const { name, text } of files)
      for (const flag of flagsIn(text, name.startsWith("packages/web/")))
        if (!all.has(flag) && !FOREIGN.has(flag)) wrong.push(`${name}: ${flag}`);
    expect(wrong).toEqual([]);
  });

  test("names only verbs that exist", async () => {
    const wrong: string[] = [];
    let seen = 0;
    for (const { name, text } of [...spokenFiles(), ...documents()])
      for (const verb of verbsIn(text)) {
        seen += 1;
        // In a sentence of prose the name stands before a verb of English.
        if (!isVerb(verb) && !PROSE.has(verb)) wrong.push(`${name}: heapwright ${verb}`);
      }
    expect(seen).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  test("each example of a verb uses that verb's own flags", async () => {
    await known();
    const wrong: string[] = [];
    for (const { name, text } of [...spokenFiles(), ...documents()])
      for (const m of text.matchAll(/heapwright (why|capture|view|show|evidence)([^`"'\n;|]*)/g)) {
        const own = flags.get(m[1] ?? "") ?? new Set();
        for (const flag of flagsIn(m[2] ?? "")) if (!own.has(flag)) wrong.push(`${name}: ${m[0]}`);
      }
    expect(wrong).toEqual([]);
  });
});
