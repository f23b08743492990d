// Tables of numbers stored as JSON beside the tests: `{ "made": "how", "<function>": [[arguments…, value], …] }`.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Rows of one table in packages/core/test/fixtures/<file>; throws when anything is not a number. */
export function goldenRows(file: string, table: string): readonly (readonly number[])[] {
  const path = fileURLToPath(new URL(`./fixtures/${file}`, import.meta.url));
  const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (typeof parsed !== "object" || parsed === null) throw new Error(`${file} is not an object`);
  const rows: unknown = Object.entries(parsed).find(([name]) => name === table)?.[1];
  if (!Array.isArray(rows) || rows.length === 0) throw new Error(`${file} has no table ${table}`);
  return rows.map((row: unknown, i) => {
    if (!Array.isArray(row)) throw new Error(`${file} ${table}[${i}] is not a row`);
    return row.map((cell: unknown) => {
      if (typeof cell !== "number") throw new Error(`${file} ${table}[${i}] holds ${typeof cell}`);
      return cell;
    });
  });
}
