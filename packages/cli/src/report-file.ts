// A page written to a file that the user named.

import { constants, statSync } from "node:fs";
import { access, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { writeCause } from "./output.ts";
import { UsageError } from "./usage-error.ts";

export async function writeReport(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, error: unknown): UsageError {
  return new UsageError(
    `cannot write ${file}: ${writeCause(error, "en")}`,
    `无法写入 ${file}：${writeCause(error, "zh")}`,
  );
}

/** Before the work, not after it: the folder is there and may be written, and the name is no folder. */
export async function assertWritable(file: string, flag = "--html"): Promise<void> {
  try {
    await access(dirname(resolve(file)), constants.W_OK);
  } catch (error) {
    throw unwritable(file, error);
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UsageError(
      `cannot write ${file}: it is a folder. Name a file: ${flag} report.html`,
      `无法写入 ${file}：它是文件夹。请给出文件名：${flag} report.html`,
    );
}
