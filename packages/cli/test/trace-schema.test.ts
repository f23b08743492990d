// `heapwright trace --json` holds docs/schema/trace-1.schema.json, and the schema names every field: here no
// field that it does not name is let through, though readers must expect new ones.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { expectNoTrace, heapwright } from "./command.ts";
import { temporaryFolder } from "./temporary.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const FIXTURES = path.join(ROOT, "packages/core/test/fixtures/trace-analysis");
const corpora = process.env["HEAPWRIGHT_CORPORA"] ?? path.join(ROOT, "../shared/corpora");
const PUBLIC = [
  "go-trace/felixge-traceutils/1.19/test-encoding-json.trace",
  "go-trace/felixge-traceutils/1.21/test-encoding-json.trace",
  "go-trace/go-1.19-canned/stress_1_11_good",
];

const validate = new Ajv2020({ strict: false, allErrors: true }).compile(
  closed(JSON.parse(readFileSync(path.join(ROOT, "docs/schema/trace-1.schema.json"), "utf8"))),
);

/** The same schema, which takes no field that it does not name. */
function closed(schema: unknown): object {
  const walk = (x: unknown): unknown => {
    if (Array.isArray(x)) return x.map(walk);
    if (typeof x !== "object" || x === null) return x;
    const out = Object.fromEntries(Object.entries(x).map(([k, v]) => [k, walk(v)]));
    return "properties" in x && !("additionalProperties" in x)
      ? { ...out, additionalProperties: false }
      : out;
  };
  const out = walk(schema);
  if (typeof out !== "object" || out === null) throw new Error("the schema is no object");
  return out;
}

async function holdsSchema(file: string, lang: "en" | "zh" = "en"): Promise<unknown> {
  const run = await heapwright(["trace", file, "--json", "--lang", lang]);
  expectNoTrace(run);
  expect(run.code, run.stderr).toBe(0);
  const answer: unknown = JSON.parse(run.stdout);
  validate(answer);
  expect(validate.errors, file).toBeNull();
  return answer;
}

test("recorded services", async () => {
  const files = readdirSync(FIXTURES).filter((name) => name.endsWith(".trace"));
  expect(files.length).toBeGreaterThan(1);
  for (const name of files) await holdsSchema(path.join(FIXTURES, name), "zh");
});

test("a damaged trace", async () => {
  const whole = readFileSync(path.join(FIXTURES, "user-stw-faulty.trace"));
  const file = path.join(temporaryFolder(), "cut.trace");
  writeFileSync(file, whole.subarray(0, Math.floor(whole.length * 0.7)));
  const answer = await holdsSchema(file);
  expect(answer).toMatchObject({ complete: false });
});

test("public traces of other releases", async (context) => {
  const files = PUBLIC.map((name) => path.join(corpora, name)).filter((file) => existsSync(file));
  if (files.length === 0) context.skip("the public traces are absent");
  for (const file of files)
    expect(await holdsSchema(file)).toMatchObject({ schema: "heapwright.trace/1" });
});

test("a lab program recorded now: tasks, regions, a CPU profile beside it", async (context) => {
  const go = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" });
  if (!/^go1\.(2[2-9]|[3-9]\d)/.test(go.stdout ?? "")) context.skip("go 1.22 or later is absent");
  const folder = temporaryFolder();
  const names = ["tasks-regions", "cpu-profile", "gc-stress"];
  const args = ["--go", "local", "--ms", "60", "--out", folder, ...names];
  const made = spawnSync(process.execPath, [path.join(ROOT, "lab/traces/record.mjs"), ...args], {
    encoding: "utf8",
    timeout: 120_000,
  });
  expect(made.status, made.stderr).toBe(0);
  const answers = [];
  for (const name of names)
    answers.push(await holdsSchema(path.join(folder, "local", `${name}.trace`)));
  expect(answers[0]).toMatchObject({ tasks: expect.arrayContaining([expect.anything()]) });
  expect(answers[1]).toMatchObject({ samples: { count: expect.any(Number) } });
  expect(answers[2]).toMatchObject({ cycles: expect.arrayContaining([expect.anything()]) });
}, 180_000);
