import { describe, expect, test } from "vitest";
import { growing } from "../../../../test/growing.ts";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact, goroutineProfile, type Frame } from "../../../../test/tables.ts";

const CONTEXT = "/go/src/context/context.go";
const run: readonly Frame[] = [["app/engine.(*Engine).Run", "/src/app/engine/engine.go", 52]];
const task: readonly Frame[] = [
  ["app/engine.(*Engine).task", "/src/app/engine/engine.go", 37],
  ...run,
];
const input: readonly Frame[] = [
  ["app/engine.(*Engine).task", "/src/app/engine/engine.go", 33],
  ...run,
];
const withCancel: readonly Frame[] = [
  ["context.withCancel", CONTEXT, 277],
  ["context.WithCancel", CONTEXT, 241],
];
const children: readonly Frame[] = [
  ["context.(*cancelCtx).propagateCancel", CONTEXT, 501],
  ...withCancel,
];
const withValue: readonly Frame[] = [["context.WithValue", CONTEXT, 737]];

const kept = (stack: readonly Frame[], size: number, grewMiB: number) => ({ stack, size, grewMiB });

describe("context-leak", () => {
  test("positive: contexts of one line, and their parent's table of children", () => {
    const answer = judged(
      growing([kept([...withCancel, ...task], 96, 90), kept([...children, ...task], 9472, 10)]),
    );
    expect(answer.verdicts[0]).toMatchObject({ cause: "context-leak", fault: true });
    expect(answer.verdicts[0]?.sites[0]).toMatchObject({ line: 37, role: "creates" });
    expect(answer.verdicts[0]?.for.map((s) => s.id)).toContain("context-leak.for-anchor");
    // The same growth is not told twice.
    expect(verdictOf(answer, "heap-leak")).toBeUndefined();
  });

  test("positive: most of the growth is what the contexts' values refer to", () => {
    const answer = judged(
      growing([
        kept([...withCancel, ...task], 96, 18),
        kept([...withValue, ...task], 48, 9),
        kept([...children, ...task], 9472, 2),
        kept(input, 416, 78),
      ]),
    );
    expect(answer.verdicts[0]?.cause).toBe("context-leak");
    expect(answer.verdicts[0]?.sites).toMatchObject([
      { line: 37, role: "creates" },
      { line: 33, role: "allocates" },
      { line: 52, role: "holds" },
    ]);
  });

  test("positive: made in a dependency, laid at the service's own line", () => {
    const group: readonly Frame[] = [
      [
        "golang.org/x/sync/errgroup.WithContext",
        "/go/pkg/mod/golang.org/x/sync@v0.12.0/errgroup/errgroup.go",
        47,
      ],
    ];
    const answer = judged(
      growing([
        kept([...withCancel, ...group, ...task], 96, 60),
        kept([...children, ...group, ...task], 9472, 8),
      ]),
    );
    expect(answer.verdicts[0]).toMatchObject({
      cause: "context-leak",
      sites: [{ file: "/src/app/engine/engine.go", line: 37 }],
    });
  });

  test("never surer than heap-leak", () => {
    const rows = [kept([...withCancel, ...task], 96, 90), kept([...children, ...task], 9472, 10)];
    const plain = judged(growing([kept(input, 416, 100)]));
    expect(judged(growing(rows)).verdicts[0]?.confidence).toBe(plain.verdicts[0]?.confidence);
  });

  test("negative: a line that keeps what it makes, no contexts", () => {
    const answer = judged(growing([kept(input, 416, 100)]));
    expect(answer.verdicts[0]?.cause).toBe("heap-leak");
    expect(verdictOf(answer, "context-leak")).toBeUndefined();
  });

  test("looks like it: a heap leak under the same call, contexts a small part", () => {
    const answer = judged(
      growing([
        kept([...withCancel, ...task], 96, 5),
        kept([...withValue, ...task], 48, 3),
        kept([...children, ...task], 9472, 1),
        kept(input, 4096, 110),
      ]),
    );
    expect(answer.verdicts[0]?.cause).toBe("heap-leak");
    expect(verdictOf(answer, "context-leak")).toBeUndefined();
  });

  test("looks like it: leaked sessions that hold a context of no long-lived parent", () => {
    // 600 000 contexts would have some 6 MiB of their parent's table: it would have been sampled.
    const answer = judged(growing([kept([...withCancel, ...task], 96, 60), kept(input, 64, 50)]));
    expect(answer.verdicts[0]?.cause).toBe("heap-leak");
    expect(verdictOf(answer, "context-leak")).toBeUndefined();
  });

  test("looks like it: as many contexts as requests in flight, level", () => {
    const answer = judged(
      growing(
        [
          { ...kept([...withCancel, ...task], 96, 0), beforeMiB: 30 },
          { ...kept([...children, ...task], 9472, 0), beforeMiB: 5 },
        ],
        () => 60,
      ),
    );
    expect(answer.status).toBe("no-fault-seen");
  });

  test("looks like it: net/http makes a context for every request of its client", () => {
    const http: readonly Frame[] = [["net/http.(*Client).do", "/go/src/net/http/client.go", 720]];
    const answer = judged(
      growing([
        kept([...withCancel, ...http, ...task], 96, 90),
        kept([...children, ...http, ...task], 9472, 10),
      ]),
    );
    expect(verdictOf(answer, "context-leak")).toBeUndefined();
  });

  test("leaked goroutines that hold contexts come first", () => {
    const stack: readonly Frame[] = [
      ["runtime.gopark", "p.go", 1],
      ["runtime.chansend1", "c.go", 1],
      ["app/engine.(*Engine).send", "/src/app/engine/engine.go", 90],
    ];
    const answer = judged([
      ...growing(
        [kept([...withCancel, ...task], 96, 90), kept([...children, ...task], 9472, 10)],
        undefined,
        600,
      ),
      ...[0, 600].map((t) =>
        artefact(`g${t}.txt`, {
          ...goroutineProfile([{ stack, count: 100 + t }]),
          timeMs: 1_700_000_010_000 + t * 1000,
        }),
      ),
    ]);
    expect(answer.verdicts.map((v) => [v.cause, v.confidence])).toEqual([
      ["goroutine-leak", "low"],
      ["context-leak", "medium"],
    ]);
  });
});
