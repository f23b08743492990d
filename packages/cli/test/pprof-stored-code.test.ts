// The built command starts from code that V8 made before, and V8 takes that with the settings only that it
// was made with: whoever changes a setting while the code is stored makes every start slow, without an error.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Script } from "node:vm";
import { expect, it } from "vitest";

const DIST = path.join(import.meta.dirname, "../dist");
const CODE = `pprof-${process.version}-${process.platform}-${process.arch}.code`;

it("the stored code of pprof is taken by V8", (context) => {
  const file = path.join(DIST, CODE);
  if (!existsSync(file)) context.skip("the command was not built with this Node");
  const filename = path.join(DIST, "pprof.cjs");
  const text = readFileSync(filename);
  const cachedData = readFileSync(file).subarray(text.length);
  const script = new Script(text.toString("latin1"), { filename, cachedData });
  expect(script.cachedDataRejected).toBe(false);
});
