import {
  ENDPOINTS,
  ENVIRONMENT,
  type Endpoint,
  LIVE_EVENT_SCHEMAS,
  OBJECT_NOTES,
  WIRE_SCHEMAS,
  type WireName,
  wireJsonSchema,
  wireName,
} from "../../packages/usage-contract/src/index.ts";
import { listFields } from "./render-type.ts";

/** `docs/wire.md`: everything others may rely on, from the schemas and tables that the programs run on. */
export function renderWire(): string {
  return [
    "<!-- Written by `npm run generate` from packages/usage-contract. Do not edit. -->",
    "# Wire formats",
    INTRODUCTION,
    "## Routes",
    "Own routes win over relayed ones. A route marked ● changes something: it wants the admin token where one is set.",
    table(["method", "path", "", "answers", "body or query", "summary"], ENDPOINTS.map(routeRow)),
    "## Live events",
    "`GET /v1/events` sends these as server-sent events; the name stands in `event:`, the object in `data:`.",
    table(
      ["event", "data"],
      Object.entries(LIVE_EVENT_SCHEMAS).map(([name, schema]) => [name, link(wireName(schema))]),
    ),
    "## Environment",
    "A variable set to blanks counts as not set. Keys of lanes are named by the provider catalog.",
    environmentTable(),
    "## Objects",
    ...(Object.keys(WIRE_SCHEMAS) as WireName[]).flatMap(renderObject),
  ]
    .join("\n\n")
    .concat("\n");
}

const INTRODUCTION = `Names are snake_case. Times are Unix seconds with fractions (\`ts\`, \`*_ts\`) unless a name ends in \`_ms\` or \`_sec\`.
Ratios, \`*_pct\` included, are 0..1 and may exceed 1; only \`used_percentage\` is 0..100. Counted tokens are weighted by
class. Unknown is \`null\` or absent, never 0. Fields are only ever added: readers must skip what they do not know.`;

function routeRow(endpoint: Endpoint): string[] {
  const { method, path, mutating, status, answers, response, summary } = endpoint;
  const what =
    answers === "upstream"
      ? "the lane's answer"
      : `${status} ${response === undefined ? answers : link(response)}`;
  return [
    method,
    `\`${path}\``,
    mutating ? "●" : "",
    what,
    link(endpoint.request ?? endpoint.query ?? null),
    summary,
  ];
}

/** Every variable the gateway and the command line read. */
export function environmentTable(): string {
  return table(["variable", "default", "meaning"], ENVIRONMENT.map(variableRow));
}

function variableRow({ name, default: fallback, secret, meaning }: (typeof ENVIRONMENT)[number]): string[] {
  return [
    `\`${name}\``,
    fallback === null ? "–" : `\`${fallback}\``,
    secret ? `${meaning}; never shown` : meaning,
  ];
}

function renderObject(name: WireName): string[] {
  const rows = listFields(wireJsonSchema(name, "")).map(({ field, type, meaning }) => [
    `\`${field}\``,
    type,
    meaning,
  ]);
  return [`### ${name}`, OBJECT_NOTES[name], table(["field", "type", "meaning"], rows)];
}

function link(name: WireName | null): string {
  return name === null ? "" : `[${name}](#${name.toLowerCase()})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
