import type { BlockAction } from "@slack/bolt";
import { z } from "zod";

/** What listeners need of a click on a button, or of a choice in a menu, of a message or of App Home. */
export interface Click {
  readonly user: string;
  readonly channel: string | undefined;
  /** Thread of the message, so that the answer appears where the click was. */
  readonly threadTs: string | undefined;
  readonly value: string | undefined;
  /** App Home as the person saw it, if the click was there. */
  readonly home: { readonly hash: string | undefined } | null;
}

const Payload = z.object({
  user: z.object({ id: z.string() }),
  channel: z.object({ id: z.string() }).optional(),
  container: z.object({ thread_ts: z.string().optional() }).optional(),
  message: z.object({ ts: z.string().optional(), thread_ts: z.string().optional() }).optional(),
  view: z.object({ type: z.string(), hash: z.string().optional() }).optional(),
  actions: z
    .array(
      z.object({
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

export function parseClick(body: BlockAction): Click {
  const { user, channel, container, message, view, actions } = Payload.parse(body);
  const thread = container?.thread_ts ?? message?.thread_ts;
  return {
    user: user.id,
    channel: channel?.id,
    // A message with replies is in its own thread, but whoever clicks on it in the channel looks at the channel.
    threadTs: thread === message?.ts ? undefined : thread,
    value: actions.map(({ value, selected_option }) => value ?? selected_option?.value)[0],
    home: view?.type === "home" ? { hash: view.hash } : null,
  };
}
