import type { ActionsBlock, Button } from "@slack/types";
import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { readOwn } from "../../shared/json.ts";
import { escapeText } from "../../slack/text.ts";
import { toAgainValue, toRecentDraftValue } from "../action-values.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, type CardMessage, message, section } from "../views/blocks/build.ts";
import type { WrittenMessage } from "./written-message.ts";

/** A draft that was not touched for so long is not what a message is about, in milliseconds. */
const RECENT_MS = 24 * 3_600_000;

/** The draft that a person may mean who writes beside its thread: the one of theirs that was written last. */
export async function findRecentDraft(
  { channel, user }: WrittenMessage,
  { engine, clock }: BotContext,
): Promise<DraftRecord | null> {
  const drafts = await engine.drafts.listIn(channel);
  const since = clock.now() - RECENT_MS;
  const meant = drafts.filter(
    ({ status, ownerId, updatedAt, round }) =>
      status === "open" && ownerId === user && updatedAt >= since && round > 0,
  );
  return meant.toSorted((a, b) => b.updatedAt - a.updatedAt)[0] ?? null;
}

/** Asks whether a message is about a draft: a guess could spoil it. */
export function askAboutDraft(draft: DraftRecord, { ts }: WrittenMessage): CardMessage {
  const named = readOwn(draft.source, "name");
  const name = escapeText(typeof named === "string" ? named : "your workflow");
  const text = `Is this a change of your draft *${name}*? Then press the first button, or write it in the draft's thread. If it describes another workflow, press the second one. Otherwise write \`help\` to see what I understand.`;
  const { elements, ...block } = changeButton(draft, ts);
  return message(text, [
    section(text),
    { ...block, elements: [...elements, buildButton(ts, "It is a new workflow")] },
  ]);
}

/** Makes a message the description of a new workflow. @param ts - of the message. */
export function buildButton(ts: string, label: string): Button {
  const value = toAgainValue({ t: ts, b: 1 });
  return button({ actionId: ACTION_IDS.answerAgain, label, value });
}

/** Makes a message a change of a draft. @param ts - of the message. */
export function changeButton({ id }: DraftRecord, ts: string): ActionsBlock {
  return buttons(`recent:${id}:${ts}`, [
    button({
      actionId: ACTION_IDS.changeRecentDraft,
      label: "Change the draft",
      value: toRecentDraftValue({ d: id, t: ts }),
      style: "primary",
    }),
  ]);
}
