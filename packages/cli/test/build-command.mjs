// Builds the command once before the tests that spawn it, when it is older than its sources. A build
// that fails is told by those tests; the tests of other packages do not need it.

import { ensureBuilt } from "../../../tools/setup.mjs";

export async function setup() {
  try {
    await ensureBuilt();
  } catch (error) {
    process.env.HEAPWRIGHT_BUILD_ERROR = error instanceof Error ? error.message : String(error);
  }
}
