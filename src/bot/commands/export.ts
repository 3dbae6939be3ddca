import { omitUndefined } from "../../shared/omit-undefined.ts";
import { cut } from "../../slack/limits.ts";
import { escapeText } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { message, section, sections } from "../views/blocks/build.ts";
import { showInBoxes } from "../views/blocks/wording.ts";
import { assertNoMore, readWorkflow, usageOf } from "./named.ts";
import { type Answer, EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { readVersion } from "./versions.ts";

/** Characters of a definition that are shown in a message where no file can be sent. */
const MAX_SHOWN = 20_000;

/** The definition of a workflow as it was deployed: a file that can be changed and deployed elsewhere. */
export const exportCommand: Subcommand = {
  name: "export",
  usage: "<id> [version]",
  summary: "the definition as a JSON file, in our direct messages",
  roles: EVERY_ROLE,
  run: async ({ words, caller }, context) => {
    const { engine, command } = context;
    const { id, rest } = await readWorkflow(words, context, exportCommand);
    assertNoMore(rest.slice(1), context, exportCommand);
    const wanted = readVersion(rest[0], usageOf(exportCommand, command));
    const { source, version } = await engine.workflows.get(id, wanted);
    const text = `${JSON.stringify(source, null, 2)}\n`;
    const about = { name: `${id}-v${version}.json`, title: `${id}, version ${version}` };
    try {
      await sendFile({ ...about, text, user: caller.userId }, context);
      return `:page_facing_up: \`${escapeText(about.name)}\` is in our direct messages.`;
    } catch (error) {
      context.logger.info({ err: error }, "a definition could not be sent as a file");
      return showHere(text, about.title);
    }
  },
};

/** Sends a file to a person alone. Throws what the Web API client throws. */
async function sendFile(
  {
    name,
    title,
    text,
    user,
  }: {
    readonly name: string;
    readonly title: string;
    readonly text: string;
    readonly user: string;
  },
  { client, workspace }: BotContext,
): Promise<void> {
  const { channel } = await client.conversations.open({ users: user });
  const bytes = Buffer.from(text);
  const id = await workspace.uploads.upload({ name, bytes }, AbortSignal.timeout(10_000));
  await client.files.completeUploadExternal({
    files: [{ id, title }],
    ...omitUndefined({ channel_id: channel?.id }),
  });
}

/** The definition in the answer itself: without the right to send files, or while Slack takes none. */
function showHere(text: string, title: string): Answer {
  const lead = `*${escapeText(title)}* (Slack takes no file from me here)`;
  const boxes = showInBoxes(cut(text, MAX_SHOWN));
  return message(lead, [section(lead), ...sections(boxes)]);
}
