import { escapeText, mentionPerson, showValue } from "../../slack/text.ts";
import { message, sections } from "../views/blocks/build.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const listCommand: Subcommand = {
  name: "list",
  usage: "",
  summary: "all workflows",
  roles: EVERY_ROLE,
  run: async (_request, { engine, command }) => {
    const workflows = await engine.workflows.list();
    if (workflows.length === 0) {
      return "There are no workflows yet. An operator deploys them from the workflows folder or over HTTP.";
    }
    const all = engine.workflows.pauseOf(null);
    const lines = workflows.map(({ id, name, description, version }) => {
      const isPaused = all === null && engine.workflows.pauseOf(id) !== null;
      const mark = isPaused ? " · :double_vertical_bar: paused" : "";
      const about = description === null ? "" : `\n    ${showValue(description, 200)}`;
      return `• *${escapeText(name)}* (\`${escapeText(id)}\`, version ${version})${mark}${about}`;
    });
    const hint = `Details: \`${command} show &lt;id&gt;\`. Start one: \`${command} run &lt;id&gt;\`.`;
    if (all)
      lines.unshift(`:double_vertical_bar: Everything is paused by ${mentionPerson(all.by)}.`);
    return message(lines.join("\n"), sections([...lines, hint]));
  },
};
