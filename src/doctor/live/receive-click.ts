import { z } from "zod";

/** Action id of the button that a person is asked to click. */
export const CLICK_ID = "doctor_click";

const BlockActions = z.object({
  type: z.literal("block_actions"),
  trigger_id: z.string(),
  user: z.object({ id: z.string() }),
  actions: z.array(z.object({ action_id: z.string(), action_ts: z.string() })),
});

const Command = z.object({ command: z.string() });

/** The click that was asked for. */
export interface Click {
  readonly user: string;
  readonly triggerId: string;
  /** Milliseconds since 1970 by Slack's clock. */
  readonly sentAt: number;
  /** The same by this machine's. */
  readonly arrivedAt: number;
}

/** What Slack sent, and how to acknowledge it. */
export interface Received {
  readonly body: unknown;
  readonly ack: (response?: unknown) => Promise<void>;
}

/**
 * Takes what Slack sends in the place of a bot that does not run: the click that was asked for is
 * acknowledged, a command is answered, and nothing else. Slack repeats events that are not
 * acknowledged, so that the bot gets them when it runs again.
 *
 * @returns the click; `null`: it was something else.
 */
export async function receiveClick({ body, ack }: Received): Promise<Click | null> {
  const arrivedAt = Date.now();
  if (Command.safeParse(body).success) {
    await ack({
      text: "The bot's operator is testing its connection. Try again in a few minutes.",
    });
    return null;
  }
  const interaction = BlockActions.safeParse(body).data;
  const action = interaction?.actions.find(({ action_id: id }) => id === CLICK_ID);
  if (interaction === undefined || action === undefined) return null;
  await ack();
  return {
    user: interaction.user.id,
    triggerId: interaction.trigger_id,
    sentAt: Number(action.action_ts) * 1000,
    arrivedAt,
  };
}
