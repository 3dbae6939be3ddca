import { escapeText, mentionPerson, showTime, showValue } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { message, sections } from "../views/blocks/build.ts";
import { assertNoMore, foldName } from "./named.ts";
import { type Answer, EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const listCommand: Subcommand = {
  name: "list",
  usage: "[archived]",
  summary: "all workflows, or those that are archived",
  roles: EVERY_ROLE,
  run: async ({ words }, context) => {
    const { engine, command } = context;
    const [word, ...rest] = words;
    if (word !== undefined && foldName(word) === "archived") {
      assertNoMore(rest, context, listCommand);
      return listArchived(context);
    }
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

async function listArchived({ engine, command }: BotContext): Promise<Answer> {
  const workflows = await engine.workflows.list({ archived: true });
  const lines = workflows.flatMap(({ id, name, archived }) =>
    archived
      ? `• *${escapeText(name)}* (\`${escapeText(id)}\`): by ${mentionPerson(archived.by)} ${showTime(archived.at)}`
      : [],
  );
  if (lines.length === 0) return "No workflow is archived.";
  const hint = `To bring one back: \`${command} unarchive &lt;id&gt;\`.`;
  return message(lines.join("\n"), sections([...lines, hint]));
}
