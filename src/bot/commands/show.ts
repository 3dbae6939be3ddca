import type { Retention } from "../../engine/api/data.ts";
import type { Pause } from "../../engine/api/workflows.ts";
import { formatDuration } from "../../shared/duration.ts";
import { escapeText, mentionPerson, showTime } from "../../slack/text.ts";
import { contextBlock, message } from "../views/blocks/build.ts";
import { showAsCode } from "../views/blocks/wording.ts";
import { describeEstimate } from "../views/costs.ts";
import { nextStartsLine, partOrWhole, previewLines } from "../views/definition-preview.ts";
import { describeInputs, exampleLine } from "./inputs-help.ts";
import { assertNoMore, readWorkflow } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

/** Times of schedules that are shown; Slack shows them in the reader's own time zone. */
const NEXT_STARTS = 3;

function switchedOff(paused: ReadonlyMap<string, Pause>): readonly string[] {
  return [...paused].map(
    ([id, { by, at }]) =>
      `:double_vertical_bar: *Switched off*: the trigger \`${escapeText(id)}\`, by ${mentionPerson(by)} ${showTime(at)}`,
  );
}

export const showCommand: Subcommand = {
  name: "show",
  usage: "<id>",
  summary: "what a workflow asks for and does",
  roles: EVERY_ROLE,
  run: async ({ words }, context) => {
    const { engine, command } = context;
    const { id, rest } = await readWorkflow(words, context, showCommand);
    assertNoMore(rest, context, showCommand);
    const { definition, version, deployedBy, deployedAt, archived } =
      await engine.workflows.get(id);
    const inputs = describeInputs(definition);
    const { maxCostUsd, onCostCap } = definition.limits;
    const atCap = onCostCap === "wait" ? "then its starter is asked" : "then it ends";
    const kept = describeRetention(await engine.data.retentionOf(id));
    const limits = `Cost cap $${maxCostUsd} per run, ${atCap}`;
    const estimate = describeEstimate(await engine.costs.estimate(id, version));
    const next = await engine.triggers.upcoming(id, NEXT_STARTS);
    const lines = [
      `${showAsCode(definition.name)} (\`${escapeText(definition.id)}\`, version ${version})`,
      ...(archived
        ? [
            `:file_cabinet: Archived by ${mentionPerson(archived.by)} ${showTime(archived.at)}: nothing starts it. \`${command} unarchive ${escapeText(id)}\` brings it back.`,
          ]
        : []),
      `*Cost and time*: ${estimate}`,
      ...nextStartsLine(next),
      ...switchedOff(engine.workflows.pausedTriggers(id)),
      inputs.length === 0
        ? `*Start it*: \`${command} run ${escapeText(definition.id)}\`; values with names are taken, too`
        : `*Start it*: \`${command} run ${escapeText(definition.id)}\` asks for the values in a form; in one line: \`${exampleLine(command, definition, new Map())}\``,
      ...(inputs.length === 0 ? [] : ["*Inputs*"]),
      ...inputs,
    ];
    const deployed = `Deployed by ${mentionPerson(deployedBy)} ${showTime(deployedAt)}`;
    const does = previewLines({ explanation: engine.workflows.explain(definition) });
    return message(lines.join("\n"), [
      ...partOrWhole([...lines, ...does], { w: id, v: version }),
      contextBlock(`${limits} · ${kept} · ${deployed}`),
    ]);
  },
};

function describeRetention({ keptMs, from }: Retention): string {
  if (keptMs === null) return "Runs are kept for good";
  const by = from === "default" ? ", as the operator set" : "";
  return `Runs are removed ${formatDuration(keptMs)} after their end${by}`;
}
