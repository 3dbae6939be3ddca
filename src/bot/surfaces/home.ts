import type { HomeView, KnownBlock } from "@slack/types";
import type { ExecutionSummary, OpenRequest } from "../../engine/api.ts";
import { context, divider, header, section, sections } from "../blocks/build.ts";
import { LIMITS } from "../blocks/limits.ts";
import { showStatus } from "../blocks/status.ts";
import { escapeText, shortRunId, showCost, showTime } from "../blocks/text.ts";
import type { GroupIds } from "../slack/groups.ts";
import { describeApprovers } from "./progress.ts";
import { mentionApprover } from "./surface.ts";

/** What App Home shows: open decisions, own runs, and how to begin. */
export function homeView(
  requests: readonly OpenRequest[],
  runs: readonly ExecutionSummary[],
  groups: GroupIds,
  command: string,
): HomeView {
  const waiting = requests.map(
    ({ executionId, request }) =>
      `• *${escapeText(request.opened.title)}* (run \`${shortRunId(executionId)}\`), since ${showTime(request.opened.openedAt)}. Ask ${describeApprovers(request, (approver) => mentionApprover(approver, groups))}.`,
  );
  const own = runs.map(
    (run) =>
      `• \`${shortRunId(run.executionId)}\` *${escapeText(run.workflowName)}* · ${showStatus(run.status)} · ${showTime(run.startedAt)} · ${showCost(run.totalCost)}`,
  );
  const blocks: KnownBlock[] = [
    header("Waiting for a decision"),
    ...(waiting.length === 0 ? [section("Nothing waits.")] : sections(waiting)),
    divider,
    header("Your latest runs"),
    ...(own.length === 0 ? [section("You have started none yet.")] : sections(own)),
    divider,
    context(
      `\`${command} list\` shows the workflows, \`${command} help\` everything else. This page is as of when you opened it.`,
    ),
  ];
  return { type: "home", blocks: blocks.slice(0, LIMITS.homeBlocks) };
}

/** App Home for people without a role. */
export function closedHomeView(message: string): HomeView {
  return { type: "home", blocks: [section(escapeText(message))] };
}
