import providers from "./providers.schema.json" with { type: "json" };
import quotas from "./quotas.schema.json" with { type: "json" };

/** Draft-07, the newest that YAML editors read. Written by `npm run generate`. */
export function schemaText(kind: "providers" | "quotas"): string {
  return `${JSON.stringify(kind === "providers" ? providers : quotas, null, 2)}\n`;
}
