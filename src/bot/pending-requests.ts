import type { OpenRequest } from "../engine/api/approvals.ts";
import type { BotContext } from "./context.ts";
import type { CardMessage } from "./views/blocks/build.ts";
import { pendingList } from "./views/pending-list.ts";

const SHOWN = 15;

/** What is said to those who decide in words. */
export const BUTTONS_ONLY =
  ":point_right: Words and emoji decide nothing; a decision is made by a button, so that it is certain who made it and on what.";

/** What waits for a person, with links to the cards; `null`: nothing does. @param lead - what comes before the list. */
export async function listPending(
  context: BotContext,
  person: string,
  lead: string,
): Promise<CardMessage | null> {
  const pending = await context.engine.approvals.listFor(person);
  return pending.length === 0 ? null : showPending(context, person, lead, pending);
}

/** These requests, with links to their cards. */
export async function showPending(
  { cards }: BotContext,
  person: string,
  lead: string,
  pending: readonly OpenRequest[],
): Promise<CardMessage> {
  const shown = await Promise.all(
    pending.slice(0, SHOWN).map(async (open) => ({
      open,
      link: await cards.linkTo(open, open.request, person),
    })),
  );
  return pendingList(lead, shown, pending.length - shown.length);
}
