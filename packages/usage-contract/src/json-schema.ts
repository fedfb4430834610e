import type * as v from "valibot";

/** The subset of JSON Schema that draft-07 and OpenAPI 3.1 share and that this package's schemas need. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  pattern?: string;
}

export interface JsonSchemaOptions {
  /** Where a schema has a name of its own: the reference to put in its place; `null` writes it out. */
  readonly refOf?: (schema: v.GenericSchema) => string | null;
  /** Text for the member at a path such as `lanes.*.state`; `null` for none. */
  readonly noteAt?: (path: string) => string | null;
}

/**
 * Describes what a schema takes in, as JSON Schema. Transformations and hand-written checks have no counterpart and
 * are left out.
 *
 * @throws {RangeError} For a kind of schema this package does not use: extend the list below.
 */
export function jsonSchemaOf(schema: v.GenericSchema, options: JsonSchemaOptions = {}): JsonSchema {
  return describe(schema as unknown as Node, "", options);
}

/** What valibot's schema objects have in common, read structurally. */
interface Node {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly wrapped?: Node;
  readonly item?: Node;
  readonly value?: Node;
  readonly literal?: unknown;
  readonly options?: readonly unknown[];
  readonly default?: unknown;
  readonly pipe?: readonly Step[];
}

interface Step {
  readonly kind: string;
  readonly type: string;
  readonly requirement?: unknown;
}

function describe(node: Node, path: string, options: JsonSchemaOptions): JsonSchema {
  const shape = { ...bare(node, path, options), ...limits(node.pipe ?? []) };
  const note = options.noteAt?.(path) ?? null;
  return note === null ? shape : { ...shape, description: note };
}

function bare(node: Node, path: string, options: JsonSchemaOptions): JsonSchema {
  switch (node.type) {
    case "string":
    case "number":
    case "boolean":
      return { type: node.type };
    case "unknown":
      return {};
    case "literal":
      return { const: node.literal };
    case "picklist":
      return { type: "string", enum: [...(node.options ?? [])] };
    case "union":
      return { anyOf: (node.options ?? []).map((option) => child(option as Node, path, options)) };
    case "array":
      return { type: "array", items: child(node.item, `${path}[]`, options) };
    case "record":
      return { type: "object", additionalProperties: child(node.value, join(path, "*"), options) };
    case "object":
    case "loose_object":
    case "strict_object":
      return describeObject(node, path, options);
    case "optional":
      return withDefault(child(node.wrapped, path, options), node.default);
    case "nullable":
    case "nullish":
      return withDefault(orNull(child(node.wrapped, path, options)), node.default);
    default:
      throw new RangeError(`no JSON Schema for a schema of type "${node.type}" at "${path}"`);
  }
}

function child(node: Node | undefined, path: string, options: JsonSchemaOptions): JsonSchema {
  if (node === undefined) throw new RangeError(`incomplete schema at "${path}"`);
  const ref = options.refOf?.(node as unknown as v.GenericSchema) ?? null;
  return ref === null ? describe(node, path, options) : { $ref: ref };
}

function describeObject(node: Node, path: string, options: JsonSchemaOptions): JsonSchema {
  const entries = Object.entries(node.entries ?? {});
  const required = entries.filter(([, entry]) => !isOptional(entry)).map(([key]) => key);
  return {
    type: "object",
    properties: Object.fromEntries(
      entries.map(([key, entry]) => [key, child(entry, join(path, key), options)]),
    ),
    ...(required.length === 0 ? {} : { required }),
    ...(node.type === "strict_object" ? { additionalProperties: false } : {}),
  };
}

function isOptional(node: Node): boolean {
  return node.type === "optional" || node.type === "nullish";
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function orNull(schema: JsonSchema): JsonSchema {
  if (typeof schema.type !== "string" || schema.enum !== undefined)
    return { anyOf: [schema, { type: "null" }] };
  return { ...schema, type: [schema.type, "null"] };
}

function withDefault(schema: JsonSchema, value: unknown): JsonSchema {
  return value === undefined || value === null ? schema : { ...schema, default: value };
}

const LIMIT_KEYS: Readonly<Record<string, keyof JsonSchema>> = {
  min_value: "minimum",
  max_value: "maximum",
  gt_value: "exclusiveMinimum",
  max_length: "maxLength",
};

function limits(pipe: readonly Step[]): JsonSchema {
  const found: Record<string, unknown> = {};
  const ofArray = pipe[0]?.type === "array";
  for (const step of pipe) {
    // Behind a transformation the steps speak of the result, not of what is taken in.
    if (step.type === "transform") break;
    const key = LIMIT_KEYS[step.type];
    if (key !== undefined) found[key] = step.requirement;
    if (step.type === "min_length") found[ofArray ? "minItems" : "minLength"] = step.requirement;
    if (step.type === "integer") found.type = "integer";
    if (step.type === "regex" && step.requirement instanceof RegExp) found.pattern = step.requirement.source;
  }
  return found;
}
