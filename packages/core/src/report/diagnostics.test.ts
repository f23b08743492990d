import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { codesIn, type CodeSite } from "../../test/codes-in-source.ts";
import { FORMATS } from "../formats/registry.ts";
import type { Diagnostic, DiagnosticParam } from "../model/diagnostic.ts";
import { describeEnding, describeNote, NOTE_MESSAGES } from "./capture-notes.ts";
import { DIAGNOSTIC_MESSAGES } from "./diagnostic-messages.ts";
import { describeDiagnostic } from "./diagnostics.ts";
import type { DiagnosticWords, Told } from "./diagnostics/words.ts";
import { formatName } from "./format-names.ts";

const folderOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const FORMATS_FOLDER = folderOf("../formats");
const HOST = folderOf("../../../host/src");

const formatFolders = readdirSync(FORMATS_FOLDER, { withFileTypes: true })
  .filter((e) => e.isDirectory())
  .map((e) => e.name);

/** Files of the kernel and of ours that look like a code. */
const FILE_NAMES = new Set([
  "cgroup.events",
  "cgroup.procs",
  "cgroup.stat",
  "cgroup.threads",
  "cgroup.controllers",
  "buildinfo.txt",
  "trace.out",
  "environ.txt",
]);

function isDiagnosticCode(text: string): boolean {
  const [, prefix = ""] = /^([a-z][a-z-]*)\.[a-z0-9*-]+$/.exec(text) ?? [];
  return (prefix === "files" || formatFolders.includes(prefix)) && !FILE_NAMES.has(text);
}

/** The kinds of damage that host/src/bytes/gzip.ts tells, where the code is put together from them. */
function gzipKinds(): string[] {
  const source = readFileSync(`${HOST}/bytes/gzip.ts`, "utf8");
  const [, union = ""] = /export type GzipDamage = ([^;]+);/.exec(source) ?? [];
  return [...union.matchAll(/"([a-z]+)"/g)].map(([, kind = ""]) => kind);
}

/** Every manifest code carries its file: host/src/files/manifest.ts adds it for all. */
const withImplied = (site: CodeSite): CodeSite =>
  site.at.includes("files/manifest.ts") ? { ...site, params: ["file"] } : site;

const diagnosticSites: CodeSite[] = [
  ...codesIn(FORMATS_FOLDER, isDiagnosticCode),
  ...codesIn(`${HOST}/files`, isDiagnosticCode).map(withImplied),
].flatMap((site) =>
  site.code === "files.gzip-*"
    ? gzipKinds().map((kind) => ({ ...site, code: `files.gzip-${kind}` }))
    : [site],
);

/** A note is made by `note(…)`, or pushed as an object with a code. */
const noteSites = codesIn(`${HOST}/capture`, (text) => /^[a-z]+(?:-[a-z]+)+$/.test(text)).filter(
  ({ by }) => by === "note" || by === "code",
);

function byCode(sites: readonly CodeSite[]): [string, CodeSite[]][] {
  const codes = new Map<string, CodeSite[]>();
  for (const site of sites) codes.set(site.code, [...(codes.get(site.code) ?? []), site]);
  return [...codes].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What a message asks for when the parameters of one place are there. */
function askedFor(
  words: DiagnosticWords,
  lang: "en" | "zh",
  params: readonly string[] | undefined,
) {
  const asked = new Set<string>();
  const ask = (name: string): string => {
    asked.add(name);
    return "7";
  };
  const told: Told = {
    times: 2,
    has: (name) => {
      const is = params?.includes(name) ?? true;
      if (is) asked.add(name);
      return is;
    },
    text: ask,
    count: ask,
    bytes: ask,
  };
  return { text: words[lang](told), asked };
}

function checkWords(words: DiagnosticWords, sites: readonly CodeSite[]): void {
  const unsaid = new Set(words.unsaid ?? []);
  for (const { params, at } of sites) {
    const said = askedFor(words, "en", params);
    const saidZh = askedFor(words, "zh", params);
    expect([...saidZh.asked].sort(), `${at}: both languages say the same`).toEqual(
      [...said.asked].sort(),
    );
    if (params === undefined) continue;
    for (const name of said.asked) expect(params, `${at} does not carry ${name}`).toContain(name);
    for (const name of params) {
      if (unsaid.has(name)) continue;
      expect([...said.asked], `${at} carries ${name}, which is not said`).toContain(name);
    }
  }
}

/** Words that a sentence for people must not have, and a language that it must be in. */
function checkText(en: string, zh: string): void {
  for (const text of [en, zh]) {
    expect(text).not.toMatch(/undefined|NaN|\[object|\?\?|^\s|\s$|\.$|。$/);
    expect(text.length).toBeGreaterThan(1);
  }
  expect(en).not.toMatch(/[一-鿿]/);
  expect(zh).toMatch(/[一-鿿]/);
}

describe("diagnostics", () => {
  test("the walk finds the codes", () => {
    const codes = new Set(diagnosticSites.map((s) => s.code));
    // One of each form: literal, template, over several lines, by condition, through a variable.
    for (const code of [
      "pprof.unknown-field",
      "smaps.cut",
      "gctrace.interleaved-processes",
      "files.manifest-torn",
      "pprof.not-a-field",
      "files.gzip-truncated",
      "files.too-many",
    ])
      expect(codes).toContain(code);
    expect([...codes].filter((c) => c.includes("*"))).toEqual([]);
    expect(codes.size).toBeGreaterThan(100);
  });

  test.each(byCode(diagnosticSites))("%s has words in both languages", (code, sites) => {
    const words = DIAGNOSTIC_MESSAGES[code];
    if (words === undefined) {
      throw new Error(
        `no words for ${code} (${sites.map((s) => `${s.at} carries ${s.params?.join(", ") ?? "?"}`).join("; ")})`,
      );
    }
    checkWords(words, sites);
    checkText(
      askedFor(words, "en", sites[0]?.params).text,
      askedFor(words, "zh", sites[0]?.params).text,
    );
  });

  test("no words for codes that nothing gives", () => {
    const given = new Set(diagnosticSites.map((s) => s.code));
    expect(Object.keys(DIAGNOSTIC_MESSAGES).filter((code) => !given.has(code))).toEqual([]);
  });

  test.each(FORMATS.map((f) => f.id))("format %s has a name", (id) => {
    expect(formatName(id, "en")).not.toBe(id);
    expect(formatName(id, "zh").trim()).not.toBe(id);
  });
});

const diagnostic = (
  code: string,
  params: Readonly<Record<string, DiagnosticParam>>,
  more: Partial<Diagnostic> = {},
): Diagnostic => ({ code, severity: "damage", count: 1, params, ...more });

describe("sentences", () => {
  const en = (d: Diagnostic) => describeDiagnostic(d, { lang: "en" });
  const zh = (d: Diagnostic) => describeDiagnostic(d, { lang: "zh" });

  test("numbers have units, places are named once", () => {
    expect(
      en(
        diagnostic(
          "files.gzip-truncated",
          { compressed: 1_258_291, decoded: 3_565_158, members: 0 },
          { where: { offset: 1_258_291 } },
        ),
      ),
    ).toBe(
      "damaged: the gzip stream ends early, after 1.2 MiB; 3.4 MiB could be unpacked. Fetch or copy it again",
    );
    expect(en(diagnostic("smaps.bad-line", {}, { where: { line: 7 } }))).toBe(
      "1 line could not be read (line 7)",
    );
    expect(en(diagnostic("smaps.bad-line", {}, { where: { line: 7 }, count: 3 }))).toBe(
      "3 lines could not be read (first at line 7)",
    );
    expect(zh(diagnostic("smaps.bad-line", {}, { where: { line: 7 }, count: 3 }))).toBe(
      "3 行无法读取（首处：第 7 行）",
    );
  });

  test.each([
    ["html", /a web page, not a profile/],
    ["zstd", /zstd -d FILE/],
    ["gzip", /gunzip FILE/],
    ["json-other", /JSON/],
    ["", /no kind that is known/],
    ["something new", /no kind that is known/],
  ])("unknown bytes that look like %s", (looksLike, expected) => {
    expect(en(diagnostic("files.unknown", { looksLike }))).toMatch(expected);
  });

  test("a file that its reader refused", () => {
    expect(
      en(
        diagnostic(
          "files.unusable",
          { format: "pprof", expected: "sample types", found: "none", gzip: "truncated" },
          { where: { offset: 12 } },
        ),
      ),
    ).toBe(
      "not usable as a pprof profile: expected sample types, found none (the gzip stream ends early) (byte 12)",
    );
  });

  test("a recorded file and a path that are not there differ", () => {
    expect(en(diagnostic("files.missing", { source: "smaps" }))).toMatch(/recorded/);
    expect(en(diagnostic("files.missing", { cause: "ENOENT" }))).toBe("does not exist (ENOENT)");
  });

  test("a code without words is said with what it carries", () => {
    expect(en(diagnostic("new-format.odd-thing", { rows: 3 }, { count: 2 }))).toBe(
      "new-format: odd thing, rows 3 × 2",
    );
  });

  test("control characters of a hostile input stay text", () => {
    const said = en(diagnostic("environ.repeated", { variable: "GO\u001b[31m\u202e" }));
    expect(said).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/);
  });
});

describe("capture notes", () => {
  test("the walk finds the notes", () => {
    const codes = new Set(noteSites.map((s) => s.code));
    for (const code of ["pid-is-forwarder", "no-kernel-view", "ports-not-permitted", "no-metrics"])
      expect(codes).toContain(code);
  });

  test.each(byCode(noteSites))("%s has words in both languages", (code, sites) => {
    const words = NOTE_MESSAGES[code];
    if (words === undefined) throw new Error(`no words for the note ${code} (${sites[0]?.at})`);
    checkWords(words, sites);
    const params = Object.fromEntries((sites[0]?.params ?? []).map((name) => [name, 3]));
    checkText(describeNote({ code, params }, "en"), describeNote({ code, params }, "zh"));
  });

  test("no words for notes that nothing gives", () => {
    const given = new Set(noteSites.map((s) => s.code));
    expect(Object.keys(NOTE_MESSAGES).filter((code) => !given.has(code))).toEqual([]);
  });

  test("a note of a later version is said with what it carries", () => {
    expect(describeNote({ code: "odd-thing", params: { pid: 3 } }, "en")).toBe("odd thing, pid 3");
  });

  test.each(["target-died", "interrupted", "limit", "of a later version"])("ended: %s", (ended) => {
    const en = describeEnding({ ended, reason: "pid-gone" }, "en") ?? "";
    checkText(en, describeEnding({ ended, reason: "pid-gone" }, "zh") ?? "");
  });

  test("an end that is none needs no words", () => {
    expect(describeEnding({ ended: "done", reason: undefined }, "en")).toBeUndefined();
  });
});
