import type { KnownBlock, SectionBlock } from "@slack/types";
import { cut } from "../../slack/limits.ts";
import { shortRunId, showAgo, showTime } from "../../slack/text.ts";
import { ACTION_IDS } from "../ids.ts";
import { decideButtons } from "../views/approval-card.ts";
import { button, buttons, contextBlock, fields, header, section } from "../views/blocks/build.ts";
import { itemLines } from "../views/request-options.ts";
import { showAllButton } from "../views/request-text.ts";
import type { HomeDecision, HomeDecisions } from "./home-content.ts";

/** Decisions on one page: each takes three blocks of the hundred that Slack allows. */
export const DECISIONS_SHOWN = 6;
const MESSAGE_CHARS = 500;
const FACTS_SHOWN = 6;

/** What waits for this person, with the buttons that decide it. */
export function decisionBlocks(decisions: HomeDecisions): KnownBlock[] {
  const { shown, total, gaps, simple, isPending } = decisions;
  const gapBlocks = gaps.map((gap) => contextBlock(`:warning: ${gap}`));
  const title = header(
    total > 0 ? `Waiting for your decision (${total})` : "Waiting for your decision",
  );
  if (isPending)
    return [title, section("This is still being read; it appears here in a moment."), ...gapBlocks];
  if (total === 0)
    return [title, section(gaps.length === 0 ? NOTHING : NOTHING_READ), ...gapBlocks];
  return [
    title,
    ...(simple > 1 ? [buttons("several", [SEVERAL])] : []),
    ...shown.flatMap((decision, index) => oneDecision(decision, index)),
    ...pageBlocks(decisions),
    ...gapBlocks,
  ];
}

const NOTHING = "Nothing waits for you.";
const NOTHING_READ = "Nothing waits for you as far as it could be read.";

const SEVERAL = button({
  actionId: ACTION_IDS.decideSeveral,
  label: "Decide several together",
  value: "{}",
});

function oneDecision(decision: HomeDecision, index: number): KnownBlock[] {
  const { open, title, message, facts } = decision;
  const { opened } = open.request;
  const about = [...itemLines(opened), ...(message === "" ? [] : [cut(message, MESSAGE_CHARS)])];
  const [inputs] = fields(facts.slice(0, FACTS_SHOWN));
  const text = [`:raised_hand: *${title}*`, ...about].join("\n");
  const asked: SectionBlock = {
    ...section(text),
    ...(inputs?.fields !== undefined && { fields: inputs.fields }),
    accessory: showAllButton(open.executionId, opened.id),
  };
  return [
    asked,
    contextBlock(describeOrigin(decision)),
    decideButtons(`decide_${index}`, open.executionId, opened),
  ];
}

/** Which run asks, who wants it, since when and until when, and how many have agreed. */
function describeOrigin({ open, workflow, starter }: HomeDecision): string {
  const { opened, votes } = open.request;
  const agreed = votes.filter(({ choice }) => choice !== "reject").length;
  const parts = [
    workflow,
    `run \`${shortRunId(open.executionId)}\``,
    ...(starter === null ? [] : [starter]),
    `asked ${showTime(opened.openedAt)}, ${showAgo(new Date(opened.openedAt).toISOString())}`,
    ...(opened.expiresAt === undefined ? [] : [`*expires ${showTime(opened.expiresAt)}*`]),
    ...(opened.required > 1 ? [`${agreed} of ${opened.required} agreed so far`] : []),
  ];
  return parts.join(" · ");
}

/** The way to those that do not fit on the page. */
function pageBlocks({ shown, from, total }: HomeDecisions): KnownBlock[] {
  if (shown.length === total) return [];
  const turn = (label: string, start: number) =>
    button({ actionId: `${ACTION_IDS.turnDecisions}_${start}`, label, value: String(start) });
  const last = from + shown.length;
  return [
    buttons("decisions", [
      ...(from > 0 ? [turn("Newer", Math.max(from - DECISIONS_SHOWN, 0))] : []),
      ...(last < total ? [turn(`${total - last} more`, last)] : []),
    ]),
    contextBlock(`${from + 1} to ${last} of ${total}`),
  ];
}
