// What breaks a trace, named as Go's reader names it (x/exp/trace), so that both can be compared.

export class TraceFault extends Error {
  /** Part of a diagnostic's code, kebab case. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "TraceFault";
    this.code = code;
  }
}
