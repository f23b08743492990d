// OTLP profiles as protocol buffers. Field numbers are those of opentelemetry-proto v1.11.0,
// profiles/v1development/profiles.proto, common/v1/common.proto, resource/v1/resource.proto.

import { BYTES, FIXED64, VARINT } from "../../model/builders/proto-wire.ts";
import type { Wire } from "../../model/builders/proto-wire.ts";
import type { GrowingInt32 } from "../../model/builders/growing.ts";
import { ProfileDraft } from "./draft.ts";
import type { Draft, IndexLists, RawAttribute, RawValue, ScopeAttribute } from "./draft.ts";

/** Values in values: real ones are flat or a list. */
const DEEPEST_VALUE = 8;

export class ProtoReader {
  readonly #wire: Wire;
  readonly #draft: Draft;

  constructor(wire: Wire, draft: Draft) {
    this.#wire = wire;
    this.#draft = draft;
  }

  /** Reads fields of the message [pos, end) until its end; `field` is called at each value. */
  #fields(field: (number: number, type: number) => void): void {
    const wire = this.#wire;
    while (wire.tag()) field(wire.field, wire.type);
  }

  /** The message in a length-delimited value; a fault inside is told and ends that message only. */
  #inside(field: (number: number, type: number) => void): void {
    const wire = this.#wire;
    const outer = wire.end;
    const from = wire.pos;
    const length = wire.length();
    if (wire.bad) return;
    const to = wire.pos + length;
    wire.enter(wire.pos, to);
    this.#fields(field);
    if (wire.bad) this.#draft.log.add("otlp.message-malformed", "damage", {}, { offset: from });
    wire.enter(to, outer);
  }

  /** Enters the message in a length-delimited value; gives the end of what is around it, −1 for none. */
  #open(): number {
    const wire = this.#wire;
    const outer = wire.end;
    const length = wire.length();
    if (wire.bad) return -1;
    wire.enter(wire.pos, wire.pos + length);
    return outer;
  }

  #close(outer: number): void {
    const wire = this.#wire;
    const to = wire.end;
    if (wire.bad) this.#draft.log.add("otlp.message-malformed", "damage", {}, { offset: wire.pos });
    wire.enter(to, outer);
  }

  /** True when the value has the type that the field must have; else it is skipped and told. */
  #is(type: number, wanted: number): boolean {
    if (type === wanted) return true;
    this.#wire.skip(type);
    this.#draft.log.add("otlp.message-malformed", "damage", {}, { offset: this.#wire.pos });
    return false;
  }

  #skip(type: number): void {
    this.#wire.skip(type);
  }

  #index(type: number): number {
    return this.#is(type, VARINT) ? this.#wire.index() : -1;
  }

  #uint(type: number): number {
    return this.#is(type, VARINT) ? this.#wire.uint() : 0;
  }

  #int(type: number): number {
    return this.#is(type, VARINT) ? this.#wire.int() : 0;
  }

  /** int64 of a line: no source file has 2^31 of them. */
  #place(type: number): number {
    const value = this.#int(type);
    return value >= 0 && value <= 0x7fff_ffff ? value : 0;
  }

  #indices(type: number, into: GrowingInt32 | number[]): void {
    const wire = this.#wire;
    if (type === VARINT) into.push(wire.index());
    else if (this.#is(type, BYTES)) {
      const to = wire.length() + wire.pos;
      while (!wire.bad && wire.pos < to) into.push(wire.index());
    }
  }

  /** Interned; 0 for a fault. */
  #text(type: number): number {
    if (!this.#is(type, BYTES)) return 0;
    const wire = this.#wire;
    const length = wire.length();
    if (wire.bad) return 0;
    const at = this.#draft.strings.internBytes(wire.bytes, wire.pos, wire.pos + length);
    wire.pos += length;
    return at;
  }

  #hex(type: number): number {
    if (!this.#is(type, BYTES)) return 0;
    const wire = this.#wire;
    const length = wire.length();
    if (wire.bad || length > 64) {
      wire.pos += length;
      return 0;
    }
    let hex = "";
    for (let i = 0; i < length; i++) hex += wire.bytes[wire.pos + i].toString(16).padStart(2, "0");
    wire.pos += length;
    return this.#draft.strings.intern(hex);
  }

  /** ProfilesData, or ExportProfilesServiceRequest, which has the same fields. */
  file(): { offset: number; ranOut: boolean } | undefined {
    const wire = this.#wire;
    let start = 0;
    wire.enter(0, wire.bytes.length);
    while (wire.tag()) {
      const { field, type } = wire;
      if (field === 1 && type === BYTES) this.#resource();
      else if (field === 2 && type === BYTES) {
        this.#inside((number, kind) => this.#dictionaryField(number, kind));
      } else this.#skip(type);
      if (wire.bad) break;
      start = wire.pos;
    }
    return wire.bad ? { offset: start, ranOut: wire.ranOut } : undefined;
  }

  #resource(): void {
    this.#inside((number, type) => {
      if (number === 2 && type === BYTES) this.#scope();
      else this.#skip(type);
    });
  }

  #scope(): void {
    const group = this.#draft.groups++;
    const attributes: ScopeAttribute[] = [];
    this.#inside((number, type) => {
      if (number === 1 && type === BYTES) {
        this.#inside((inner, kind) => {
          if (inner === 3 && kind === BYTES) attributes.push(this.#keyValue());
          else this.#skip(kind);
        });
      } else if (number === 2 && type === BYTES) this.#profile(group, attributes);
      else this.#skip(type);
    });
  }

  #keyValue(): ScopeAttribute {
    let key = "";
    let value: RawValue = { kind: "none" };
    this.#inside((number, type) => {
      if (number === 1) key = this.#draft.strings.get(this.#text(type));
      else if (number === 2 && type === BYTES) value = this.#value(0);
      else this.#skip(type);
    });
    return { key, value };
  }

  #value(depth: number): RawValue {
    let value: RawValue = { kind: "none" };
    this.#inside((number, type) => {
      if (number === 1) value = { kind: "text", text: this.#text(type) };
      else if (number === 2) value = { kind: "bool", isTrue: this.#uint(type) !== 0 };
      else if (number === 3) value = { kind: "number", number: this.#int(type) };
      else if (number === 4 && type === FIXED64) value = { kind: "number", number: this.#double() };
      else if (number === 5 && type === BYTES && depth < DEEPEST_VALUE) value = this.#list(depth);
      else if (number === 8) value = { kind: "index", index: this.#index(type) };
      else this.#skip(type);
    });
    return value;
  }

  #double(): number {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, this.#wire.fixed64());
    return view.getFloat64(0);
  }

  #list(depth: number): RawValue {
    const list: RawValue[] = [];
    this.#inside((number, type) => {
      if (number === 1 && type === BYTES) list.push(this.#value(depth + 1));
      else this.#skip(type);
    });
    return { kind: "list", list: list.filter((item) => item.kind !== "index") };
  }

  #valueType(): { type: number; unit: number } {
    let name = 0;
    let unit = 0;
    this.#inside((number, type) => {
      if (number === 1) name = this.#index(type);
      else if (number === 2) unit = this.#index(type);
      else this.#skip(type);
    });
    return { type: name, unit };
  }

  #profile(group: number, scope: readonly ScopeAttribute[]): void {
    const profile = new ProfileDraft(group, scope);
    const wire = this.#wire;
    this.#draft.profiles.push(profile);
    this.#inside((number, type) => {
      if (number === 1 && type === BYTES) profile.sampleType = this.#valueType();
      else if (number === 2 && type === BYTES) this.#sample(profile);
      else if (number === 3 && type === FIXED64) profile.timeNanos = wire.fixed64();
      else if (number === 4) profile.durationNanos = this.#uint(type);
      else if (number === 5 && type === BYTES) profile.periodType = this.#valueType();
      else if (number === 6) profile.period = this.#int(type);
      else if (number === 11) this.#indices(type, profile.attributes);
      else this.#skip(type);
    });
  }

  #sample(profile: ProfileDraft): void {
    const wire = this.#wire;
    let stack = 0;
    let link = 0;
    let sum = 0;
    let values = 0;
    let timestamps = 0;
    const add = (): void => {
      sum += wire.int();
      values += 1;
    };
    const outer = this.#open();
    if (outer < 0) return;
    while (wire.tag()) {
      const { field: number, type } = wire;
      if (number === 1) stack = this.#index(type);
      else if (number === 2) this.#indices(type, profile.sampleAttributes.data);
      else if (number === 3) link = this.#index(type);
      else if (number === 4 && type === VARINT) add();
      else if (number === 4 && type === BYTES) {
        const to = wire.length() + wire.pos;
        while (!wire.bad && wire.pos < to) add();
      } else if (number === 5 && type === BYTES) {
        const length = wire.length();
        timestamps += Math.floor(length / 8);
        wire.pos += length;
      } else if (number === 5 && type === FIXED64) {
        wire.fixed64();
        timestamps += 1;
      } else this.#skip(type);
    }
    this.#close(outer);
    profile.sampleAttributes.end();
    profile.stack.push(stack);
    profile.link.push(link);
    profile.value.push(this.#draft.sampleValue(sum, values, timestamps));
  }

  #dictionaryField(number: number, type: number): void {
    const { dictionary } = this.#draft;
    if (number === 5) dictionary.stringAt.push(this.#text(type));
    else if (type !== BYTES) this.#skip(type);
    else if (number === 1) this.#mapping();
    else if (number === 2) this.#location();
    else if (number === 3) this.#function();
    else if (number === 4) this.#link();
    else if (number === 6) dictionary.attributes.push(this.#attribute());
    else if (number === 7) this.#stack(dictionary.stacks);
    else this.#skip(type);
  }

  #mapping(): void {
    const wire = this.#wire;
    const { dictionary } = this.#draft;
    let start = 0;
    let limit = 0;
    let offset = 0;
    let file = 0;
    const outer = this.#open();
    if (outer < 0) return;
    while (wire.tag()) {
      const { field: number, type } = wire;
      if (number === 1) start = this.#uint(type);
      else if (number === 2) limit = this.#uint(type);
      else if (number === 3) offset = this.#uint(type);
      else if (number === 4) file = this.#index(type);
      else if (number === 5) this.#indices(type, dictionary.mappingAttributes.data);
      else this.#skip(type);
    }
    this.#close(outer);
    dictionary.mappingAttributes.end();
    dictionary.mappingStart.push(start);
    dictionary.mappingLimit.push(limit);
    dictionary.mappingOffset.push(offset);
    dictionary.mappingFile.push(file);
  }

  #location(): void {
    const { dictionary } = this.#draft;
    const wire = this.#wire;
    let mapping = 0;
    let address = 0;
    const outer = this.#open();
    if (outer < 0) return;
    while (wire.tag()) {
      const { field: number, type } = wire;
      if (number === 1) mapping = this.#index(type);
      else if (number === 2) {
        address = this.#uint(type);
        if (address > Number.MAX_SAFE_INTEGER) {
          dictionary.wideAddress.set(dictionary.locationAddress.length, wire.exact());
        }
      } else if (number === 3 && type === BYTES) this.#line();
      else if (number === 4) this.#indices(type, dictionary.locationAttributes.data);
      else this.#skip(type);
    }
    this.#close(outer);
    dictionary.locationAttributes.end();
    dictionary.locationMapping.push(mapping);
    dictionary.locationAddress.push(address);
    dictionary.locationLines.push(dictionary.lineFunction.length);
  }

  #line(): void {
    const wire = this.#wire;
    const { dictionary } = this.#draft;
    let fn = 0;
    let line = 0;
    let column = 0;
    const outer = this.#open();
    if (outer < 0) return;
    while (wire.tag()) {
      const { field: number, type } = wire;
      if (number === 1) fn = this.#index(type);
      else if (number === 2) line = this.#place(type);
      else if (number === 3) column = this.#place(type);
      else this.#skip(type);
    }
    this.#close(outer);
    dictionary.lineFunction.push(fn);
    dictionary.lineNumber.push(line);
    dictionary.lineColumn.push(column);
  }

  #function(): void {
    const wire = this.#wire;
    const { dictionary } = this.#draft;
    let name = 0;
    let systemName = 0;
    let file = 0;
    let startLine = 0;
    const outer = this.#open();
    if (outer < 0) return;
    while (wire.tag()) {
      const { field: number, type } = wire;
      if (number === 1) name = this.#index(type);
      else if (number === 2) systemName = this.#index(type);
      else if (number === 3) file = this.#index(type);
      else if (number === 4) startLine = this.#place(type);
      else this.#skip(type);
    }
    this.#close(outer);
    dictionary.functionName.push(name);
    dictionary.functionSystemName.push(systemName);
    dictionary.functionFile.push(file);
    dictionary.functionStartLine.push(startLine);
  }

  #link(): void {
    const { dictionary } = this.#draft;
    let trace = 0;
    let span = 0;
    this.#inside((number, type) => {
      if (number === 1) trace = this.#hex(type);
      else if (number === 2) span = this.#hex(type);
      else this.#skip(type);
    });
    dictionary.linkTrace.push(trace);
    dictionary.linkSpan.push(span);
  }

  #attribute(): RawAttribute {
    let key = 0;
    let unit = 0;
    let value: RawValue = { kind: "none" };
    this.#inside((number, type) => {
      if (number === 1) key = this.#index(type);
      else if (number === 2 && type === BYTES) value = this.#value(0);
      else if (number === 3) unit = this.#index(type);
      else this.#skip(type);
    });
    return { key, unit, value };
  }

  #stack(into: IndexLists): void {
    const wire = this.#wire;
    const outer = this.#open();
    if (outer < 0) return;
    while (wire.tag()) {
      const { field: number, type } = wire;
      if (number === 1) this.#indices(type, into.data);
      else this.#skip(type);
    }
    this.#close(outer);
    into.end();
  }
}
