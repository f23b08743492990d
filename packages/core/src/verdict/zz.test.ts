import { test } from "vitest";
import { corpusArtefacts } from "../../test/corpus-folder.ts";
import { viewOf } from "../../test/judged.ts";
test("x", () => {
  for (const name of [
    "v1-native/healthy",
    "v1-native/shmem",
    "v1-native/cpu-quota",
    "v2-emulated/a-healthy",
    "v2-emulated/e-cpu-quota",
    "v2-emulated/f-shmem",
    "v2-emulated/i-memory-high",
  ]) {
    const all = corpusArtefacts(`kernel/${name}`) ?? [];
    for (const [label, f] of [
      ["all", () => true],
      ["no stat", (n: string) => !n.endsWith("/stat")],
      ["log", (n: string) => /gctrace/.test(n)],
      ["log+stat", (n: string) => /gctrace|proc-app.stat$|heap.txt/.test(n)],
      ["metrics", (n: string) => /metrics/.test(n)],
    ] as const) {
      const sub = all.filter((a) => f(a.name));
      const v = viewOf(sub);
      console.log(
        name,
        label,
        JSON.stringify({
          ...v.cost,
          gcShare: v.cost?.gcShare && [
            v.cost.gcShare.value,
            v.cost.gcShare.lo,
            v.cost.gcShare.grade,
          ],
          assistShare: v.cost?.assistShare?.value,
          cyclesPerSec: v.cost?.cyclesPerSec?.value,
        }),
        v.process.metrics.length,
        v.process.stat.map((s) => [s.timeMs, s.clock, s.value.userTicks + s.value.systemTicks]),
      );
    }
  }
});
