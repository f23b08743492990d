// The front of a source path that a report leaves out. Authority: google/pprof internal/report/
// source.go trimPath (2026-07).

import { basePath } from "./go-format.ts";

const ALWAYS = ["/proc/self/cwd/./", "/proc/self/cwd/"];

/** Non-empty entries of a list of paths; a colon separates them. */
export function pathList(list: string): string[] {
  return list === "" ? [] : list.split(":");
}

/**
 * Without a trim path the base name of a search path is looked for inside the path, and what comes
 * before and with it goes. It misleads where that name occurs earlier by chance.
 */
export function trimPath(path: string, trim: string, search: string): string {
  if (trim === "") {
    for (const folder of pathList(search)) {
      const wanted = `/${basePath(folder)}/`;
      const found = path.indexOf(wanted);
      if (found >= 0) return path.slice(found + wanted.length);
    }
  }
  for (const entry of [...pathList(trim), ...ALWAYS]) {
    const front = entry.endsWith("/") ? entry : `${entry}/`;
    if (path.startsWith(front)) return path.slice(front.length);
  }
  return path;
}
