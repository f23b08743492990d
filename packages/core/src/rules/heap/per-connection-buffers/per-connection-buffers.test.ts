import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  buildInfo,
  goroutineDump,
  goroutineProfile,
  heapProfile,
  memStats,
  procStat,
  type Frame,
  type HeapRow,
} from "../../../../test/tables.ts";

const START = 1_700_000_000_000;
const KiB = 1024;
const read: readonly Frame[] = [
  ["internal/poll.runtime_pollWait", "/go/src/runtime/netpoll.go", 351],
  ["internal/poll.(*FD).Read", "/go/src/internal/poll/fd_unix.go", 165],
  ["net.(*conn).Read", "/go/src/net/net.go", 196],
  ["bufio.(*Reader).fill", "/go/src/bufio/bufio.go", 113],
];
const session: readonly Frame[] = [
  ...read,
  ["app/feed.(*session).loop", "/src/app/feed/session.go", 71],
  ["app/feed.(*Server).handle", "/src/app/feed/server.go", 40],
];
const keepAlive: readonly Frame[] = [
  ...read.slice(0, 3),
  ["net/http.(*connReader).Read", "/go/src/net/http/server.go", 812],
  ["bufio.(*Reader).Peek", "/go/src/bufio/bufio.go", 152],
  ["net/http.(*conn).serve", "/go/src/net/http/server.go", 2103],
];
const reader: HeapRow["stack"] = [
  ["bufio.NewReaderSize", "/go/src/bufio/bufio.go", 57],
  ["app/feed.newSession", "/src/app/feed/session.go", 30],
  ["app/feed.(*Server).handle", "/src/app/feed/server.go", 38],
];
const page: HeapRow["stack"] = [
  ["app/pages.load", "/src/app/pages/pages.go", 12],
  ["app/pages.(*Cache).Warm", "/src/app/pages/pages.go", 55],
  ["main.main", "/src/app/main.go", 20],
];

/** Samples that `objects` objects of `size` bytes leave at the default rate, on average. */
const sampled = (objects: number, size: number): number =>
  Math.round(objects * -Math.expm1(-size / (512 * KiB)));

interface Service {
  readonly stack: HeapRow["stack"];
  readonly size: number;
  readonly waits?: readonly Frame[];
  readonly connections?: readonly [number, number];
  readonly objects?: readonly [number, number];
  readonly cores?: number;
  /** Adds a dump at the end: whole minutes that each has waited, and who started them. */
  readonly dump?: { readonly waitMinutes: number; readonly createdBy: string };
}

const watched = (s: Service) => {
  const connections = s.connections ?? [1500, 1500];
  const objects = s.objects ?? connections;
  const moments = [0, 1].map((i) => {
    const timeMs = START + i * 60_000;
    const n = sampled(objects[i] ?? 0, s.size);
    return [
      artefact(
        `${i}/heap.txt`,
        heapProfile([{ stack: s.stack, size: s.size, allocs: n, inuse: n }], {
          timeMs,
          memStats: memStats({
            timeMs,
            numGC: 40 + i * 20,
            markedMiB: ((objects[i] ?? 0) * s.size) / KiB / KiB,
          }),
        }),
        timeMs,
      ),
      artefact(
        `${i}/goroutine.txt`,
        {
          ...goroutineProfile([{ stack: s.waits ?? session, count: connections[i] ?? 0 }]),
          timeMs,
        },
        timeMs,
      ),
      artefact(`${i}/stat`, procStat(100 + i * 60 * (s.cores ?? 0.02)), timeMs),
    ];
  });
  const dump =
    s.dump === undefined
      ? []
      : [
          artefact(
            "goroutines-all.txt",
            goroutineDump([
              {
                stack: s.waits ?? session,
                count: connections[1],
                state: "IO wait",
                ...s.dump,
              },
            ]),
            START + 60_000,
          ),
        ];
  return judged([...moments.flat(), ...dump, artefact("buildinfo", buildInfo())]);
};

describe("per-connection-buffers", () => {
  test("positive: a 64 KiB reader for each of 1500 connections that hardly ever speak", () => {
    const answer = watched({ stack: reader, size: 64 * KiB });
    const v = verdictOf(answer, "per-connection-buffers");
    expect(answer.status).toBe("fault");
    expect(v).toMatchObject({ fault: true, confidence: "medium" });
    expect(v?.sites[0]).toMatchObject({ file: "/src/app/feed/session.go", line: 30 });
    expect(v?.against.map((s) => s.id)).toContain("per-connection-buffers.against-once");
  });

  test("two numbers of connections with the same ratio are said", () => {
    const answer = watched({ stack: reader, size: 64 * KiB, connections: [700, 1500] });
    const v = verdictOf(answer, "per-connection-buffers");
    expect(v?.for.map((s) => s.id)).toContain("per-connection-buffers.for-proportion");
  });

  test("the same ratio twice and waits of waitMinutes: high, also in a busy process", () => {
    const v = verdictOf(
      watched({
        stack: reader,
        size: 64 * KiB,
        connections: [700, 1500],
        cores: 1.6,
        dump: { waitMinutes: 12, createdBy: "app/feed.(*Server).Listen" },
      }),
      "per-connection-buffers",
    );
    expect(v).toMatchObject({ fault: true, confidence: "high" });
    expect(v?.for.map((s) => s.id)).toContain("per-connection-buffers.for-waits");
  });

  test("made by the accept loop, known from who started the goroutines", () => {
    const made: Service = {
      stack: [
        ["app/feed.newBuffers", "/src/app/feed/session.go", 30],
        ["app/feed.(*Server).Listen", "/src/app/feed/server.go", 38],
      ],
      size: 64 * KiB,
    };
    expect(verdictOf(watched(made), "per-connection-buffers")).toBeUndefined();
    const v = verdictOf(
      watched({ ...made, dump: { waitMinutes: 0, createdBy: "app/feed.(*Server).Listen" } }),
      "per-connection-buffers",
    );
    expect(v).toMatchObject({ fault: true, confidence: "medium" });
  });

  test("negative: 4 KiB buffers", () => {
    const answer = watched({ stack: reader, size: 4 * KiB, connections: [9000, 9000] });
    expect(verdictOf(answer, "per-connection-buffers")).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain("per-connection-buffers.not");
  });

  test("looks like it: a cache with as many pages as there are connections", () => {
    const answer = watched({ stack: page, size: 64 * KiB });
    expect(verdictOf(answer, "per-connection-buffers")).toBeUndefined();
  });

  test("looks like it: three times as many objects and a half, made where connections are served", () => {
    const answer = watched({ stack: reader, size: 64 * KiB, objects: [5250, 5250] });
    expect(verdictOf(answer, "per-connection-buffers")).toBeUndefined();
  });

  test("looks like it: net/http's own buffers of very many idle clients", () => {
    const answer = watched({
      stack: [
        ["bufio.NewWriterSize", "/go/src/bufio/bufio.go", 599],
        ["net/http.newBufioWriterSize", "/go/src/net/http/server.go", 882],
        ["net/http.(*conn).serve", "/go/src/net/http/server.go", 1972],
      ],
      size: 16 * KiB,
      waits: keepAlive,
      connections: [9000, 9000],
    });
    expect(verdictOf(answer, "per-connection-buffers")).toBeUndefined();
  });

  test("looks like it: a busy proxy needs its buffers, so it is information", () => {
    const answer = watched({ stack: reader, size: 64 * KiB, cores: 1.6 });
    const v = verdictOf(answer, "per-connection-buffers");
    expect(v?.fault).toBe(false);
    expect(v?.against.map((s) => s.id)).toContain("per-connection-buffers.against-busy");
  });

  test("a handler's wrapper on both stacks ties nothing together", () => {
    const wrapper: Frame = ["app/web.logged.func1", "/src/app/web/log.go", 9];
    const answer = watched({
      stack: [
        ["app/web.render", "/src/app/web/render.go", 21],
        ["app/web.show", "/src/app/web/render.go", 50],
        wrapper,
      ],
      size: 64 * KiB,
      waits: [
        ...read,
        ["app/feed.(*session).next", "/src/app/feed/session.go", 90],
        ["app/feed.(*session).loop", "/src/app/feed/session.go", 71],
        wrapper,
        ["net/http.(*conn).serve", "/go/src/net/http/server.go", 2067],
      ],
    });
    expect(verdictOf(answer, "per-connection-buffers")).toBeUndefined();
  });
});
