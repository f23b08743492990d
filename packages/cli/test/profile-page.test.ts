// `heapwright view` of one profile: the page as a file, from the built command.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { heapwright, SCRATCH } from "./command.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../core/test/fixtures/pprof/${name}`, import.meta.url));
const HEAP = fixture("go1.26.heap.pb.gz");

describe("view --html", () => {
  test("writes a page that needs nothing else", async () => {
    const html = path.join(SCRATCH, "profile.html");
    const run = await heapwright(["view", HEAP, "--html", html]);
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
      /is no file. Name a profile: curl/,
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
      /unrecognized profile format.*Fetch it again: curl/,
    ],
    [
      "a base that is not there",
      () => [HEAP, "--base", `${note}.no`, "--html", `${note}.html`],
      3,
      /is no file/,
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
