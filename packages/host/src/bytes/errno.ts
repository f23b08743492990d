// System errors as Node gives them: an Error with `code` ("ECONNREFUSED", "EACCES").

/** The code, "" where the error has none. Looks into the parts of an AggregateError (happy eyeballs:
 * one error per address tried). */
export function errnoOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string" && error.code !== "") return error.code;
  if (error instanceof AggregateError) {
    for (const part of error.errors) {
      const code = errnoOf(part);
      if (code !== "") return code;
    }
  }
  return errnoOf(error.cause);
}
