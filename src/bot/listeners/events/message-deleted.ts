import type { App } from "@slack/bolt";
import { z } from "zod";
import { parseDecisionValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";

const Deleted = z.object({
  subtype: z.literal("message_deleted"),
  channel: z.string(),
  deleted_ts: z.string(),
  previous_message: z.object({
    blocks: z
      .array(z.object({ elements: z.array(z.object({ value: z.string().optional() })).optional() }))
      .default([]),
  }),
});

/** A card that still asks and was deleted is posted anew. Its buttons say of which run it is. */
export function register(app: App, context: BotContext): void {
  app.event("message", async ({ event }) => {
    const { data } = Deleted.safeParse(event);
    if (data === undefined) return;
    const elements = data.previous_message.blocks.flatMap((block) => block.elements ?? []);
    const decision = elements.map(({ value }) => parseDecisionValue(value)).find(Boolean);
    if (decision) context.cards.deleted(decision.e, data.channel, data.deleted_ts);
  });
}
