import { words } from "../../command-line/words.ts";
import { liveFlags, sharedFlags, type Verb } from "../../command-line/verb.ts";
import type { CaptureFlags } from "../../flags.ts";

export const capture: Verb = {
  name: "capture",
  summary: words("collect only; explain later or elsewhere", "只采集；稍后或在别处再解释"),
  examples: words(
    `Examples:
  $ heapwright capture http://localhost:6060 -o incident/
  $ heapwright capture --pid 4242 --url :6060 -o incident/ --for 10m`,
    `示例：
  $ heapwright capture http://localhost:6060 -o incident/
  $ heapwright capture --pid 4242 --url :6060 -o incident/ --for 10m`,
  ),
  define(command, { lang, version, done }) {
    command
      .argument("[target]", "URL")
      .requiredOption(
        "-o, --output <folder>",
        words("folder to write, new or empty", "要写入的文件夹，新建或为空")[lang],
      );
    liveFlags(command, lang);
    sharedFlags(command, lang);
    command.action(async (target: string | undefined, given: CaptureFlags) => {
      const { captureVerb } = await import("./run.ts");
      done(await captureVerb(target, given, version));
    });
  },
};
