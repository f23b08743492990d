import { describe, expect, test } from "vitest";
import { viewOf } from "../../../test/judged.ts";
import { artefact, cgroupV2, metrics, procStatus, runtimeSample } from "../../../test/tables.ts";
import { MiB } from "../../model/units.ts";

const START = 1_700_000_000_000;
const service = artefact(
  "m.json",
  metrics([runtimeSample({ timeMs: START, numGC: 9, markedMiB: 60 })]),
);
const partsOf = (view: ReturnType<typeof viewOf>) =>
  Object.fromEntries(
    (view.containerLedger?.parts ?? []).map((x) => [x.part, (x.bytes?.value ?? NaN) / MiB]),
  );

describe("containerLedger", () => {
  test("shared memory is taken out of files, and the parts sum to the charge", () => {
    const view = viewOf([
      service,
      ...cgroupV2("c", { anonMiB: 110, fileMiB: 40, shmemMiB: 80, kernelMiB: 3, maxMiB: 256 }),
    ]);
    expect(partsOf(view)).toEqual({ anon: 110, file: 40, shmem: 80, kernel: 3, unexplained: 0 });
    expect(view.containerLedger?.limit?.value).toBe(256 * MiB);
  });

  test("what is not this process's is another's, above noise", () => {
    const of = (anonMiB: number) =>
      partsOf(
        viewOf([
          service,
          artefact("status", procStatus({ rssMiB: 118, anonMiB: 110 })),
          ...cgroupV2("c", { anonMiB }),
        ]),
      );
    expect(of(114)).not.toHaveProperty("other-processes");
    expect(of(180)).toMatchObject({ anon: 110, "other-processes": 70 });
  });

  test("no limit is no limit, not infinity", () => {
    const view = viewOf([service, ...cgroupV2("c", { anonMiB: 110 })]);
    expect(view.containerLedger?.limit).toBeUndefined();
    expect(view.forecast.limit).toBeUndefined();
  });
});
