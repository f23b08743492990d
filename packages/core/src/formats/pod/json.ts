// Pods from the API's JSON (k8s.io/api core/v1 types.go, v0.37): one Pod, a PodList, or kubectl's List.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import { isGoVariable } from "../../model/go-env.ts";
import type { ContainerFacts, ContainerState, PodTable } from "../../model/tables/system.ts";
import type { Draft, PodFacts } from "./draft.ts";
import { bytesOf, coresOf, dividedValue, parseTimeMs } from "./quantity.ts";

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Quantities are strings; the API also takes plain numbers. */
function quantityText(value: unknown): string | undefined {
  return typeof value === "number" ? String(value) : text(value);
}

function integer(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

function timeOf(value: unknown, log: DiagnosticLog): number | undefined {
  const raw = text(value);
  if (raw === undefined) return undefined;
  const ms = parseTimeMs(raw);
  if (ms === undefined) log.add("pod.bad-time", "damage");
  return ms;
}

function stateOf(value: unknown, log: DiagnosticLog): ContainerState | undefined {
  if (!isRecord(value)) return undefined;
  for (const phase of ["terminated", "running", "waiting"] as const) {
    const of = value[phase];
    if (!isRecord(of)) continue;
    const reason = text(of["reason"]);
    const exitCode = integer(of["exitCode"]);
    const startedAtMs = timeOf(of["startedAt"], log);
    const finishedAtMs = timeOf(of["finishedAt"], log);
    return {
      phase,
      ...(reason === undefined ? {} : { reason }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(startedAtMs === undefined ? {} : { startedAtMs }),
      ...(finishedAtMs === undefined ? {} : { finishedAtMs }),
    };
  }
  return undefined;
}

function memoryOf(resources: unknown, which: string, log: DiagnosticLog): number | undefined {
  const raw = quantityText(record(record(resources)[which])["memory"]);
  if (raw === undefined) return undefined;
  const bytes = bytesOf(raw);
  if (bytes === undefined) log.add("pod.bad-quantity", "damage", { which: `${which}.memory` });
  return bytes;
}

function cpuLimitOf(resources: unknown, log: DiagnosticLog): number | undefined {
  const raw = quantityText(record(record(resources)["limits"])["cpu"]);
  if (raw === undefined) return undefined;
  const cores = coresOf(raw);
  if (cores === undefined) log.add("pod.bad-quantity", "damage", { which: "limits.cpu" });
  return cores;
}

interface Environment {
  readonly known: ReadonlyMap<string, string>;
  readonly unknown: readonly string[];
  /** Whether a value was computed from limits that a resize may have changed since. */
  readonly isFromLimits: boolean;
}

/** The value a resourceFieldRef resolves to; undefined where it depends on the node. */
function fieldValue(ref: Json, own: string, spec: Json): string | undefined {
  const name = text(ref["containerName"]) ?? own;
  const containers = [...list(spec["containers"]), ...list(spec["initContainers"])];
  const container = record(containers.find((one) => record(one)["name"] === name));
  const match = /^(limits|requests)\.(memory|cpu)$/.exec(text(ref["resource"]) ?? "");
  if (match === null) return undefined;
  const resources = record(record(container["resources"])[match[1] ?? ""]);
  const value = quantityText(resources[match[2] ?? ""]);
  // Without a limit of its own the container gets what the node has to give.
  if (value === undefined) return undefined;
  return dividedValue(value, quantityText(ref["divisor"]) ?? "1");
}

function environmentOf(container: Json, spec: Json): Environment {
  const known = new Map<string, string>();
  const unknown = new Set<string>();
  let isFromLimits = false;
  for (const entry of list(container["env"])) {
    if (!isRecord(entry)) continue;
    const name = text(entry["name"]);
    if (name === undefined || !isGoVariable(name)) continue;
    // Of two entries of one name the last one counts.
    known.delete(name);
    unknown.delete(name);
    const from = entry["valueFrom"];
    if (isRecord(from)) {
      const ref = from["resourceFieldRef"];
      const value = isRecord(ref)
        ? fieldValue(ref, text(container["name"]) ?? "", spec)
        : undefined;
      if (value === undefined) unknown.add(name);
      else {
        known.set(name, value);
        isFromLimits = true;
      }
      continue;
    }
    const value = text(entry["value"]) ?? "";
    // $(NAME) is replaced by another variable's value when the container starts.
    if (/\$\([^)]+\)/.test(value)) unknown.add(name);
    else known.set(name, value);
  }
  const others = list(container["envFrom"]).length > 0 ? ["*"] : [];
  return { known, unknown: [...unknown, ...others], isFromLimits };
}

type Role = NonNullable<ContainerFacts["role"]>;

function containerOf(
  container: Json,
  name: string,
  role: Role | undefined,
  pod: {
    readonly spec: Json;
    readonly statuses: ReadonlyMap<string, Json>;
    readonly isOld: boolean;
  },
  log: DiagnosticLog,
): ContainerFacts {
  const status = pod.statuses.get(name) ?? {};
  const desired = memoryOf(container["resources"], "limits", log);
  const inForce = memoryOf(status["resources"], "limits", log);
  const environment = environmentOf(container, pod.spec);
  if (environment.isFromLimits && pod.isOld) log.add("pod.env-before-resize", "warning");
  const facts: Draft<Omit<ContainerFacts, "name" | "goEnv">> = {};
  if (role !== undefined) facts.role = role;
  const memoryLimit = inForce ?? desired;
  if (memoryLimit !== undefined) facts.memoryLimit = memoryLimit;
  if (desired !== undefined && memoryLimit !== desired) {
    facts.memoryLimitDesired = desired;
    log.add("pod.resize-pending", "note", { container: name });
  }
  const memoryRequest = memoryOf(container["resources"], "requests", log);
  if (memoryRequest !== undefined) facts.memoryRequest = memoryRequest;
  const cpu = cpuLimitOf(status["resources"], log) ?? cpuLimitOf(container["resources"], log);
  if (cpu !== undefined) facts.cpuLimitCores = cpu;
  const restarts = integer(status["restartCount"]);
  if (restarts !== undefined) facts.restarts = restarts;
  const state = stateOf(status["state"], log);
  if (state !== undefined) facts.state = state;
  if (state?.phase === "running" && state.startedAtMs !== undefined) {
    facts.startedAtMs = state.startedAtMs;
  }
  const lastState = stateOf(status["lastState"], log);
  if (lastState !== undefined) facts.lastState = lastState;
  if (environment.unknown.length > 0) facts.goEnvUnknown = environment.unknown;
  return { name, ...facts, goEnv: environment.known };
}

const STATUS_LISTS = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];

function podOf(item: unknown, log: DiagnosticLog): PodFacts | undefined {
  const pod = record(item);
  const metadata = record(pod["metadata"]);
  const spec = record(pod["spec"]);
  const status = record(pod["status"]);
  const name = text(metadata["name"]);
  if (name === undefined || !Array.isArray(spec["containers"])) {
    log.add("pod.bad-item", "damage");
    return undefined;
  }
  const statuses = new Map<string, Json>();
  for (const key of STATUS_LISTS) {
    for (const one of list(status[key])) {
      const of = record(one);
      statuses.set(text(of["name"]) ?? "", of);
    }
  }
  // A pod's generation rises when its spec changes, and hardly anything but a resize changes it.
  const isOld = (integer(metadata["generation"]) ?? 1) > 1;
  const containers: ContainerFacts[] = [];
  const add = (one: unknown, role: Role | undefined): void => {
    const of = record(one);
    const called = text(of["name"]);
    if (called === undefined) log.add("pod.bad-item", "damage");
    else containers.push(containerOf(of, called, role, { spec, statuses, isOld }, log));
  };
  for (const one of list(spec["initContainers"])) {
    add(one, record(one)["restartPolicy"] === "Always" ? "sidecar" : "init");
  }
  for (const one of list(spec["containers"])) add(one, undefined);
  for (const one of list(spec["ephemeralContainers"])) add(one, "ephemeral");

  const facts: Draft<Pick<PodFacts, "phase" | "reason" | "memoryLimit" | "memoryRequest">> = {};
  const phase = text(status["phase"]);
  if (phase !== undefined) facts.phase = phase;
  const reason = text(status["reason"]);
  if (reason !== undefined) facts.reason = reason;
  const memoryLimit = memoryOf(spec["resources"], "limits", log);
  if (memoryLimit !== undefined) facts.memoryLimit = memoryLimit;
  const memoryRequest = memoryOf(spec["resources"], "requests", log);
  if (memoryRequest !== undefined) facts.memoryRequest = memoryRequest;
  return { name, namespace: text(metadata["namespace"]) ?? "default", ...facts, containers };
}

function parseDocument(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The engine's message differs between versions and quotes the input.
    const isCut = !json.trimEnd().endsWith("}");
    throw new FormatError("pod", {
      offset: json.length,
      expected: "one whole JSON document",
      found: isCut ? "a document that ends before it is closed" : "text that is no JSON",
    });
  }
}

export function parsePodJson(json: string, log: DiagnosticLog): PodTable {
  const document = record(parseDocument(json));
  const isList = Array.isArray(document["items"]);
  const pods: PodFacts[] = [];
  let others = 0;
  for (const item of isList ? list(document["items"]) : [document]) {
    // Items of a PodList carry no kind.
    const kind = text(record(item)["kind"]) ?? (document["kind"] === "PodList" ? "Pod" : undefined);
    if (kind !== "Pod") {
      others += 1;
      continue;
    }
    const pod = podOf(item, log);
    if (pod !== undefined) pods.push(pod);
  }
  if (others > 0) log.add("pod.other-kinds", "note", { items: others });
  if (pods.length === 0) {
    throw new FormatError("pod", {
      expected: "a pod with a name and containers",
      found: isList ? "a list without one" : `kind ${text(document["kind"]) ?? "unknown"}`,
    });
  }
  return { kind: "pod", pods };
}
