import { parseArgs } from "node:util";
import { packageVersion } from "./process/package-version.ts";
import { runGateway } from "./process/run-gateway.ts";
import { renderStartError, StartError } from "./process/start-error.ts";

const HELP = `ccp-gateway: the quota-aware gateway for coding agents

  --port N        port to listen on (CCP_PORT, default 8082; 0 takes a free one)
  --host ADDRESS  address to listen on (CCP_HOST, default 127.0.0.1)
  --config FILE   provider catalog (CCP_PROVIDERS_FILE)
  --strict        a broken catalog or quota file stops the start
  --demo          built-in mock upstreams, no key and no network
  --traffic       with --demo: made-up agents at work, so that there is something to see
  --version, --help
`;

const EXIT_USAGE = 64;

/** Node would open its debugger for anyone who may send this signal, and with it a view of every key in memory. */
process.on("SIGUSR1", () => {});

async function main(): Promise<void> {
  let flags: ReturnType<typeof readFlags>;
  try {
    flags = readFlags();
  } catch (error) {
    const [message = "", ...why] = (error as Error).message.split(". ");
    process.stderr.write(renderStartError({ message, why, next: "ccp-gateway --help" }));
    process.exitCode = EXIT_USAGE;
    return;
  }
  if (flags.help) return void process.stdout.write(HELP);
  if (flags.version) return void process.stdout.write(`${packageVersion()}\n`);
  if (flags.traffic && !flags.demo) {
    const message = "--traffic needs --demo";
    const why = ["made-up requests are never sent to real lanes"];
    process.stderr.write(renderStartError({ message, why, next: "--demo --traffic" }));
    process.exitCode = EXIT_USAGE;
    return;
  }
  try {
    await runGateway({
      env: { ...process.env, ...overrides(flags) },
      strict: flags.strict ?? false,
      demo: flags.demo ?? false,
      traffic: flags.traffic ?? false,
      launchers: (flags["launched-by"] ?? []).map(Number),
    });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(renderStartError(error));
    process.exitCode = error.exitCode;
  }
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      port: { type: "string" },
      host: { type: "string" },
      config: { type: "string" },
      strict: { type: "boolean" },
      demo: { type: "boolean" },
      traffic: { type: "boolean" },
      // For the programs that start this one: whose end is its own. Not for people.
      "launched-by": { type: "string", multiple: true },
      help: { type: "boolean", short: "h" },
      version: { type: "boolean", short: "V" },
    },
    strict: true,
    allowPositionals: false,
  });
  return values;
}

/** A flag is the variable of the same meaning, so both are checked by the same rules and in the same words. */
function overrides(flags: ReturnType<typeof readFlags>): Record<string, string> {
  return {
    ...(flags.port === undefined ? {} : { CCP_PORT: flags.port }),
    ...(flags.host === undefined ? {} : { CCP_HOST: flags.host }),
    ...(flags.config === undefined ? {} : { CCP_PROVIDERS_FILE: flags.config }),
  };
}

await main();
