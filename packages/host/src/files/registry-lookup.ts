// Core's registry as the reader of artefacts asks it.

import { describeUnknown, detectFormat } from "@heapwright/core/formats/registry.ts";
import type { Format } from "@heapwright/core/model/format.ts";
import type { FormatLookup } from "./read-artefact.ts";

export const registryLookup: FormatLookup = {
  detect: (head, name) => detectFormat(head, name)?.format,
  describe: describeUnknown,
};

/** Where it is known what was asked for: this format or none. */
export function onlyFormat(format: Format): FormatLookup {
  return {
    detect: (head, name) => (format.detect(head, name) === undefined ? undefined : format),
    describe: describeUnknown,
  };
}
