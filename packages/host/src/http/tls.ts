// TLS options as given on a command line: paths of PEM files. They are read once, before the first
// request, so that a wrong path is told at once and not in the middle of a capture.

import { readFile } from "node:fs/promises";
import { errnoOf } from "../bytes/errno.ts";

export interface TlsOptions {
  /** PEM files. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** Accept any certificate; recorded in the outcome's notes. */
  readonly insecure?: boolean;
  readonly servername?: string;
}

export interface TlsMaterial {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly passphrase?: string;
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
}

export interface TlsFileProblem {
  readonly option: "ca" | "cert" | "key";
  readonly path: string;
  readonly code: string;
}

export async function readTlsFiles(
  options: TlsOptions,
): Promise<{ material: TlsMaterial } | { problem: TlsFileProblem }> {
  const read: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {};
  for (const option of ["ca", "cert", "key"] as const) {
    const path = options[option];
    if (path === undefined) continue;
    try {
      read[option] = await readFile(path);
    } catch (error) {
      return { problem: { option, path, code: errnoOf(error) } };
    }
  }
  return {
    material: {
      ...read,
      ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
      ...(options.servername === undefined ? {} : { servername: options.servername }),
      rejectUnauthorized: options.insecure !== true,
    },
  };
}
