import type { HomeView } from "@slack/types";
import { LIMITS } from "../../slack/limits.ts";
import { escapeText, showTime } from "../../slack/text.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, contextBlock, divider, header, section } from "../views/blocks/build.ts";
import { adminBlocks } from "./admin-part.ts";
import { costBlocks } from "./costs-part.ts";
import { decisionBlocks } from "./decisions-part.ts";
import type { HomeContent } from "./home-content.ts";
import { runBlocks } from "./runs-part.ts";
import { workflowBlocks } from "./workflows-part.ts";

/** An answer that is longer is cut here: it must leave room for everything else. */
const NOTICE_BLOCKS = 8;

/**
 * App Home: what waits for this person, their runs, what they may run, what waits for an admin, and what it costs. Each part is
 * cut so that all of them together keep within Slack's hundred blocks; where every part is full, the last of the costs give way.
 */
export function homeView(content: HomeContent): HomeView {
  const { notice, decisions, runs, workflows, admin, costs, command, now } = content;
  const blocks = [
    ...notice.slice(0, NOTICE_BLOCKS),
    ...decisionBlocks(decisions),
    divider,
    ...runBlocks(runs, command),
    divider,
    ...workflowBlocks(workflows),
    divider,
    ...(admin === null ? [] : [...adminBlocks(admin, command), divider]),
    ...costBlocks(costs, command),
  ];
  const footer = [
    divider,
    buttons("receipts", [receiptsButton(content.hasReceipts)]),
    contextBlock(
      `As of ${showTime(now)}; it is kept up to date for some minutes after you open it. \`${command} help\` shows what else there is.`,
    ),
  ];
  return {
    type: "home",
    blocks: [...blocks.slice(0, LIMITS.homeBlocks - footer.length), ...footer],
  };
}

/** App Home for people without a role. @param reason - why, and what to do. */
export function closedHomeView(reason: string): HomeView {
  return {
    type: "home",
    blocks: [
      header("Heddle runs workflows"),
      section(
        "A workflow is a chain of steps: AI decides what rules cannot, people approve with a button, and results come back to Slack.",
      ),
      section(`:lock: ${escapeText(reason)}`),
    ],
  };
}

function receiptsButton(hasReceipts: boolean) {
  return button({
    actionId: ACTION_IDS.receipts,
    label: hasReceipts ? "Stop receipts of my decisions" : "Send me receipts of my decisions",
    value: hasReceipts ? "off" : "on",
  });
}
