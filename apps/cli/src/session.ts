import type { Settings } from "@ccp/usage-contract";
import type { CommandEntry } from "./cli-command.ts";
import type { CliDeps } from "./cli-deps.ts";
import type { GatewayClient } from "./client/gateway-client.ts";
import type { Messages } from "./messages.ts";
import type { Look } from "./render/look.ts";

/** What one run of a command works with: the outside world, and what the options and the environment say. */
export interface Session {
  readonly deps: CliDeps;
  readonly settings: Settings;
  readonly client: GatewayClient;
  readonly say: Messages;
  /** How this command is called here: `npx cc` in a checkout, `ccp` elsewhere. */
  readonly cc: string;
  /** Every command there is, not loaded. */
  readonly commands: Readonly<Record<string, CommandEntry>>;
  /** Read again for each frame: the window may have been resized. */
  readonly look: () => Look;
}
