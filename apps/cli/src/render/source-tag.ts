import type { NumberSource } from "@ccp/usage-contract";

const TAGS: Readonly<Record<NumberSource, string>> = {
  header: "hdr",
  endpoint: "api",
  statusline: "cli",
  counted: "est",
  config: "cfg",
};

/** Where a number comes from, in three letters; `-` where there is no number. */
export function sourceTag(source: NumberSource | null): string {
  return source === null ? "-" : TAGS[source];
}
