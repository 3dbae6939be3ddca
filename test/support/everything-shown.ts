import type { TestBot } from "./bot.ts";

/** Waits until Slack shows all that it should: no message of a run is left to post, to edit or to end. */
export async function everythingShown(bot: TestBot): Promise<void> {
  await bot.until(async () =>
    (await bot.store.cards.listUnfinished(10)).length === 0 ? true : undefined,
  );
}
