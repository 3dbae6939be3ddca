import type { HomeView, KnownBlock } from "@slack/types";
import type { OpenRequest } from "../../engine/api/approvals.ts";
import type { ExecutionSummary } from "../../engine/api/executions.ts";
import { LIMITS } from "../../slack/limits.ts";
import {
  escapeText,
  shortRunId,
  showCost,
  showDuration,
  showTime,
  showValue,
} from "../../slack/text.ts";
import { ACTION_IDS } from "../ids.ts";
import { decideButtons } from "../views/approval-card.ts";
import {
  button,
  buttons,
  contextBlock,
  divider,
  header,
  section,
  sections,
} from "../views/blocks/build.ts";
import { showStatus } from "../views/blocks/status.ts";
import { titleOf } from "../views/decision-words.ts";
import { itemLines } from "../views/request-options.ts";
import { showAllButton } from "../views/request-text.ts";
import { isSimple } from "../views/several-dialog.ts";
import { costBlocks, type HomeCosts } from "./home-costs.ts";

/** What App Home shows one person. */
export interface HomeContent {
  /** What came of the click that this view answers. */
  readonly notice: readonly KnownBlock[];
  /** Requests that this person may decide. */
  readonly decisions: readonly OpenRequest[];
  /** What could not be read and is missing here: a sentence each. */
  readonly gaps: readonly string[];
  /** Do they get a receipt for each decision? */
  readonly hasReceipts: boolean;
  /** Their latest runs, newest first; `null`: they could not be read. */
  readonly runs: readonly ExecutionSummary[] | null;
  /** Have they started more than these? */
  readonly hasMoreRuns: boolean;
  /** `null`: they could not be read. */
  readonly costs: HomeCosts | null;
  /** Names of workflows by id. */
  readonly names: ReadonlyMap<string, string>;
  /** The slash command as this workspace knows it. */
  readonly command: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Each takes three blocks of the hundred that Slack allows. */
const DECISIONS_SHOWN = 15;
const MESSAGE_CHARS = 500;

/** App Home: what waits for this person, their runs, what everything costs, and how to begin. */
export function homeView(content: HomeContent): HomeView {
  const { notice, command, now } = content;
  const nameOf = (workflowId: string): string => content.names.get(workflowId) ?? workflowId;
  const blocks: KnownBlock[] = [
    ...notice,
    header("Waiting for your decision"),
    ...decisionBlocks(content.decisions, nameOf),
    ...content.gaps.map((gap) => contextBlock(`:warning: ${gap}`)),
    buttons("receipts", [receiptsButton(content.hasReceipts)]),
    divider,
    header("Your latest runs"),
    buttons("run", [RUN]),
    ...runBlocks(content),
    divider,
    header("Costs of all workflows"),
    ...(content.costs === null
      ? [section("They cannot be shown at the moment.")]
      : costBlocks(content.costs, nameOf)),
    divider,
    contextBlock(
      `As of ${showTime(now)}; open this page again for the newest. \`${command} list\` shows the workflows, \`${command} help\` everything else.`,
    ),
  ];
  return { type: "home", blocks: blocks.slice(0, LIMITS.homeBlocks) };
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

const RUN = button({
  actionId: ACTION_IDS.chooseRun,
  label: "Run a workflow",
  value: "{}",
  style: "primary",
});

function receiptsButton(hasReceipts: boolean) {
  return button({
    actionId: ACTION_IDS.receipts,
    label: hasReceipts ? "Stop receipts of my decisions" : "Send me receipts of my decisions",
    value: hasReceipts ? "off" : "on",
  });
}

const SEVERAL = button({
  actionId: ACTION_IDS.decideSeveral,
  label: "Decide several together",
  value: "{}",
});

function decisionBlocks(
  decisions: readonly OpenRequest[],
  nameOf: (workflowId: string) => string,
): KnownBlock[] {
  if (decisions.length === 0) return [section("Nothing waits for you.")];
  const shown = decisions.slice(0, DECISIONS_SHOWN);
  const blocks = shown.flatMap(({ executionId, workflowId, request }, index): KnownBlock[] => {
    const { opened } = request;
    const message = opened.message.trim() === "" ? [] : [showValue(opened.message, MESSAGE_CHARS)];
    const about = [...itemLines(opened), ...message].map((line) => `\n${line}`).join("");
    const expiry = opened.expiresAt === undefined ? "" : ` · expires ${showTime(opened.expiresAt)}`;
    return [
      {
        ...section(`:raised_hand: *${titleOf(request)}*${about}`),
        accessory: showAllButton(executionId, opened.id),
      },
      contextBlock(
        `${escapeText(nameOf(workflowId))} · run \`${shortRunId(executionId)}\` · asked ${showTime(opened.openedAt)}${expiry}`,
      ),
      decideButtons(`decide_${index}`, executionId, opened),
    ];
  });
  const more = decisions.length - shown.length;
  return [
    ...(decisions.filter(isSimple).length > 1 ? [buttons("several", [SEVERAL])] : []),
    ...blocks,
    ...(more > 0 ? [contextBlock(`and ${more} more; their cards stand in their channels`)] : []),
  ];
}

function runBlocks({ runs, hasMoreRuns, now, command }: HomeContent): KnownBlock[] {
  if (runs === null) return [section("They cannot be shown at the moment.")];
  if (runs.length === 0) return [section("You have started none yet.")];
  const lines = runs.map((run) => {
    const waits =
      run.waitingOn.length === 0 ? "" : ` for ${run.waitingOn.map(escapeText).join(", ")}`;
    const age = `${showDuration(now - Date.parse(run.startedAt))} ago`;
    return `• \`${shortRunId(run.executionId)}\` *${escapeText(run.workflowName)}* · ${showStatus(run.status)}${waits} · ${showCost(run.totalCost)} · ${age}`;
  });
  const more = `More: \`${command} runs\`, and \`${command} status &lt;run&gt;\` shows all about one.`;
  return [...sections(lines), ...(hasMoreRuns ? [contextBlock(more)] : [])];
}
