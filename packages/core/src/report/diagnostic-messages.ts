// Words for diagnostic codes, by code. Parameters come as text, already made printable.

import type { Lang } from "../model/message.ts";

export type DiagnosticWords = Readonly<Record<Lang, (p: (name: string) => string) => string>>;

export const DIAGNOSTIC_MESSAGES: Readonly<Record<string, DiagnosticWords>> = {};
