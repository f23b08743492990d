import { words } from "../../command-line/words.ts";
import { sharedFlags, type Verb } from "../../command-line/verb.ts";
import type { SharedFlags } from "../../flags.ts";

export const evidence: Verb = {
  name: "evidence",
  summary: words("the bytes or rows behind a number", "一个数字背后的字节或行"),
  examples: words(
    `Examples:
  $ heapwright evidence 9f31c2aa:stack:4be07c
  $ heapwright evidence 9f31c2aa ./incident/`,
    `示例：
  $ heapwright evidence 9f31c2aa:stack:4be07c
  $ heapwright evidence 9f31c2aa ./incident/`,
  ),
  define(command, { lang, done }) {
    command
      .argument(
        "<id>",
        words(
          "as printed by why --evidence, e.g. 9f31c2aa:stack:4be07c",
          "why --evidence 打印的编号，例如 9f31c2aa:stack:4be07c",
        )[lang],
      )
      .argument(
        "[path...]",
        words(
          "where the artefacts are; without one, those of the last answer",
          "证据所在；不给则为上一次回答所用",
        )[lang],
      );
    sharedFlags(command, lang);
    command.action(async (id: string, paths: string[], given: SharedFlags) => {
      const { evidence: run } = await import("./run.ts");
      done(await run(id, paths, given));
    });
  },
};
