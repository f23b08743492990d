// The one error that readers throw: the input is of this format but cannot be used. The message is
// neutral; the front end adds what to do next.

export interface FormatErrorDetail {
  readonly offset?: number;
  readonly line?: number;
  readonly expected: string;
  readonly found: string;
}

export class FormatError extends Error {
  readonly format: string;
  readonly detail: FormatErrorDetail;

  constructor(format: string, detail: FormatErrorDetail) {
    const at =
      detail.offset !== undefined
        ? ` at byte ${detail.offset}`
        : detail.line !== undefined
          ? ` at line ${detail.line}`
          : "";
    super(`${format}${at}: expected ${detail.expected}, found ${detail.found}`);
    this.name = "FormatError";
    this.format = format;
    this.detail = detail;
  }
}
