import { words } from "../../command-line/words.ts";
import {
  judgeFlags,
  liveFlags,
  sharedFlags,
  sourceFlags,
  type Verb,
} from "../../command-line/verb.ts";
import type { ViewFlags } from "../../flags.ts";

export const view: Verb = {
  name: "view",
  summary: words(
    "the answer, or one profile, as a page on localhost",
    "在 localhost 上以页面显示回答或一份剖析",
  ),
  examples: words(
    `Examples:
  $ heapwright view ./incident/
  $ heapwright view http://localhost:6060
  $ heapwright view heap.pb.gz                          flame, call graph, table of one profile
  $ heapwright view --base before.pb.gz after.pb.gz     what changed between two
  $ heapwright view heap.pb.gz --html flame.html        the same page as a file`,
    `示例：
  $ heapwright view ./incident/
  $ heapwright view http://localhost:6060
  $ heapwright view heap.pb.gz                          一份剖析的火焰图、调用图与函数表
  $ heapwright view --base before.pb.gz after.pb.gz     两份剖析之间的变化
  $ heapwright view heap.pb.gz --html flame.html        把同一页面写成文件`,
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
    command.option(
      "--base <file>",
      words("compare one profile with this earlier one", "把一份剖析与这份更早的剖析比较")[lang],
    );
    command.option(
      "--html <file>",
      words(
        "write the page of a profile to a file instead of serving it",
        "把剖析的页面写入文件，而不是提供服务",
      )[lang],
    );
    sourceFlags(command, lang);
    command.action(async (targets: string[], given: ViewFlags) => {
      const { view: run } = await import("./run.ts");
      done(await run(targets, given, version));
    });
  },
};
