// The forms of a profile that are not lists with intervals: reports of the engine, and other formats.

import { gzipSync } from "node:zlib";
import type { Profile } from "@heapwright/core/analysis/profile/profile.ts";
import { tableOf } from "@heapwright/core/analysis/profile/table-of.ts";
import { encodeFolded } from "@heapwright/core/formats/folded/encode.ts";
import { encodeOtlp } from "@heapwright/core/formats/otlp/encode.ts";
import { encodeSpeedscope } from "@heapwright/core/formats/speedscope/encode.ts";
import { encodeProfile } from "@heapwright/core/formats/pprof/encode.ts";
import type { PprofConfig } from "@heapwright/core/report/pprof/config.ts";
import {
  measureOf,
  prepareReport,
  writeForLayout,
  writeReport,
  type Warn,
} from "@heapwright/core/report/pprof/generate.ts";
import type { WriteBytes } from "@heapwright/core/report/pprof/sink.ts";
import { withOutputFile } from "@heapwright/host/profiles/output-file.ts";
import { writeAll } from "../../output.ts";
import { UsageError } from "../../usage-error.ts";
import { image } from "../pprof/image.ts";
import { host } from "../pprof/pprof.ts";
import type { ShowOutput } from "./flags.ts";

interface Asked {
  readonly name: ShowOutput;
  readonly pattern: string | undefined;
}

/** Formats that no terminal can show. */
const BINARY: ReadonlySet<ShowOutput> = new Set<ShowOutput>(["proto", "topproto", "otlp"]);

export async function writeOutput(
  profile: Profile,
  asked: Asked,
  config: PprofConfig,
  file: string | undefined,
  warn: Warn,
): Promise<void> {
  if (file === undefined && BINARY.has(asked.name) && process.stdout.isTTY) {
    throw new UsageError(
      `--${asked.name} is binary: name a file with -o FILE, or redirect it`,
      `--${asked.name} 是二进制：请用 -o FILE 指定文件，或重定向`,
    );
  }
  if (asked.name === "svg") {
    const dot: Uint8Array[] = [];
    const report = prepareReport(profile, { name: "svg", pattern: undefined }, config, host, warn);
    writeForLayout(report, (bytes) => dot.push(bytes.slice()));
    const svg = await image(Buffer.concat(dot), "svg");
    to(file, (write) => write(svg));
    return;
  }
  const pieces = converted(profile, asked.name, config, warn);
  if (pieces !== undefined) {
    to(file, (write) => {
      for (const piece of pieces) write(typeof piece === "string" ? Buffer.from(piece) : piece);
    });
    return;
  }
  const report = prepareReport(profile, asked, config, host, warn);
  if (asked.name === "topproto") {
    const made = writeReport(report, () => undefined);
    if (made.kind !== "profile") throw new Error("topproto gave no profile");
    const bytes = gzipSync(encodeProfile(tableOf(made.profile)));
    to(file, (write) => write(bytes));
    return;
  }
  if (asked.name === "callgrind") {
    const parts: Uint8Array[] = [];
    writeReport(report, (bytes) => parts.push(bytes.slice()));
    const text = Buffer.concat(parts).toString();
    // go tool pprof writes that nothing was called; callgrind_annotate (3.19) then takes what calls cost
    // for the caller's own and its total is many times too large. How often is not in a profile.
    to(file, (write) => write(Buffer.from(text.replace(/^calls=0 /gm, "calls=1 "))));
    return;
  }
  let isEmpty = true;
  to(file, (write) =>
    writeReport(report, (bytes) => {
      isEmpty &&= bytes.length === 0;
      write(bytes);
    }),
  );
  if (isEmpty && asked.name === "tags") warn("no labels");
  if (isEmpty && asked.name === "comments") warn("no comments");
}

/** What filters leave of a profile. */
export function filteredProfile(profile: Profile, config: PprofConfig, warn: Warn): Profile {
  const report = prepareReport(profile, { name: "proto", pattern: undefined }, config, host, warn);
  const made = writeReport(report, () => undefined);
  if (made.kind !== "profile") throw new Error("proto gave no profile");
  return made.profile;
}

/** What filters leave, in another format. */
function converted(
  profile: Profile,
  name: ShowOutput,
  config: PprofConfig,
  warn: Warn,
): Iterable<string | Uint8Array> | undefined {
  if (name !== "proto" && name !== "folded" && name !== "speedscope" && name !== "otlp") {
    return undefined;
  }
  const left = filteredProfile(profile, config, warn);
  const table = tableOf(left);
  if (name === "proto") return [gzipSync(encodeProfile(table))];
  if (name === "otlp") return [encodeOtlp(table)];
  const { value } = measureOf(left, config);
  return name === "folded"
    ? encodeFolded(table, value)
    : encodeSpeedscope({ ...table, defaultSampleType: value });
}

function to(file: string | undefined, use: (write: WriteBytes) => void): void {
  if (file === undefined) use(writeAll);
  else withOutputFile(file, use);
}
