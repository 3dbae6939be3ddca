import { message, sections } from "../blocks/build.ts";
import { escapeText, showValue } from "../blocks/text.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const listCommand: Subcommand = {
  name: "list",
  usage: "",
  summary: "all workflows",
  roles: EVERY_ROLE,
  run: async (_request, { engine, command }) => {
    const workflows = await engine.listWorkflows();
    if (workflows.length === 0) {
      return "There are no workflows yet. An operator deploys them from the workflows folder or over HTTP.";
    }
    const lines = workflows.map(({ id, name, description, version }) => {
      const about = description === null ? "" : `\n    ${showValue(description, 200)}`;
      return `• *${escapeText(name)}* (\`${escapeText(id)}\`, version ${version})${about}`;
    });
    const hint = `Details: \`${command} show &lt;id&gt;\`. Start one: \`${command} run &lt;id&gt;\`.`;
    return message(lines.join("\n"), sections([...lines, hint]));
  },
};
