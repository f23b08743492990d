// `heapwright trace --html` and `--flame`, as a process of its own, on a recorded trace.

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { heapwright, SCRATCH } from "./command.ts";

const corpora =
  process.env["HEAPWRIGHT_CORPORA"] ??
  fileURLToPath(new URL("../../../../shared/corpora/", import.meta.url));
const TRACE = path.join(corpora, "go-trace/felixge-traceutils/1.21/test-encoding-json.trace");

test("both pages are written, and the text is printed all the same", async (context) => {
  if (!existsSync(TRACE)) context.skip("the public traces are absent");
  const html = path.join(SCRATCH, "trace.html");
  const flame = path.join(SCRATCH, "flame.html");
  const run = await heapwright(["trace", TRACE, "--html", html, "--flame", flame]);
  expect([run.code, run.stderr]).toEqual([
    0,
    `heapwright: wrote ${html}\nheapwright: wrote ${flame}\n`,
  ]);
  expect(run.stdout).toContain("CYCLES");
  const page = readFileSync(html, "utf8");
  for (const part of ['id="timeline"', 'id="cycles"', 'id="stops"', 'id="mmu"', "answer-packed"])
    expect(page).toContain(part);
  expect(page).toContain("default-src &#39;none&#39;");
  const alone = readFileSync(flame, "utf8");
  expect(alone).toContain('id="assists"');
  expect(alone).not.toContain('id="cycles"');
});

test("where a page cannot be written, it is said before the work", async (context) => {
  if (!existsSync(TRACE)) context.skip("the public traces are absent");
  const folder = path.join(SCRATCH, "folder");
  mkdirSync(folder);
  const run = await heapwright(["trace", TRACE, "--flame", folder]);
  expect([run.code, run.stdout]).toEqual([2, ""]);
  expect(run.stderr).toContain("it is a folder. Name a file: --flame report.html");
});
