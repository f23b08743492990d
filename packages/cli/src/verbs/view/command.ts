import { words } from "../../command-line/words.ts";
import { judgeFlags, liveFlags, sharedFlags, type Verb } from "../../command-line/verb.ts";
import type { ViewFlags } from "../../flags.ts";

export const view: Verb = {
  name: "view",
  summary: words("the answer as a page on localhost", "在 localhost 上以页面显示回答"),
  examples: words(
    `Examples:
  $ heapwright view ./incident/
  $ heapwright view http://localhost:6060`,
    `示例：
  $ heapwright view ./incident/
  $ heapwright view http://localhost:6060`,
  ),
  define(command, { lang, version, done }) {
    command.argument(
      "[target...]",
      words(
        "URL, folder or files; without one, the last capture",
        "URL、文件夹或文件；不给则为上一次采集",
      )[lang],
    );
    liveFlags(command, lang);
    judgeFlags(command, lang);
    sharedFlags(command, lang);
    command.option(
      "--port <n>",
      words("port to listen on (default: any free one)", "监听端口（默认：任一空闲端口）")[lang],
    );
    command.action(async (targets: string[], given: ViewFlags) => {
      const { view: run } = await import("./run.ts");
      done(await run(targets, given, version));
    });
  },
};
