import { words } from "../../command-line/words.ts";
import type { Verb } from "../../command-line/verb.ts";

/** For the list of verbs and `help pprof`: main.ts gives its command line to run.ts, since its flags are those of another tool. */
export const pprof: Verb = {
  name: "pprof",
  summary: words(
    "the arguments and the reports of go tool pprof",
    "接受 go tool pprof 的参数，给出同样的报告",
  ),
  examples: words(
    `Examples:
  $ heapwright pprof -top -cum heap.pb.gz
  $ heapwright pprof -top -diff_base before.pb.gz after.pb.gz`,
    `示例：
  $ heapwright pprof -top -cum heap.pb.gz
  $ heapwright pprof -top -diff_base before.pb.gz after.pb.gz`,
  ),
  define(command, { lang, done }) {
    command
      .argument("[args...]", words("as go tool pprof takes them", "与 go tool pprof 相同")[lang])
      .allowUnknownOption()
      .helpOption(false)
      .action(async (args: string[]) => {
        const { runPprof } = await import("./run.ts");
        done(await runPprof(args));
      });
  },
};
