import type { App, BlockAction, RespondFn } from "@slack/bolt";
import { AppError } from "../../../shared/errors.ts";
import type { BotServices } from "../../context.ts";
import type { Caller } from "../../permissions.ts";
import { createPrivateReply, guard, type Reply } from "../../reply.ts";
import { parseClick } from "./click.ts";

type Answer = Parameters<Reply>[0];

/** What a button of a run does, and what it reads from its value. */
export interface RunButton<Value> {
  readonly actionId: string;
  /** @returns `null` for a value that is none of ours, such as that of an old card. */
  readonly parse: (value: string | undefined) => Value | null;
  /** What the person is told who has no use for the button any more. @default that it belongs to no run */
  readonly unknown?: string;
  /** @returns the answer, seen by whoever clicked alone. @throws {AppError} told to them as a sentence. */
  readonly act: (value: Value, caller: Caller) => Promise<Answer>;
}

const UNKNOWN = "This button belongs to no run. Use the newest card of the run.";

/** Listens to a button: acknowledges first, asks who clicked, and answers them alone where the click was. */
export function onRunButton<Value>(
  app: App,
  services: BotServices,
  { actionId, parse, unknown = UNKNOWN, act }: RunButton<Value>,
): void {
  const answer = async (body: BlockAction, respond: RespondFn): Promise<void> => {
    const click = parseClick(body);
    const logger = services.logger.child({ channel: click.channel, user: click.user });
    const reply = createPrivateReply(respond, logger, click.threadTs);
    await guard(reply, logger, async () => {
      const caller = await services.rights.caller(click.user);
      const value = parse(click.value);
      if (value === null) throw new AppError({ code: "execution_not_found", message: unknown });
      await reply(await act(value, caller));
    });
  };
  app.action<BlockAction>(actionId, async ({ ack, body, respond }) => {
    await ack();
    await answer(body, respond);
  });
}
