// A vitest reporter that leaves the run as data for tools/test.mjs. vitest's own JSON reporter drops
// the note of `context.skip("why")`, and a skipped test has to say why. A reporter named on vitest's
// command line gets no options, so the environment names the file.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {{ readonly name: string, readonly reason: string }} SkippedTest
 * @typedef {object} UnitResult
 * @property {number} passed
 * @property {readonly string[]} failed names; a file that could not be loaded counts as one
 * @property {readonly SkippedTest[]} skipped
 * @property {number} unhandledErrors errors outside of any test
 */

/** @import { Reporter, TestModule } from "vitest/node" */
/** @implements {Reporter} */
export default class CountReporter {
  /**
   * @param {ReadonlyArray<TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0;
    /** @type {string[]} */
    const failed = [];
    /** @type {SkippedTest[]} */
    const skipped = [];
    for (const module of modules) {
      const file = module.relativeModuleId;
      const ownErrors = module.errors().length;
      if (ownErrors > 0) failed.push(`${file} (the file itself)`);
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failed.push(`${file} > ${suite.fullName} (its set-up)`);
      }
      for (const test of module.children.allTests()) {
        const name = `${file} > ${test.fullName}`;
        const result = test.result();
        if (result.state === "passed") passed += 1;
        else if (result.state === "failed") failed.push(name);
        else if (result.state === "skipped") skipped.push({ name, reason: result.note ?? "" });
        else failed.push(`${name} (did not run)`);
      }
    }
    /** @type {UnitResult} */
    const result = { passed, failed, skipped, unhandledErrors: unhandledErrors.length };
    const file = process.env["HEAPWRIGHT_UNIT_RESULT"];
    if (file === undefined) throw new Error("HEAPWRIGHT_UNIT_RESULT names no file");
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(result));
  }
}
