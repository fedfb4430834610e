import type { Session } from "../session.ts";

const OVERRIDING = ["ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY"] as const;

/** Says which variables of this shell take the place of a claude.ai login, and what haiku rules need. */
export async function sayCredentials({ deps, say }: Session): Promise<void> {
  const set = OVERRIDING.filter((name) => (deps.env[name] ?? "").trim() !== "");
  if (set.length > 0) {
    await say.warn(`${set.join(" and ")} of this shell will be used in place of a claude.ai login`);
  }
  if (deps.stdout.isTTY === true && (deps.env.ANTHROPIC_DEFAULT_HAIKU_MODEL ?? "").trim() === "") {
    await say.note(
      "background work asks for the main model unless ANTHROPIC_DEFAULT_HAIKU_MODEL names a haiku one, such as claude-haiku-4-5-20251001",
    );
  }
}
