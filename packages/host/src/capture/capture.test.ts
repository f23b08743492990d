import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { CapturedRecord, CaptureRecord } from "@heapwright/core/evidence/capture-record.ts";
import { goIsMissing, goService } from "../../test/go-service.ts";
import { closedPort, httpServer, tcpServer } from "../../test/loopback.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { capture } from "./capture.ts";
import { CaptureError } from "./error.ts";
import type { CaptureOptions, CaptureOutcome, CaptureTarget } from "./types.ts";

const isLinux = process.platform === "linux";

async function run(
  target: CaptureTarget,
  options: Partial<CaptureOptions> = {},
  signal?: AbortSignal,
): Promise<CaptureOutcome> {
  const folder = path.join(temporaryFolder(), "capture");
  return capture(target, { folder, durationMs: 0, ...options }, undefined, signal);
}

async function errorOf(promise: Promise<unknown>): Promise<CaptureError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CaptureError) return error;
  throw new Error(`expected a CaptureError, got ${String(error)}`);
}

function sources(outcome: CaptureOutcome): string[] {
  return outcome.records.filter((record) => !("absent" in record)).map(({ source }) => source);
}

function captured(records: readonly CaptureRecord[]): CapturedRecord[] {
  return records.filter((record) => "file" in record);
}

function note(outcome: CaptureOutcome, code: string): unknown {
  return outcome.notes.find((each) => each.code === code)?.params;
}

/** Everything that stands in the folder, decoded: what a reader of a bundle could see. */
function allText(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((name) => statSync(name).isFile())
    .map((name) => {
      const bytes = readFileSync(name);
      return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
    })
    .join("\n");
}

/** What the folder promises at any time: each record names a whole file with its size and hash. */
function checkManifest(folder: string): CaptureRecord[] {
  const lines = readFileSync(path.join(folder, "capture.jsonl"), "utf8").trimEnd().split("\n");
  const records: CaptureRecord[] = lines.map((line) => JSON.parse(line));
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, i) => i + 1));
  for (const record of captured(records)) {
    const bytes = readFileSync(path.join(folder, record.file));
    expect([record.file, bytes.length]).toEqual([record.file, record.bytes]);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(record.sha256);
    expect(record.endMonoMs).toBeGreaterThanOrEqual(record.startMonoMs);
  }
  return records;
}

describe.skipIf(goIsMissing)("a real Go service", () => {
  test("one look: heap as text first, whole files, a seal, the pid found by its port", async () => {
    const service = await goService();
    const began = Date.now();
    const seen: { source: string; afterMs: number; exists: boolean }[] = [];
    const outcome = await run(
      { url: service.url },
      {
        onArtefact: (record, folder) =>
          seen.push({
            source: record.source,
            afterMs: Date.now() - began,
            exists: "file" in record && existsSync(path.join(folder, record.file)),
          }),
      },
    );
    expect(outcome.ended).toBe("done");
    expect(seen[0]).toMatchObject({ source: "heap-text", exists: true });
    expect(seen[0]?.afterMs).toBeLessThan(5_000);
    const order = sources(outcome);
    expect(order.slice(0, 2)).toEqual(["heap-text", "heap-proto"]);
    // The goroutines allocate in the service, so the kernel is asked before them.
    expect(order.indexOf("smaps")).toBeGreaterThan(1);
    expect(order.slice(-2)).toEqual(["goroutine-text", "goroutine-debug2"]);
    const records = checkManifest(outcome.folder);
    expect(records).toEqual(outcome.records);
    const seal = JSON.parse(readFileSync(path.join(outcome.folder, "capture.json"), "utf8"));
    expect(seal).toMatchObject({ schema: "heapwright.capture/1", ended: "done", records });
    expect(statSync(path.join(outcome.folder, "capture.jsonl")).mode & 0o077).toBe(0);
    if (!isLinux) return;
    expect(outcome.process).toMatchObject({
      pid: service.pid,
      foundBy: "listening-socket",
      proof: "vdso",
    });
    expect(new Set(records.map((record) => record.process))).toEqual(
      new Set([String(service.pid)]),
    );
    expect(sources(outcome)).toEqual(
      expect.arrayContaining(["proc-status", "smaps", "smaps-rollup", "go-env", "build-info"]),
    );
    const info = readFileSync(path.join(outcome.folder, "process-begin/buildinfo.txt"), "utf8");
    expect(info).toMatch(/: go1\.\d+/);
    expect(info).toContain("\tpath\texample.test/service\n");
  });

  test("a series over the cheapest page, three snapshots two cycles apart", async () => {
    const service = await goService(["-pages", "runtime,metrics", "-garbage", "2000000"]);
    const outcome = await run({ url: service.url }, { durationMs: 5_000, everyMs: 250 });
    checkManifest(outcome.folder);
    const texts = captured(outcome.records).filter(({ source }) => source === "heap-text");
    expect(texts.map(({ file }) => file)).toEqual([
      "snapshot-1/heap.txt",
      "snapshot-2/heap.txt",
      "snapshot-3/heap.txt",
    ]);
    const cycles = texts.map(({ numGCBefore }) => numGCBefore ?? NaN);
    expect((cycles[1] ?? NaN) - (cycles[0] ?? NaN)).toBeGreaterThanOrEqual(2);
    expect((cycles[2] ?? NaN) - (cycles[1] ?? NaN)).toBeGreaterThanOrEqual(2);
    const protos = captured(outcome.records).filter(({ source }) => source === "heap-proto");
    for (const proto of protos.slice(1)) {
      expect(proto.numGCAfter).toBeGreaterThanOrEqual(proto.numGCBefore ?? Infinity);
    }
    const metrics = captured(outcome.records).filter(({ source }) => source === "metrics");
    const urls = new Set(metrics.map(({ url }) => url));
    expect(urls).toEqual(new Set([`${service.url}/debug/metrics`, `${service.url}/metrics`]));
    expect(metrics.length).toBeGreaterThan(20);
    // No poll of the heap: a cheaper page tells the GC count.
    expect(note(outcome, "no-metrics")).toBeUndefined();
    expect(outcome.cost.requests).toBeGreaterThan(metrics.length);
    expect(outcome.cost.stwCount).toBeLessThan(20);
    // The busiest moment of a poller is the service's, so it is 1 % of the time at most.
    expect(outcome.cost.targetBusyMs).toBeLessThan(500);
  });

  test("label values, the command line and other expvars stay out", async () => {
    const service = await goService(["-pages", "vars,metrics", "-garbage", "100000"]);
    const outcome = await run(
      { url: service.url },
      { durationMs: 600, everyMs: 200, metricsUrl: "/debug/vars" },
    );
    const text = allText(outcome.folder);
    expect(text).toContain("http_requests_total");
    expect(text).toContain('code="200"');
    expect(text).not.toContain("acme");
    const vars = captured(outcome.records).find(({ url }) => url?.endsWith("/vars") === true);
    const page = JSON.parse(readFileSync(path.join(outcome.folder, vars?.file ?? ""), "utf8"));
    expect(Object.keys(page).sort()).toEqual(["memstats", "requests"]);
    expect(vars).toMatchObject({ intrusiveness: "stw-short", redacted: ["expvar-text"] });
  });

  test("without a metrics page the heap is polled, at 1 % of the service's time", async () => {
    const service = await goService(["-leak", "20000"]);
    const outcome = await run({ url: service.url }, { durationMs: 4_000, everyMs: 100 });
    const polls = captured(outcome.records).filter(({ file }) => file.startsWith("series/"));
    expect(polls.map(({ source }) => source)).toContain("heap-text");
    expect(note(outcome, "no-metrics")).toMatchObject({ intervalMs: expect.any(Number) });
    // The three snapshots are not paced; they are most of it.
    expect(outcome.cost.targetBusyMs / 4_000).toBeLessThan(0.2);
  });

  test("a quiet service: the reason why snapshots cannot be compared is recorded", async () => {
    const service = await goService(["-pages", "runtime"], { env: { GOGC: "off" } });
    const outcome = await run({ url: service.url }, { durationMs: 4_200, everyMs: 500 });
    expect(note(outcome, "middle-snapshot-skipped")).toEqual({ cycles: 0 });
    expect(note(outcome, "snapshots-too-close")).toEqual({ from: 1, to: 2, cycles: 0 });
  });

  test.runIf(isLinux)("of the environment only Go's own variables are written", async () => {
    const service = await goService([], {
      env: { GOGC: "73", GOOGLE_API_KEY: "k-secret", DB_PASSWORD: "p-secret" },
    });
    const outcome = await run({ url: service.url });
    const text = allText(outcome.folder);
    expect(text).toContain("GOGC=73\0");
    expect(text).not.toContain("secret");
    expect(text).not.toContain("PATH=");
  });

  test("ten thousand goroutines are counted, not dumped", async () => {
    const service = await goService(["-goroutines", "10050"]);
    const outcome = await run({ url: service.url });
    expect(sources(outcome)).toContain("goroutine-text");
    expect(sources(outcome)).not.toContain("goroutine-debug2");
    expect(note(outcome, "goroutines-too-many")).toMatchObject({ limit: 10_000 });
  });

  test("a password in the URL works and is written nowhere; a wrong one is told", async () => {
    const service = await goService(["-user", "ann:s3cr3t"]);
    const withPassword = service.url.replace("http://", "http://ann:s3cr3t@");
    const outcome = await run({ url: `${withPassword}?token=t0k3n` });
    const text = allText(outcome.folder);
    expect(text).not.toMatch(/s3cr3t|t0k3n/);
    expect(text).toContain(`"url":"${service.url}/debug/pprof/heap?token=&debug=1"`);
    const error = await errorOf(run({ url: service.url }));
    expect([error.code, error.params["url"]]).toEqual([
      "unauthorized",
      `${service.url}/debug/pprof/heap?debug=1`,
    ]);
    const wrong = await errorOf(run({ url: service.url.replace("http://", "http://ann:wr0ng@") }));
    expect(`${wrong.message} ${JSON.stringify(wrong.params)}`).not.toContain("wr0ng");
  });

  test("profiles under another path", async () => {
    const service = await goService(["-prefix", "/internal/prof"]);
    expect(sources(await run({ url: service.url }, { prefix: "/internal/prof" }))).toContain(
      "heap-proto",
    );
    expect(sources(await run({ url: `${service.url}/internal/prof/heap` }))).toContain("heap-text");
  });

  test("forced GC on request only, and marked", async () => {
    const service = await goService();
    const outcome = await run({ url: service.url }, { gc: true, durationMs: 500, everyMs: 100 });
    const forced = outcome.records.filter(({ source }) => source === "heap-proto-gc");
    expect(forced.map(({ intrusiveness }) => intrusiveness)).toEqual(["forced-gc", "forced-gc"]);
    const last = readFileSync(path.join(outcome.folder, "snapshot-2/heap.txt"), "latin1");
    expect(last).toMatch(/^# NumForcedGC = 1$/m);
    const plain = await run({ url: service.url });
    expect(sources(plain)).not.toContain("heap-proto-gc");
    const now = readFileSync(path.join(plain.folder, "snapshot-1/heap.txt"), "latin1");
    expect(now).toMatch(/^# NumForcedGC = 2$/m);
  });

  test("one execution trace, at the end", async () => {
    const service = await goService();
    const outcome = await run({ url: service.url }, { trace: true, traceMs: 1_200 });
    expect(outcome.records.at(-1)).toMatchObject({ source: "trace", intrusiveness: "trace" });
    const head = readFileSync(path.join(outcome.folder, "trace.out")).subarray(0, 16);
    expect(head.toString("latin1")).toMatch(/^go 1\.\d\d trace/);
    const last = outcome.records.at(-1);
    const lasted = last === undefined || !("file" in last) ? NaN : last.endMs - last.startMs;
    expect(lasted).toBeGreaterThanOrEqual(1_200);
    expect(lasted).toBeLessThan(5_000);
    expect(outcome.cost.targetBusyMs).toBeLessThan(4_000);
  });

  test.runIf(isLinux)("over a unix socket", async () => {
    const socket = path.join(temporaryFolder(), "app.sock");
    const service = await goService(["-network", "unix", "-addr", socket]);
    const outcome = await run({ unix: socket });
    expect(outcome.process).toMatchObject({ pid: service.pid, proof: "vdso" });
    expect(outcome.target).toBe(`unix ${socket}`);
  });

  test.runIf(isLinux)("a pid alone: its port is found", async () => {
    const service = await goService();
    const outcome = await run({ pid: service.pid });
    expect(sources(outcome)).toEqual(expect.arrayContaining(["heap-proto", "smaps"]));
    expect(note(outcome, "url-found-by-pid")).toMatchObject({ url: `${service.url}/debug/pprof/` });
  });

  test.runIf(isLinux)("a pid that serves nothing over TCP: the kernel's view alone", async () => {
    const socket = path.join(temporaryFolder(), "app.sock");
    const { pid } = await goService(["-network", "unix", "-addr", socket]);
    const outcome = await run({ pid }, { durationMs: 4_500 });
    expect(outcome).toMatchObject({ ended: "done", target: `pid ${pid}`, process: { pid } });
    expect(note(outcome, "no-pprof-port")).toMatchObject({ pid, ports: "" });
    // Once a second, and a crowded machine may miss some (the pace itself is tested in pace.test.ts).
    const readings = sources(outcome).filter((source) => source === "proc-status").length;
    expect(readings).toBeGreaterThanOrEqual(3);
    expect(readings).toBeLessThanOrEqual(5);
    expect(sources(outcome)).toContain("build-info");
    expect(outcome.cost.requests).toBe(0);
  });

  test.runIf(isLinux)(
    "a service that hangs: the kernel's view goes on, and it is said",
    async () => {
      const silent = await tcpServer(() => undefined);
      const { pid } = await goService();
      const outcome = await run(
        { url: silent, pid },
        { durationMs: 1_000, timeouts: { firstByteMs: 200 } },
      );
      expect(note(outcome, "pprof-unavailable")).toMatchObject({ cause: "timeout" });
      expect(outcome.ended).toBe("done");
      expect(sources(outcome)).toEqual(expect.arrayContaining(["smaps", "proc-status"]));
    },
  );

  test("its death ends the capture, and what was collected is sealed", async () => {
    const service = await goService(["-pages", "runtime"]);
    const onArtefact = ({ source }: CaptureRecord): void => {
      if (source === "metrics") service.child.kill("SIGKILL");
    };
    const outcome = await run(
      { url: service.url },
      { durationMs: 20_000, everyMs: 100, onArtefact },
    );
    expect(outcome.ended).toBe("target-died");
    expect(outcome.reason).toBe(isLinux ? "pid-gone" : "connection-refused");
    checkManifest(outcome.folder);
    expect(sources(outcome)).toContain("heap-proto");
    const seal = JSON.parse(readFileSync(path.join(outcome.folder, "capture.json"), "utf8"));
    expect(seal).toMatchObject({ ended: "target-died", reason: outcome.reason });
  });

  test("Ctrl-C keeps what is there", async () => {
    const service = await goService(["-pages", "runtime"]);
    const stop = new AbortController();
    const onArtefact = ({ source }: CaptureRecord): void => {
      if (source === "metrics") stop.abort();
    };
    const outcome = await run(
      { url: service.url },
      { durationMs: 60_000, onArtefact },
      stop.signal,
    );
    expect(outcome.ended).toBe("interrupted");
    checkManifest(outcome.folder);
    expect(existsSync(path.join(outcome.folder, "capture.json"))).toBe(true);
  });

  test.runIf(isLinux)("a forwarder in front of it is not taken for it", async () => {
    const service = await goService();
    const { connect } = await import("node:net");
    const { port, hostname } = new URL(service.url);
    const proxy = await tcpServer((socket) => {
      const up = connect(Number(port), hostname);
      up.on("error", () => socket.destroy());
      socket.pipe(up).pipe(socket);
    });
    const outcome = await run({ url: proxy });
    expect(note(outcome, "pid-is-forwarder")).toMatchObject({ pid: process.pid });
    expect(outcome.process.pid).toBeUndefined();
    expect(sources(outcome)).not.toContain("proc-status");
    expect(new Set(outcome.records.map((record) => record.process))).toEqual(new Set([proxy]));
    const folder = path.join(temporaryFolder(), "c");
    const error = await errorOf(
      capture({ url: service.url, pid: process.pid }, { folder, durationMs: 0 }),
    );
    expect(error.code).toBe("pid-mismatch");
    // Nothing was recorded, so nothing is left behind.
    expect(readdirSync(folder)).toEqual([]);
  });

  test("the byte limit ends it", async () => {
    const service = await goService(["-pages", "runtime"]);
    const outcome = await run(
      { url: service.url },
      { durationMs: 20_000, everyMs: 100, limitBytes: 10_000 },
    );
    expect(outcome).toMatchObject({ ended: "limit", reason: "folder-bytes" });
  });
});

/** heap?debug=1 as Go writes it, cut down to what the capture looks at. */
function heapText(numGC: number): string {
  return `heap profile: 1: 8 [1: 8] @ heap/1048576\n\n# runtime.MemStats\n# HeapAlloc = 1\n# NumGC = ${numGC}\n`;
}

describe("a target that is no such service", () => {
  test.each<[string, number, string]>([
    ["wrong password", 401, "unauthorized"],
    ["not allowed", 403, "forbidden"],
    ["no pprof", 404, "pprof-not-found"],
    ["broken", 500, "http-status"],
  ])("%s", async (_, status, code) => {
    const origin = await httpServer((__, response) => response.writeHead(status).end());
    const error = await errorOf(run({ url: origin }));
    expect(error.code).toBe(code);
    expect(error.params["url"]).toBe(`${origin}/debug/pprof/heap?debug=1`);
  });

  test("a login page", async () => {
    const origin = await httpServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<html><title>Sign in</title></html>"),
    );
    const error = await errorOf(run({ url: origin }));
    expect([error.code, error.params["title"]]).toEqual(["html-page", "Sign in"]);
  });

  test.each([
    ["JSON", '{"status":"ok"}'],
    ["the heap of a C++ program", "heap profile: 1: 8 [1: 8] @ heapprofile\n"],
    ["half a heap text", heapText(3).slice(0, 60)],
    ["nothing", ""],
  ])("%s is no Go profile", async (_, body) => {
    const origin = await httpServer((__, response) => response.end(body));
    expect((await errorOf(run({ url: origin }))).code).toBe("not-pprof");
  });

  test("refused, reset, other protocol", async () => {
    expect((await errorOf(run({ url: `127.0.0.1:${await closedPort()}` }))).code).toBe("refused");
    const resets = await tcpServer((socket) => socket.resetAndDestroy());
    expect((await errorOf(run({ url: resets }))).code).toBe("reset");
    const smtp = await tcpServer((socket) => socket.end("220 mail ESMTP\r\n"));
    expect((await errorOf(run({ url: smtp }))).code).toBe("not-http");
  });

  test.each<[string, CaptureTarget, string]>([
    ["nothing named", {}, "no-target"],
    ["no address", { url: "http://a b" }, "bad-url"],
    ["another scheme", { url: "ftp://h/" }, "bad-scheme"],
    ["no such socket", { unix: "/nonexistent/app.sock" }, "unix-socket"],
  ])("%s", async (_, target, code) => {
    expect((await errorOf(run(target))).code).toBe(code);
  });

  test("a header that HTTP cannot carry is told by its name only", async () => {
    const headers = { "X-Token": "s3cret\nX-Evil: 1" };
    const error = await errorOf(run({ url: ":1" }, { headers }));
    expect([error.code, error.params["name"]]).toEqual(["bad-header", "X-Token"]);
    expect(error.message).not.toContain("s3cret");
  });

  test.runIf(isLinux)("no such pid, and a pid that is no Go program", async () => {
    expect((await errorOf(run({ pid: 2 ** 22 + 1 }))).code).toBe("pid-not-found");
    expect((await errorOf(run({ pid: process.pid }))).code).toBe("not-go");
  });

  test("a folder that holds something is never written into", async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, "notes.txt"), "mine");
    const origin = await httpServer((_, response) => response.end(heapText(1)));
    const full = await errorOf(capture({ url: origin }, { folder, durationMs: 0 }));
    expect(full.code).toBe("folder-not-empty");
    const file = path.join(folder, "notes.txt");
    const taken = await errorOf(capture({ url: origin }, { folder: file, durationMs: 0 }));
    expect([taken.code, taken.params["cause"]]).toEqual(["folder-not-writable", "ENOTDIR"]);
  });
});

describe("a service that changes while it is watched", () => {
  test("an answer of another process ends the capture and is told apart", async () => {
    let asked = 0;
    const origin = await httpServer((request, response) => {
      if (request.url !== "/debug/pprof/heap?debug=1") return response.writeHead(404).end();
      asked += 1;
      return response.end(heapText(asked < 3 ? 41 : 3));
    });
    const outcome = await run({ url: origin }, { durationMs: 20_000, everyMs: 100 });
    expect(outcome).toMatchObject({ ended: "target-died", reason: "process-changed" });
    expect(note(outcome, "process-changed")).toEqual({ from: 41, to: 3 });
    const processes = captured(outcome.records).map((record) => record.process);
    expect(processes.at(-1)).toBe(`${origin}#2`);
    expect(processes.slice(0, -1)).toEqual([origin, origin]);
  });

  test("a port that closes", async () => {
    const { createServer } = await import("node:http");
    let asked = 0;
    const server = createServer((request, response) => {
      if (request.url !== "/debug/pprof/heap?debug=1") return response.writeHead(404).end();
      asked += 1;
      if (asked === 3) {
        server.close();
        server.closeAllConnections();
      }
      return response.end(heapText(5));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no TCP address");
    const outcome = await run(
      { url: `127.0.0.1:${address.port}` },
      { durationMs: 20_000, everyMs: 100 },
    );
    expect(outcome).toMatchObject({ ended: "target-died", reason: "connection-refused" });
  });

  test("missing profiles are recorded as absent, with the reason", async () => {
    const origin = await httpServer((request, response) => {
      if (request.url === "/debug/pprof/heap?debug=1") return response.end(heapText(5));
      if (request.url === "/debug/pprof/heap") return response.end("no profile");
      return response.writeHead(403).end();
    });
    const outcome = await run({ url: origin });
    expect(outcome.ended).toBe("done");
    const absent = outcome.records.filter((record) => "absent" in record);
    expect(absent.map(({ source, absent: reason }) => [source, reason])).toEqual([
      ["heap-proto", "not a profile"],
      ["goroutine-text", "403"],
    ]);
  });

  test("a service that hangs for a while is asked again", async () => {
    let asked = 0;
    const origin = await httpServer((request, response) => {
      if (request.url !== "/metrics") {
        return request.url === "/debug/pprof/heap?debug=1"
          ? response.end(heapText(5 + asked))
          : response.writeHead(404).end();
      }
      asked += 1;
      if (asked === 2 || asked === 3) return response.socket?.destroy();
      return response.end(`go_gc_duration_seconds_count ${5 + asked}\n`);
    });
    const outcome = await run({ url: origin }, { durationMs: 3_000, everyMs: 200 });
    expect(outcome.ended).toBe("done");
    const metrics = outcome.records.filter(({ source }) => source === "metrics");
    expect(
      metrics.map((record) => ("absent" in record ? record.absent : "ok")).slice(0, 3),
    ).toEqual(["ok", "reset", "ok"]);
  });
});
