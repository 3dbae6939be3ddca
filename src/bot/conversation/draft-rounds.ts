import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { BotContext } from "../context.ts";
import { createDraftWriter } from "../drafts/draft-writer.ts";
import { readPlain } from "../drafts/parse-build-request.ts";
import { whyNoChange } from "../drafts/why-no-change.ts";
import { guard } from "../reply.ts";
import { answerInDraft } from "./answer-in-draft.ts";
import { DRAFT_INTENTS, readDraftIntent } from "./intents.ts";
import { askAboutDraft } from "./recent-draft.ts";
import { classify, type Handle, type IsDone, keyOf, type Turn, withFiles } from "./turn.ts";

const SAY_MORE =
  "Say what the workflow should do: what starts it, what happens, and where the result goes. For example: build me a workflow that asks @finance to approve purchases over $500 in #approvals";

/**
 * Begins a draft of what a person describes, and writes its first round.
 *
 * @param changes - the workflow that is to be changed; absent: a new one is described.
 */
export async function begin(
  turn: Turn,
  wanted: string,
  context: BotContext,
  changes?: string,
): Promise<IsDone> {
  const { message, reply } = turn;
  const { user, channel, ts, threadTs } = message;
  const description = await withFiles(turn, wanted, context);
  if (description === "") {
    await reply(SAY_MORE);
    return false;
  }
  const draft = await context.engine.drafts.open({
    key: keyOf(message),
    ownerId: user,
    channel,
    threadTs: threadTs ?? ts,
    description,
    ...omitUndefined({ changes }),
  });
  // It was opened before: by a process that died before it wrote anything.
  const known = draft ?? (await context.engine.drafts.find(channel, threadTs ?? ts));
  if (known !== null && known.round === 0 && known.ownerId === user && known.status === "open")
    write(turn, known, changes === undefined ? undefined : description, context);
  return true;
}

/** Does what a message in the thread of a draft means: the next round, undoing one, an answer. */
export async function continueDraft(
  turn: Turn,
  draft: DraftRecord,
  wanted: string,
  context: BotContext,
): Promise<IsDone> {
  const { message, reply, client, logger } = turn;
  const why = whyNoChange(draft, message.user);
  if (why !== null) {
    await reply(why);
    return true;
  }
  const known =
    draft.round === 0 || message.files.length > 0
      ? "change"
      : (readDraftIntent(wanted) ?? (draft.asked === undefined ? null : "change"));
  const intent = known ?? (await classify(turn, wanted, DRAFT_INTENTS, context)).intent;
  switch (intent) {
    case "change":
      write(turn, draft, await withFiles(turn, wanted, context), context);
      return true;
    case "undo":
      await createDraftWriter(context, client, logger).undo(draft);
      return true;
    case null:
      await reply(askAboutDraft(draft, message));
      return false;
    default:
      await reply(
        answerInDraft(
          intent,
          await context.engine.drafts.view(draft.id),
          known === null ? message.ts : null,
        ),
      );
      return true;
  }
}

/**
 * Writes the next round while the event is acknowledged: a model takes longer than the three seconds after which Slack sends the event
 * again, perhaps to another process, which would write as well.
 */
function write(
  { client, logger, reply, underway, meanwhile }: Turn,
  draft: DraftRecord,
  change: string | undefined,
  context: BotContext,
): void {
  const work = guard(reply, logger, async () => {
    await underway.writing(draft, change !== undefined);
    await createDraftWriter(context, client, logger).write(draft, change);
  });
  meanwhile(work);
}

/** Writes the next round of a draft, from the message or, if it is the first one, from the description that was stored. */
export function writeRound(draft: DraftRecord, isChange: boolean): Handle {
  return async (turn, context) => {
    const wanted = isChange ? await withFiles(turn, readPlain(turn.said), context) : undefined;
    write(turn, draft, wanted, context);
    return true;
  };
}
