/** What the process says to scripts. A diagnosed fault is not an error: `--fail-on` makes it one. */
export const EXIT = {
  ok: 0,
  gateFailed: 1,
  usage: 2,
  unreadable: 3,
  bug: 70,
  interrupted: 130,
} as const;
