import type { KnownBlock } from "@slack/types";
import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import { escapeText, mentionChannel, shortRunId } from "../../slack/text.ts";
import { type CardMessage, contextBlock, message, section } from "./blocks/build.ts";
import type { CardContext } from "./card-context.ts";
import { outcomeOf } from "./decision-words.ts";
import { headlineOf } from "./request-text.ts";

/** What a card says of those whom it reaches. */
interface CardReach {
  readonly place: string | null;
  readonly note: string | null;
  readonly undecidable: string | null;
}

const REMEDY =
  "What helps: add a person who may decide to the group, or cancel the run. An admin can also deploy a version with other approvers and migrate the run to it.";

/** The card with what has to be said of its approvers: that it cannot be decided, and who else was written to. */
export function withReach(card: CardMessage, reach: CardReach | undefined): CardMessage {
  if (!reach) return card;
  const [headline, ...rest] = card.blocks;
  if (headline === undefined) return card;
  return message(card.text, [
    headline,
    ...warning(reach),
    ...rest,
    ...(reach.note === null ? [] : [contextBlock(reach.note)]),
  ]);
}

/** The card as it is sent to a person who does not see it elsewhere. @param decides - with its buttons. */
export function copyOf(
  card: CardMessage,
  decides: boolean,
  reach: CardReach | undefined,
): CardMessage {
  const [headline, ...rest] = card.blocks;
  if (headline === undefined) return card;
  const why =
    reach?.place && !reach.place.startsWith("D")
      ? [contextBlock(`The same card stands in ${mentionChannel(reach.place)}.`)]
      : [];
  const blocks = decides ? rest : rest.filter(({ type }) => type !== "actions");
  return message(card.text, [headline, ...(reach ? warning(reach) : []), ...blocks, ...why]);
}

function warning({ undecidable }: CardReach): KnownBlock[] {
  return undecidable === null ? [] : [section(`:warning: *${undecidable}* ${REMEDY}`)];
}

/** What the owner of a run reads of a request that cannot be decided; `undecidable` is `null` once that is over. */
export function undecidableNotice(
  view: ExecutionView,
  request: RequestView,
  context: CardContext,
  undecidable: string | null,
): CardMessage {
  const title = headlineOf(view, request, context);
  const run = contextBlock(
    `${escapeText(view.workflowName)} · run \`${shortRunId(view.executionId)}\``,
  );
  if (undecidable === null) {
    const now =
      outcomeOf(view, request) === null ? "It can be decided again." : "That is over now.";
    const text = `:information_source: *${title}* could not be decided. ${now}`;
    return message(text, [section(text), run]);
  }
  const text = `:warning: *${title}*: ${undecidable}`;
  return message(text, [section(`${text} ${REMEDY}`), run]);
}
