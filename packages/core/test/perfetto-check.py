# Reads a Perfetto trace with the schema that google publishes (PyPI package "perfetto") and prints what
# it holds as JSON. Usage: perfetto-check.py TRACE SCHEMA.json
# The schema is { message: { field number: [field name, kind] } }, as the TypeScript test states it;
# differences to the published one are listed.
import json
import sys

from google.protobuf import unknown_fields
from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as pb

KINDS = {"uint": (4, 13, 8, 14), "int": (3, 5), "string": (9,), "bytes": (12,)}
NESTED = {"Clock": pb.ClockSnapshot.Clock}


def differences(schema):
    found = []
    for message, fields in schema.items():
        kind = NESTED.get(message) or getattr(pb, message)
        by_number = kind.DESCRIPTOR.fields_by_number
        for number, (name, what) in fields.items():
            field = by_number.get(int(number))
            if field is None or field.name != name:
                found.append(f"{message}.{number}: {name}")
            elif what in KINDS:
                if field.type not in KINDS[what]:
                    found.append(f"{message}.{name}: type {field.type}")
            elif field.message_type is None or field.message_type.name != what:
                found.append(f"{message}.{name}: message")
    return found


def unknown(message):
    count = len(unknown_fields.UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for inner in value if not hasattr(value, "ListFields") else [value]:
            count += unknown(inner)
    return count


trace = pb.Trace()
with open(sys.argv[1], "rb") as file:
    trace.ParseFromString(file.read())
with open(sys.argv[2], encoding="utf-8") as file:
    schema = json.load(file)
types = {"TYPE_SLICE_BEGIN": 0, "TYPE_SLICE_END": 0, "TYPE_INSTANT": 0, "TYPE_COUNTER": 0}
for packet in trace.packet:
    if packet.HasField("track_event"):
        types[pb.TrackEvent.Type.Name(packet.track_event.type)] += 1
print(
    json.dumps(
        {
            "packets": len(trace.packet),
            "types": types,
            "unknown": sum(unknown(packet) for packet in trace.packet),
            "tracks": [p.track_descriptor.name for p in trace.packet if p.HasField("track_descriptor")][:9],
            "differences": differences(schema),
        }
    )
)
