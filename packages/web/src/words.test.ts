import { expect, test } from "vitest";
import { LABELS } from "./words.ts";

/** Every label by its path, functions called with marks for arguments. */
function said(value: unknown, path: string, out: Map<string, string>): Map<string, string> {
  if (typeof value === "string") out.set(path, value);
  else if (typeof value === "function") {
    const marks = new Proxy(
      {},
      { get: (_, key) => (key === Symbol.toPrimitive ? () => "1" : `‹${String(key)}›`) },
    );
    out.set(path, String(value(path === "stacksWord" ? "2" : marks, "‹b›")));
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value))
      said(inner, path === "" ? key : `${path}.${key}`, out);
  }
  return out;
}

const en = said(LABELS.en, "", new Map());
const zh = said(LABELS.zh, "", new Map());

test("the same labels in both languages, none of them empty but where both are", () => {
  expect([...zh.keys()]).toEqual([...en.keys()]);
  for (const [key, text] of en) expect([key, zh.get(key) === ""]).toEqual([key, text === ""]);
});

/** Names and units that are the same in every language. */
const SAME =
  /^(?:go|utc|pid|gogc|gomemlimit|ofAll|keyRows\.\d+\.0|series\.rss|seriesShort\..*|kinds\.(?:gctrace|cgroup|pod))$/;

test("Chinese is translated, not copied", () => {
  const copied = [...en].filter(
    ([key, text]) => zh.get(key) === text && /[a-z]{3}/i.test(text) && !SAME.test(key),
  );
  expect(copied).toEqual([]);
});
