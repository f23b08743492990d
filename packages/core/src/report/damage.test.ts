import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { artefact, heapProfile } from "../../test/tables.ts";
import type { Artefact, EvidenceFolder } from "../evidence/artefact.ts";
import type { CaptureSeal } from "../evidence/capture-record.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { answerOf } from "../verdict/answer-of.ts";
import type { Answer } from "../verdict/answer.ts";
import { formatJson } from "./json.ts";
import { formatMarkdown } from "./markdown.ts";
import { voiceOf } from "./say.ts";
import { formatText } from "./text.ts";

const profile = (name: string, more: Partial<Artefact> = {}): Artefact => ({
  ...artefact(
    name,
    heapProfile([
      { stack: [["app.f", "/src/app/x.go", 7]], size: 4096, allocs: 9 + name.length, inuse: 9 },
    ]),
  ),
  ...more,
});

const diagnostic = (code: string, more: Partial<Diagnostic> = {}): Diagnostic => ({
  code,
  severity: "damage",
  count: 1,
  params: {},
  ...more,
});

const seal = (more: Partial<CaptureSeal>): CaptureSeal => ({
  schema: "heapwright.capture/1",
  tool: "heapwright test",
  startMs: 1,
  endMs: 2,
  target: "http://localhost:6060/",
  ended: "done",
  records: [],
  ...more,
});

function answered(folder: Partial<EvidenceFolder>): Answer {
  const answer = answerOf(
    { artefacts: [profile("a.txt")], unread: [], absent: [], ...folder },
    { target: "./incident", toolVersion: "test", limitBytes: undefined, loadCounter: undefined },
  );
  if (answer === undefined) throw new Error("no process in these artefacts");
  return answer.answer;
}

/** Lines joined: a sentence may be wrapped anywhere. */
function textOf(answer: Answer, lang: "en" | "zh" = "en"): string {
  return formatText(answer, {
    voice: voiceOf(lang),
    paint: (t) => t,
    top: 10,
    withEvidence: false,
    withLinking: false,
  }).replaceAll(/\s+/g, " ");
}

describe("damaged evidence", () => {
  const cut = profile("dump.pb.gz", {
    diagnostics: [
      diagnostic("pprof.truncated", {
        params: { read: 1_258_291, total: 3_565_158 },
        where: { offset: 1_258_291 },
      }),
    ],
    completeness: { complete: false, lowerBounds: true, fraction: 0.61 },
  });

  test("says what was lost, how much was read, and that numbers are lower bounds", () => {
    expect(textOf(answered({ artefacts: [cut] }))).toContain(
      "DAMAGE dump.pb.gz: cut inside a field: 1.2 MiB of the 3.4 MiB that are there could be read; what followed is missing. Fetch it again. 61 % of it could be read; numbers from it are lower bounds",
    );
  });

  test("the same in Markdown and in Chinese", () => {
    const answer = answered({ artefacts: [cut] });
    expect(formatMarkdown(answer, voiceOf("en"), 10)).toMatch(
      /\*\*DAMAGE\*\*\n\n- dump\.pb\.gz: .*61 % of it could be read/,
    );
    expect(textOf(answer, "zh")).toContain("由此得出的数字是下限");
  });

  test("files that were damaged alike are one line", () => {
    const artefacts = ["s1", "s2", "s3"].map((name, i) =>
      profile(name.repeat(i + 1), { diagnostics: [diagnostic("profile-text.memstats-missing")] }),
    );
    const text = textOf(answered({ artefacts }));
    expect(text).toMatch(/DAMAGE s1 and 2 more: cut before its MemStats/);
    expect(text.match(/cut before its MemStats/g)).toHaveLength(1);
  });

  test("a web page in place of a profile is told; other files are counted", () => {
    const unknown = (name: string, looksLike: string) => ({
      name,
      bytes: 9,
      reason: "unknown" as const,
      diagnostic: diagnostic("files.unknown", { severity: "note", params: { looksLike } }),
    });
    const text = textOf(
      answered({
        unread: [
          unknown("heap.pb.gz", "html"),
          unknown("README.md", "text"),
          unknown("report.html", "html"),
        ],
      }),
    );
    expect(text).toContain("heap.pb.gz: a web page, not a profile");
    expect(text).toContain(
      "UNUSED 2 files are of no kind that is known here: README.md, report.html",
    );
  });

  test("what is wrong with the folder is told", () => {
    const text = textOf(
      answered({
        diagnostics: [
          diagnostic("files.manifest-torn", {
            severity: "warning",
            params: { file: "run/capture.jsonl" },
          }),
          diagnostic("files.too-many", { params: { limit: 50_000 } }),
        ],
      }),
    );
    expect(text).toContain("run/capture.jsonl: the last line is cut");
    expect(text).toMatch(/\.\/incident: more than 50.000 files/);
  });
});

describe("how the evidence was captured", () => {
  test("a target that died", () => {
    const answer = answered({ seals: [seal({ ended: "target-died", reason: "pid-gone" })] });
    const line = "the service died: its process was gone (pid-gone); evidence ends there";
    expect(textOf(answer)).toContain(`CAPTURE ${line}`);
    expect(formatMarkdown(answer, voiceOf("en"), 10)).toContain(`**CAPTURE**\n\n- ${line}`);
  });

  test("a note that matters is told, another is not, and JSON has both", () => {
    const answer = answered({
      seals: [
        seal({
          notes: [
            { code: "pid-is-forwarder", params: { pid: 7, comm: "kubectl" } },
            { code: "pid-found-by-port", params: { pid: 8, comm: "svc", proof: "vdso" } },
          ],
          cost: { requests: 3, bytes: 4, targetBusyMs: 5.5, stwCount: 2 },
        }),
      ],
    });
    const text = textOf(answer);
    expect(text).toContain("CAPTURE kubectl (pid 7) listens there and is not the service");
    expect(text).not.toContain("found by its port");
    const json: unknown = JSON.parse(formatJson(answer, voiceOf("en")));
    const schema = new URL("../../../../docs/schema/why-1.schema.json", import.meta.url);
    const validate = new Ajv2020({ strict: false }).compile(
      JSON.parse(readFileSync(schema, "utf8")),
    );
    validate(json);
    expect(validate.errors).toBeNull();
    expect(json).toMatchObject({
      captures: [
        {
          ended: "done",
          reason: null,
          notes: [
            { code: "pid-is-forwarder", text: expect.stringContaining("kubectl") },
            { code: "pid-found-by-port", text: expect.stringContaining("found by its port") },
          ],
          cost: { requests: 3, stwCount: 2 },
        },
      ],
    });
  });

  test("of two captures each line says whose it is", () => {
    const text = textOf(
      answered({
        seals: [seal({ ended: "interrupted" }), seal({ target: "pid 9", ended: "limit" })],
      }),
    );
    expect(text).toContain("http://localhost:6060/: the capture was stopped before its time");
    expect(text).toContain("pid 9: the capture ended at its size limit");
  });

  test("a capture that was killed", () => {
    const text = textOf(
      answered({
        diagnostics: [
          diagnostic("files.capture-unsealed", {
            severity: "note",
            params: { file: "capture.jsonl" },
          }),
        ],
      }),
    );
    expect(text).toContain("CAPTURE capture.jsonl: the capture did not come to its own end");
    expect(text).not.toContain("DAMAGE");
  });

  test("a whole capture and a folder without one say nothing", () => {
    for (const folder of [{}, { seals: [seal({})] }]) {
      expect(textOf(answered(folder))).not.toContain("CAPTURE");
    }
  });
});
