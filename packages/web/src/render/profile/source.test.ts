import { describe, expect, test } from "vitest";
import { profilePicture, PICTURE_LIMITS } from "@heapwright/core/pictures/profile/picture.ts";
import { heapProfile } from "../../../test/profiles.ts";
import { tokensOf } from "../../source-data.ts";
import { highlightGo } from "../highlight-go.ts";
import { carriedSource, type SourceText } from "./source.ts";

const profile = heapProfile(
  Array.from({ length: 8 }, (_, i) => ({
    frames: [`main.main@/src/main.go:3`, `pkg.f${i}@/src/f${i}.go:${i === 7 ? 900 : 4}`],
    size: 4096,
    allocs: 100 - i,
    live: 90 - i,
  })),
);

function fileOf(name: string, filler = ""): string {
  return `package pkg\n\n// ${name}\nfunc ${name}() { keep(make([]byte, 4096)) } ${filler}\n\nfunc next() {}\n`;
}

function carried(
  files: Readonly<Record<string, string>>,
  most?: number,
): { names: string[]; source: ReturnType<typeof carriedSource> } {
  const picture = profilePicture(profile, 3, PICTURE_LIMITS, undefined, {
    hasSource: (_, file) => files[file] !== undefined,
  });
  const find = (file: string): SourceText | undefined =>
    files[file] === undefined ? undefined : { text: files[file], goVersion: undefined };
  return {
    names: Array.from(picture.functions.frame, (frame) => picture.names[frame] ?? ""),
    source: carriedSource(picture, find, highlightGo, most),
  };
}

describe("source that a page carries", () => {
  const files = Object.fromEntries(
    Array.from({ length: 7 }, (_, i) => [`/src/f${i}.go`, fileOf(`f${i}`)]),
  );

  test("heaviest first, only where source is, and no line of the next function", () => {
    const { names, source } = carried(files);
    expect(names).toEqual(Array.from({ length: 7 }, (_, i) => `pkg.f${i}`));
    const [first] = source;
    const text = first?.lines.map((line) =>
      tokensOf(line)
        .map((token) => token.text)
        .join(""),
    );
    expect(text?.at(-1)).toContain("func f0()");
    expect(text?.join("\n")).not.toContain("next");
    expect(first?.doubts).toEqual([]);
  });

  test("stops at the cap, with the heaviest in", () => {
    const { source } = carried(files, 250);
    const isCarried = source.map((fn) => fn !== null);
    expect(isCarried[0]).toBe(true);
    expect(isCarried.at(-1)).toBe(false);
  });

  test("another version of the file is doubted or left out; a long line is cut", () => {
    const { names, source } = carried({
      "/src/f0.go": fileOf("f0", `// ${"x".repeat(5000)}`),
      "/src/f7.go": fileOf("f7"),
    });
    expect(names).toEqual(["pkg.f0", "pkg.f7"]);
    expect(source[1]).toBeNull();
    const lengths = source[0]?.lines.map((line) =>
      tokensOf(line).reduce((n, t) => n + t.text.length, 0),
    );
    expect(Math.max(...(lengths ?? []))).toBe(400);
  });
});
