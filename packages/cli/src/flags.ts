// Flags as commander hands them to the verbs.

export interface SharedFlags {
  readonly lang: "en" | "zh";
  readonly plain?: boolean;
  readonly quiet?: boolean;
}

export interface LiveFlags {
  readonly pid?: string;
  readonly url?: string;
  readonly unix?: string;
  readonly prefix?: string;
  readonly metrics?: string;
  readonly header?: readonly string[];
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: boolean;
  readonly for?: string;
  readonly every?: string;
  readonly gc?: boolean;
  readonly trace?: boolean;
  readonly traceFor?: string;
}

/** How evidence is judged. */
export interface JudgeFlags {
  readonly limit?: string;
  readonly load?: string;
}

export interface WhyFlags extends SharedFlags, LiveFlags, JudgeFlags {
  readonly json?: boolean;
  readonly md?: boolean;
  readonly html?: string;
  readonly top?: string;
  readonly evidence?: boolean;
  readonly explainEvidence?: boolean;
  readonly missing?: boolean;
  readonly failOn?: "low" | "medium" | "high";
}

export interface CaptureFlags extends SharedFlags, LiveFlags {
  readonly output: string;
}

export interface TraceFlags extends SharedFlags {
  readonly cycles?: boolean;
  readonly assists?: boolean;
  readonly stw?: boolean;
  readonly mmu?: boolean;
  readonly goroutines?: boolean;
  readonly tasks?: boolean;
  readonly top?: string;
  readonly d?: string;
  readonly events?: string;
  readonly html?: string;
  readonly flame?: string;
  readonly pprof?: string;
  readonly perfetto?: string;
  readonly anonymize?: string;
  readonly cut?: string;
  readonly output?: string;
  readonly json?: boolean;
}

export interface DiffFlags extends SharedFlags {
  readonly sampleIndex?: string;
  readonly focus?: string;
  readonly ignore?: string;
  readonly requests?: string;
  readonly granularity?: "lines" | "functions" | "files";
  readonly sameProcess?: boolean;
  readonly otherProcess?: boolean;
  readonly failOn?: "growth" | "inconclusive";
  readonly json?: boolean;
  readonly md?: boolean;
  readonly top?: string;
  readonly output?: string;
  readonly html?: string;
  readonly flame?: string;
  readonly source?: readonly string[] | false;
}

export interface ViewFlags extends SharedFlags, LiveFlags, JudgeFlags {
  readonly port?: string;
  readonly base?: string;
  readonly html?: string;
  readonly source?: readonly string[] | false;
}
