// /proc/PID/smaps, smaps_rollup and maps: mappings of a process in order of address.
// Authority: Linux fs/proc/task_mmu.c show_map_vma, show_smap, show_smaps_rollup (6.18); proc_pid_maps(5).
// A mapping begins with `start-end perms offset dev inode  name`; smaps adds `Key: N kB` lines and
// ends with VmFlags; smaps_rollup is one such mapping named [rollup] that ends with Locked.
// The kernel gives no count and no end mark, so two properties stand in for them: every mapping of one
// smaps has the same number of lines, and a process has a [stack] and a [vdso], which lie among its
// last mappings. How that can mislead: a process without [vdso] (vdso=0 on the kernel's command line)
// is reported as cut although it is whole.
// Not supported: numa_maps; hugetlb columns; keys that SmapsTable does not name.

import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { Detection, Format, FormatContext, FormatReader } from "../../model/format.ts";
import type { ReadResult } from "../../model/format.ts";
import { StringTableBuilder } from "../../model/strings.ts";
import type { SmapsTable } from "../../model/tables/system.ts";
import { headLines, LineInput } from "../../model/text-input.ts";
import { FIELD, isHeaderLike, MappingColumnsBuilder, parseAttribute, parseHeader } from "./rows.ts";
import type { Header } from "./rows.ts";

const ID = "smaps";

/** PATH_MAX is 4096; the kernel writes a newline in a path as four characters. */
const MAX_LINE = 20_000;

/** What a row costs in columns and, at worst, in distinct names; checked against the cap. */
const ROW_BYTES = 128;

const HEADER =
  /^[0-9a-f]+-[0-9a-f]+ [r-][w-][x-][ps] [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+(?: +.*| *)$/;

function detect(head: Uint8Array): Detection | undefined {
  const { lines } = headLines(head, 64 * 1024);
  const second = lines[1];
  if (!HEADER.test(lines[0] ?? "")) return undefined;
  const isMapping =
    second === undefined || HEADER.test(second) || /^(?:Size|Rss): +\d+ kB$/.test(second);
  return isMapping ? { format: ID, strength: "certain" } : undefined;
}

class SmapsReader implements FormatReader {
  readonly #maxRows: number;
  readonly #log = new DiagnosticLog();
  readonly #strings = new StringTableBuilder();
  readonly #rows = new MappingColumnsBuilder();
  readonly #lines: LineInput;
  /** Lines of the current mapping after its header, and of the first one. */
  #attributes = 0;
  #expectedAttributes = -1;
  #isRollup = false;
  #sawLocked = false;
  #previousEnd = 0;
  #hasStack = false;
  #hasVdso = false;
  /** Set when the rest belongs to another process or lies beyond the cap. */
  #isDone = false;

  constructor(ctx: FormatContext) {
    this.#maxRows = Math.max(1, Math.floor(ctx.maxBytes / ROW_BYTES));
    this.#lines = new LineInput(
      (bytes, start, end, line) => this.#line(bytes, start, end, line),
      MAX_LINE,
    );
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  #line(bytes: Uint8Array, start: number, end: number, line: number): void {
    if (this.#isDone || start === end) return;
    if (isHeaderLike(bytes, start, end)) {
      const header = parseHeader(bytes, start, end);
      if (header === undefined) {
        this.#log.add(`${ID}.bad-line`, "damage", {}, { line });
        // Lines that follow belong to the mapping whose header could not be read.
        this.#closeMapping(line);
        this.#attributes = -1;
        return;
      }
      this.#header(header, bytes, end, line);
      return;
    }
    if (this.#attributes < 0) return;
    const attribute = parseAttribute(bytes, start, end);
    if (attribute === undefined || this.#rows.length === 0) {
      this.#log.add(`${ID}.bad-line`, "damage", {}, { line });
      return;
    }
    this.#attributes += 1;
    if (attribute.field === FIELD.locked) this.#sawLocked = true;
    if (attribute.field >= 0) this.#rows.set(attribute.field, attribute.bytes);
  }

  #header(header: Header, bytes: Uint8Array, end: number, line: number): void {
    this.#closeMapping(line);
    if (header.start < this.#previousEnd || header.end < header.start || this.#isRollup) {
      this.#log.add(`${ID}.several`, "damage", {}, { line });
      this.#isDone = true;
      return;
    }
    if (this.#rows.length >= this.#maxRows) {
      this.#log.add(`${ID}.too-many`, "damage", { rows: this.#maxRows }, { line });
      this.#isDone = true;
      return;
    }
    this.#previousEnd = header.end;
    if (!Number.isSafeInteger(header.inode)) {
      this.#log.add(`${ID}.inode-rounded`, "note", {}, { line });
    }
    const decode = (from: number, to: number): string =>
      new TextDecoder().decode(bytes.subarray(from, to));
    const name = header.nameAt < 0 ? "" : decode(header.nameAt, end);
    if (name === "[rollup]") this.#isRollup = true;
    else if (name === "[stack]") this.#hasStack = true;
    else if (name === "[vdso]") this.#hasVdso = true;
    this.#rows.begin(
      header,
      this.#strings.intern(decode(header.permissionsAt, header.permissionsAt + 4)),
      this.#strings.intern(name),
    );
    this.#attributes = 0;
  }

  /** Compares the mapping that ends here with the first one. */
  #closeMapping(line: number): void {
    if (this.#rows.length === 0 || this.#attributes < 0) return;
    if (this.#expectedAttributes < 0) {
      this.#expectedAttributes = this.#attributes;
    } else if (this.#attributes !== this.#expectedAttributes) {
      this.#log.add(`${ID}.cut-mapping`, "damage", {}, { line });
    }
  }

  end(): ReadResult {
    const { hasRest, skippedLines } = this.#lines;
    const line = this.#lines.line + 1;
    if (this.#rows.length === 0) {
      throw new FormatError(ID, {
        line: 1,
        expected: "a mapping (start-end permissions offset device inode name)",
        found: this.#lines.line === 0 && !hasRest ? "nothing" : "other text",
      });
    }
    if (!this.#isDone) this.#closeMapping(line);
    if (skippedLines.count > 0) {
      this.#log.add(`${ID}.bad-line`, "damage", {}, { line: skippedLines.first });
    }
    const isWhole = this.#isRollup ? this.#sawLocked : this.#hasStack && this.#hasVdso;
    if (!this.#isDone && (hasRest || !isWhole)) {
      this.#log.add(`${ID}.cut`, "damage", {}, { line });
    }
    const form = this.#isRollup ? "rollup" : this.#expectedAttributes > 0 ? "smaps" : "maps";
    const table: SmapsTable = {
      kind: "smaps",
      form,
      strings: this.#strings,
      ...this.#rows.finish(),
    };
    // Whatever is missing was memory of the process: sums over the rows are lower bounds.
    return {
      table,
      diagnostics: this.#log.list(),
      completeness: this.#log.isDamaged ? { complete: false, lowerBounds: true } : COMPLETE,
    };
  }
}

export const smapsFormat: Format = {
  id: ID,
  detect,
  open: (ctx) => new SmapsReader(ctx),
};
