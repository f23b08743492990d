import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import {
  bytesOf,
  checkChunks,
  checkCuts,
  checkNoise,
  codesOf,
  readAll,
  utf8,
} from "../../../test/reading.ts";
import { seededRandom } from "../../../test/random.ts";
import { filesBelow, fixture } from "../../../test/system-fixtures.ts";
import type { ContainerFacts, PodTable } from "../../model/tables/system.ts";
import { podFormat } from "./pod.ts";
import { bytesOf as quantityBytes, coresOf, dividedValue, parseTimeMs } from "./quantity.ts";

function read(bytes: Uint8Array): PodTable {
  const { table } = readAll(podFormat, bytes);
  if (table.kind !== "pod") throw new Error(table.kind);
  return table;
}

const describeText = fixture("pod/shop.describe.txt");
const json = fixture("pod/shop.json");

describe("quantities", () => {
  it("are exact and rounded up", () => {
    const cases: readonly (readonly [string, number | undefined])[] = [
      ["512Mi", 536870912],
      ["1.5Gi", 1610612736],
      ["500M", 500_000_000],
      ["1e9", 1_000_000_000],
      ["500E6", 500_000_000],
      ["1E3", 1000],
      ["2k", 2000],
      ["128974848000m", 128974848],
      ["400m", 1],
      [".5Ki", 512],
      ["5.", 5],
      ["0", 0],
      ["+7", 7],
      ["1E", undefined],
      ["1Pi", 1125899906842624],
      ["", undefined],
      [".", undefined],
      ["-1", undefined],
      ["1 Gi", undefined],
      ["1KB", undefined],
      ["1e999", undefined],
      ["9".repeat(40), undefined],
    ];
    for (const [text, bytes] of cases) expect(quantityBytes(text), text).toBe(bytes);
    expect(coresOf("1500m")).toBe(1.5);
    expect(coresOf("2")).toBe(2);
    expect(coresOf("100u")).toBe(0.001);
  });

  it("are divided as a resourceFieldRef asks", () => {
    expect(dividedValue("768Mi", "1")).toBe("805306368");
    expect(dividedValue("768Mi", "0")).toBe("805306368");
    expect(dividedValue("768Mi", "1Mi")).toBe("768");
    expect(dividedValue("1500m", "1")).toBe("2");
    expect(dividedValue("x", "1")).toBeUndefined();
  });

  it("print and parse alike", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8_000_000 }), (mib) => {
        expect(quantityBytes(`${mib}Mi`)).toBe(mib * 1048576);
        expect(quantityBytes(`${mib * 1024}Ki`)).toBe(mib * 1048576);
        expect(quantityBytes(String(mib * 1048576))).toBe(mib * 1048576);
      }),
    );
  });

  it("times are of both forms", () => {
    const at = Date.UTC(2026, 10, 26, 2, 30, 51);
    expect(parseTimeMs("2026-11-26T02:30:51Z")).toBe(at);
    expect(parseTimeMs("2026-11-26T02:30:51.250Z")).toBe(at + 250);
    expect(parseTimeMs("2026-11-26T04:00:51+01:30")).toBe(at);
    expect(parseTimeMs("Thu, 26 Nov 2026 02:30:51 +0000")).toBe(at);
    expect(parseTimeMs("Wed, 25 Nov 2026 18:30:51 -0800")).toBe(at);
    expect(parseTimeMs("Thu, 31 Feb 2026 02:30:51 +0000")).toBeUndefined();
    expect(parseTimeMs("yesterday")).toBeUndefined();
  });
});

const EXPECTED_CONTAINERS: readonly ContainerFacts[] = [
  {
    name: "migrate",
    role: "init",
    memoryLimit: 134217728,
    restarts: 0,
    state: {
      phase: "terminated",
      reason: "Completed",
      exitCode: 0,
      startedAtMs: Date.UTC(2026, 10, 26, 2, 30, 40),
      finishedAtMs: Date.UTC(2026, 10, 26, 2, 30, 45),
    },
    goEnv: new Map(),
  },
  {
    name: "shop",
    memoryLimit: 268435456,
    memoryRequest: 134217728,
    cpuLimitCores: 0.5,
    restarts: 3,
    startedAtMs: Date.UTC(2026, 10, 26, 6, 18, 50),
    state: { phase: "running", startedAtMs: Date.UTC(2026, 10, 26, 6, 18, 50) },
    lastState: {
      phase: "terminated",
      reason: "OOMKilled",
      exitCode: 137,
      startedAtMs: Date.UTC(2026, 10, 26, 4, 30, 50),
      finishedAtMs: Date.UTC(2026, 10, 26, 6, 18, 47),
    },
    goEnv: new Map([
      ["GOGC", "50"],
      ["GOMEMLIMIT", "268435456"],
    ]),
    goEnvUnknown: ["GODEBUG", "*"],
  },
];

describe("pod", () => {
  it("reads JSON and the text of describe alike", () => {
    for (const bytes of [json, describeText]) {
      expect(podFormat.detect(bytes, "x")?.strength).toBe("certain");
      const result = readAll(podFormat, bytes);
      expect(result.diagnostics).toEqual([]);
      expect(result.table).toEqual({
        kind: "pod",
        pods: [
          {
            name: "shop-7c9d-x2k4m",
            namespace: "shop",
            phase: "Running",
            containers: EXPECTED_CONTAINERS,
          },
        ],
      });
    }
  });

  it("keeps no environment value but Go's", () => {
    for (const bytes of [json, describeText]) {
      const { pods } = read(bytes);
      const kept = JSON.stringify(pods.map((p) => p.containers.map((c) => [...c.goEnv])));
      expect(new TextDecoder().decode(bytes)).toContain("not-a-real-password");
      expect(kept).not.toContain("not-a-real-password");
      expect(kept).not.toContain("GOOGLE");
    }
  });

  it("reports every cut", () => {
    const random = seededRandom(11);
    const some = (n: number): number[] => Array.from({ length: 200 }, () => random.integer(n));
    checkCuts(podFormat, json, "x", { at: some(json.length) });
    checkCuts(podFormat, describeText, "x", { at: some(describeText.length) });
  });

  it("reads alike in any chunks and survives noise", () => {
    checkChunks(podFormat, json);
    checkChunks(podFormat, describeText);
    checkNoise(podFormat, json, "x", 12, 200);
    checkNoise(podFormat, describeText, "x", 13, 200);
  });

  it("reads a list, a PodList of the API, and skips what is no pod", () => {
    const pod: unknown = JSON.parse(new TextDecoder().decode(json));
    if (typeof pod !== "object" || pod === null) throw new Error("fixture");
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "s" } };
    const list = JSON.stringify({ apiVersion: "v1", items: [pod, service, pod], kind: "List" });
    expect(podFormat.detect(utf8(list), "x")?.strength).toBe("certain");
    const result = readAll(podFormat, utf8(list));
    expect(result.table).toMatchObject({ pods: [{ name: "shop-7c9d-x2k4m" }, {}] });
    expect(codesOf(result)).toEqual(["pod.other-kinds"]);

    const { kind: _, apiVersion: __, ...bare } = { kind: "", apiVersion: "", ...pod };
    const api = JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: {}, items: [bare] });
    expect(podFormat.detect(utf8(api), "x")?.strength).toBe("certain");
    expect(read(utf8(api)).pods.length).toBe(1);
    const none = JSON.stringify({ kind: "PodList", apiVersion: "v1", items: [] });
    expect(() => readAll(podFormat, utf8(none))).toThrow(/a list without one/);
  });

  it("reports an item that is no whole pod", () => {
    const text =
      '{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{}},' +
      '{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","resources":{"limits":{"memory":"lots"}}}]}}]}';
    const result = readAll(podFormat, utf8(text));
    expect(codesOf(result)).toEqual(["pod.bad-item", "pod.bad-quantity"]);
    expect(result.completeness.complete).toBe(false);
    expect(result.table).toMatchObject({ pods: [{ name: "a", namespace: "default" }] });
  });

  it("does not claim what only speaks of pods", () => {
    const event =
      '{"apiVersion":"v1","items":[{"involvedObject":{"apiVersion":"v1","kind":"Pod"},"kind":"Event"}],"kind":"List"}';
    expect(podFormat.detect(utf8(event), "x")).toBeUndefined();
    expect(
      podFormat.detect(utf8('{"kind":"Deployment","spec":{"template":{"kind":"Pod"}}}'), "x"),
    ).toBeUndefined();
    expect(podFormat.detect(utf8('{"note":"\\"kind\\":\\"Pod\\""}'), "x")).toBeUndefined();
    expect(podFormat.detect(utf8("Name:\tbash\nState:\tR\n"), "x")).toBeUndefined();
    const deployment =
      "Name:                   api\nNamespace:              shop\nCreationTimestamp:      Thu\nLabels:                 app=api\n";
    expect(podFormat.detect(utf8(deployment), "x")).toBeUndefined();
    expect(podFormat.detect(new Uint8Array(0), "x")).toBeUndefined();
  });

  it("refuses YAML by name", () => {
    for (const yaml of [
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n",
      "---\napiVersion: v1\nkind: Pod\n",
      "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\nkind: List\n",
    ]) {
      expect(podFormat.detect(utf8(yaml), "x")?.strength).toBe("certain");
      expect(() => readAll(podFormat, utf8(yaml))).toThrow(/-o json.*found YAML/);
    }
    expect(podFormat.detect(utf8("apiVersion: v1\nkind: Service\n"), "x")).toBeUndefined();
  });

  it("is not misled by a termination message", () => {
    const text = new TextDecoder()
      .decode(describeText)
      .replace(
        /( {4}Last State: .*\n {6}Reason: .*\n)/,
        "$1      Message:      panic: x\nContainers:\n  fake:\n    Limits:\n      memory:  9Gi\n\nName:  other\n",
      );
    expect(text).toContain("fake:");
    const result = readAll(podFormat, utf8(text));
    expect(result.table).toMatchObject({ pods: [{ containers: EXPECTED_CONTAINERS }] });
    expect(result.diagnostics).toEqual([]);
  });

  it("reads values of several lines", () => {
    const text = new TextDecoder()
      .decode(describeText)
      .replace(
        "      GOGC:         50\n",
        "      GOGC:         50\n                    Limits:\n                      memory:  9Gi\n",
      );
    const container = read(utf8(text)).pods[0]?.containers[1];
    expect(container?.goEnv.get("GOGC")).toBe("50\nLimits:\n  memory:  9Gi");
    expect(container?.memoryLimit).toBe(268435456);
  });

  it("reads several pods of one text", () => {
    const text = new TextDecoder().decode(describeText);
    const two = `${text}\n\n${text.replaceAll("shop-7c9d-x2k4m", "shop-7c9d-second")}`;
    const result = readAll(podFormat, utf8(two));
    expect(result.table).toMatchObject({
      pods: [
        { name: "shop-7c9d-x2k4m" },
        { name: "shop-7c9d-second", containers: EXPECTED_CONTAINERS },
      ],
    });
    const cut = `${text}\n\n${text.slice(0, 700)}`;
    expect(codesOf(readAll(podFormat, utf8(cut)))).toEqual(["pod.cut"]);
  });

  it("does not know a value that another variable makes", () => {
    const text = new TextDecoder().decode(json).replace('"value": "50"', '"value": "$(PERCENT)"');
    expect(read(utf8(text)).pods[0]?.containers[1]?.goEnvUnknown).toEqual(["GOGC", "GODEBUG", "*"]);
  });

  it("refuses more than the cap", () => {
    expect(() => readAll(podFormat, json, "x", [], 1000)).toThrow(/at most 1000 bytes/);
  });
});

const folder = corpus("kube/pods");

interface ContainerTruth {
  readonly name: string;
  readonly kind: string;
  readonly memory_limit_bytes: number | null;
  readonly memory_limit_in_force_bytes?: number;
  readonly memory_request_bytes: number | null;
  readonly cpu_limit_millicores?: number;
  readonly restart_count?: number;
  readonly state?: StateTruth | null;
  readonly last_state: StateTruth | null;
  readonly go_settings?: Readonly<
    Record<string, { from: string; value?: string | number | null; value_bytes?: number }>
  >;
}

interface StateTruth {
  readonly state: string;
  readonly reason?: string;
  readonly exit_code?: number;
  readonly finished_at?: string;
}

interface PodTruth {
  readonly pod: string;
  readonly namespace: string;
  readonly phase: string;
  readonly pod_memory_limit_bytes?: number;
  readonly containers: readonly ContainerTruth[];
}

function truth(): Readonly<Record<string, PodTruth>> {
  const path = corpus("kube/facts.json");
  return path === undefined ? {} : JSON.parse(readFileSync(path, "utf8")).pods;
}

function checkState(
  state: ContainerFacts["state"],
  expected: StateTruth | null | undefined,
  label: string,
): void {
  if (expected === null || expected === undefined) {
    expect(state, label).toBeUndefined();
    return;
  }
  expect(state, label).toMatchObject({ phase: expected.state });
  expect(state?.reason, label).toBe(expected.reason);
  expect(state?.exitCode, label).toBe(expected.exit_code);
  if (expected.finished_at !== undefined) {
    expect(state?.finishedAtMs, label).toBe(Date.parse(expected.finished_at));
  }
}

function checkContainer(
  facts: ContainerFacts | undefined,
  of: ContainerTruth,
  isJson: boolean,
  label: string,
): void {
  expect(facts?.name, label).toBe(of.name);
  if (facts === undefined) return;
  // Only JSON tells a sidecar from another init container, and the limit in force from the desired one.
  const role = {
    container: undefined,
    init: "init",
    ephemeral: "ephemeral",
    "native-sidecar": isJson ? "sidecar" : "init",
  }[of.kind];
  expect(facts.role, label).toBe(role);
  const inForce = isJson ? of.memory_limit_in_force_bytes : undefined;
  expect(facts.memoryLimit, label).toBe(inForce ?? of.memory_limit_bytes ?? undefined);
  if (inForce !== undefined) expect(facts.memoryLimitDesired, label).toBe(of.memory_limit_bytes);
  expect(facts.memoryRequest, label).toBe(of.memory_request_bytes ?? undefined);
  const cpu = of.cpu_limit_millicores;
  expect(facts.cpuLimitCores, label).toBe(cpu === undefined ? undefined : cpu / 1000);
  expect(facts.restarts, label).toBe(of.restart_count);
  checkState(facts.state, of.state, label);
  checkState(facts.lastState, of.last_state, label);
  const known = new Map<string, string>();
  const unknown = new Set<string>();
  for (const [name, setting] of Object.entries(of.go_settings ?? {})) {
    const value = setting.value_bytes ?? setting.value;
    if (value === null || value === undefined) unknown.add(name);
    else known.set(name, String(value));
  }
  expect(facts.goEnv, label).toEqual(known);
  expect(new Set(facts.goEnvUnknown?.filter((name) => name !== "*")), label).toEqual(unknown);
}

describe("the kube corpus", () => {
  it.skipIf(folder === undefined)("every pod says what facts.json says", () => {
    let files = 0;
    for (const [id, of] of Object.entries(truth())) {
      for (const suffix of ["json", "managed-fields.json", "describe.txt"]) {
        const path = corpus(`kube/pods/${id}.${suffix}`);
        if (path === undefined) continue;
        const bytes = bytesOf(path);
        expect(podFormat.detect(bytes.subarray(0, 65_536), path)?.strength, path).toBe("certain");
        const result = readAll(podFormat, bytes, path, [4096]);
        expect(result.completeness.complete, path).toBe(true);
        if (result.table.kind !== "pod") throw new Error(path);
        const [pod] = result.table.pods;
        expect(result.table.pods.length, path).toBe(1);
        expect(pod, path).toMatchObject({ name: of.pod, namespace: of.namespace });
        if (suffix !== "describe.txt") expect(pod?.phase, path).toBe(of.phase);
        expect(pod?.memoryLimit, path).toBe(of.pod_memory_limit_bytes);
        const byName = new Map(pod?.containers.map((c) => [c.name, c]));
        expect(byName.size, path).toBe(of.containers.length);
        for (const container of of.containers) {
          checkContainer(
            byName.get(container.name),
            container,
            suffix !== "describe.txt",
            `${path} ${container.name}`,
          );
        }
        files += 1;
      }
    }
    expect(files).toBeGreaterThan(40);
  });

  it.skipIf(folder === undefined)("a resize is said", () => {
    const codes = (file: string): string[] =>
      codesOf(readAll(podFormat, bytesOf(`${folder ?? ""}/${file}`)));
    expect(codes("resized.json")).toEqual(["pod.env-before-resize"]);
    expect(codes("resized.describe.txt")).toEqual(["pod.env-before-resize"]);
    expect(codes("resize-deferred.json")).toEqual(["pod.resize-pending"]);
    expect(codes("resize-deferred.describe.txt")).toEqual(["pod.limits-desired"]);
  });

  it.skipIf(folder === undefined)("the list has every pod, and nothing else is claimed", () => {
    const list = bytesOf(`${folder ?? ""}/get-pods-list.json`);
    const { table } = readAll(podFormat, list);
    expect(podFormat.detect(list.subarray(0, 65_536), "x")?.strength).toBe("certain");
    expect(table.kind === "pod" && table.pods.length).toBe(4);
    for (const path of filesBelow(corpus("kube") ?? "")) {
      if (path.includes("/pods/") && !/get-pods-A|top-pods/.test(path)) continue;
      expect(podFormat.detect(bytesOf(path).subarray(0, 65_536), path), path).toBeUndefined();
    }
  });
});
