import { describe, expect, it } from "vitest";
import { complete } from "./completion.ts";

const FUNCTIONS = ["main.serve", "main.store", "runtime.mallocgc", "(*Table).grow"];

describe("the tab key", () => {
  it.each([
    ["", ""],
    ["xyz", "xyz"],
    ["dis", "disasm"],
    ["DIS", "disasm"],
    ["t", "t"],
    ["lin", "lines"],
    ["EdGeF", "edgefraction"],
    ["help pee", "help peek"],
    ["help coMpa", "help compact_labels"],
    ["help nothing", "help nothing"],
    ["top malloc", "top runtime.mallocgc"],
    ["top abc", "top abc"],
    ["top main.s", "top main.s"],
    ["top 5 grow", "top 5 (*Table).grow"],
    ["top -malloc", "top -runtime.mallocgc"],
    ["top malloc x", "top malloc x"],
    ["nothing malloc", "nothing malloc"],
    ["tags malloc", "tags malloc"],
    ["web mallocgc", "web runtime.mallocgc"],
  ])("%j becomes %j", (line, completed) => {
    expect(complete(line, FUNCTIONS)).toBe(completed);
  });
});
