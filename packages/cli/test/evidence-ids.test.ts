// Every evidence id that an answer carries can be looked up: a number without its rows is a claim.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { expectComplaint, expectNoTrace, heapwright } from "./command.ts";
import { idsIn, unresolved } from "./evidence-rows.ts";
import { gctrace, GOROUTINES, heapText, PROFILE_GZ } from "./inputs.ts";
import { temporaryFolder } from "./temporary.ts";

const validate = new Ajv2020({ strict: false, allErrors: true }).compile(
  JSON.parse(
    readFileSync(new URL("../../../docs/schema/why-1.schema.json", import.meta.url), "utf8"),
  ),
);

const folders: Readonly<Record<string, (at: string) => void>> = {
  "one profile": (at) => writeFileSync(path.join(at, "heap.pb.gz"), PROFILE_GZ),
  "a leak": (at) => {
    writeFileSync(path.join(at, "gc.log"), gctrace({ cycles: 60, firstMiB: 40, stepMiB: 4 }));
    writeFileSync(path.join(at, "heap-1.txt"), heapText(400, 30, 1_700_000_000));
    writeFileSync(path.join(at, "heap-2.txt"), heapText(4000, 59, 1_700_000_060));
  },
  "level, with goroutines": (at) => {
    writeFileSync(path.join(at, "gc.log"), gctrace({ cycles: 60, firstMiB: 90, stepMiB: 0 }));
    writeFileSync(path.join(at, "goroutine.txt"), GOROUTINES);
    mkdirSync(path.join(at, "later"));
    writeFileSync(path.join(at, "later", "goroutine-2.txt"), GOROUTINES);
  },
};

describe.each(Object.keys(folders))("%s", (name) => {
  test("the JSON holds its schema, and each id has its rows", async () => {
    const folder = temporaryFolder();
    folders[name]?.(folder);
    const run = await heapwright(["why", folder, "--json", "--evidence"]);
    expectNoTrace(run);
    const answer: unknown = JSON.parse(run.stdout);
    validate(answer);
    expect(validate.errors).toBeNull();
    const ids = idsIn(answer);
    expect(ids.size).toBeGreaterThan(0);
    expect(await unresolved(folder, ids)).toEqual([]);
    const [first = ""] = ids;
    const shown = await heapwright(["evidence", first, folder]);
    expect({ code: shown.code, stderr: shown.stderr }).toEqual({ code: 0, stderr: "" });
    expect(shown.stdout).toContain(first.slice(0, 8));
    // As `why --evidence` prints them, whole and half copied.
    for (const copied of [`[${first}]`, `${first}]`, `[${first}`]) {
      expect((await heapwright(["evidence", copied, folder])).stdout).toBe(shown.stdout);
    }
  });
});

test("an id that is not there: which rows there are", async () => {
  const folder = temporaryFolder();
  folders["one profile"]?.(folder);
  const answer = JSON.parse((await heapwright(["why", folder, "--json"])).stdout);
  const [id = ""] = idsIn(answer);
  const prefix = id.slice(0, 8);
  const run = await heapwright(["evidence", `${prefix}:stack:000000`, folder]);
  expect(run.code).toBe(3);
  expect(run.stderr).toMatch(new RegExp(`^heapwright: .*heapwright evidence ${prefix}\\n$`));
  expect((await heapwright(["evidence", "00000000", folder])).code).toBe(3);
});

test("without a folder: that of the last answer, and a sentence when it is gone", async () => {
  const folder = temporaryFolder();
  folders["one profile"]?.(folder);
  const env = { XDG_CACHE_HOME: temporaryFolder() };
  const answer = JSON.parse((await heapwright(["why", folder, "--json"], { env })).stdout);
  const [id = ""] = idsIn(answer);
  const run = await heapwright(["evidence", id], { env });
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  rmSync(folder, { recursive: true });
  const gone = await heapwright(["evidence", id], { env });
  expectComplaint(gone, 3, /is gone.*heapwright evidence ID FOLDER/);
});
