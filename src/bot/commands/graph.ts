import { type Diagram, toDiagram } from "../../diagrams/diagram.ts";
import { outline } from "../../diagrams/outline.ts";
import { type Overlay, pathOf } from "../../diagrams/overlay.ts";
import { toPng } from "../../diagrams/png.ts";
import { isDrawable, toSvg } from "../../diagrams/svg.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { cut } from "../../slack/limits.ts";
import { escapeText, shortRunId } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { message, section, sections } from "../views/blocks/build.ts";
import { showInBoxes } from "../views/blocks/wording.ts";
import { assertNoMore, findWorkflow, readRun, readWorkflow, usageOf } from "./named.ts";
import { type Answer, EVERY_ROLE, type Subcommand } from "./subcommand.ts";
import { readVersion } from "./versions.ts";

/** Characters of a diagram in words that an answer holds. */
const MAX_SHOWN = 9000;
const TIMEOUT_MS = 20_000;

/** A workflow as a picture, or the path of a run. */
export const graphCommand: Subcommand = {
  name: "graph",
  usage: "<workflow> [version] | <run>",
  summary: "a workflow as a diagram, or the path that a run has taken",
  roles: EVERY_ROLE,
  takesRun: true,
  run: async ({ words, caller }, context) => {
    const shown =
      words.length === 0 || (await findWorkflow(words, context)) !== null
        ? await readVersionDiagram(words, context)
        : await readRunDiagram(words, caller.userId, context);
    const lines = outline(shown.diagram, shown.overlay);
    const lead = `*${escapeText(shown.title)}*`;
    const text = [section(lead), ...sections(showInBoxes(cut(lines.join("\n"), MAX_SHOWN)))];
    const where = await sendPicture(shown, caller.userId, lines, context);
    return message(`${lead} ${where}`, [...text, section(where)]) satisfies Answer;
  },
};

interface Shown {
  readonly title: string;
  readonly file: string;
  readonly diagram: Diagram;
  readonly overlay: Overlay | null;
}

async function readVersionDiagram(words: readonly string[], context: BotContext): Promise<Shown> {
  const { id, rest } = await readWorkflow(words, context, graphCommand);
  assertNoMore(rest.slice(1), context, graphCommand);
  const wanted = readVersion(rest[0], usageOf(graphCommand, context.command));
  const { definition, version } = await context.engine.workflows.get(id, wanted);
  return {
    title: `${id}, version ${version}`,
    file: `${id}-v${version}.png`,
    diagram: toDiagram(definition),
    overlay: null,
  };
}

async function readRunDiagram(
  words: readonly string[],
  reader: string,
  context: BotContext,
): Promise<Shown> {
  const { executionId, rest } = await readRun(words, context, graphCommand);
  assertNoMore(rest, context, graphCommand);
  const view = await context.engine.executions.get(executionId, reader);
  const { definition } = await context.engine.workflows.get(view.workflowId, view.workflowVersion);
  return {
    title: `Run ${shortRunId(executionId)} of ${view.workflowId}, version ${view.workflowVersion}`,
    file: `${executionId}.png`,
    diagram: toDiagram(definition),
    overlay: pathOf(view),
  };
}

/** Sends the picture to a person alone. @returns where it is, or why there is none. */
async function sendPicture(
  { title, file, diagram, overlay }: Shown,
  user: string,
  lines: readonly string[],
  { client, workspace, logger }: BotContext,
): Promise<string> {
  const tooLarge = "It is too large for a picture in which anything could be read.";
  if (!isDrawable(diagram)) return tooLarge;
  try {
    const bytes = await toPng(toSvg(diagram, { overlay }));
    if (bytes === null) return tooLarge;
    const { channel } = await client.conversations.open({ users: user });
    const alt = `Diagram of ${title}. ${lines.join(" ")}`;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const id = await workspace.uploads.upload({ name: file, bytes, alt }, signal);
    await client.files.completeUploadExternal({
      files: [{ id, title }],
      ...omitUndefined({ channel_id: channel?.id }),
    });
    return ":frame_with_picture: The diagram is in our direct messages.";
  } catch (error) {
    logger.info({ err: error }, "a diagram could not be sent as a picture");
    return "Slack takes no picture from me at the moment: these are its steps in words.";
  }
}
