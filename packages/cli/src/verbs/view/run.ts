// `heapwright view`: the same answer as a page, refined while a capture goes on.

import { readEvidence } from "@heapwright/host/files/read-evidence.ts";
import { startViewServer, type ViewServer } from "@heapwright/host/view-server/view-server.ts";
import { formatJson } from "@heapwright/core/report/json.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import type { Answered } from "@heapwright/core/verdict/answer-of.ts";
import { EXIT } from "../../exit-codes.ts";
import { lastPaths, rememberPaths } from "../../last-target.ts";
import { runCapture } from "../../live.ts";
import { sourceOf, temporaryFolder } from "../../obtain.ts";
import { pageOf } from "../../page.ts";
import { ProgressLine } from "../../terminal.ts";
import { UsageError } from "../../usage-error.ts";
import { assertJudgeable, judgeFolder, nothingReadable, soFarLine } from "../../judging.ts";
import type { ViewFlags } from "../../flags.ts";
import { viewProfile } from "./profile.ts";

function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new UsageError(
      `--port takes a number up to 65535, not ${JSON.stringify(text)}`,
      `--port 需要不大于 65535 的数字，而不是 ${JSON.stringify(text)}`,
    );
  return port;
}

function sayWhere({ url }: ViewServer, flags: ViewFlags): void {
  process.stdout.write(`${url}\n`);
  if (flags.quiet !== true)
    process.stderr.write(
      flags.lang === "zh"
        ? "在浏览器中打开；Ctrl-C 结束\n"
        : "Open it in a browser; Ctrl-C ends it\n",
    );
}

async function interrupted(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

async function untilInterrupted(server: ViewServer, flags: ViewFlags): Promise<number> {
  sayWhere(server, flags);
  await interrupted();
  await server.close();
  return EXIT.ok;
}

export async function view(
  targets: readonly string[],
  flags: ViewFlags,
  version: string,
): Promise<number> {
  const port = portOf(flags.port);
  const shown = await viewProfile(targets, flags, version, async (page) => {
    const server = await startViewServer({ port, render: () => page, json: () => "{}" });
    return await untilInterrupted(server, flags);
  });
  if (shown !== undefined) return shown;
  const voice = voiceOf(flags.lang);
  const isNamed =
    targets.length > 0 ||
    flags.pid !== undefined ||
    flags.url !== undefined ||
    flags.unix !== undefined;
  const source = sourceOf(isNamed ? targets : (lastPaths() ?? []), flags);
  assertJudgeable(flags);
  const progress = new ProgressLine(flags.quiet === true);
  const judge = async (paths: readonly string[]) => {
    const folder = await readEvidence(paths);
    return { folder, answered: judgeFolder(folder, source, flags, version) };
  };
  let current: Answered | undefined;
  let page = "";
  const options = { lang: flags.lang, isLive: true };

  if (source.kind === "paths") {
    const { folder, answered } = await judge(source.paths);
    if (answered === undefined) {
      process.stderr.write(nothingReadable(folder, source.label, voice));
      return EXIT.unreadable;
    }
    rememberPaths(source.paths);
    current = answered;
    page = await pageOf(answered, options);
  }
  let server: ViewServer | undefined;
  const start = async () => {
    server = await startViewServer({
      port,
      render: () => page,
      json: () => (current === undefined ? "{}" : formatJson(current.answer, voice)),
    });
    sayWhere(server, flags);
  };

  if (source.kind === "live") {
    const captured = await runCapture(source.target, flags, {
      folder: await temporaryFolder(),
      version,
      lang: flags.lang,
      progress,
      soFar: async (folder) => {
        const { answered } = await judge([folder]);
        if (answered === undefined) return "";
        current = answered;
        page = await pageOf(answered, {
          ...options,
          soFar: { note: soFarLine(answered, voice), fraction: undefined },
        });
        if (server === undefined) await start();
        else server.update();
        return soFarLine(answered, voice);
      },
    });
    if (captured.error !== undefined) {
      process.stderr.write(`heapwright: ${captured.error}\n`);
      await server?.close();
      return captured.exit;
    }
    const { folder, answered } = await judge([captured.folder]);
    if (answered === undefined) {
      process.stderr.write(nothingReadable(folder, source.label, voice));
      await server?.close();
      return EXIT.unreadable;
    }
    rememberPaths([captured.folder]);
    current = answered;
    page = await pageOf(answered, options);
    if (captured.isInterrupted) {
      await server?.close();
      return EXIT.interrupted;
    }
    server?.update();
  }
  if (server === undefined) await start();
  await interrupted();
  await server?.close();
  return EXIT.ok;
}
