// The formatter is a gate of its own, so that imports always start a line and stand in double quotes.
const STATEMENTS = [
  /^(?:import|export)\b[^"';]*?\bfrom "([^"]+)"/gm,
  /^import "([^"]+)"/gm,
  /\bimport\(\s*"([^"]+)"/g,
  /\bimport\.meta\.resolve\(\s*"([^"]+)"/g,
  /\brequire(?:\.resolve)?\(\s*"([^"]+)"/g,
];

/** Every module that a source text imports, by any means, types included. In the order of the kinds above. */
export function readImports(source: string): string[] {
  const code = withoutComments(source);
  return STATEMENTS.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ""));
}

const PLATFORM =
  /(?<![.\w"'`-])(?:Date|process|performance|setTimeout|setInterval|setImmediate|fetch|console|globalThis)(?=\s*[.(])|\bnew Date\b|\bMath\.random\b/g;

/** Uses of the clock, timers, environment, network or chance in a source text. */
export function readPlatformUses(source: string): string[] {
  return [...withoutComments(source).matchAll(PLATFORM)].map((match) => match[0].replace("new ", ""));
}

/** Comments gone, line breaks kept. Text after `//` inside a string goes too, which no rule here depends on. */
function withoutComments(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/(^|[^:"'`\\])\/\/.*$/gm, "$1");
}
