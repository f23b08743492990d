// The scenarios: one folder each, with an expect.json that says how a program is run and what it must
// be diagnosed as. Everything is checked here, so that a typing error fails at the start and not as a
// diagnosis that "differs".

import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { LAB } from "./places.mjs";

/** @typedef {"faulty" | "healthy"} Kind */
/**
 * Lines from–to of a file that a right diagnosis may point at.
 * @typedef {{ readonly file: string, readonly from: number, readonly to: number, readonly role: string }} AcceptedLine
 */
/**
 * @typedef {object} Variant
 * @property {Kind} kind
 * @property {readonly string[]} args
 * @property {Readonly<Record<string, string>>} env
 * @property {readonly string[]} buildFlags
 * @property {number} loadRps 0: the service works on its own
 * @property {string} loadPath
 * @property {string} loadBody
 * @property {string} loadProfile
 * @property {number} maxInflight
 * @property {number} idleConns
 * @property {string} idlePath
 * @property {number} minSeconds
 * @property {readonly AcceptedLine[]} acceptedLines of a faulty variant
 * @property {string} asInformation why it is right to name the cause without calling it a fault; "" it is not
 * @property {readonly string[]} acceptedCauses of a healthy one; "no-fault-seen" is the status
 * @property {string} window what kind of time a healthy variant is: steady, burst, filling-cache, …
 * @property {string} note
 */
/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} cause
 * @property {boolean} harmless
 * @property {number | undefined} limitBytes memory limit to judge against
 * @property {number | undefined} cpuQuota cores
 * @property {string} traceFor
 * @property {readonly string[]} inputs
 * @property {readonly Variant[]} variants
 */

/** Long enough for tens of cycles of most scenarios, and short enough to be kept. */
const TRACE_FOR = "1.5s";

/** Folders of the lab that hold no scenario. */
const OTHER = new Set(["cmd", "internal", "out", "runner", "studies"]);

/** @returns {Scenario[]} */
export function readScenarios() {
  return readdirSync(LAB, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !OTHER.has(entry.name))
    .map((entry) => entry.name)
    .filter((name) => existsSync(path.join(LAB, name, "expect.json")))
    .toSorted()
    .map(readScenario);
}

/** @param {string} name */
function readScenario(name) {
  const file = path.join(LAB, name, "expect.json");
  const fields = new Fields(JSON.parse(readFileSync(file, "utf8")), `lab/${name}/expect.json`);
  /** @type {Variant[]} */
  const variants = [];
  for (const kind of /** @type {const} */ (["faulty", "healthy"])) {
    const each = fields.inner(kind);
    if (each === undefined) continue;
    if (!existsSync(path.join(LAB, name, kind))) each.fail("has no program");
    variants.push(readVariant(kind, each));
  }
  return {
    name,
    cause: fields.text("cause", undefined),
    harmless: fields.flag("harmless"),
    limitBytes: fields.has("limitBytes") ? fields.number("limitBytes", undefined) : undefined,
    cpuQuota: fields.has("cpuQuota") ? fields.number("cpuQuota", undefined) : undefined,
    traceFor: fields.text("traceFor", TRACE_FOR),
    inputs: fields.texts("inputs"),
    variants,
  };
}

/**
 * @param {Kind} kind
 * @param {Fields} fields
 * @returns {Variant}
 */
function readVariant(kind, fields) {
  return {
    kind,
    args: fields.texts("args"),
    env: fields.textMap("env"),
    buildFlags: fields.texts("buildFlags"),
    loadRps: fields.number("loadRps", undefined),
    loadPath: fields.text("loadPath", "/"),
    loadBody: fields.text("loadBody", ""),
    loadProfile: fields.text("loadProfile", "steady"),
    maxInflight: fields.number("maxInflight", 256),
    idleConns: fields.number("idleConns", 0),
    idlePath: fields.text("idlePath", "/"),
    minSeconds: fields.number("minSeconds", undefined),
    acceptedLines: kind === "faulty" ? fields.lines("acceptedLines") : [],
    asInformation: kind === "faulty" ? fields.text("asInformation", "") : "",
    acceptedCauses: kind === "healthy" ? fields.texts("acceptedCauses") : [],
    window: kind === "healthy" ? fields.text("window", undefined) : "",
    note: fields.text("note", ""),
  };
}

class Fields {
  /** @type {Map<string, unknown>} */
  #map;
  #where;

  /** @param {unknown} value @param {string} where */
  constructor(value, where) {
    this.#where = where;
    this.#map = new Map(isObject(value) ? Object.entries(value) : this.fail("is no object"));
  }

  /** @param {string} what @returns {never} */
  fail(what) {
    throw new Error(`${this.#where} ${what}`);
  }

  /** @param {string} name */
  has(name) {
    return this.#map.has(name);
  }

  /** @param {string} name */
  inner(name) {
    return this.has(name) ? new Fields(this.#map.get(name), `${this.#where} ${name}`) : undefined;
  }

  /** @param {string} name @param {string | undefined} fallback undefined: it must be there */
  text(name, fallback) {
    const value = this.#map.get(name) ?? fallback;
    return typeof value === "string" ? value : this.fail(`${name} is no text`);
  }

  /** @param {string} name @param {number | undefined} fallback */
  number(name, fallback) {
    const value = this.#map.get(name) ?? fallback;
    return typeof value === "number" && Number.isFinite(value)
      ? value
      : this.fail(`${name} is no number`);
  }

  /** @param {string} name */
  flag(name) {
    const value = this.#map.get(name) ?? false;
    return typeof value === "boolean" ? value : this.fail(`${name} is no boolean`);
  }

  /** @param {string} name @returns {string[]} */
  texts(name) {
    const value = this.#map.get(name) ?? [];
    if (!Array.isArray(value)) return this.fail(`${name} is no list`);
    return value.map((each) => (typeof each === "string" ? each : this.fail(`${name} is no text`)));
  }

  /** @param {string} name @returns {Record<string, string>} */
  textMap(name) {
    const value = this.#map.get(name) ?? {};
    if (!isObject(value)) return this.fail(`${name} is no object`);
    /** @type {Record<string, string>} */
    const out = {};
    for (const [key, each] of Object.entries(value)) {
      out[key] = typeof each === "string" ? each : this.fail(`${name}.${key} is no text`);
    }
    return out;
  }

  /** @param {string} name @returns {AcceptedLine[]} */
  lines(name) {
    const value = this.#map.get(name);
    if (!Array.isArray(value)) return this.fail(`${name} is no list`);
    return value.map((each) => {
      if (!Array.isArray(each) || each.length !== 4) return this.fail(`${name} is no quadruple`);
      const [file, from, to, role] = each;
      if (typeof file !== "string" || typeof role !== "string") return this.fail(`${name} no text`);
      if (typeof from !== "number" || typeof to !== "number" || to < from) {
        return this.fail(`${name} has no line range`);
      }
      return { file, from, to, role };
    });
  }
}

/** @param {unknown} value @returns {value is object} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
