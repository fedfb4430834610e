import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout this code runs from; `null` in an installed package. */
export function findCheckout(): string | null {
  const root = fileURLToPath(new URL("../../../..", import.meta.url));
  const isCheckout = existsSync(join(root, "pnpm-workspace.yaml")) && existsSync(join(root, "apps", "proxy"));
  return isCheckout ? root : null;
}
