import type { YAMLError } from "yaml";

type FaultCode = YAMLError["code"];

/**
 * What to say for each fault of the YAML text. The parser's own messages are never shown: some quote the text,
 * and the text may hold a key.
 */
const FAULTS: Readonly<Partial<Record<FaultCode, string>>> = {
  ALIAS_PROPS: "expected an alias (*name) on its own, found a tag or an anchor before it",
  BAD_ALIAS: 'expected the name of an anchor after *, found none; a pattern with * must stand in quotes: "*"',
  BAD_DIRECTIVE: "expected no line starting with %, found one that YAML does not know",
  BAD_DQ_ESCAPE:
    "expected an escape that YAML knows, found another one; single quotes take backslashes as they are",
  BAD_INDENT: "expected the indentation of the lines above, found another one",
  BAD_SCALAR_START: "expected a value, found a character that cannot start one; put the value in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    'expected one "key: value" on a line, found another one inside its value; check the indentation, or put a value that holds ": " in quotes',
  BLOCK_IN_FLOW: "expected values between brackets on one level, found an indented block there",
  KEY_OVER_1024_CHARS: "expected a key of at most 1024 characters, found a longer one",
  MISSING_CHAR:
    "expected a closing quote, a comma or a colon, found none; is a quote or a bracket left open?",
  MULTILINE_IMPLICIT_KEY: 'expected "key: value" on one line, found a key that runs over several',
  MULTIPLE_DOCS: "expected one document, found a second one after ---",
  NON_STRING_KEY: "expected a key that is plain text, found a list, a mapping or an alias",
  RESOURCE_EXHAUSTION: "expected a small file, found values nested too deeply",
  TAB_AS_INDENT: "expected spaces as indentation, found a tab",
  TAG_RESOLVE_FAILED: "expected a plain value, found a tag (!name); tags are not supported",
};

/** One code stands for two faults; only the parser's words tell them apart. */
const UNCLOSED = /end with a [\]}]/;
const OTHER_FAULT = "expected YAML or JSON, found text that is neither here";

export function faultWords({ code, message }: YAMLError): string {
  if (code === "BAD_INDENT" && UNCLOSED.test(message))
    return "expected a closing ] or }, found none before this place";
  return FAULTS[code] ?? OTHER_FAULT;
}
