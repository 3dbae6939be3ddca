import type { ExecutionView } from "../../engine/api/executions.ts";
import { type CardMessage, message } from "./blocks/build.ts";
import type { CardContext } from "./card-context.ts";
import { completionMessage } from "./completion-message.ts";
import { runCard } from "./run-card.ts";

/** A run that has ended, in one message: its card and below it its result and receipt. */
export function foldedCard(view: ExecutionView, context: CardContext): CardMessage {
  const card = runCard(view, context, "below");
  const ending = completionMessage(view, context);
  return message(card.text, [...card.blocks, ...ending.blocks]);
}
