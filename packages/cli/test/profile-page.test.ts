// The page of a profile as a file: of view, show and diff, from the built command.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BIN, heapwright, SCRATCH } from "./command.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../core/test/fixtures/pprof/${name}`, import.meta.url));
const HEAP = fixture("go1.26.heap.pb.gz");

describe("view --html", () => {
  test("writes a page that needs nothing else", async () => {
    const html = path.join(SCRATCH, "profile.html");
    const run = await heapwright(["view", HEAP, "--html", html, "--no-source"]);
    expect([run.code, run.stdout, run.stderr]).toEqual([0, "", `heapwright: wrote ${html}\n`]);
    const page = readFileSync(html, "utf8");
    for (const part of [
      'id="picture"',
      'id="ptable"',
      'id="profile-data"',
      "default-src &#39;none&#39;",
    ])
      expect(page).toContain(part);
    expect(page).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="https?:/);
    expect(page).toMatch(/<h1[^>]*><bdi>inuse_space<\/bdi> [\d.]+/);
  });

  test("of a difference, with the base named", async () => {
    const html = path.join(SCRATCH, "difference.html");
    const run = await heapwright([
      "view",
      "--base",
      HEAP,
      fixture("go1.26.allocs.pb.gz"),
      "--html",
      html,
      "--quiet",
      "--lang",
      "zh",
    ]);
    expect([run.code, run.stderr]).toEqual([0, ""]);
    const page = readFileSync(html, "utf8");
    expect(page).toContain("没有变化的证据");
    expect(page).toContain("go1.26.heap.pb.gz");
  });

  test("a difference has the notes on its names", async () => {
    const folded = (name: string, func: string, value: number): string => {
      const file = path.join(SCRATCH, name);
      writeFileSync(file, `main.main;${func} ${value}\nmain.main;p.x 3\n`);
      return file;
    };
    const html = path.join(SCRATCH, "noted.html");
    const notesOf = async (func: string): Promise<string | undefined> => {
      const [base, now] = [folded("noted-0.folded", func, 5), folded("noted-1.folded", func, 9)];
      const run = await heapwright(["view", "--base", base, now, "--html", html, "--quiet"]);
      expect([run.code, run.stderr]).toEqual([0, ""]);
      return /<details[^>]* id="notes">([\s\S]*?)<\/details>/.exec(readFileSync(html, "utf8"))?.[1];
    };
    const notes = await notesOf("p.Map[go.shape.int].Put");
    expect(notes).toContain("One note on <bdi>samples</bdi>");
    expect(notes).toContain("one line can be several types: p.Map[go.shape.int].Put");
    // Not that values were added up, as of several files that are shown.
    expect(notes?.match(/<li>/g)).toHaveLength(1);
    expect(await notesOf("p.F")).toBe(undefined);
    // Stacks of a file without sample counts have no intervals, and none are explained.
    const page = readFileSync(html, "utf8");
    expect(/how many samples stand behind a value: no intervals/.test(page)).toBe(true);
    expect(/<p class="says">intervals as of two/.test(page)).toBe(false);
  });

  test.each([
    "go1.26.goroutine.pb.gz",
    "go1.26.cpu.pb.gz",
    "go1.26.block.pb.gz",
    "go1.26.heap-delta.pb.gz",
  ])("of %s", async (name) => {
    const html = path.join(SCRATCH, `${name}.html`);
    const run = await heapwright(["view", fixture(name), "--html", html]);
    expect(run.code).toBe(0);
    expect(readFileSync(html, "utf8")).toContain('id="profile-data"');
  });
});

/** The page's block of data; `source` as text, "" where the page has none. */
function blockOf(page: string): { readonly opens: unknown; readonly source: string } {
  const text = /<script type="application\/json" id="profile-data">(.*?)<\/script>/s.exec(
    page,
  )?.[1];
  const block: { opens?: unknown; source?: unknown } = JSON.parse(text ?? "{}");
  const { source } = block;
  return {
    opens: block.opens,
    source:
      typeof source === "string" ? inflateRawSync(Buffer.from(source, "base64")).toString() : "",
  };
}

/** What is said on the page: its script holds the words of every page. */
const said = (page: string): string =>
  page.slice(page.indexOf("<main"), page.indexOf('id="profile-data"'));

const heading = (page: string): string =>
  (/<h1[^>]*>(.*?)<\/h1>/s.exec(page)?.[1] ?? "").replace(/<[^>]+>/g, "").replaceAll("\u00a0", " ");

describe("show --html and --flame", () => {
  const folder = path.join(SCRATCH, "shop-source");
  const prepare = (): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "main.go"), readFileSync(fixture("shop.go.txt")));
  };

  test("of what the filters leave, in the type asked for; the list is printed too", async () => {
    const html = path.join(SCRATCH, "show.html");
    const flame = path.join(SCRATCH, "show-flame.html");
    const flags = ["--focus=newOrder", "--sample-index=alloc_space", "--no-source"];
    const run = await heapwright(["show", HEAP, ...flags, "--html", html, "--flame", flame]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("main.newOrder");
    expect(run.stderr).toBe(`heapwright: wrote ${html}\nheapwright: wrote ${flame}\n`);
    const page = readFileSync(html, "utf8");
    const [whole, part] = await Promise.all(
      [["--sample-index=alloc_space"], flags.slice(0, 2)].map(async (given) => {
        const { stdout } = await heapwright(["show", HEAP, ...given, "--json"]);
        const answer: { total: { value: number }; left?: { value: number } } = JSON.parse(stdout);
        return answer.left?.value ?? answer.total.value;
      }),
    );
    expect(part).toBeLessThan(whole ?? 0);
    expect(heading(page)).toMatch(/^alloc_space /);
    const MiB = Number(/ ([\d.]+) MiB/.exec(heading(page))?.[1]);
    expect(MiB).toBeGreaterThan(((part ?? 0) / 2 ** 20) * 0.94);
    expect(MiB).toBeLessThan(((part ?? 0) / 2 ** 20) * 1.06);
    expect(blockOf(page)).toEqual({ opens: undefined, source: "" });
    expect(blockOf(readFileSync(flame, "utf8")).opens).toBe("picture");
  });

  test("carries source where it is found, says so, and leaves it out when told", async () => {
    prepare();
    const html = path.join(SCRATCH, "show-source.html");
    const args = ["show", HEAP, "--html", html, "--source", folder];
    const run = await heapwright([...args, "--top=1"]);
    expect(run.stderr).toMatch(
      /with source lines of \d+ functions? \(--no-source leaves them out\)/,
    );
    const page = readFileSync(html, "utf8");
    expect(said(page)).toMatch(/This page carries source lines of \d+ functions?/);
    expect(blockOf(page).source).toContain("tea,milk,sugar");
    // Lines of functions, not files; and no path of this machine.
    expect(blockOf(page).source).not.toContain("package main");
    expect(blockOf(page).source).not.toContain(folder);
    await heapwright([...args, "--no-source"]);
    const without = readFileSync(html, "utf8");
    expect(blockOf(without).source).toBe("");
    expect(said(without)).not.toContain("carries source");
  });

  test("--list: the source, with intervals; where it was looked for when it is not there", async () => {
    prepare();
    const list = ["show", HEAP, "--list", "main.(newOrder|newBlob)"];
    const run = await heapwright([...list, "--source", folder]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^main\.newBlob {2}example\.com\/shop\/main\.go:42$/m);
    expect(run.stdout).toMatch(/^1 \[0\.12, 3\.61\] {2}10\.5 \[6\.54, 16\.1\] +45 +return &order/m);
    expect(run.stdout).toContain(`source: ${path.join(folder, "main.go")}`);
    expect(run.stdout).not.toContain("\u001b");
    const missing = await heapwright(list, { cwd: SCRATCH });
    expect(missing.stdout).toContain("--source DIR says where");
    expect(missing.stdout).toContain("looked for at ");
    const zh = await heapwright([...list, "--lang=zh"], { cwd: SCRATCH });
    expect(zh.stdout).toContain("找过：");
    const nowhere = await heapwright([...list, "--source", `${folder}/nothing`]);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining("is no folder")]);
    const none = await heapwright(["show", HEAP, "--list", "nosuch"]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("no function matches")]);
  });
});

describe("diff --html and view --base", () => {
  const growth = (name: string): string =>
    fileURLToPath(new URL(`../../core/test/fixtures/growth/faulty/${name}`, import.meta.url));
  const PAIR = [growth("before-0.pb.gz"), growth("after-0.pb.gz")] as const;
  const PAIRED = "what is alive in both cancels";

  test("one process: the page has the interval of the answer", async () => {
    const html = path.join(SCRATCH, "diff.html");
    const run = await heapwright(["diff", ...PAIR, "--html", html, "--quiet", "--no-source"]);
    expect([run.code, run.stderr]).toEqual([0, ""]);
    const answer = /; ([+−][\d.]+) MiB \[([+−\d.]+), ([\d.]+)\] live in all/.exec(run.stdout);
    const page = readFileSync(html, "utf8");
    const drawn = /([+−][\d.]+) MiB \[([+−\d.]+), ([\d.]+)\]/.exec(heading(page));
    for (const i of [1, 2, 3]) {
      const number = (text: string | undefined): number => Number(text?.replace("−", "-"));
      expect(number(drawn?.[i])).toBeCloseTo(number(answer?.[i]), 0);
    }
    expect(said(page)).toContain(PAIRED);
    const view = path.join(SCRATCH, "view-base.html");
    await heapwright(["view", "--base", ...PAIR, "--html", view, "--no-source"]);
    expect(heading(readFileSync(view, "utf8"))).toBe(heading(page));
  });

  test("where nothing went it is a difference all the same", async () => {
    const incident = fileURLToPath(
      new URL("../../../recordings/incident-session-store/", import.meta.url),
    );
    const html = path.join(SCRATCH, "diff-grew.html");
    const files = ["snapshot-1/heap.pb.gz", "snapshot-3/heap.pb.gz"].map((f) => incident + f);
    const flags = ["--focus", "Repeat", "--html", html, "--no-source", "--quiet"];
    const run = await heapwright(["diff", ...files, ...flags]);
    expect(run.stdout).toContain("one process (the capture says so)");
    const page = readFileSync(html, "utf8");
    expect(heading(page)).toMatch(/^inuse_space \+281 MiB \[/);
    expect(said(page)).toContain(PAIRED);
  });

  test.each(["go1.22.heap-delta", "go1.26.heap-delta", "go1.27.heap-delta"])(
    "%s, a file that is a difference: as the answer has it, by view and by diff",
    async (name) => {
      const html = path.join(SCRATCH, "delta.html");
      const number = (text: string | undefined): number => Number(text?.replace("−", "-"));
      for (const verb of ["diff", "view", "show"]) {
        const flags = ["--html", html, "--no-source", "--quiet"];
        expect((await heapwright([verb, fixture(`${name}.pb.gz`), ...flags])).code).toBe(0);
        const page = readFileSync(html, "utf8");
        const drawn = /([+−]?[\d.]+) MiB \[([−\d.]+), ([\d.]+)\]/.exec(heading(page));
        const { stdout } = await heapwright(["diff", fixture(`${name}.pb.gz`), "--json"]);
        const { value, lo, hi } = JSON.parse(stdout).total.change;
        for (const [i, wanted] of [value, lo, hi].entries()) {
          expect(Math.abs(number(drawn?.[i + 1]) - wanted / 2 ** 20)).toBeLessThan(0.6);
        }
        expect(said(page)).toContain("shares are of what came");
      }
    },
  );

  test("told to be two processes, or of two toolchains: independent, and it says so", async () => {
    const html = path.join(SCRATCH, "diff-other.html");
    const say = async (...args: readonly string[]): Promise<string> => {
      const run = await heapwright(["diff", ...args, "--flame", html, "--no-source"]);
      expect(run.code).toBe(0);
      return readFileSync(html, "utf8");
    };
    for (const args of [
      [...PAIR, "--other-process"],
      [fixture("go1.22.heap.pb.gz"), fixture("go1.27.heap.pb.gz")],
    ]) {
      const page = await say(...args);
      expect(said(page)).toContain("two independent processes");
      expect(said(page)).not.toContain(PAIRED);
    }
  });

  test("one side from standard input; kinds that do not compare are told", async () => {
    const html = path.join(SCRATCH, "diff-stdin.html");
    const child = spawn(process.execPath, [BIN, "diff", PAIR[0], "-", "--html", html]);
    child.stdin.end(readFileSync(PAIR[1]));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(0);
    expect(said(readFileSync(html, "utf8"))).toContain(PAIRED);
    const run = await heapwright(["diff", HEAP, fixture("go1.26.cpu.pb.gz"), "--html", html]);
    expect([run.code, run.stderr]).toEqual([
      2,
      expect.stringContaining("two profiles of one kind"),
    ]);
    const folder = await heapwright(["diff", ...PAIR, "--html", SCRATCH]);
    expect([folder.code, folder.stderr]).toEqual([2, expect.stringContaining("it is a folder")]);
  });
});

test("view of standard input, and of an address", async () => {
  const html = path.join(SCRATCH, "view-stdin.html");
  const child = spawn(process.execPath, [BIN, "view", "-", "--html", html, "--no-source"]);
  child.stdin.end(readFileSync(HEAP));
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
  const whole = heading(readFileSync(html, "utf8"));
  expect(whole).toMatch(/^inuse_space [\d.]+ MiB/);
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.end(readFileSync(HEAP));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;
  const run = await heapwright(["view", url, "--html", html, "--no-source", "--quiet"]);
  const same = await heapwright(["diff", HEAP, url]);
  server.close();
  expect([run.code, run.stderr]).toEqual([0, ""]);
  expect(heading(readFileSync(html, "utf8"))).toBe(whole);
  expect(same.stdout).toContain("both files hold the same profile");
  expect(asked).toEqual(["/debug/pprof/heap", "/debug/pprof/heap"]);
});

describe("what is said when there is no page", () => {
  const torn = path.join(SCRATCH, "torn.pb.gz");
  const note = path.join(SCRATCH, "note.txt");
  const folder = path.join(SCRATCH, "a-folder");
  const prepare = (): void => {
    writeFileSync(torn, gzipSync(readFileSync(HEAP)).subarray(0, 40));
    writeFileSync(note, "nothing of a profile");
    mkdirSync(folder, { recursive: true });
  };

  test.each([
    [
      "a folder with --html",
      () => [folder, "--html", `${folder}.html`],
      3,
      /is a folder\. What it holds together: heapwright why /,
    ],
    [
      "two files with --base",
      () => ["--base", HEAP, HEAP, HEAP],
      2,
      /for one profile: heapwright view --base/,
    ],
    [
      "a text",
      () => [note, "--html", `${note}.html`],
      3,
      /it says "nothing of a profile", which may be a server.s answer.*curl -o/,
    ],
    [
      "a base that is not there",
      () => [HEAP, "--base", `${note}.no`, "--html", `${note}.html`],
      3,
      /does not exist/,
    ],
    [
      "a folder to write to",
      () => [HEAP, "--html", folder],
      2,
      /it is a folder. Name a file: --html report.html/,
    ],
    [
      "kinds that do not compare",
      () => [HEAP, "--base", fixture("go1.26.cpu.pb.gz"), "--html", `${note}.html`],
      3,
      /go1\.26\.cpu/,
    ],
  ] as const)("%s", async (_, args, code, says) => {
    prepare();
    const run = await heapwright(["view", ...args()]);
    expect([run.code, run.stdout]).toEqual([code, ""]);
    expect(run.stderr).toMatch(says);
  });
});
