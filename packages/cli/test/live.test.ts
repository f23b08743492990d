// Live targets: a real Go service, and servers that answer in every wrong way. Loopback only.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { BIN, SCRATCH, expectComplaint, expectNoTrace, heapwright } from "./command.ts";
import { idsIn, unresolved } from "./evidence-rows.ts";
import { closedAddress, httpServer, tcpServer } from "./servers.ts";
import { goIsMissing, goService } from "./service.ts";
import { temporaryFolder } from "./temporary.ts";

const isLinux = process.platform === "linux";
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

function hasScript(): boolean {
  try {
    execFileSync("script", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    // util-linux is not there: the terminal test is skipped.
    return false;
  }
}

const validate = new Ajv2020({ strict: false, allErrors: true }).compile(
  JSON.parse(
    readFileSync(new URL("../../../docs/schema/why-1.schema.json", import.meta.url), "utf8"),
  ),
);

describe("a target that gives no profile: one sentence, exit 3, soon", () => {
  test.each<[string, RequestListener, RegExp]>([
    [
      "a login page",
      (_, r) => r.setHeader("content-type", "text/html").end("<html><title>Login</title>"),
      /Login.*--prefix/,
    ],
    ["401", (_, r) => r.writeHead(401).end(), /401.*--header/],
    ["403", (_, r) => r.writeHead(403).end(), /403.*--header/],
    ["404", (_, r) => r.writeHead(404).end("404 page not found"), /404.*--prefix/],
    ["500", (_, r) => r.writeHead(500).end(), /500/],
    ["JSON", (_, r) => r.setHeader("content-type", "application/json").end("{}"), /--prefix/],
    ["nothing", (_, r) => r.end(), /--prefix/],
    ["a reset", (q) => q.socket.resetAndDestroy(), /closed the connection/],
    [
      "another host",
      (_, r) => r.writeHead(302, { location: "http://example.test/?token=hush" }).end(),
      /example\.test/,
    ],
    ["circles", (q, r) => r.writeHead(302, { location: q.url ?? "/" }).end(), /without end/],
  ])("%s", async (_, handler, says) => {
    const origin = await httpServer(handler);
    const url = origin.replace("://", "://someone:hunter2@");
    const run = await heapwright(["why", url, "--for", "1s"]);
    expectComplaint(run, 3, says);
    expect(run.stderr).not.toMatch(/hunter2|hush/);
    expect(run.ms).toBeLessThan(15_000);
  });

  test("nothing listens, or no HTTP", async () => {
    expectComplaint(await heapwright(["why", await closedAddress()]), 3, /Is the service/);
    const smtp = await tcpServer((s) => s.write("220 ready\r\n"));
    expectComplaint(await heapwright(["why", smtp]), 3, /HTTP/);
  });

  test("an endless reply stays in bounds", async () => {
    const block = Buffer.alloc(1 << 20, 97);
    const origin = await httpServer((_, r) => {
      const more = (): void => {
        while (r.write(block)) continue;
        r.once("drain", more);
      };
      more();
    });
    const run = await heapwright(["why", origin, "--for", "1s"]);
    expectComplaint(run, 3, /256 MiB/);
    expect(run.peakRss).toBeLessThan(500e6);
  });

  test.runIf(isLinux)("a pid that is not there, and one that is not Go", async () => {
    expectComplaint(await heapwright(["why", "--pid", "999999"]), 3, /999999/);
    expectComplaint(await heapwright(["why", "--pid", String(process.pid)]), 3, /Go/);
  });

  test.runIf(isLinux)("a folder where none can be made", async () => {
    const origin = await httpServer((_, r) =>
      r.end("heap profile: 0: 0 [0: 0] @ heap/1048576\n\n# runtime.MemStats\n# NumGC = 1\n"),
    );
    const run = await heapwright(["capture", origin, "-o", "/proc/heapwright", "--for", "1s"]);
    expectComplaint(run, 2, /-o/);
  });
});

describe.skipIf(goIsMissing)("a Go service (needs go)", () => {
  test("the answer alone on stdout, valid, every id with its rows", async () => {
    const { url } = await goService();
    const run = await heapwright(["why", url, "--for", "4s", "--json"]);
    expectNoTrace(run);
    expect(run.code).toBe(0);
    const answer: unknown = JSON.parse(run.stdout);
    validate(answer);
    expect(validate.errors).toBeNull();
    // Notes only: nothing is drawn where there is no terminal.
    expect(run.stderr).not.toContain("\r");
    for (const line of run.stderr.trimEnd().split("\n"))
      expect(line).toMatch(/^(heapwright: | {2})/);
    const kept = /evidence kept in (\S+?);/.exec(run.stderr)?.[1] ?? "";
    expect(await unresolved(kept, idsIn(answer))).toEqual([]);
  });

  test("--quiet says nothing on stderr; zh speaks Chinese", async () => {
    const { url } = await goService();
    const run = await heapwright(["why", url, "--for", "1s", "--quiet", "--lang", "zh"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/内存在哪里/);
  });

  test("Ctrl-C seals the folder and is 130", async () => {
    const { url } = await goService();
    const folder = path.join(temporaryFolder(), "capture");
    const run = await heapwright(["capture", url, "-o", folder, "--for", "60s"], {
      onStart: (child) => setTimeout(() => child.kill("SIGINT"), 3_000),
    });
    expect(run).toMatchObject({ code: 130, signal: null, stderr: "" });
    expect(run.stdout).toContain("Ctrl-C");
    expect(JSON.parse(readFileSync(path.join(folder, "capture.json"), "utf8"))).toMatchObject({
      ended: "interrupted",
    });
    expect((await heapwright(["why", folder])).code).toBe(0);
  });

  test("kill -9 leaves a folder that is read, and the answer says it has no end", async () => {
    const { url } = await goService();
    const folder = path.join(temporaryFolder(), "capture");
    const run = await heapwright(["capture", url, "-o", folder, "--for", "60s"], {
      onStart: (child) => setTimeout(() => child.kill("SIGKILL"), 3_000),
    });
    expect(run.signal).toBe("SIGKILL");
    expect(existsSync(path.join(folder, "capture.json"))).toBe(false);
    const after = await heapwright(["why", folder, "--json"]);
    expectNoTrace(after);
    expect(after.code).toBe(0);
    expect(after.stdout).toContain("files.capture-unsealed");
  });

  test("a target that dies in the middle: what was there, and why it ended", async () => {
    const service = await goService();
    setTimeout(() => service.child.kill("SIGKILL"), 3_000);
    const run = await heapwright(["why", service.url, "--for", "30s"]);
    expectNoTrace(run);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("went away");
    expect(run.ms).toBeLessThan(25_000);
  });

  test.runIf(isLinux && isRoot)(
    "another user's process: what could not be seen is said",
    async () => {
      const { pid } = await goService();
      const run = await heapwright(["why", "--pid", String(pid), "--for", "1s"], { uid: NOBODY });
      expectNoTrace(run);
      expect(`${run.stdout}${run.stderr}`).toMatch(/\broot\b/);
    },
  );

  test.skipIf(!hasScript())(
    "on a terminal: progress, and a verdict so far within 5 s",
    async () => {
      const { url } = await goService();
      const command = `${process.execPath} ${BIN} why ${url} --for 7s --json > /dev/null`;
      const child = spawn("script", ["-qec", command, "/dev/null"], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, TMPDIR: SCRATCH, XDG_CACHE_HOME: "/dev/null", LC_ALL: "C.UTF-8" },
      });
      const started = performance.now();
      let seen = "";
      let soFarMs = Infinity;
      child.stdout.on("data", (text: Buffer) => {
        seen += text.toString();
        if (seen.includes("so far")) soFarMs = Math.min(soFarMs, performance.now() - started);
      });
      await new Promise((resolve) => child.once("close", resolve));
      expect(seen).toMatch(/heap \d\/\d/);
      expect(soFarMs).toBeLessThan(5_000);
      // The line is gone at the end, and the note stays.
      expect(seen.split("\r").at(-1)?.trim()).toBe("");
      expect(seen).toContain("evidence kept in");
    },
  );

  test("capture makes its folder; a second one of that name is refused", async () => {
    const { url } = await goService();
    const folder = path.join(temporaryFolder(), "a", "b");
    const args = ["capture", url, "-o", folder, "--for", "1s"];
    expect(await heapwright(args)).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(folder)).toContain("capture.json");
    expectComplaint(await heapwright(args), 2, /-o/);
  });

  test("view serves the page and ends with Ctrl-C", async () => {
    const { url } = await goService();
    let page: Promise<string> | undefined;
    const run = await heapwright(["view", url, "--for", "1s"], {
      onStart: (child) => {
        child.stdout?.on("data", (text: string) => {
          const at = /http:\/\/\S+/.exec(text)?.[0];
          if (at === undefined || page !== undefined) return;
          page = fetch(at).then((r) => r.text());
          setTimeout(() => child.kill("SIGINT"), 4_000);
        });
      },
    });
    expectNoTrace(run);
    expect(run.code).toBe(0);
    expect(await page).toContain("<html");
  });
});
