import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  goroutineDump,
  goroutineProfile,
  metrics,
  type Frame,
} from "../../../../test/tables.ts";

const START = 1_700_000_000_000;
const send: readonly Frame[] = [
  ["runtime.gopark", "/go/src/runtime/proc.go", 398],
  ["runtime.chansend", "/go/src/runtime/chan.go", 259],
  ["runtime.chansend1", "/go/src/runtime/chan.go", 145],
  ["app/fan.query.func1", "/src/app/fan/query.go", 27],
];
const connection: readonly Frame[] = [
  ["runtime.gopark", "/go/src/runtime/proc.go", 398],
  ["runtime.netpollblock", "/go/src/runtime/netpoll.go", 573],
  ["internal/poll.runtime_pollWait", "/go/src/runtime/netpoll.go", 351],
  ["net.(*conn).Read", "/go/src/net/net.go", 185],
  ["net/http.(*conn).serve", "/go/src/net/http/server.go", 2027],
];
const loop = (name: string): readonly Frame[] => [
  ["runtime.gopark", "/go/src/runtime/proc.go", 398],
  ["runtime.selectgo", "/go/src/runtime/select.go", 327],
  [`net/http.(*persistConn).${name}`, "/go/src/net/http/transport.go", 2300],
];

const profiles = (
  groups: readonly (readonly [readonly Frame[], (t: number) => number])[],
  seconds = 60,
  count = 4,
) =>
  Array.from({ length: count }, (_, i) => {
    const t = (seconds * i) / (count - 1);
    return artefact(`g${i}.txt`, {
      ...goroutineProfile(groups.map(([stack, of]) => ({ stack, count: Math.round(of(t)) }))),
      timeMs: START + t * 1000,
    });
  });

const counts = (
  of: (t: number) => number,
  seconds = 60,
  load: (t: number) => number = () => 50,
) => {
  let total = 0;
  return artefact(
    "m.json",
    metrics(
      Array.from({ length: seconds }, (_, t) => ({
        timeMs: START + t * 1000,
        goroutines: Math.round(of(t)),
        loadCounters: [{ name: "http_requests_total", value: (total += load(t)) }],
      })),
    ),
  );
};

describe("goroutine-leak", () => {
  test("positive: a sender nobody receives from", () => {
    const answer = judged([
      ...profiles([
        [send, (t) => 20 + t * 8],
        [connection, () => 40],
      ]),
      counts((t) => 60 + t * 8),
    ]);
    const v = verdictOf(answer, "goroutine-leak");
    expect(answer.verdicts[0]?.cause).toBe("goroutine-leak");
    expect(v?.confidence).toBe("medium");
    expect(v?.sites[0]).toMatchObject({ file: "/src/app/fan/query.go", line: 27, role: "blocks" });
  });

  test("negative: ten thousand idle connections on one stack", () => {
    const answer = judged([...profiles([[connection, () => 10_000]]), counts(() => 10_010)]);
    expect(verdictOf(answer, "goroutine-leak")).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain("goroutine-leak.not");
  });

  test("looks like it: growing with connections, low at most", () => {
    const waiting: readonly Frame[] = [
      ["runtime.gopark", "p.go", 1],
      ["runtime.selectgo", "s.go", 1],
      ["app/ws.(*Client).writePump", "/src/app/ws/client.go", 60],
    ];
    const answer = judged([
      ...profiles([
        [waiting, (t) => 10 + t * 5],
        [connection, (t) => 10 + t * 5],
      ]),
      counts((t) => 20 + t * 10),
    ]);
    expect(verdictOf(answer, "goroutine-leak")?.confidence).toBe("low");
  });

  test("looks like it: a pool that fills up under a ramp and levels off", () => {
    const of = (t: number) => Math.min(200, 20 + t * 12);
    const answer = judged([
      ...profiles([[send, of]]),
      counts(of, 60, (t) => Math.min(400, 50 + t * 10)),
    ]);
    expect(verdictOf(answer, "goroutine-leak")).toBeUndefined();
  });

  test("a burst that came and went", () => {
    const answer = judged(profiles([[send, (t) => (t > 15 && t < 45 ? 800 : 10)]]));
    expect(verdictOf(answer, "goroutine-leak")).toBeUndefined();
  });

  test("readLoop and writeLoop in step: bodies that are not closed", () => {
    const answer = judged([
      ...profiles([
        [loop("readLoop"), (t) => 5 + t * 4],
        [loop("writeLoop"), (t) => 5 + t * 4],
      ]),
      counts((t) => 10 + t * 8),
    ]);
    const v = verdictOf(answer, "goroutine-leak");
    expect(v?.for.map((s) => s.id)).toContain("goroutine-leak.for-bodies");
    expect(v?.fix[0]?.id).toBe("goroutine-leak.fix-bodies");
    expect(v?.confidence).toBe("medium");
  });

  test("only a count that grows: low, and says that the place is unknown", () => {
    const answer = judged([counts((t) => 50 + t * 10)]);
    expect(verdictOf(answer, "goroutine-leak")).toMatchObject({ confidence: "low", sites: [] });
  });

  test("under a ramp of load: not above low", () => {
    const answer = judged([
      ...profiles([[send, (t) => 20 + t * 8]]),
      counts(
        (t) => 60 + t * 8,
        60,
        (t) => 20 + t * 4,
      ),
    ]);
    expect(verdictOf(answer, "goroutine-leak")?.confidence ?? "low").toBe("low");
  });

  const accepting: readonly Frame[] = [
    ["internal/poll.(*FD).Accept", "/go/src/internal/poll/fd_unix.go", 611],
    ["net.(*TCPListener).Accept", "/go/src/net/tcpsock.go", 380],
    ["app/wire.(*Hub).Run", "/src/app/wire/hub.go", 40],
  ];
  const reading: readonly Frame[] = [
    ["internal/poll.(*FD).Read", "/go/src/internal/poll/fd_unix.go", 165],
    ["net.(*conn).Read", "/go/src/net/net.go", 196],
    ["app/wire.(*peer).pump", "/src/app/wire/peer.go", 21],
  ];
  const dumps = (createdBy: string) =>
    [0, 20, 40, 60].map((t) =>
      artefact(
        `d${t}.txt`,
        goroutineDump([
          { stack: accepting, state: "IO wait" },
          { stack: reading, count: 20 + t * 8, state: "IO wait", createdBy },
        ]),
        START + t * 1000,
      ),
    );

  test("looks like it: clients of a server of its own protocol, known by who accepted them", () => {
    const ramp = counts((t) => 30 + t * 8);
    expect(verdictOf(judged([...dumps("app/wire.(*Hub).Run"), ramp]), "goroutine-leak")).toBe(
      undefined,
    );
    // The same reads on connections that the service dialled and never closes.
    const dialled = judged([...dumps("app/wire.(*Pool).dial"), ramp]);
    expect(verdictOf(dialled, "goroutine-leak")?.fault).toBe(true);
  });
});
