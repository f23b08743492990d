import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { profileOf } from "@heapwright/core/analysis/profile/profile.ts";
import { loadProfileFile } from "@heapwright/host/profiles/load-profile.ts";
import { temporaryFolder } from "../test/temporary.ts";
import { sourceListing } from "./source-listing.ts";

const FIXTURES = fileURLToPath(new URL("../../core/test/fixtures/pprof/", import.meta.url));

async function listed(hasColour: boolean, folders: readonly string[]): Promise<string> {
  const { table } = await loadProfileFile(path.join(FIXTURES, "go1.26.heap.pb.gz"));
  const lines = await sourceListing(profileOf(table), {
    measure: { value: 3, divisor: undefined },
    matches: (name) => /^main\.(?:fill|newBlob)$/.test(name),
    folders,
    view: {
      lang: "en",
      value: (value) => `${(value / 1024 ** 2).toFixed(2)} MiB`,
      total: 0,
      percent: String,
    },
    hasColour,
  });
  return lines.join("\n");
}

describe("a listing in the terminal", () => {
  test("finds the source in a folder, and colour changes nothing but colour", async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, "main.go"), readFileSync(path.join(FIXTURES, "shop.go.txt")));
    const [plain, coloured] = await Promise.all([listed(false, [folder]), listed(true, [folder])]);
    expect(plain).toContain("func newBlob(");
    expect(plain).not.toContain("\u001b");
    expect(coloured).toContain("\u001b[35mfunc\u001b[0m");
    expect(coloured.replace(/\u001b\[\d*m/g, "")).toBe(plain);
  });

  test("without source names the file and lists the lines with samples", async () => {
    const text = await listed(false, [temporaryFolder()]);
    expect(text).toContain("the source example.com/shop/main.go is not here");
    expect(text).toMatch(/^ *\d+\.\d\d MiB +\d+\.\d\d MiB +42$/m);
  });
});
