// Profiles for page tests: frames as text, values with the arithmetic of Go's heap profiles.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { loadProfile } from "@heapwright/core/analysis/profile/load.ts";
import { profileOf, type Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { pprofFormat } from "@heapwright/core/formats/pprof/format.ts";
import { samplingProbability } from "@heapwright/core/goruntime/sampling.ts";
import { LabelsBuilder } from "@heapwright/core/model/builders/labels.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import { StringTableBuilder } from "@heapwright/core/model/strings.ts";
import {
  PICTURE_LIMITS,
  profilePicture,
  type PictureLimits,
} from "@heapwright/core/pictures/profile/picture.ts";
import { gunzipSync } from "node:zlib";
import { build } from "esbuild";
import { highlightGo } from "../src/render/highlight-go.ts";
import { carriedSource } from "../src/render/profile/source.ts";
import { type ProfilePageInput, renderProfilePage } from "../src/render/profile/page.ts";
import { type Assets, hash } from "./harness.ts";

const RATE = 512 * 1024;

export interface HeapStack {
  /** From the root: "name@file:line". */
  readonly frames: readonly string[];
  readonly size: number;
  /** Raw samples. */
  readonly allocs: number;
  readonly live: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export function heapProfile(rows: readonly HeapStack[]): Profile {
  const strings = new StringTableBuilder();
  const frames = new Map<string, number>();
  const name: number[] = [];
  const file: number[] = [];
  const line: number[] = [];
  const start = [0];
  const location: number[] = [];
  const labels = new LabelsBuilder();
  const values = [0, 1, 2, 3].map(() => new Float64Array(rows.length));
  rows.forEach(({ frames: stack, size, allocs, live, labels: texts }, r) => {
    for (const frame of stack.toReversed()) {
      let at = frames.get(frame);
      if (at === undefined) {
        at = frames.size;
        frames.set(frame, at);
        const [of = "", place = ""] = frame.split("@");
        const colon = place.lastIndexOf(":");
        name.push(strings.intern(of));
        file.push(strings.intern(colon < 0 ? place : place.slice(0, colon)));
        line.push(colon < 0 ? 0 : Number(place.slice(colon + 1)));
      }
      location.push(at);
    }
    start.push(location.length);
    const p = samplingProbability(size, RATE);
    [allocs, allocs * size, live, live * size].forEach((v, t) => {
      const column = values[t];
      if (column !== undefined) column[r] = Math.trunc(v / p);
    });
    labels.add(strings.intern("bytes"), 0, size, strings.intern("bytes"));
    for (const [key, text] of Object.entries(texts ?? {})) {
      labels.add(strings.intern(key), strings.intern(text), Number.NaN, 0);
    }
    labels.endRow();
  });
  const n = frames.size;
  const ordinals = Int32Array.from({ length: n + 1 }, (_, i) => i);
  return profileOf({
    kind: "profile",
    profileKind: "heap",
    encoding: "proto",
    rows: rows.length,
    strings,
    functions: {
      length: n,
      name: Int32Array.from(name),
      systemName: Int32Array.from(name),
      file: Int32Array.from(file),
      startLine: new Int32Array(n),
    },
    locations: {
      length: n,
      address: Float64Array.from({ length: n }, (_, i) => 4096 + i),
      mapping: new Int32Array(n).fill(-1),
      lineStart: ordinals,
      lineFunction: ordinals.slice(0, n),
      lineNumber: Int32Array.from(line),
    },
    stacks: {
      length: rows.length,
      start: Int32Array.from(start),
      location: Int32Array.from(location),
    },
    rowStack: Int32Array.from({ length: rows.length }, (_, i) => i),
    values,
    labels: labels.finish(),
    sampleTypes: [
      { type: "alloc_objects", unit: "count" },
      { type: "alloc_space", unit: "bytes" },
      { type: "inuse_objects", unit: "count" },
      { type: "inuse_space", unit: "bytes" },
    ],
    defaultSampleType: 3,
    mappings: {
      length: 0,
      start: new Float64Array(0),
      limit: new Float64Array(0),
      offset: new Float64Array(0),
      file: new Int32Array(0),
      buildId: new Int32Array(0),
    },
    periodType: { type: "space", unit: "bytes" },
    period: RATE,
    timeMs: undefined,
    durationNs: undefined,
    isDelta: false,
    comments: [],
    memStats: undefined,
  });
}

const SERVE = ["net/http.(*conn).serve@/go/net/http/server.go:2009"];

export const SHOP: readonly HeapStack[] = [
  {
    frames: [
      ...SERVE,
      "shop/api.login@/src/api/login.go:31",
      "shop/session.(*Store).Add@/src/session/store.go:88",
    ],
    size: 4096,
    allocs: 900,
    live: 880,
  },
  {
    frames: [
      ...SERVE,
      "shop/api.login@/src/api/login.go:31",
      "shop/session.(*Store).Add@/src/session/store.go:91",
    ],
    size: 512,
    allocs: 60,
    live: 50,
  },
  {
    frames: [
      ...SERVE,
      "shop/api.search@/src/api/search.go:12",
      "shop/cache.(*LRU).Put@/src/cache/lru.go:51",
    ],
    size: 1024,
    allocs: 400,
    live: 90,
    labels: { tenant: "blue" },
  },
  {
    frames: [
      "runtime.main@/go/runtime/proc.go:283",
      "main.main@/src/main.go:20",
      "main.load@/src/main.go:44",
    ],
    size: 1 << 20,
    allocs: 8,
    live: 8,
  },
  {
    frames: [
      "runtime.main@/go/runtime/proc.go:283",
      "main.main@/src/main.go:22",
      "bufio.NewReaderSize@/go/bufio/bufio.go:57",
    ],
    size: 4096,
    allocs: 3,
    live: 1,
  },
];

/** The same service before: the store was small, the cache larger. */
export const BEFORE: readonly HeapStack[] = SHOP.map((row, i) =>
  i < 2 ? { ...row, allocs: 40, live: 20 } : i === 2 ? { ...row, live: 260 } : row,
);

export function hostileProfile(names: readonly string[]): Profile {
  return heapProfile(
    names.map((name, i) => ({
      frames: [
        `main.main@/src/main.go:${i + 1}`,
        `${name.replaceAll("@", "")}@/src/${name.replaceAll("@", "").slice(0, 200)}.go:7`,
      ],
      size: 4096,
      allocs: 30 + i,
      live: 20 + i,
      labels: { [name.slice(0, 60)]: name.slice(0, 3000) },
    })),
  );
}

/** A service with enough paths that most boxes are narrower than a pixel. */
export function wideProfile(stacks: number): Profile {
  return heapProfile(
    Array.from({ length: stacks }, (_, i) => ({
      frames: [
        ...SERVE,
        `shop/api.route${i % 40}@/src/api/routes.go:${i % 40}`,
        `shop/api.step${i % 977}@/src/api/steps.go:${i % 977}`,
        `shop/store.leaf${i}@/src/store/leaf.go:${i}`,
      ],
      size: 64,
      allocs: 2 + (i % 7),
      live: 1 + (i % 7),
    })),
  );
}

export function recordedProfile(name: string): Profile {
  const file = fileURLToPath(new URL(`../../core/test/fixtures/pprof/${name}`, import.meta.url));
  const bytes = gunzipSync(readFileSync(file));
  const reader = pprofFormat.open({ name, maxBytes: 1 << 28, expectedBytes: bytes.length });
  reader.push(bytes);
  const { table } = reader.end();
  if (table.kind !== "profile") throw new Error(`${name} is no profile`);
  return profileOf(table);
}

let assets: Promise<Assets> | undefined;

async function bundle(): Promise<Assets> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL("../src/client/profile/main.ts", import.meta.url))],
    outdir: "out",
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  const text = (end: string): string =>
    result.outputFiles.find((f) => f.path.endsWith(end))?.text ?? "";
  return { script: text(".js"), css: text(".css") };
}

export interface PageChoice {
  readonly lang?: Lang;
  readonly base?: Profile;
  readonly limits?: PictureLimits;
  readonly type?: number;
  readonly target?: string;
  readonly damage?: readonly string[];
  readonly view?: ProfilePageInput["view"];
  /** Text of each file that has source. */
  readonly source?: Readonly<Record<string, string>>;
  readonly opensOnPicture?: boolean;
}

export async function profilePageOf(profile: Profile, choice: PageChoice = {}): Promise<string> {
  assets ??= bundle();
  const { script, css } = await assets;
  const { base, lang = "en" } = choice;
  const shown =
    base === undefined
      ? profile
      : loadProfile({
          sources: [profile],
          bases: [base],
          isDiffBase: true,
          normalize: false,
          executable: undefined,
          buildId: undefined,
          comment: undefined,
          naming: undefined,
          allFrames: true,
        });
  const { source } = choice;
  const picture = profilePicture(
    shown,
    choice.type ?? profile.sampleTypes.length - 1,
    choice.limits ?? PICTURE_LIMITS,
    undefined,
    source === undefined ? {} : { hasSource: (_, file) => source[file] !== undefined },
  );
  return renderProfilePage({
    lang,
    css,
    clientScript: script,
    hash,
    theme: "auto",
    savedMs: Date.UTC(2026, 10, 26),
    picture,
    source:
      source === undefined
        ? undefined
        : carriedSource(
            picture,
            (file) => {
              const text = source[file];
              return text === undefined ? undefined : { text, goVersion: undefined };
            },
            highlightGo,
          ),
    opensOnPicture: choice.opensOnPicture === true,
    facts: {
      target: choice.target ?? "heap.pb.gz",
      base: base === undefined ? undefined : "before.pb.gz",
      timeMs: Date.UTC(2026, 10, 26, 3, 17),
      period: profile.period,
      periodType: profile.periodType,
      comments: [],
      damage: choice.damage ?? [],
    },
    version: "0.1.0",
    pack: (bytes) => deflateRawSync(bytes).toString("base64"),
    view: choice.view,
  });
}

/** Source in which the lines of SHOP are what the profile says. */
export const SHOP_SOURCE: Readonly<Record<string, string>> = {
  "/src/session/store.go": [
    ...Array.from({ length: 84 }, () => ""),
    "// Add keeps <b>every</b> session; </script><img src=x onerror=alert(1)>",
    "func (s *Store) Add(id string) {",
    "\ts.mu.Lock()",
    '\ts.byID[id] = &Session{note: "\u202e</td>"}',
    "\ts.mu.Unlock()",
    "",
    "\ts.log = append(s.log, id)",
    "}",
    "",
  ].join("\n"),
  "/src/api/login.go": [
    ...Array.from({ length: 27 }, () => ""),
    "func login(w http.ResponseWriter, r *http.Request) {",
    ...Array.from({ length: 2 }, () => "\t_ = 1"),
    '\tstore.Add(r.FormValue("id"))',
    "}",
  ].join("\n"),
};
