import { expect, test } from "vitest";
import type { Param, Statement } from "@heapwright/core/model/message.ts";
import { counted, estimated } from "@heapwright/core/model/quantity.ts";
import { leak } from "../../test/answers.ts";
import { LABELS } from "../words.ts";
import type { Context } from "./context.ts";
import { evidenceLinks, said, toDo } from "./statement.ts";
import { pageVoice } from "./voice.ts";

/** A page of one process whose messages are all `text`. */
function context(text: string): Context {
  const answer = leak();
  return {
    input: {
      ...pageVoice("en"),
      answer,
      say: () => text,
      css: "",
      clientScript: "",
      hash: () => "",
      theme: "auto",
    },
    labels: LABELS.en,
    process: answer,
    pictures: {},
    prefix: "",
    level: 1,
    evidence: new Map([["9f31c2aa", "e-9f31c2aa"]]),
  };
}

const statement = (params: Readonly<Record<string, Param>>): Statement => ({
  id: "x",
  params,
  evidence: [],
});

/** Markup in one line, with the no-break spaces shown as "_". */
const prose = (text: string, params: Readonly<Record<string, Param>>): string =>
  said(context(text), statement(params)).prose.toString().replaceAll("\u00a0", "_");

const rate = estimated(1.04 * 1024 ** 2, 0.97 * 1024 ** 2, 1.11 * 1024 ** 2, "bytes/s", [
  "9f31c2aa:stack:1",
]);

test("a number opens its evidence, its interval is set lighter, neither breaks", () => {
  expect(prose("grows 1.04 MiB/s [0.97, 1.11], straight", { rate })).toBe(
    'grows <b><a class="q" href="#e-9f31c2aa">1.04_MiB/s</a></b> <span class="i">[0.97,_1.11]</span>, straight',
  );
});

test("without a row for its evidence a number is no link", () => {
  expect(prose("grows 1.04 MiB/s", { rate: { ...rate, evidence: ["gone:1"] } })).toBe(
    "grows <b>1.04_MiB/s</b>",
  );
});

test("a number is not found inside another", () => {
  const four = counted(4, "count", []);
  expect(prose("14 of 4.5 and 4", { four })).toBe("14 of 4.5 and <b>4</b>");
});

test("names of code are set as code, wherever the sentence puts them; words are not", () => {
  expect(
    prose("at session/store.go:88 since GC", { line: "session/store.go:88", what: "since" }),
  ).toBe("at <code><bdi>session/store.go:88</bdi></code> since GC");
});

test("a hostile name is text, and does not confuse the search", () => {
  const name = '<b onclick="x">$1.(*T)';
  expect(prose(`at ${name}: 1.04 MiB/s`, { name, rate })).toContain(
    "<code><bdi>&lt;b onclick=&quot;x&quot;&gt;$1.(*T)</bdi></code>: <b>",
  );
});

test("what is not in the sentence leaves it as it is", () => {
  expect(prose("nothing of it", { rate, name: "a/b.go:1" })).toBe("nothing of it");
});

test("something to do: the command apart, the rest as a sentence", () => {
  const command = "heapwright why :6060 --for 5m";
  const of = (text: string, params = {}): readonly [string, string | undefined] => {
    const { plain, command: found } = toDo(context(text), statement({ command, ...params }));
    return [plain, found];
  };
  expect(of(`${command}     expect no growth`)).toEqual(["expect no growth", command]);
  expect(of(`again: ${command}`)).toEqual(["again", command]);
  expect(of(`first ${command}; then look`)).toEqual(["first: then look", command]);
  expect(of("no command here")).toEqual(["no command here", undefined]);
  // In a fact it stays where it is.
  expect(prose(`${command} would see it`, { command })).toBe(
    `<code><bdi>${command}</bdi></code> would see it`,
  );
});

test("a message that is a command is one; a message about commands is not", () => {
  const of = (text: string): string | undefined => toDo(context(text), statement({})).command;
  expect(of("curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap")).toContain("curl");
  expect(of("heapwright why --pid PID, or /proc/PID/stat twice")).toBeUndefined();
  expect(of("go version -m ./service > buildinfo.txt into the folder")).toBeUndefined();
  expect(of("runtime/metrics as JSON: --metrics URL")).toBeUndefined();
});

test("links to evidence: two, the others by number", () => {
  const html = evidenceLinks(context(""), ["9f31c2aa:a", "gone:b", "c", "d"]).toString();
  expect(html.match(/<a /g)?.length).toBe(1);
  expect(html).toContain('title="c  d"');
  expect(html).toContain(">+2<");
});
