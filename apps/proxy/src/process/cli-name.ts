/** How the command line is called where this code lies: a checkout brings `cc`, an installed package `ccp` alone. */
export function cliName(moduleUrl: string): "npx cc" | "ccp" {
  return moduleUrl.includes("/node_modules/") ? "ccp" : "npx cc";
}

export const CLI_NAME: "npx cc" | "ccp" = cliName(import.meta.url);
