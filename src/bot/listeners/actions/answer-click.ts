import type { RespondFn } from "@slack/bolt";
import type { Logger } from "pino";
import type { BotServices } from "../../context.ts";
import { createPrivateReply, createReply, type Reply } from "../../reply.ts";
import { divider } from "../../views/blocks/build.ts";
import type { Click } from "./click.ts";

/**
 * Answers a click where it was: privately beside a message, at the top of App Home for a click there, since a view has no
 * place for private messages.
 */
export function createClickReply(
  click: Click,
  respond: RespondFn,
  services: BotServices,
  logger: Logger,
): Reply {
  const { home } = click;
  if (home === null) return createPrivateReply(respond, logger, click.threadTs);
  return createReply(
    ({ blocks }) => services.home.publish(click.user, home.hash, [...blocks, divider]),
    logger,
  );
}
