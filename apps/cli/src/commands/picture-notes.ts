import { CliError } from "../cli-error.ts";
import { toIssue } from "../client/to-issue.ts";
import type { LoadedPicture } from "../load-picture.ts";
import { asOfText } from "../render/clock.ts";
import { issueText } from "../render/issue.ts";
import { safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { atUrl } from "../view/at-url.ts";
import { buildQuotaRows } from "../view/quota-rows.ts";

/** Says on stderr that the numbers are not live: who reads only stdout sees it in the header. */
export async function sayDown({ picture, down }: LoadedPicture, session: Session): Promise<void> {
  if (down === null) return;
  const age = asOfText(picture.asOfTs, picture.nowSec, session.look().timeZone);
  await session.say.warn(
    `${down.message}: shown is its last known state (${safeText(picture.stateDir ?? "?")}), as of ${age}. Start it: ${down.next}`,
  );
}

/** The screen says how much is wrong with the quota file; this says what. */
export async function sayQuotaIssues({ picture }: LoadedPicture, session: Session): Promise<void> {
  if (!picture.live || !picture.view.quota_issues) return;
  try {
    const { client, deps } = session;
    const { path, issues } = await client.quotas();
    for (const issue of issues ?? []) await session.say.warn(issueText(path ?? "quotas", toIssue(issue)));
    await session.say.note(`mend the file, then: ${session.cc} quotas reload${atUrl(client.url, deps.env)}`);
  } catch (error) {
    if (session.deps.signal.aborted || !(error instanceof CliError)) throw error;
    await session.say.debug(`/v1/quotas: ${error.message}: ${error.why}`);
  }
}

/** An empty table explains nothing by itself. */
export async function sayIfEmpty({ picture }: LoadedPicture, session: Session): Promise<void> {
  if (!picture.live || buildQuotaRows(picture.view, picture.nowSec).length > 0) return;
  await session.say.note(
    `no request has passed yet and no quota is configured. Send one: ANTHROPIC_BASE_URL=${session.client.url} claude`,
  );
}
