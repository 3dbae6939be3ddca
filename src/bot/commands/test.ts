import type { ArmReport, StepReport } from "../../engine/api/evaluation.ts";
import { toDollars } from "../../shared/money.ts";
import { escapeText, showTotal, showValue } from "../../slack/text.ts";
import { contextBlock, message, sections } from "../views/blocks/build.ts";
import { assertNoMore, readWorkflow } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { invalid } from "./tokens.ts";

/** Samples of each decision, unless the command says otherwise, and at most: each is a paid call. */
const SAMPLES = 10;
const MOST_SAMPLES = 50;
/** Nothing more is asked once so much was spent, in nano-dollars. */
const CAP_NANO = 500_000_000;
/** Wrong answers that are shown of each decision. */
const SHOWN = 5;

/** How well the AI of a workflow decides, on labelled samples. Nothing else of the workflow is done. */
export const testCommand: Subcommand = {
  name: "test",
  usage: "<id> [samples=10]",
  summary: "ask its AI decisions for labelled samples and say how many are right; starts no run",
  roles: EVERY_ROLE,
  valueNames: ["samples"],
  run: async ({ words, values, caller }, context) => {
    const { id, rest } = await readWorkflow(words, context, testCommand);
    assertNoMore(rest, context, testCommand);
    const limit = readCount(values.get("samples"));
    const report = await context.engine.evaluations.evaluate({
      ...{ workflowId: id, limit, capNano: CAP_NANO, by: caller.userId },
    });
    const lines = report.steps.flatMap(describeStep);
    const title = `*${escapeText(id)}*, version ${report.workflowVersion}`;
    const hint = `All samples, other prompts and models: \`npm run eval\` or POST /api/workflows/${escapeText(id)}/evaluate. A label becomes a sample: \`${context.command} label\`.`;
    return message([title, ...lines].join("\n"), [
      ...sections([title, ...lines]),
      contextBlock(hint),
    ]);
  },
};

function readCount(typed: string | undefined): number {
  if (typed === undefined) return SAMPLES;
  const count = Number(typed);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_SAMPLES) return count;
  throw invalid(`“samples” is a whole number from 1 to ${MOST_SAMPLES}.`);
}

function describeStep({ stepId, arms: [arm] }: StepReport): readonly string[] {
  if (arm === undefined) return [];
  const { asked, correct, failed, skipped, costNano, costUnknown } = arm.figures;
  const parts = [
    `right ${correct} of ${asked}`,
    ...(failed > 0 ? [`${failed} without a usable answer`] : []),
    ...(skipped > 0 ? [`${skipped} not asked`] : []),
    `cost ${showTotal(toDollars(costNano), costUnknown)}`,
  ];
  return [`• \`${escapeText(stepId)}\`: ${parts.join(", ")}`, ...wrongOf(arm)];
}

function wrongOf({ outcomes }: ArmReport): readonly string[] {
  const wrong = outcomes.filter(({ status, correct }) => status === "answered" && !correct);
  const shown = wrong
    .slice(0, SHOWN)
    .map(
      ({ sample, actual }) =>
        `    expected ${showValue(sample.expected, 80)}, got ${showValue(actual, 80)}`,
    );
  const more = wrong.length - shown.length;
  return more > 0 ? [...shown, `    and ${more} more`] : shown;
}
