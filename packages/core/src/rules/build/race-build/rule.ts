// race-build: the race detector in a running service. From build info only.
// Cost figures: go.dev/doc/articles/race_detector, "Runtime Overhead".

import { say } from "../../../model/message.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { messages } from "./messages.ts";

export const raceBuild: Rule = {
  id: "race-build",
  evaluate(view): RuleOutcome {
    const info = view.process.buildInfo;
    if (info === undefined) return { is: "not-evaluable", missing: ["build-info"] };
    const artefact = view.process.artefacts.find((a) => a.table === info)?.id;
    const evidence = artefact === undefined ? [] : [`${artefact}:-race`];
    if (info.settings.get("-race") !== "true")
      return { is: "contradicted", by: [say(messages, "race-build.not", {}, evidence)] };
    return {
      is: "supported",
      confidence: "medium",
      weight: 0,
      sites: [],
      headline: say(messages, "race-build.headline", {}, evidence),
      facts: [say(messages, "race-build.fact", {}, evidence)],
      for: [],
      against: [],
      alike: [],
      now: [],
      fix: [say(messages, "race-build.fix", {})],
      verify: [say(messages, "race-build.verify", {})],
    };
  },
};
