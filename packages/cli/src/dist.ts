// Files beside the bundle: the page's assets, entries of threads.

/** Chunks lie in dist/chunks, the entry in dist; sources use the last build. */
export function inDist(name: string): URL {
  const url = import.meta.url;
  const up = url.includes("/chunks/") ? "../" : url.includes("/src/") ? "../dist/" : "./";
  return new URL(`${up}${name}`, url);
}
