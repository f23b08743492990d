// One execution trace, alone: it costs the service up to a few per cent of its CPU while it runs, and on a
// busy service some MB a second. Streamed to disk, never held in memory.

import { failureCode } from "../http/outcome.ts";
import type { RecordFacts, Recorder } from "./recorder.ts";
import { isTrace } from "./reply-facts.ts";
import type { Service } from "./service.ts";

const MAX_TRACE_BYTES = 512 * 1024 * 1024;

export async function storeTrace(
  service: Service,
  recorder: Recorder,
  seconds: number,
): Promise<void> {
  const url = service.profileUrl("trace", { seconds: String(seconds) });
  const pending = await recorder.folder.begin("trace.out");
  let head = Buffer.alloc(0);
  const reply = await service.stream(
    url,
    {
      maxBytes: MAX_TRACE_BYTES,
      waitMs: seconds * 1_000,
      timeouts: { firstByteMs: (seconds + 30) * 1_000, idleMs: (seconds + 15) * 1_000 },
    },
    async (chunk) => {
      if (head.length < 16) head = Buffer.concat([head, chunk.subarray(0, 16)]);
      await pending.write(chunk);
    },
  );
  const facts: RecordFacts = {
    source: "trace",
    intrusiveness: "trace",
    timing: reply.timing,
    url: reply.url,
  };
  if (reply.ok && isTrace(head.toString("latin1"))) {
    await recorder.captured([{ stored: await pending.finish(), facts }]);
    return;
  }
  await pending.discard();
  if (reply.ok) await recorder.absent(facts, "not a trace");
  else if (reply.failure.kind !== "aborted") {
    await recorder.absent(facts, failureCode(reply.failure));
  }
}
