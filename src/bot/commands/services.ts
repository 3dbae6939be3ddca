import type { ServiceSummary } from "../../engine/api/workflows.ts";
import { nearest } from "../../shared/did-you-mean.ts";
import { escapeText } from "../../slack/text.ts";
import { message, sections } from "../views/blocks/build.ts";
import { showAsCode } from "../views/blocks/wording.ts";
import { assertNoMore, foldName } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { invalid, showTyped } from "./tokens.ts";

/** What steps of workflows may call, for people who describe or write them. */
export const servicesCommand: Subcommand = {
  name: "services",
  usage: "[service]",
  summary: "what steps can call; with a name: its actions with their parameters",
  roles: EVERY_ROLE,
  run: async ({ words }, context) => {
    const { engine, command } = context;
    const services = engine.workflows.listServices();
    const [name, ...rest] = words;
    assertNoMore(rest, context, servicesCommand);
    const lines =
      name === undefined ? overview(services, command) : details(find(name, services, command));
    return message(lines.join("\n"), sections(lines));
  },
};

function overview(services: readonly ServiceSummary[], command: string): readonly string[] {
  if (services.length === 0) return ["No services are set up here."];
  const lines = services.map(({ name, actions }) => {
    const list = actions.map((action) => `    ${action.name}: ${escapeText(action.summary)}`);
    return [`• *${escapeText(name)}*`, ...list].join("\n");
  });
  const [first] = services;
  return [
    ...lines,
    `Parameters: \`${command} services ${first?.name ?? ""}\`. To have a workflow written, say what it should do: \`${command} help drafts\`.`,
  ];
}

function details({ name, actions }: ServiceSummary): readonly string[] {
  return [
    `*${escapeText(name)}*`,
    ...actions.map((action) => {
      const effect = action.sideEffect ? "changes something outside" : "only reads";
      const example =
        action.example === undefined
          ? []
          : [`    Example: ${showAsCode(JSON.stringify(action.example))}`];
      return [
        `• *${escapeText(action.name)}* (${effect}): ${escapeText(action.summary)}`,
        ...action.parameters.map((parameter) => `    ${showParameter(parameter)}`),
        ...example,
      ].join("\n");
    }),
  ];
}

function showParameter({
  name,
  type,
  isRequired,
  description,
}: ServiceSummary["actions"][number]["parameters"][number]): string {
  const said = description === undefined ? "" : `: ${escapeText(description)}`;
  return `${showAsCode(`${name}${isRequired ? "" : "?"}: ${type}`)}${said}`;
}

function find(typed: string, services: readonly ServiceSummary[], command: string): ServiceSummary {
  const found = services.find(({ name }) => foldName(name) === foldName(typed));
  if (found !== undefined) return found;
  const names = services.map(({ name }) => name);
  const near = nearest(foldName(typed), names);
  const guess = near === null ? "" : ` Did you mean \`${command} services ${near}\`?`;
  throw invalid(
    `There is no service “${showTyped(typed, 40)}”.${guess} There are: ${names.join(", ")}.`,
  );
}
