import type { KnownBlock } from "@slack/types";
import { isFinished } from "../../engine/model/state.ts";
import { cut, LIMITS } from "../../slack/limits.ts";
import { escapeText, shortRunId, showCost, showTime } from "../../slack/text.ts";
import { toRunValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, contextBlock, header, section } from "../views/blocks/build.ts";
import { showStatus } from "../views/blocks/status.ts";
import { retryButton, stopButton } from "../views/run-card.ts";
import { type HomeRun, type HomeRuns, UNREADABLE } from "./home-content.ts";

/** Of each kind: each takes two blocks. */
export const RUNS_SHOWN = 5;
const LINE_CHARS = 400;
const LINES_SHOWN = 3;

/** The person's runs: those under way with what they wait for, then those that ended last. */
export function runBlocks(runs: HomeRuns | null, command: string): KnownBlock[] {
  if (runs === null) return [header(TITLE), section(UNREADABLE)];
  const { underWay, ended, hasMore } = runs;
  const all = [...underWay, ...ended];
  const more = `More: \`${command} runs\`, and \`${command} status &lt;run&gt;\` shows all about one.`;
  return [
    header(TITLE),
    ...(all.length === 0 ? [section("You have started none yet.")] : all.flatMap(oneRun)),
    ...(hasMore ? [contextBlock(more)] : []),
  ];
}

const TITLE = "Your runs";

function oneRun({ run, lines }: HomeRun, index: number): KnownBlock[] {
  const { executionId, status, workflowName, totalCost, startedAt, completedAt } = run;
  const isOver = isFinished(status);
  const when =
    completedAt === null ? `started ${showTime(startedAt)}` : `ended ${showTime(completedAt)}`;
  const head = `*${escapeText(workflowName)}* · ${showStatus(status)} · run \`${shortRunId(executionId)}\` · ${when} · ${showCost(totalCost)}`;
  const shown = lines.slice(0, LINES_SHOWN).map((line) => cut(line, LINE_CHARS));
  const left = lines.length - shown.length;
  const text = [head, ...shown, ...(left > 0 ? [`_and ${left} more_`] : [])].join("\n");
  return [
    section(cut(text, LIMITS.sectionText)),
    buttons(`run_${index}`, [
      ...(isOver ? [] : [stopButton(run)]),
      ...(isOver && status !== "completed" ? [retryButton(run)] : []),
      button({
        actionId: ACTION_IDS.showRun,
        label: "Why?",
        value: toRunValue({ e: executionId }),
      }),
    ]),
  ];
}
