// The program that kill-tests start and kill: one capture, as a process of its own.
// Usage: node capture-program.mjs TARGET-JSON OPTIONS-JSON

import { capture } from "../src/capture/capture.ts";
import { CaptureError } from "../src/capture/error.ts";

const [target = "{}", options = "{}"] = process.argv.slice(2);
try {
  const outcome = await capture(JSON.parse(target), JSON.parse(options), (progress) => {
    process.stderr.write(`${JSON.stringify(progress)}\n`);
  });
  process.stdout.write(JSON.stringify({ outcome }));
} catch (error) {
  if (!(error instanceof CaptureError)) throw error;
  process.stdout.write(JSON.stringify({ error: { code: error.code, params: error.params } }));
}
