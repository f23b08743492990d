// What `heapwright trace` writes from a trace: Go's debugging texts, profiles, Perfetto, copies.

import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { Anonymize, type AnonymizeEnd } from "@heapwright/core/formats/trace/anonymize.ts";
import { CutTrace, type CutEnd } from "@heapwright/core/formats/trace/cut.ts";
import { DelayProfile, type DelayKind } from "@heapwright/core/formats/trace/delay-profile.ts";
import type { EventConsumer } from "@heapwright/core/formats/trace/event-batch.ts";
import type { TraceFault } from "@heapwright/core/formats/trace/fault.ts";
import { Footprint } from "@heapwright/core/formats/trace/footprint.ts";
import { PerfettoTrace } from "@heapwright/core/formats/trace/perfetto/perfetto.ts";
import { RangeProfile, type RangeKind } from "@heapwright/core/formats/trace/range-profile.ts";
import { WireText } from "@heapwright/core/formats/trace/wire-text.ts";
import { encodeProfile } from "@heapwright/core/formats/pprof/encode.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import type { ProfileTable } from "@heapwright/core/model/tables/profile.ts";
import { wordingOf } from "@heapwright/core/report/wording.ts";
import { MAX_GENERATION_BYTES, openTrace } from "@heapwright/host/trace/read-generations.ts";
import { type OrderSource, readOrder } from "@heapwright/host/trace/read-order.ts";
import { inDist } from "../../dist.ts";
import { EXIT } from "../../exit-codes.ts";
import { writeAll, writeCause } from "../../output.ts";
import { UnreadableError, UsageError } from "../../usage-error.ts";
import type { Stretch } from "./parsed.ts";

const DELAYS: readonly DelayKind[] = ["net", "sync", "syscall", "sched"];
const RANGES: readonly RangeKind[] = ["assist", "stw", "sweep"];

/** What ended the reading stands on stderr, after everything before it was written. */
function told(file: string, fault: TraceFault | undefined): number {
  if (fault === undefined) return EXIT.ok;
  process.stderr.write(`heapwright: ${path.basename(file)}: ${fault.message}\n`);
  return EXIT.unreadable;
}

/** `-d=wire`: every event as it is in the file. */
export async function printWire(file: string): Promise<number> {
  const text = new WireText(writeAll, { hasHeader: false });
  const { chunks } = await openTrace(file);
  for await (const chunk of chunks) text.push(chunk);
  return told(file, text.end().fault);
}

/** `-d=footprint`: the bytes that each kind of event takes. */
export async function printFootprint(file: string): Promise<number> {
  const footprint = new Footprint();
  const { chunks } = await openTrace(file);
  for await (const chunk of chunks) footprint.push(chunk);
  const end = footprint.end();
  if (end.fault === undefined) process.stdout.write(footprint.text(end));
  return told(file, end.fault);
}

/** `-pprof=TYPE`: where goroutines waited, or where the collector held them up, as a profile. */
export async function writeProfile(
  file: string,
  kind: string,
  output: string | undefined,
): Promise<number> {
  const delay = DELAYS.find((name) => name === kind);
  const range = RANGES.find((name) => name === kind);
  if (delay === undefined && range === undefined) {
    const kinds = [...DELAYS, ...RANGES].join(", ");
    throw new UsageError(
      `-pprof takes one of ${kinds}, not ${JSON.stringify(kind)}`,
      `-pprof 可为 ${kinds}，而不是 ${JSON.stringify(kind)}`,
    );
  }
  const finish: (() => ProfileTable)[] = [];
  const consumerOf = (reader: OrderSource): EventConsumer => {
    if (delay !== undefined) {
      const profile = new DelayProfile(delay, () => reader.interner);
      finish.push(() => profile.finish());
      return profile;
    }
    const profile = new RangeProfile(range ?? "assist", () => reader.interner);
    finish.push(() => profile.finish().table);
    return profile;
  };
  const { fault } = await readOrder(file, consumerOf, { threadEntry: inDist("order-thread.js") });
  const [made] = finish;
  if (made === undefined) throw new Error("a profile without its maker");
  const bytes = gzipSync(encodeProfile(made()));
  if (output === undefined) writeAll(bytes);
  else withFile(output, (write) => write(bytes));
  return told(file, fault);
}

export async function writePerfetto(file: string, output: string, lang: Lang): Promise<number> {
  const out = openOutput(output);
  const parts: PerfettoTrace[] = [];
  const consumerOf = (reader: OrderSource): EventConsumer => {
    const packets = new PerfettoTrace(
      out.write,
      () => reader.interner,
      () => reader.baseNs,
    );
    parts.push(packets);
    return packets;
  };
  const { fault, events } = await out.during(async () => {
    const read = await readOrder(file, consumerOf, { threadEntry: inDist("order-thread.js") });
    for (const packets of parts) packets.finish();
    return read;
  });
  out.keep();
  const count = wordingOf(lang).count(events);
  process.stderr.write(
    lang === "zh"
      ? `heapwright: 已写入 ${output}：${count} 个事件；用 ui.perfetto.dev 打开\n`
      : `heapwright: wrote ${output}: ${count} events, for ui.perfetto.dev\n`,
  );
  return told(file, fault);
}

/** An anonymised copy, a cut one, or both in one pass. */
export async function writeCopy(
  file: string,
  output: string,
  options: {
    readonly anonymize: boolean;
    readonly stretch: Stretch | undefined;
    readonly lang: Lang;
  },
): Promise<number> {
  if (path.resolve(output) === path.resolve(file))
    throw new UsageError(
      `${output} is the trace itself; name another file`,
      `${output} 就是跟踪文件本身；请换一个文件名`,
    );
  const out = openOutput(output);
  const anonymize = options.anonymize ? new Anonymize(out.write, MAX_GENERATION_BYTES) : undefined;
  const { stretch } = options;
  const into =
    anonymize === undefined ? out.write : (chunk: Uint8Array): void => anonymize.push(chunk);
  const cut =
    stretch === undefined
      ? undefined
      : new CutTrace(into, { fromNs: stretch.fromNs, toNs: stretch.untilNs }, MAX_GENERATION_BYTES);
  const done = await out.during(async () => {
    const { chunks } = await openTrace(file);
    for await (const chunk of chunks) {
      if (cut === undefined) into(chunk);
      else cut.push(chunk);
    }
    return { cut: cut?.end(), anonymize: anonymize?.end() };
  });
  const generations = done.anonymize?.generations ?? done.cut?.generations.length ?? 0;
  const fault = done.cut?.fault ?? done.anonymize?.fault;
  if (generations === 0) {
    out.drop();
    const reason = fault?.message;
    throw new UnreadableError(
      reason ?? `nothing of ${path.basename(file)} lies in that time`,
      reason ?? `${path.basename(file)} 在该时段内没有内容`,
    );
  }
  out.keep();
  process.stderr.write(`${copyLine(output, done, options.lang)}\n`);
  return told(file, fault);
}

function copyLine(
  output: string,
  done: { readonly cut: CutEnd | undefined; readonly anonymize: AnonymizeEnd | undefined },
  lang: Lang,
): string {
  const zh = lang === "zh";
  const says: string[] = [];
  const first = done.cut?.generations[0];
  const last = done.cut?.generations.at(-1);
  if (first !== undefined && last !== undefined) {
    const from = (first.startNs / 1e9).toFixed(3);
    const to = (last.endNs / 1e9).toFixed(3);
    says.push(
      zh ? `完整的几代，${from} 至 ${to} 秒` : `whole generations, from ${from} s to ${to} s`,
    );
  }
  if (done.anonymize !== undefined) {
    const { replaced, kept } = done.anonymize;
    says.push(
      zh
        ? `替换 ${replaced} 个词，保留 ${kept} 个（运行时与标准库）`
        : `${replaced} words replaced, ${kept} kept (the runtime's and the standard library's)`,
    );
  }
  return zh
    ? `heapwright: 已写入 ${output}：${says.join("；")}`
    : `heapwright: wrote ${output}: ${says.join("; ")}`;
}

interface Output {
  readonly write: (chunk: Uint8Array) => void;
  /** Runs the work; what fails leaves no half file. */
  during<T>(work: () => Promise<T>): Promise<T>;
  keep(): void;
  drop(): void;
}

/** Written beside its place and renamed when it is whole. */
function openOutput(output: string): Output {
  const part = `${output}.part`;
  let fd: number;
  try {
    fd = openSync(part, "w");
  } catch (error) {
    throw new UsageError(
      `cannot write ${output}: ${writeCause(error, "en")}`,
      `无法写入 ${output}：${writeCause(error, "zh")}`,
    );
  }
  const drop = () => {
    closeSync(fd);
    rmSync(part, { force: true });
  };
  return {
    write: (chunk) => {
      for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
    },
    during: async (work) => {
      try {
        return await work();
      } catch (error) {
        drop();
        throw error;
      }
    },
    keep: () => {
      closeSync(fd);
      renameSync(part, output);
    },
    drop,
  };
}

function withFile(output: string, work: (write: (chunk: Uint8Array) => void) => void): void {
  const out = openOutput(output);
  work(out.write);
  out.keep();
}
