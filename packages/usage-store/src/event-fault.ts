import { UsageEventSchema } from "@ccp/usage-contract";
import { type GenericSchema, is } from "valibot";

type Check = (value: unknown) => boolean;

/** Parts of a schema that say what it accepts; which of them exist depends on `type`. */
interface SchemaParts {
  readonly wrapped?: GenericSchema;
  readonly item?: GenericSchema;
  readonly options?: readonly unknown[];
  /** A schema and the rules put on it. */
  readonly pipe?: readonly [GenericSchema, ...unknown[]];
}

/** Rules that have a short form of their own; the others are asked through the schema. */
function pipeCheck(schema: GenericSchema, pipe: readonly [GenericSchema, ...unknown[]]): Check {
  const rules = pipe.slice(1) as { type?: string; requirement?: unknown }[];
  const checks = rules.map(ruleCheck);
  const first = checkOf(pipe[0]);
  if (checks.includes(null)) return (value) => first(value) && is(schema, value);
  return (value) => first(value) && checks.every((check) => check?.(value) === true);
}

function ruleCheck(rule: { type?: string; requirement?: unknown }): Check | null {
  const bound = rule.requirement;
  if (rule.type === "finite") return Number.isFinite;
  if (rule.type === "integer") return Number.isInteger;
  if (rule.type === "min_value" && typeof bound === "number") return (value) => (value as number) >= bound;
  if (rule.type === "max_value" && typeof bound === "number") return (value) => (value as number) <= bound;
  return null;
}

/**
 * A plain function that accepts what the schema does, made once: a replay checks fifty fields of a hundred thousand
 * lines, and going through the schema for each takes six times as long. Kinds of schema without a short form here
 * are asked as they are. Numbers must be finite: JSON's `1e400` would otherwise poison every sum it enters.
 */
function checkOf(schema: GenericSchema): Check {
  const { wrapped, item, options, pipe } = schema as SchemaParts;
  if (pipe !== undefined) return pipeCheck(schema, pipe);
  switch (schema.type) {
    case "number":
      return Number.isFinite;
    case "string":
      return (value) => typeof value === "string";
    case "boolean":
      return (value) => typeof value === "boolean";
    case "picklist": {
      const words = new Set(options);
      return (value) => words.has(value);
    }
    case "nullable": {
      const inner = wrapped === undefined ? null : checkOf(wrapped);
      return (value) => value === null || inner === null || inner(value);
    }
    case "optional": {
      const inner = wrapped === undefined ? null : checkOf(wrapped);
      return (value) => value === undefined || inner === null || inner(value);
    }
    case "array": {
      const inner = item === undefined ? null : checkOf(item);
      return (value) => Array.isArray(value) && (inner === null || value.every(inner));
    }
    default:
      return (value) => is(schema, value);
  }
}

const CHECKS: readonly (readonly [string, Check])[] = Object.entries(UsageEventSchema.entries).map(
  ([key, schema]) => [key, checkOf(schema as GenericSchema)],
);

/** Name of the first field that keeps a value from being an event; `""` if it is no object, `null` if all is well. */
export function eventFault(value: unknown): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "";
  const fields = value as Record<string, unknown>;
  for (const [key, check] of CHECKS) if (!check(fields[key])) return key;
  return null;
}
