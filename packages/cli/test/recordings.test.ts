// Every recording is answered as its manifest says, or stands in recordings/known-misses.json with a reason.
// Recorded by real services; what must be said lies outside the evidence, where no reader can see it.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { expectNoTrace, heapwright } from "./command.ts";

const root = new URL("../../../", import.meta.url);
const at = (file: string): string => fileURLToPath(new URL(file, root));

interface Row {
  readonly key: string;
  readonly met: boolean;
  readonly synthetic: boolean;
  readonly comparison?: { readonly outcome: string };
  readonly failure?: string;
}

interface Entry {
  readonly name: string;
  readonly file: string;
  readonly licence: string;
  readonly origin: string;
  readonly goVersion: string;
  readonly commands: readonly string[];
}

const manifest: { readonly recordings: readonly Entry[]; readonly folders: readonly Entry[] } =
  JSON.parse(readFileSync(at("recordings/manifest.json"), "utf8"));
const misses: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(at("recordings/known-misses.json"), "utf8"),
);

let rows: ReadonlyMap<string, Row> = new Map();

beforeAll(async () => {
  const child = spawn(process.execPath, [at("lab/run.mjs"), "replay"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => (text += chunk));
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  // 1: an answer changed; its own test below says which.
  if (status !== 0 && status !== 1) throw new Error(text);
  const replay: { readonly rows: readonly Row[] } = JSON.parse(
    readFileSync(at("lab/out/replay.json"), "utf8"),
  );
  rows = new Map(replay.rows.map((row) => [row.key, row]));
  const synthetic = replay.rows.filter((row) => row.synthetic).length;
  process.stdout.write(`${rows.size} recordings, ${synthetic} of them synthetic\n`);
}, 600_000);

describe("recordings", () => {
  test("each file has an entry with version, command, origin and licence", () => {
    const all = [...manifest.recordings, ...manifest.folders];
    const names = readdirSync(at("recordings")).filter((name) => !/\.(json|md)$/.test(name));
    expect(names.toSorted()).toEqual(all.map(({ file }) => file).toSorted());
    for (const { name, licence, origin, goVersion, commands } of all) {
      expect([licence, origin, goVersion].includes(""), name).toBe(false);
      expect(commands.length, name).toBeGreaterThan(0);
    }
  });

  test("every known miss is a recording", () => {
    const names = new Set(manifest.recordings.map(({ name }) => name));
    expect(Object.keys(misses).filter((name) => !names.has(name))).toEqual([]);
  });

  test.each(manifest.recordings.map(({ name }) => name))("%s", (name) => {
    const row = rows.get(name);
    const said = row?.failure ?? row?.comparison?.outcome ?? "not replayed";
    expect(row?.met, `${said}; the list of known misses says: ${misses[name] ?? "nothing"}`).toBe(
      misses[name] === undefined,
    );
  });

  test("the incident of the README is a leak, at its line", async () => {
    const run = await heapwright(["why", at("recordings/incident-session-store")]);
    expectNoTrace(run);
    expect(run.stdout.split("\n")[0]).toMatch(/^LIKELY LEAK +session\/store\.go:47 /);
    expect(readFileSync(at("README.md"), "utf8")).toContain(run.stdout.split("\n", 4).join("\n"));
  });
});
