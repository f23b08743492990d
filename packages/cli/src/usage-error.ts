/** The command line asks for something that cannot be: exit 2, one sentence, no stack. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** What was named cannot be read: exit 3, one sentence, no stack. */
export class UnreadableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnreadableError";
  }
}
