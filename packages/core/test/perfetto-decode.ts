// Decodes Perfetto packets by a schema written by hand from google/perfetto's .proto files, apart from
// the numbers that the writer uses: what the schema does not know, or knows with another wire type,
// is an error.

export type Kind = "uint" | "int" | "string" | "bytes" | (string & {});
export type Schema = Readonly<Record<string, Readonly<Record<number, readonly [string, Kind]>>>>;

/** protos/perfetto/trace/{trace,trace_packet}.proto, track_event/*.proto, interned_data, clock_snapshot, profiling/profile_common.proto */
export const PERFETTO: Schema = {
  TracePacket: {
    6: ["clock_snapshot", "ClockSnapshot"],
    8: ["timestamp", "uint"],
    10: ["trusted_packet_sequence_id", "uint"],
    11: ["track_event", "TrackEvent"],
    12: ["interned_data", "InternedData"],
    13: ["sequence_flags", "uint"],
    58: ["timestamp_clock_id", "uint"],
    59: ["trace_packet_defaults", "TracePacketDefaults"],
    60: ["track_descriptor", "TrackDescriptor"],
    87: ["first_packet_on_sequence", "uint"],
  },
  ClockSnapshot: { 1: ["clocks", "Clock"], 2: ["primary_trace_clock", "uint"] },
  Clock: { 1: ["clock_id", "uint"], 2: ["timestamp", "uint"] },
  TracePacketDefaults: { 58: ["timestamp_clock_id", "uint"] },
  TrackDescriptor: {
    1: ["uuid", "uint"],
    2: ["name", "string"],
    5: ["parent_uuid", "uint"],
    8: ["counter", "CounterDescriptor"],
    11: ["child_ordering", "uint"],
    12: ["sibling_order_rank", "int"],
  },
  CounterDescriptor: { 3: ["unit", "uint"] },
  TrackEvent: {
    4: ["debug_annotations", "DebugAnnotation"],
    9: ["type", "uint"],
    10: ["name_iid", "uint"],
    11: ["track_uuid", "uint"],
    23: ["name", "string"],
    30: ["counter_value", "int"],
    56: ["callstack_iid", "uint"],
  },
  DebugAnnotation: {
    1: ["name_iid", "uint"],
    3: ["uint_value", "uint"],
    6: ["string_value", "string"],
  },
  InternedData: {
    2: ["event_names", "EventName"],
    3: ["debug_annotation_names", "DebugAnnotationName"],
    5: ["function_names", "InternedString"],
    6: ["frames", "Frame"],
    7: ["callstacks", "Callstack"],
    17: ["mapping_paths", "InternedString"],
    18: ["source_paths", "InternedString"],
    19: ["mappings", "Mapping"],
  },
  EventName: { 1: ["iid", "uint"], 2: ["name", "string"] },
  DebugAnnotationName: { 1: ["iid", "uint"], 2: ["name", "string"] },
  InternedString: { 1: ["iid", "uint"], 2: ["str", "bytes"] },
  Frame: {
    1: ["iid", "uint"],
    2: ["function_name_id", "uint"],
    3: ["mapping_id", "uint"],
    4: ["rel_pc", "uint"],
    5: ["source_path_iid", "uint"],
    6: ["line_number", "uint"],
  },
  Callstack: { 1: ["iid", "uint"], 2: ["frame_ids", "uint"] },
  Mapping: { 1: ["iid", "uint"], 7: ["path_string_ids", "uint"] },
};

/** Values of every field in the order of the file. */
export class Message {
  readonly kind: string;
  readonly #values = new Map<string, (number | string | Message)[]>();

  constructor(kind: string) {
    this.kind = kind;
  }

  add(field: string, value: number | string | Message): void {
    const values = this.#values.get(field);
    if (values === undefined) this.#values.set(field, [value]);
    else values.push(value);
  }

  has(field: string): boolean {
    return this.#values.has(field);
  }

  numbers(field: string): number[] {
    return (this.#values.get(field) ?? []).filter((value) => typeof value === "number");
  }

  number(field: string): number {
    const value = this.numbers(field)[0];
    if (value === undefined) throw new Error(`${this.kind} without ${field}`);
    return value;
  }

  text(field: string): string {
    const value = this.#values.get(field)?.[0];
    if (typeof value !== "string") throw new Error(`${this.kind} without ${field}`);
    return value;
  }

  all(field: string): Message[] {
    return (this.#values.get(field) ?? []).filter((value) => value instanceof Message);
  }

  one(field: string): Message | undefined {
    return this.all(field)[0];
  }
}

class Decoder {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  varint(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw new Error("cut");
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }

  part(): Uint8Array {
    const length = this.varint();
    if (length > this.left) throw new Error("cut");
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}

function decode(kind: string, bytes: Uint8Array): Message {
  const fields = PERFETTO[kind];
  if (fields === undefined) throw new Error(`no message ${kind}`);
  const message = new Message(kind);
  const from = new Decoder(bytes);
  while (from.left > 0) {
    const tag = from.varint();
    const field = fields[Math.floor(tag / 8)];
    if (field === undefined) throw new Error(`${kind} has no field ${Math.floor(tag / 8)}`);
    const [name, what] = field;
    const isNumber = what === "uint" || what === "int";
    if (tag % 8 !== (isNumber ? 0 : 2)) throw new Error(`wire type of ${kind}.${name}`);
    if (isNumber) message.add(name, from.varint());
    else if (what === "string" || what === "bytes") {
      const text = new TextDecoder("utf-8", { fatal: what === "string" });
      message.add(name, text.decode(from.part()));
    } else message.add(name, decode(what, from.part()));
  }
  return message;
}

export function packetsOf(trace: Uint8Array): Message[] {
  const from = new Decoder(trace);
  const packets: Message[] = [];
  while (from.left > 0) {
    if (from.varint() !== 10) throw new Error("not a packet");
    packets.push(decode("TracePacket", from.part()));
  }
  return packets;
}
