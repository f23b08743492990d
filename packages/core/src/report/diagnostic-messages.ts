// Words for diagnostic codes, by code; one file for each family of formats.

import { filesMessages } from "./diagnostics/files.ts";
import { profileFormsMessages } from "./diagnostics/profile-forms.ts";
import { profilesMessages } from "./diagnostics/profiles.ts";
import { seriesMessages } from "./diagnostics/series.ts";
import { systemMessages } from "./diagnostics/system.ts";
import type { DiagnosticMessages } from "./diagnostics/words.ts";

export const DIAGNOSTIC_MESSAGES: DiagnosticMessages = {
  ...filesMessages,
  ...profilesMessages,
  ...profileFormsMessages,
  ...seriesMessages,
  ...systemMessages,
};
