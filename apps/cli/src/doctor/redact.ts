import type { Check } from "./check.ts";

/** Names of variables that hold what nobody else may see. */
const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|AUTH|COOKIE)($|_)/i;
/** Shorter ones are words that would be struck out everywhere. */
const MIN_LENGTH = 6;

/**
 * Makes a check fit for a bug report: no check is written to hold a secret, and should one get in through the text of
 * some file or variable, it is struck out here. The home folder, which names a person, becomes `~`.
 */
export function redact(
  check: Check,
  env: Readonly<Record<string, string | undefined>>,
  homeDir: string,
): Check {
  const secrets = Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && (value?.trim().length ?? 0) >= MIN_LENGTH)
    .map(([, value]) => value?.trim() ?? "");
  const clean = (text: string): string => {
    const struck = secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
    return homeDir.length > 1 ? struck.replaceAll(homeDir, "~") : struck;
  };
  return { ...check, text: clean(check.text), fix: check.fix === null ? null : clean(check.fix) };
}
