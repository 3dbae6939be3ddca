import type { KnownBlock } from "@slack/types";
import { escapeText, shortRunId, showDuration, showTime, showTotal } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import {
  type CardMessage,
  contextBlock,
  divider,
  message,
  sections,
} from "../views/blocks/build.ts";
import { showStatus } from "../views/blocks/status.ts";
import { createCardContext } from "../views/card-context.ts";
import { withMaskNote } from "../views/mask-note.ts";
import { describeStarter } from "../views/run-card.ts";
import { showLabels } from "../views/run-labels.ts";
import { describeStanding } from "../views/run-standing.ts";
import { assertNoMore, readRun } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

/** Own unfinished runs that `status` without an id shows. */
const OWN_RUNS = 5;
/** Systems that are left alone. */
const AWAY_SHOWN = 5;
export const statusCommand: Subcommand = {
  name: "status",
  usage: "[run]",
  summary: "where a run is and why; without an id: your runs that are not over",
  roles: EVERY_ROLE,
  takesRun: true,
  run: async ({ words, caller }, context) => {
    const { engine, command } = context;
    if (words.length > 0) {
      const { executionId, rest } = await readRun(words, context, statusCommand);
      assertNoMore(rest, context, statusCommand);
      return showRun(executionId, caller.userId, context);
    }
    const away = caller.role === "admin" ? awayBlocks(context) : [];
    const own = { startedBy: caller.userId } as const;
    const { executions: open } = await engine.executions.list({
      ...own,
      isUnderWay: true,
      limit: OWN_RUNS,
    });
    const shown =
      open.length > 0 ? open : (await engine.executions.list({ ...own, limit: 1 })).executions;
    if (shown.length === 0) {
      const none = `You have started no runs. \`${command} list\` shows what there is.`;
      return message(none, [...sections([none]), ...away]);
    }
    const parts = await Promise.all(
      shown.map(({ executionId }) => showRun(executionId, caller.userId, context)),
    );
    const text = parts.map((part) => part.text).join("\n\n");
    return message(text, [
      ...parts.flatMap((part, index): KnownBlock[] =>
        index === 0 ? [...part.blocks] : [divider, ...part.blocks],
      ),
      ...away,
    ]);
  },
};

/** Systems that are not called for the moment: why runs may wait that seem to have no reason. */
function awayBlocks({ engine }: BotContext): readonly KnownBlock[] {
  return engine.health
    .outages()
    .slice(0, AWAY_SHOWN)
    .map(({ name, since, lastFailure }) =>
      contextBlock(
        `:electric_plug: ${escapeText(name)} is left alone since ${showTime(since)}. The last time: ${escapeText(lastFailure)}`,
      ),
    );
}

/**
 * Where a run stands, or how it ended.
 *
 * @throws {AppError} `not_allowed`, `store_unavailable`.
 */
export async function showRun(
  executionId: string,
  reader: string,
  { engine, groups }: BotContext,
): Promise<CardMessage> {
  const view = await engine.executions.get(executionId, reader);
  const { definition } = await engine.workflows.get(view.workflowId, view.workflowVersion);
  const cards = createCardContext(definition, await groups.lastKnownIds());
  const lines = [
    `*${escapeText(view.workflowName)}* · ${showStatus(view.status)}`,
    ...describeStanding(view, cards),
    ...(Object.keys(view.labels).length === 0 ? [] : [`Labels: ${showLabels(view.labels)}`]),
  ];
  const took = view.totalDuration === null ? "" : ` · took ${showDuration(view.totalDuration)}`;
  const total = showTotal(view.totalCost, view.costUnknown);
  const footer = `Run \`${shortRunId(executionId)}\` (${escapeText(executionId)}) · ${describeStarter(view)} ${showTime(view.startedAt)}${took} · cost ${total}`;
  const card = message([...lines, footer].join("\n"), [...sections(lines), contextBlock(footer)]);
  return withMaskNote(card, view);
}
