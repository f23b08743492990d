/** How much of a demangled name is kept. */
export type NameForm =
  /** Neither parameters nor template arguments. */
  | "simple"
  /** No parameters. */
  | "templates"
  | "full"
  /** As the linker has it. */
  | "none";
