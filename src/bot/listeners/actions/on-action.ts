import type { App, BlockAction, RespondFn } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { z } from "zod";
import type { Caller } from "../../../engine/api/access.ts";
import { AppError, type ErrorCode } from "../../../shared/errors.ts";
import type { BotContext } from "../../context.ts";
import {
  createDirectReply,
  createPrivateReply,
  createReply,
  guard,
  type Reply,
} from "../../reply.ts";
import { divider } from "../../views/blocks/build.ts";

/** A click as its handler gets it. */
export interface ActionRequest<Value> {
  readonly value: Value;
  readonly click: Click;
  /** Answers the person alone, where the click was. */
  readonly reply: Reply;
  readonly logger: Logger;
  /** Bolt's client. */
  readonly client: WebClient;
}

/** An acknowledged click of a person who may use the bot. */
export interface AckedRequest<Value> extends ActionRequest<Value> {
  readonly caller: Caller;
}

/** A click that its handler acknowledges. */
export interface PendingRequest<Value> extends ActionRequest<Value> {
  /** To be called within three seconds. Further calls do nothing. */
  readonly ack: () => Promise<void>;
}

type Answer = Parameters<Reply>[0];

interface ActionBase<Value> {
  readonly id: string | RegExp;
  /** Reads the value of the button. @returns `null` for one that the bot never wrote, or no longer writes. */
  readonly parse: (value: string | undefined) => Value | null;
  /** The error for such a value. @default that it belongs to no run */
  readonly unknown?: { readonly code: ErrorCode; readonly message: string };
}

/**
 * One action: which buttons, what they carry, and what a click does. What `handle` returns is sent as the answer; what it
 * throws is shown as a sentence.
 *
 * `ack` says when the click is acknowledged. `before`: at once, then the person is looked up. `after`: `handle`
 * acknowledges when the work is durable, and checks the person itself.
 */
export type Action<Value> = ActionBase<Value> &
  (
    | {
        readonly ack: "before";
        readonly handle: (
          request: AckedRequest<Value>,
          context: BotContext,
        ) => Promise<Answer | undefined>;
      }
    | {
        readonly ack: "after";
        readonly handle: (
          request: PendingRequest<Value>,
          context: BotContext,
        ) => Promise<Answer | undefined>;
      }
  );

/** For a button whose value names no run. */
export const UNKNOWN_RUN = {
  code: "execution_not_found",
  message: "This button belongs to no run. Use the newest card of the run.",
} as const;

/** For a button whose value names no draft. */
export const UNKNOWN_DRAFT = {
  code: "draft_not_found",
  message: "This button belongs to no draft. Describe the workflow again.",
} as const;

/** For buttons that carry a workflow. */
export const NO_WORKFLOW = {
  code: "workflow_not_found",
  message: "This button belongs to no workflow.",
} as const;

/** Listens to an action: acknowledges, parses, calls the handler, and answers the person alone. */
export function onAction<Value>(app: App, context: BotContext, action: Action<Value>): void {
  const { id, parse, unknown = UNKNOWN_RUN } = action;
  app.action<BlockAction>(id, async ({ ack: acknowledge, body, respond, client }) => {
    if (action.ack === "before") await acknowledge();
    const click = parseClick(body);
    const logger = context.logger.child({ channel: click.channel, user: click.user });
    const reply = createClickReply(click, body.response_url ? respond : null, context, logger);
    const request = (): ActionRequest<Value> => {
      const value = parse(click.value);
      if (value === null) throw new AppError(unknown);
      return { value, click, reply, logger, client };
    };
    const ack = once(acknowledge);
    await guard(reply, logger, async () => {
      let answer: Answer | undefined;
      if (action.ack === "before") {
        const caller = await context.permissions.caller(click.user);
        answer = await action.handle({ ...request(), caller }, context);
      } else {
        try {
          answer = await action.handle({ ...request(), ack }, context);
        } finally {
          await ack();
        }
      }
      if (answer !== undefined) await reply(answer);
    });
  });
}

function once(acknowledge: () => Promise<void>): () => Promise<void> {
  let isDone = false;
  return async () => {
    if (isDone) return;
    isDone = true;
    await acknowledge();
  };
}

/**
 * Answers a click where it was: privately beside a message; at the top of App Home for a click there, since a view has no
 * place for private messages; by direct message for a click in a dialog, which brings no address for answers.
 */
function createClickReply(
  click: Click,
  respond: RespondFn | null,
  { home, sender }: BotContext,
  logger: Logger,
): Reply {
  const { home: seen, user, threadTs } = click;
  if (respond !== null && seen === null) return createPrivateReply(respond, logger, threadTs);
  if (seen === null) return createDirectReply(sender, user, logger);
  return createReply(({ blocks }) => home.publish(user, seen.hash, [...blocks, divider]), logger);
}

/** What listeners need of a click on a button, or of a choice in a menu, of a message or of App Home. */
export interface Click {
  readonly user: string;
  readonly channel: string | undefined;
  /** Thread of the message, so that the answer appears where the click was. */
  readonly threadTs: string | undefined;
  readonly value: string | undefined;
  /** What the button said. */
  readonly label?: string | undefined;
  /** With it a dialog is opened, for three seconds. */
  readonly triggerId?: string | undefined;
  /** App Home as the person saw it; `null`: the click was on a message. */
  readonly home: { readonly hash: string | undefined } | null;
}

const Payload = z.object({
  user: z.object({ id: z.string() }),
  trigger_id: z.string().optional(),
  channel: z.object({ id: z.string() }).optional(),
  container: z.object({ thread_ts: z.string().optional() }).optional(),
  message: z.object({ ts: z.string().optional(), thread_ts: z.string().optional() }).optional(),
  view: z.object({ type: z.string(), hash: z.string().optional() }).optional(),
  actions: z
    .array(
      z.object({
        value: z.string().optional(),
        text: z.object({ text: z.string() }).optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

function parseClick(body: BlockAction): Click {
  const { user, channel, container, message, view, actions, trigger_id } = Payload.parse(body);
  const thread = container?.thread_ts ?? message?.thread_ts;
  return {
    user: user.id,
    channel: channel?.id,
    // A message with replies is in its own thread, but a person who clicks on it in the channel sees the channel.
    threadTs: thread === message?.ts ? undefined : thread,
    value: actions.map(({ value, selected_option }) => value ?? selected_option?.value)[0],
    label: actions[0]?.text?.text,
    triggerId: trigger_id,
    home: view?.type === "home" ? { hash: view.hash } : null,
  };
}
