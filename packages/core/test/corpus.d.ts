/** Absolute path below the corpora, or undefined when it is not there. */
export declare function corpus(relative: string): string | undefined;
