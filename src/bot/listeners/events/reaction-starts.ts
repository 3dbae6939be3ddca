import type { Logger } from "pino";
import type { IncomingReaction } from "../../../engine/api/triggers.ts";
import { AppError, asAppError } from "../../../shared/errors.ts";
import type { BotContext } from "../../context.ts";
import { throwIfWorthRepeating } from "../../receiver/repeats.ts";
import { createQuietReply, guard } from "../../reply.ts";

/**
 * Starts what a reaction asks for. Only what a workflow waits for can fail; the person hears why nothing began.
 *
 * @throws what may succeed when the event is delivered again, if it will be.
 */
export async function receiveReaction(
  { engine, sender }: Pick<BotContext, "engine" | "sender">,
  reaction: IncomingReaction,
  { retryNum, logger }: { readonly retryNum: number | undefined; readonly logger: Logger },
): Promise<void> {
  try {
    await engine.triggers.receiveReaction(reaction);
  } catch (error) {
    throwIfWorthRepeating(error, retryNum);
    const { user, place } = reaction;
    const reply = createQuietReply(sender, { channel: place.channel, user }, logger);
    await guard(reply, logger, async () => refuse(error, reaction));
  }
}

function refuse(error: unknown, { emoji, isRemoval = false }: IncomingReaction): never {
  const { code, message } = asAppError(error);
  const [what, again] = isRemoval
    ? [`Taking your :${emoji}: away`, "add the emoji and take it away again"]
    : [`Your :${emoji}:`, "take the emoji away and add it again"];
  throw new AppError({
    code,
    message: `${what} started nothing. ${message} When that is mended, ${again}.`,
    cause: error,
  });
}
