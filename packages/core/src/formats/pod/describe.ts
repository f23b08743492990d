// The text of `kubectl describe pod`. Authority: k8s.io/kubectl pkg/describe/describe.go (v0.37),
// describePod, describeContainers, describeStatus, describeContainerEnvVars.
// Levels are told by indentation alone: 0 sections, 2 container names, 4 their fields, 6 what belongs
// to a field. Values of the environment and of labels may look like fields, but are indented deeper.
// A termination message is printed as it is, from column 0: lines up to `Exit Code` belong to it. How
// that can mislead: a message that itself holds a line `      Exit Code: …` ends there.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import { isGoVariable } from "../../model/go-env.ts";
import type { ContainerFacts, ContainerState, PodTable } from "../../model/tables/system.ts";
import type { TextLines } from "../../model/text-input.ts";
import { unexpectedStart } from "../../model/text-reader.ts";
import type { Draft, PodFacts } from "./draft.ts";
import { bytesOf, coresOf, parseTimeMs } from "./quantity.ts";

class ContainerDraft {
  readonly facts: Draft<Omit<ContainerFacts, "name" | "goEnv" | "state" | "lastState">> = {};
  readonly goEnv = new Map<string, string>();
  readonly unknown = new Set<string>();
  hasEnvFrom = false;
  state: Draft<ContainerState> | undefined;
  lastState: Draft<ContainerState> | undefined;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  finish(): ContainerFacts {
    const unknown = [...this.unknown, ...(this.hasEnvFrom ? ["*"] : [])];
    const started = this.state?.phase === "running" ? this.state.startedAtMs : undefined;
    return {
      name: this.name,
      ...this.facts,
      ...(started === undefined ? {} : { startedAtMs: started }),
      ...(this.state === undefined ? {} : { state: this.state }),
      ...(this.lastState === undefined ? {} : { lastState: this.lastState }),
      goEnv: this.goEnv,
      ...(unknown.length === 0 ? {} : { goEnvUnknown: unknown }),
    };
  }
}

class PodDraft {
  readonly facts: Draft<Omit<PodFacts, "name" | "containers">> = {};
  readonly containers: ContainerDraft[] = [];
  /** The section in which everything that matters lies behind us. */
  isWhole = false;
  isResizing = false;
  wasResized = false;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const ROLES: ReadonlyMap<string, ContainerFacts["role"]> = new Map<string, ContainerFacts["role"]>([
  ["Containers", undefined],
  ["Init Containers", "init"],
  ["Ephemeral Containers", "ephemeral"],
]);

const FIELD = /^ *([A-Za-z][A-Za-z0-9 _.'-]*):(?: +(.*))?$/;

function indentOf(line: string): number {
  let at = 0;
  while (line.charCodeAt(at) === 32) at++;
  return at;
}

class DescribeParser {
  readonly #log: DiagnosticLog;
  readonly pods: PodDraft[] = [];
  #section = "";
  #container: ContainerDraft | undefined;
  #field = "";
  #isInMessage = false;
  /** Of the GO* variable whose value may continue on the next lines. */
  #variable = "";
  #valueColumn = 0;
  #line = 0;

  constructor(log: DiagnosticLog) {
    this.#log = log;
  }

  line(text: string, number: number): void {
    this.#line = number;
    if (this.#isInMessage) {
      if (!/^ {6}(?:Exit Code|Signal|Started|Finished): /.test(text)) return;
      this.#isInMessage = false;
    }
    const indent = indentOf(text);
    if (indent === text.length) return;
    if (indent === 0) this.#top(text);
    else if (ROLES.has(this.#section)) this.#inContainers(text, indent);
    else if (this.#section === "Resources") this.#podResources(text, indent);
    else if (this.#section === "Conditions") this.#condition(text);
    else if (this.#section === "Events") this.#event(text);
  }

  #top(text: string): void {
    const match = FIELD.exec(text);
    if (match === null) return;
    const key = match[1] ?? "";
    const value = (match[2] ?? "").trimEnd();
    this.#section = key;
    this.#container = undefined;
    this.#field = "";
    this.#variable = "";
    if (key === "Name") {
      this.pods.push(new PodDraft(value));
      return;
    }
    const pod = this.pods.at(-1);
    if (pod === undefined) return;
    if (key === "Namespace") pod.facts.namespace = value;
    // "Terminating (lasts 5m)" while a pod is being deleted.
    else if (key === "Status") pod.facts.phase = value.replace(/ \(.*$/, "");
    else if (key === "Reason") pod.facts.reason = value;
    else if (key === "QoS Class") pod.isWhole = true;
  }

  #inContainers(text: string, indent: number): void {
    const pod = this.pods.at(-1);
    if (pod === undefined) return;
    if (indent === 2) {
      const name = /^ {2}([a-z0-9][a-z0-9.-]*):$/.exec(text)?.[1];
      if (name === undefined) {
        this.#log.add("pod.bad-line", "damage", {}, { line: this.#line });
        this.#container = undefined;
        return;
      }
      const container = new ContainerDraft(name);
      const role = ROLES.get(this.#section);
      if (role !== undefined) container.facts.role = role;
      pod.containers.push(container);
      this.#container = container;
      this.#field = "";
      return;
    }
    const container = this.#container;
    if (container === undefined) return;
    if (indent === 4) this.#containerField(container, text);
    else if (indent === 6) this.#detail(container, text);
    else if (indent > 6) this.#continuation(container, text, indent);
  }

  #containerField(container: ContainerDraft, text: string): void {
    this.#variable = "";
    const match = FIELD.exec(text);
    this.#field = match?.[1] ?? "";
    const value = (match?.[2] ?? "").trimEnd();
    if (this.#field === "Restart Count") {
      if (/^\d{1,9}$/.test(value)) container.facts.restarts = Number(value);
      else this.#bad("Restart Count");
    } else if (this.#field === "State" || this.#field === "Last State") {
      const state: Draft<ContainerState> = {};
      const phase = value.toLowerCase();
      if (phase === "waiting" || phase === "running" || phase === "terminated") state.phase = phase;
      if (this.#field === "State") container.state = state;
      else container.lastState = state;
    } else if (this.#field === "Environment Variables from") {
      container.hasEnvFrom = true;
    }
  }

  #detail(container: ContainerDraft, text: string): void {
    this.#variable = "";
    if (this.#field === "Environment") {
      this.#environment(container, text);
      return;
    }
    const match = FIELD.exec(text);
    if (match === null) return;
    const key = match[1] ?? "";
    const value = (match[2] ?? "").trimEnd();
    if (this.#field === "Limits" || this.#field === "Requests") {
      this.#resource(container, key, value);
    } else if (this.#field === "State" || this.#field === "Last State") {
      const state = this.#field === "State" ? container.state : container.lastState;
      if (state !== undefined) this.#stateDetail(state, key, value);
    }
  }

  #resource(container: ContainerDraft, key: string, value: string): void {
    const { facts } = container;
    if (key === "memory") {
      const bytes = bytesOf(value);
      if (bytes === undefined) this.#bad(`${this.#field} memory`);
      else if (this.#field === "Limits") facts.memoryLimit = bytes;
      else facts.memoryRequest = bytes;
    } else if (key === "cpu" && this.#field === "Limits") {
      const cores = coresOf(value);
      if (cores === undefined) this.#bad("Limits cpu");
      else facts.cpuLimitCores = cores;
    }
  }

  #stateDetail(state: Draft<ContainerState>, key: string, value: string): void {
    if (key === "Reason") state.reason = value;
    else if (key === "Message") this.#isInMessage = true;
    else if (key === "Exit Code") {
      if (/^-?\d{1,10}$/.test(value)) state.exitCode = Number(value);
      else this.#bad(key);
    } else if (key === "Started" || key === "Finished") {
      const ms = parseTimeMs(value);
      if (ms === undefined) this.#bad(key);
      else if (key === "Started") state.startedAtMs = ms;
      else state.finishedAtMs = ms;
    }
  }

  #environment(container: ContainerDraft, text: string): void {
    const match = /^ {6}([^: ]+):( *)(.*)$/.exec(text);
    const name = match?.[1] ?? "";
    if (match === null || !isGoVariable(name)) return;
    const raw = match[3] ?? "";
    container.goEnv.delete(name);
    container.unknown.delete(name);
    if (raw.startsWith("<set to the key ") || /\$\([^)]+\)/.test(raw)) {
      container.unknown.add(name);
      return;
    }
    // kubectl resolves references to the container's resources and names them behind the value.
    const value = raw.replace(/ \((?:limits|requests)\.[a-z-]+\)$/, "");
    container.goEnv.set(name, value);
    this.#variable = name;
    this.#valueColumn = 6 + name.length + 1 + (match[2] ?? "").length;
  }

  /** Further lines of a value stand in the column in which its first line began. */
  #continuation(container: ContainerDraft, text: string, indent: number): void {
    if (this.#field !== "Environment" || this.#variable === "") return;
    if (indent < this.#valueColumn) return;
    const before = container.goEnv.get(this.#variable) ?? "";
    container.goEnv.set(this.#variable, `${before}\n${text.slice(this.#valueColumn)}`);
  }

  #podResources(text: string, indent: number): void {
    const match = FIELD.exec(text);
    const pod = this.pods.at(-1);
    if (match === null || pod === undefined) return;
    if (indent === 2) this.#field = match[1] ?? "";
    else if (indent === 4 && match[1] === "memory") {
      const bytes = bytesOf((match[2] ?? "").trimEnd());
      if (bytes === undefined) this.#bad(`${this.#field} memory`);
      else if (this.#field === "Limits") pod.facts.memoryLimit = bytes;
      else if (this.#field === "Requests") pod.facts.memoryRequest = bytes;
    }
  }

  #condition(text: string): void {
    const pod = this.pods.at(-1);
    if (pod !== undefined && /^ {2}PodResize(?:Pending|InProgress) +True/.test(text)) {
      pod.isResizing = true;
    }
  }

  #event(text: string): void {
    const pod = this.pods.at(-1);
    if (pod !== undefined && /^ {2}Normal +Resize(?:Started|Completed) /.test(text)) {
      pod.wasResized = true;
    }
  }

  #bad(field: string): void {
    this.#log.add("pod.bad-value", "damage", { field }, { line: this.#line });
  }
}

export function parseDescribe(text: TextLines, log: DiagnosticLog): PodTable {
  const parser = new DescribeParser(log);
  for (let i = 0; i < text.lines.length; i++) parser.line(text.lines[i] ?? "", i + 1);
  if (parser.pods.length === 0) throw unexpectedStart("pod", text, "Name:");
  const last = text.lines.length + 1;
  const pods: PodFacts[] = [];
  for (const draft of parser.pods) {
    if (!draft.isWhole) log.add("pod.cut", "damage", { missing: "QoS Class" }, { line: last });
    if (draft.isResizing) log.add("pod.limits-desired", "warning");
    const containers = draft.containers.map((one) => one.finish());
    const hasSettings = containers.some((one) => one.goEnv.has("GOMEMLIMIT"));
    if ((draft.isResizing || draft.wasResized) && hasSettings) {
      log.add("pod.env-before-resize", "warning");
    }
    const { namespace, ...facts } = draft.facts;
    pods.push({ name: draft.name, namespace: namespace ?? "default", ...facts, containers });
  }
  if (text.rest !== "") log.add("pod.cut", "damage", { missing: "newline" }, { line: last });
  return { kind: "pod", pods };
}
