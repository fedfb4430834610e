import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";

/**
 * The gateway's script, beside this command.
 *
 * @param cc How this command is called, for the hint.
 * @throws {CliError} When it is not installed.
 */
export function gatewayScript(cc: string): string {
  try {
    const manifest = createRequire(import.meta.url).resolve("@ccp/proxy/package.json");
    return join(dirname(manifest), gatewayBin(readFileSync(manifest, "utf8")));
  } catch (error) {
    throw new CliError({
      what: "the gateway is not installed beside this command",
      why: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
      next: cc === "ccp" ? "npm install --global @ccp/cli" : "node scripts/ensure.mjs",
      exitCode: EXIT.failed,
    });
  }
}

function gatewayBin(manifest: string): string {
  const { bin } = JSON.parse(manifest) as { bin?: Readonly<Record<string, string>> };
  const script = bin?.["ccp-gateway"];
  if (script === undefined) throw new Error("@ccp/proxy names no program ccp-gateway");
  return script;
}
