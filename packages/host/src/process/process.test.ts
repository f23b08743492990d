import { readFileSync, readlinkSync } from "node:fs";
import { connect, createServer } from "node:net";
import { spawn } from "node:child_process";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { goIsMissing, goService } from "../../test/go-service.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { goVersionText, readBuildInfo } from "./build-info.ts";
import {
  cgroupFiles,
  findCgroup,
  folderBelow,
  parseCgroupEntries,
  parseCgroupMounts,
} from "./cgroup.ts";
import { keepGoVariables } from "./environment.ts";
import { livenessOf, parseStat, readIdentity, uptimeOf } from "./identity.ts";
import { procAvailability, readProcFile } from "./proc-file.ts";
import { findListener, findUnixListener, listeningPorts, parseListeners } from "./sockets.ts";

const isLinux = process.platform === "linux";

test("the kernel's view exists on Linux, and elsewhere it is said that it does not", () => {
  expect(procAvailability()).toEqual(
    isLinux ? { available: true } : { available: false, platform: process.platform },
  );
});

describe.runIf(isLinux)("files of /proc", () => {
  test("have no size and are read whole", async () => {
    const maps = await readProcFile("/proc/self/maps");
    if (!maps.ok) throw new Error(maps.code);
    expect(Buffer.from(maps.bytes).toString()).toContain("[vdso]");
    // Larger than one read of the kernel.
    expect(maps.bytes.length).toBeGreaterThan(4096);
  });

  test("fail in a way that says what to do", async () => {
    expect(await readProcFile("/proc/self/no-such")).toMatchObject({ problem: "no-such-file" });
    const none = await readIdentity(2 ** 22 + 1);
    expect(none).toMatchObject({ ok: false, problem: "gone" });
  });
});

describe("identity", () => {
  test("a name with spaces and parentheses", () => {
    const fields = "S 1 1 1 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 8675309 1 1";
    expect(parseStat(`42 (a) (b) ${fields}`)).toEqual({
      comm: "a) (b",
      state: "S",
      startTicks: 8_675_309,
    });
    expect(parseStat("42 (a) S 1 1")).toBeUndefined();
    expect(parseStat("")).toBeUndefined();
  });

  test.runIf(isLinux)("start time makes a pid unique; a zombie is gone", async () => {
    const child = spawn("sleep", ["60"]);
    const pid = child.pid ?? 0;
    const identity = await readIdentity(pid);
    if ("ok" in identity) throw new Error(identity.code);
    expect(await livenessOf(identity)).toBe("alive");
    expect(await livenessOf({ ...identity, startTicks: identity.startTicks - 1 })).toBe("reused");
    const upSec = await uptimeOf(identity);
    expect(upSec).toBeLessThan(30);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    expect(await livenessOf(identity)).toBe("gone");
  });
});

describe("listening sockets", () => {
  test("are decoded from the kernel's hexadecimal words", () => {
    const text = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      "   0: 0100007F:17AC 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1",
      "   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1",
      "   2: 0100007F:17AC 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 77 1",
      "   3: 0000000000000000FFFF00000100007F:17AC 0:0 0A 0:0 0:0 0  5        0 55 1",
      "   4: 00000000000000000000000001000000:17AC 0:0 0A 0:0 0:0 0  5        0 56 1",
      "   5: garbage",
    ].join("\n");
    expect(parseListeners(text)).toEqual([
      { address: "127.0.0.1", port: 6060, inode: 12345, uid: 1000 },
      { address: "0.0.0.0", port: 22, inode: 99, uid: 0 },
      { address: "127.0.0.1", port: 6060, inode: 55, uid: 5 },
      { address: "::1", port: 6060, inode: 56, uid: 5 },
    ]);
  });

  test.runIf(isLinux).each(["127.0.0.1", "0.0.0.0", "::1", "::"])(
    "on %s lead to the process and back",
    async (host) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, host, resolve));
      onTestFinished(() => void server.close());
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("no TCP address");
      expect(await findListener(address.port)).toEqual({ kind: "found", pids: [process.pid] });
      expect(await listeningPorts(process.pid)).toContain(address.port);
    },
  );

  test.runIf(isLinux)("a connection is no listener, a closed port has none", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no TCP address");
    const client = connect(address.port, "127.0.0.1");
    await new Promise((resolve) => client.once("connect", resolve));
    const local = client.localPort ?? 0;
    expect(await findListener(local)).toEqual({ kind: "not-found" });
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
    expect(await findListener(address.port)).toEqual({ kind: "not-found" });
  });

  test.runIf(isLinux)("a unix socket by its path", async () => {
    const socket = path.join(temporaryFolder(), "a b.sock");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    onTestFinished(() => void server.close());
    expect(await findUnixListener(socket)).toEqual({ kind: "found", pids: [process.pid] });
    expect(await findUnixListener("/nonexistent")).toEqual({ kind: "not-found" });
  });
});

describe("cgroups", () => {
  test("entries of v1, v2 and a removed one", () => {
    const text =
      "12:cpu,cpuacct:/a:b\n4:memory:/docker/abc (deleted)\n1:name=systemd:/x\n0::/kubepods/pod1\nnoise\n";
    expect(parseCgroupEntries(text)).toEqual([
      { hierarchy: 12, controllers: ["cpu", "cpuacct"], path: "/a:b" },
      { hierarchy: 4, controllers: ["memory"], path: "/docker/abc" },
      { hierarchy: 1, controllers: ["name=systemd"], path: "/x" },
      { hierarchy: 0, controllers: [], path: "/kubepods/pod1" },
    ]);
  });

  test("mounts, with optional fields and escapes", () => {
    const text = [
      "25 30 0:22 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate",
      "31 24 0:27 /docker/abc /sys/fs/cgroup/memory ro master:17 - cgroup cgroup rw,memory",
      "32 24 0:28 / /mnt/with\\040space rw - cgroup cgroup rw,cpu,cpuacct",
      "33 24 0:29 / /proc rw - proc proc rw",
      "",
    ].join("\n");
    expect(parseCgroupMounts(text)).toEqual([
      { version: 2, controllers: [], root: "/", mountPoint: "/sys/fs/cgroup" },
      {
        version: 1,
        controllers: ["rw", "memory"],
        root: "/docker/abc",
        mountPoint: "/sys/fs/cgroup/memory",
      },
      {
        version: 1,
        controllers: ["rw", "cpu", "cpuacct"],
        root: "/",
        mountPoint: "/mnt/with space",
      },
    ]);
  });

  test("a path is looked for below the part of the tree that is mounted", () => {
    const at = (root: string) => ({ version: 2, controllers: [], root, mountPoint: "/c" }) as const;
    expect(folderBelow(at("/"), "/a/b")).toBe("/c/a/b");
    expect(folderBelow(at("/docker/abc"), "/docker/abc")).toBe("/c");
    expect(folderBelow(at("/docker/abc"), "/docker/abc/x")).toBe("/c/x");
    expect(folderBelow(at("/docker/abc"), "/docker/abcd")).toBeUndefined();
    expect(folderBelow(at("/docker/abc"), "/")).toBe("/c");
    expect(folderBelow(at("/"), "/../other")).toBeUndefined();
  });

  test.runIf(isLinux)("this process's own, and its control files", async () => {
    const view = await findCgroup(process.pid);
    // A machine without the memory controller has none: then there is nothing more to check.
    if (view === undefined) return;
    if ("ok" in view) throw new Error(view.code);
    const usage = view.version === 1 ? "memory.usage_in_bytes" : "memory.current";
    const file = cgroupFiles(view, "series").find(({ name }) => name === usage);
    expect(Number(readFileSync(file?.path ?? "", "utf8"))).toBeGreaterThan(0);
    expect(cgroupFiles(view, "all").length).toBeGreaterThan(cgroupFiles(view, "series").length);
  });
});

test("only Go's own variables are kept, none is said so", () => {
  const environ = Buffer.from(
    "PATH=/bin\0GOGC=50\0GOOGLE_API_KEY=k\0GODEBUG=gctrace=1\0X=GOGC=1\0",
  );
  expect(Buffer.from(keepGoVariables(environ)).toString()).toBe("GOGC=50\0GODEBUG=gctrace=1\0");
  expect(Buffer.from(keepGoVariables(Buffer.from("A=b"))).toString()).toBe(
    "HEAPWRIGHT_NO_GO_VARIABLES=1\0",
  );
});

describe.runIf(isLinux)("build info", () => {
  test.skipIf(goIsMissing)("of a running Go program, even when its file was deleted", async () => {
    const { pid } = await goService();
    const info = await readBuildInfo(pid);
    if (info.kind !== "found") throw new Error(info.kind);
    expect(info.table.goVersion).toMatch(/^go1\.\d+/);
    expect(info.table.path).toBe("example.test/service");
    expect(info.table.settings.get("-compiler")).toBe("gc");
    expect(info.text).toBe(goVersionText(readlinkSync(`/proc/${pid}/exe`), info.table));
  });

  test("of a program that is none of Go's", async () => {
    expect(await readBuildInfo(process.pid)).toEqual({ kind: "not-go" });
  });
});
