// OTLP profiles as JSON: the proto3 mapping with lowerCamelCase names, 64-bit numbers as texts, and ids
// in hexadecimal (opentelemetry-proto docs/specification.md, "JSON Protobuf Encoding").

import { ProfileDraft } from "./draft.ts";
import type { Draft, IndexLists, RawValue, ScopeAttribute } from "./draft.ts";

type Json = Readonly<Record<string, unknown>>;

const DEEPEST_VALUE = 8;

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A 64-bit integer, exactly; 0 when absent. */
function big(value: unknown): bigint {
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  return typeof value === "string" && /^-?\d{1,20}$/.test(value) ? BigInt(value) : 0n;
}

function number(value: unknown): number {
  return typeof value === "number" ? value : Number(big(value));
}

/** An index; −1 for what can be none. */
function index(value: unknown): number {
  const at = number(value);
  return Number.isInteger(at) && at >= 0 && at <= 0x7fff_ffff ? at : -1;
}

function place(value: unknown): number {
  return Math.max(index(value), 0);
}

export class JsonReader {
  readonly #draft: Draft;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  #intern(value: unknown): number {
    return this.#draft.strings.intern(text(value));
  }

  #indices(value: unknown, into: IndexLists): void {
    for (const item of list(value)) into.data.push(index(item));
    into.end();
  }

  file(json: unknown): void {
    const { resourceProfiles, dictionary } = record(json);
    this.#dictionary(record(dictionary));
    for (const resource of list(resourceProfiles)) {
      for (const value of list(record(resource)["scopeProfiles"])) {
        const { scope, profiles } = record(value);
        const group = this.#draft.groups++;
        const attributes = list(record(scope)["attributes"]).map((item): ScopeAttribute => {
          const attribute = record(item);
          return { key: text(attribute["key"]), value: this.#value(attribute["value"], 0) };
        });
        for (const profile of list(profiles)) this.#profile(record(profile), group, attributes);
      }
    }
  }

  #value(json: unknown, depth: number): RawValue {
    const value = record(json);
    if (typeof value["stringValue"] === "string") {
      return { kind: "text", text: this.#intern(value["stringValue"]) };
    }
    if (typeof value["boolValue"] === "boolean")
      return { kind: "bool", isTrue: value["boolValue"] };
    const whole = value["intValue"] ?? value["doubleValue"];
    if (whole !== undefined) return { kind: "number", number: number(whole) };
    if (value["stringValueStrindex"] !== undefined) {
      return { kind: "index", index: index(value["stringValueStrindex"]) };
    }
    if (isRecord(value["arrayValue"]) && depth < DEEPEST_VALUE) {
      const items = list(value["arrayValue"]["values"]).map((item) => this.#value(item, depth + 1));
      return { kind: "list", list: items.filter((item) => item.kind !== "index") };
    }
    return { kind: "none" };
  }

  #valueType(json: unknown): { type: number; unit: number } {
    const { typeStrindex, unitStrindex } = record(json);
    return { type: index(typeStrindex), unit: index(unitStrindex) };
  }

  #profile(json: Json, group: number, scope: readonly ScopeAttribute[]): void {
    const profile = new ProfileDraft(group, scope);
    this.#draft.profiles.push(profile);
    profile.sampleType = this.#valueType(json["sampleType"]);
    if (isRecord(json["periodType"])) profile.periodType = this.#valueType(json["periodType"]);
    profile.period = number(json["period"]);
    profile.timeNanos = big(json["timeUnixNano"]);
    profile.durationNanos = number(json["durationNano"]);
    for (const item of list(json["attributeIndices"])) profile.attributes.push(index(item));
    for (const item of list(json["samples"])) {
      const sample = record(item);
      const values = list(sample["values"]);
      const sum = values.reduce((total: number, value) => total + number(value), 0);
      const timestamps = list(sample["timestampsUnixNano"]).length;
      this.#indices(sample["attributeIndices"], profile.sampleAttributes);
      profile.stack.push(index(sample["stackIndex"]));
      profile.link.push(index(sample["linkIndex"]));
      profile.value.push(this.#draft.sampleValue(sum, values.length, timestamps));
    }
  }

  #dictionary(json: Json): void {
    const to = this.#draft.dictionary;
    for (const value of list(json["stringTable"])) to.stringAt.push(this.#intern(value));
    for (const value of list(json["mappingTable"])) {
      const mapping = record(value);
      to.mappingStart.push(number(mapping["memoryStart"]));
      to.mappingLimit.push(number(mapping["memoryLimit"]));
      to.mappingOffset.push(number(mapping["fileOffset"]));
      to.mappingFile.push(index(mapping["filenameStrindex"]));
      this.#indices(mapping["attributeIndices"], to.mappingAttributes);
    }
    for (const value of list(json["locationTable"])) this.#location(record(value));
    for (const value of list(json["functionTable"])) {
      const fn = record(value);
      to.functionName.push(index(fn["nameStrindex"]));
      to.functionSystemName.push(index(fn["systemNameStrindex"]));
      to.functionFile.push(index(fn["filenameStrindex"]));
      to.functionStartLine.push(place(fn["startLine"]));
    }
    for (const value of list(json["linkTable"])) {
      const link = record(value);
      to.linkTrace.push(this.#intern(text(link["traceId"]).slice(0, 128)));
      to.linkSpan.push(this.#intern(text(link["spanId"]).slice(0, 128)));
    }
    for (const value of list(json["attributeTable"])) {
      const attribute = record(value);
      to.attributes.push({
        key: index(attribute["keyStrindex"]),
        unit: index(attribute["unitStrindex"]),
        value: this.#value(attribute["value"], 0),
      });
    }
    for (const value of list(json["stackTable"])) {
      this.#indices(record(value)["locationIndices"], to.stacks);
    }
  }

  #location(json: Json): void {
    const to = this.#draft.dictionary;
    const address = big(json["address"]);
    if (address > BigInt(Number.MAX_SAFE_INTEGER)) {
      to.wideAddress.set(to.locationAddress.length, BigInt.asUintN(64, address));
    }
    to.locationAddress.push(Number(address));
    to.locationMapping.push(index(json["mappingIndex"]));
    for (const value of list(json["lines"])) {
      const line = record(value);
      to.lineFunction.push(index(line["functionIndex"]));
      to.lineNumber.push(place(line["line"]));
      to.lineColumn.push(place(line["column"]));
    }
    to.locationLines.push(to.lineFunction.length);
    this.#indices(json["attributeIndices"], to.locationAttributes);
  }
}
