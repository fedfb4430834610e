import { QuotasFileSchema } from "@ccp/usage-contract";
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { ProvidersFileSchema } from "./schema/providers-file.ts";

// Not part of the package: the converter is needed only where the schema files are written (see README.md).

/** Draft-07 of `providers.yaml`: what editors and their YAML language server understand. */
export function catalogJsonSchema(): object {
  return draft07(ProvidersFileSchema, "ccp provider catalog (providers.yaml)");
}

/** Draft-07 of `quotas.json`. */
export function quotasJsonSchema(): object {
  return draft07(QuotasFileSchema, "ccp quotas (quotas.json)");
}

function draft07(schema: GenericSchema, title: string): object {
  const { $schema, ...rest } = toJsonSchema(schema, {
    target: "draft-07",
    typeMode: "input",
    // Rules that JSON Schema cannot say (a URL without credentials) stay the parser's.
    errorMode: "ignore",
  });
  return JSON.parse(JSON.stringify({ $schema, title, ...rest }, withoutOwnWords));
}

/** `expects` is wording for our own issues; editors warn about keywords they do not know. */
function withoutOwnWords(key: string, value: unknown): unknown {
  return key === "expects" ? undefined : value;
}
