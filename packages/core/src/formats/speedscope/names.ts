/** By this a reader knows that profile names are `type/unit` of sample types. */
export const EXPORTER = "heapwright";

export const SCHEMA = "https://www.speedscope.app/file-format-schema.json";
