import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  artefact,
  gctrace,
  goroutineProfile,
  heapProfile,
  metrics,
  ring,
  type HeapRow,
} from "../../test/tables.ts";
import { link } from "./link.ts";
import { folderDistance } from "./clusters.ts";
import { parseMemLimit } from "./settings.ts";

const at = (fn: string, line: number): HeapRow["stack"] => [
  [fn, "/src/app/store.go", line],
  ["main.main", "/src/app/main.go", 10],
];
const rows = (scale: number): HeapRow[] => [
  { stack: at("main.(*Store).Add", 88), size: 1024, allocs: 10 * scale, inuse: 10 * scale },
  { stack: at("main.load", 20), size: 4096, allocs: 7, inuse: 7 },
  { stack: at("main.load", 21), size: 512, allocs: 5, inuse: 5 },
  { stack: at("main.load", 22), size: 64, allocs: 3, inuse: 3 },
];

describe("same process", () => {
  test("equal [vdso] address and counts that only rise", () => {
    const { processes } = link([
      artefact("b.pb.gz", heapProfile(rows(2), { vdso: 0x7ffe000, timeMs: 2000 })),
      artefact("a.pb.gz", heapProfile(rows(1), { vdso: 0x7ffe000, timeMs: 1000 })),
    ]);
    expect(processes).toHaveLength(1);
    expect(processes[0]?.sameness).toBe("proved");
    expect(processes[0]?.heap.map((h) => h.artefact.name)).toEqual(["a.pb.gz", "b.pb.gz"]);
    expect(processes[0]?.linking.map((s) => s.id)).toContain("link.vdso");
  });

  test("equal PauseEnd slots prove it for text replies", () => {
    const ends = [1000, 2000, 3000, 4000];
    const { processes } = link([
      artefact(
        "one.txt",
        heapProfile(rows(1), {
          memStats: { numGC: 3, pauseEndMs: ring(ends.slice(0, 3)), lastGCMs: 3000 },
        }),
      ),
      artefact(
        "two.txt",
        heapProfile([], { memStats: { numGC: 4, pauseEndMs: ring(ends), lastGCMs: 4000 } }),
      ),
    ]);
    expect(processes).toHaveLength(1);
    expect(processes[0]?.linking.map((s) => s.id)).toContain("link.ring");
  });

  test("the log's gaps between cycles tie it to a reply and date it", () => {
    const start = 1_700_000_000_000;
    const { processes } = link([
      artefact(
        "svc.log",
        gctrace([
          { atSec: 1, markedMiB: 10 },
          { atSec: 2.5, markedMiB: 12 },
          { atSec: 5, markedMiB: 15 },
        ]),
      ),
      artefact(
        "heap.txt",
        heapProfile(rows(1), {
          memStats: {
            numGC: 3,
            pauseEndMs: ring([start + 1000, start + 2500, start + 5000]),
            lastGCMs: start + 5000,
          },
        }),
      ),
    ]);
    expect(processes).toHaveLength(1);
    expect(processes[0]?.startMs).toBeCloseTo(start, -1);
  });
});

describe("different processes stay apart", () => {
  test("another [vdso] address", () => {
    const { processes } = link([
      artefact("a", heapProfile(rows(1), { vdso: 1 })),
      artefact("b", heapProfile(rows(2), { vdso: 2 })),
    ]);
    expect(processes).toHaveLength(2);
  });

  test("counts that fall in one bucket and rise in another", () => {
    const other = rows(3).map((r, i) => (i === 1 ? { ...r, allocs: 2, inuse: 2 } : r));
    const { processes } = link([
      artefact("a", heapProfile(rows(1))),
      artefact("b", heapProfile(other)),
    ]);
    expect(processes).toHaveLength(2);
  });

  test("rings that disagree", () => {
    const stats = (shift: number) => ({
      numGC: 2,
      pauseEndMs: ring([1000 + shift, 2000 + shift]),
      lastGCMs: 2000 + shift,
    });
    const { processes } = link([
      artefact("a", heapProfile([], { memStats: stats(0) })),
      artefact("b", heapProfile([], { memStats: stats(300) })),
    ]);
    expect(processes).toHaveLength(2);
  });

  test("a restart within one log gives two", () => {
    const log = gctrace([
      { atSec: 1, markedMiB: 10 },
      { atSec: 2, markedMiB: 12 },
    ]);
    const again = gctrace([
      { atSec: 0.5, markedMiB: 10 },
      { atSec: 1.1, markedMiB: 12 },
    ]);
    const { processes } = link([
      artefact("svc.log", { ...log, segments: [...log.segments, ...again.segments] }),
    ]);
    expect(processes).toHaveLength(2);
  });

  test("twenty replicas in one folder are twenty", () => {
    const list = Array.from({ length: 20 }, (_, i) =>
      artefact(`pod-${i}.pb.gz`, heapProfile(rows(i + 1), { vdso: 0x1000 + i })),
    );
    expect(link(list).processes).toHaveLength(20);
  });
});

describe("what carries no identity", () => {
  test("is assumed to be of the only process, and said so", () => {
    const { processes } = link([
      artefact("heap.pb.gz", heapProfile(rows(1), { vdso: 1 })),
      artefact("goroutine.txt", goroutineProfile([{ stack: at("main.work", 5), count: 3 }])),
    ]);
    expect(processes).toHaveLength(1);
    expect(processes[0]?.sameness).toBe("assumed");
    expect(processes[0]?.linking.map((s) => s.id)).toContain("link.only");
  });

  test("goes to the process whose files lie beside it", () => {
    const { processes } = link([
      artefact("app/heap.pb.gz", heapProfile(rows(1), { vdso: 1 })),
      artefact("side/heap.pb.gz", heapProfile(rows(9), { vdso: 2 })),
      artefact("side/goroutine.txt", goroutineProfile([{ stack: at("main.work", 5), count: 3 }])),
    ]);
    const side = processes.find((p) => p.goroutineProfiles.length > 0);
    expect(side?.heap[0]?.artefact.name).toBe("side/heap.pb.gz");
  });
});

test("the order of the artefacts does not matter", () => {
  const make = () => [
    artefact("app/1.pb.gz", heapProfile(rows(1), { vdso: 1, timeMs: 1000 })),
    artefact("app/2.pb.gz", heapProfile(rows(2), { vdso: 1, timeMs: 2000 })),
    artefact("app/g.txt", goroutineProfile([{ stack: at("main.work", 5), count: 3 }])),
    artefact("b/1.pb.gz", heapProfile(rows(5), { vdso: 2, timeMs: 1000 })),
    artefact("b/m.json", metrics([{ timeMs: 1000, goroutines: 4 }])),
  ];
  const shape = (order: readonly number[]) => {
    const list = make();
    return link(order.map((i) => list[i]).filter((a) => a !== undefined))
      .processes.map((p) =>
        p.artefacts
          .map((a) => a.name)
          .toSorted()
          .join(),
      )
      .sort();
  };
  const expected = shape([0, 1, 2, 3, 4]);
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
      expect(shape(order)).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

test("neighbouring folders named for one thing are nearer", () => {
  expect(folderDistance("t1/proc-app", "t1/go-app")).toBeLessThan(
    folderDistance("t1/proc-app", "t1/go-side"),
  );
  expect(folderDistance("a", "a")).toBe(0);
});

test.each([
  ["512MiB", 512 * 2 ** 20],
  ["1GiB", 2 ** 30],
  ["100", 100],
  ["off", Infinity],
  ["512MB", undefined],
])("GOMEMLIMIT=%s", (text, bytes) => expect(parseMemLimit(text)).toBe(bytes));
