import type { StepDefinition } from "../../engine/definition/schema.ts";
import { AppError } from "../../shared/errors.ts";
import { escapeText, mentionPerson, showTime, showValue } from "../../slack/text.ts";
import { contextBlock, message, sections } from "../views/blocks/build.ts";
import { describeEstimate } from "../views/costs.ts";
import { describeInputs, exampleLine } from "./inputs-help.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

const STEPS_SHOWN = 40;

export const showCommand: Subcommand = {
  name: "show",
  usage: "<id>",
  summary: "what a workflow asks for and does",
  roles: EVERY_ROLE,
  run: async ({ words }, { engine, command }) => {
    const [id] = words;
    if (id === undefined) {
      throw new AppError({
        code: "command_invalid",
        message: `Say which workflow: ${command} show <id>. The ids are in ${command} list.`,
      });
    }
    const { definition, version, deployedBy, deployedAt } = await engine.workflows.get(id);
    const inputs = describeInputs(definition);
    const steps = definition.steps.slice(0, STEPS_SHOWN).map(describeStep);
    if (definition.steps.length > STEPS_SHOWN)
      steps.push(`_and ${definition.steps.length - STEPS_SHOWN} more_`);
    const { maxCostUsd, onCostCap } = definition.limits;
    const atCap = onCostCap === "wait" ? "then its starter is asked" : "then it ends";
    const limits = `Cost cap $${maxCostUsd} per run, ${atCap}`;
    const estimate = describeEstimate(await engine.costs.estimate(id, version));
    const lines = [
      `*${escapeText(definition.name)}* (\`${escapeText(definition.id)}\`, version ${version})`,
      ...(definition.description === undefined ? [] : [showValue(definition.description, 1000)]),
      inputs.length === 0 ? "*Inputs*: any `key=value`" : "*Inputs*",
      ...inputs,
      "*Steps*",
      ...steps,
      `*Cost and time*: ${estimate}`,
      `*Start it*: \`${exampleLine(command, definition, new Map())}\``,
    ];
    const deployed = `Deployed by ${mentionPerson(deployedBy)} ${showTime(deployedAt)}`;
    return message(lines.join("\n"), [...sections(lines), contextBlock(`${limits} · ${deployed}`)]);
  },
};

function describeStep(step: StepDefinition, index: number): string {
  const name = step.name === undefined ? "" : ` ${escapeText(step.name)}`;
  return `${index + 1}. \`${step.id}\`${name} (${escapeText(step.type)})${describeRoutes(step.next)}`;
}

function describeRoutes(next: StepDefinition["next"]): string {
  if (next === undefined) return "";
  if (typeof next === "string") return ` → ${escapeText(next)}`;
  return ` → ${Object.entries(next)
    .map(([on, to]) => `${escapeText(on)}: ${escapeText(to)}`)
    .join(", ")}`;
}
