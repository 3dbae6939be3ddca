import { z } from "zod";
import { inPlace } from "../../engine/definition/param-traits.ts";
import type { ServiceAction, ServiceContext } from "../../engine/ports/service.ts";
import { safeFileName } from "../../shared/file-value.ts";
import type { Json } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { plain } from "../../shared/places/place.ts";
import { slackPlace } from "../../shared/places/slack-place.ts";
import { wording } from "../../shared/wording.ts";
import { readMention } from "../../slack/channels.ts";
import type { Slack } from "../../slack/slack.ts";
import { defineAction, showText } from "../action.ts";
import { FileParam } from "../file-param.ts";
import { nameOf, placeOf, refused, turnOf, withSlackErrors } from "./slack-names.ts";
import { Channel, ThreadTs } from "./slack-params.ts";

const MAX_CONTENT = 1_000_000;
const MAX_MESSAGE = 4000;

const UploadParams = z.strictObject({
  channel: Channel,
  file: inPlace(FileParam, plain).optional().describe("a file of the run"),
  content: inPlace(z.string().max(MAX_CONTENT), plain)
    .optional()
    .describe("text that becomes the file, in place of one"),
  name: inPlace(z.string().trim().min(1), plain)
    .optional()
    .describe("needed with content; that of the file if absent"),
  title: inPlace(z.string().min(1).max(255), plain).optional().describe("the name if absent"),
  message: inPlace(z.string().min(1).max(MAX_MESSAGE), slackPlace)
    .optional()
    .describe("stands over the file, in Slack's own markup"),
  threadTs: ThreadTs.optional(),
});
type UploadParams = z.output<typeof UploadParams>;

type SlackParts = Pick<Slack, "channels" | "sender" | "uploads">;

/** Files in Slack's channels. */
export function createUploadAction(slack: SlackParts): ServiceAction {
  return defineAction({
    summary:
      "Uploads a file, or text as a file, to a channel, a person or a thread; gives {fileId, permalink, channel}.",
    describe: ({ channel, file, name, message }) => {
      const said = message === undefined ? "" : `, with the words "${showText(message)}"`;
      return `Uploads ${showText(name ?? file ?? "a text")} to ${nameOf(channel)}${said}`;
    },
    outline: ({ channel, threadTs }) =>
      threadTs === undefined
        ? wording`Uploads a file to ${nameOf(channel)}`
        : wording`Uploads a file to ${nameOf(channel)}, in a thread`,
    example: { channel: "#orders", file: "{{variables.invoice}}", message: "The invoice" },
    params: UploadParams,
    sideEffect: true,
    // Slack keeps no key of an upload, and a file carries no metadata by which it could be found.
    onUnknown: "ask",
    execute: async (params, context) => upload(slack, params, context),
  });
}

async function upload(
  { channels, sender, uploads }: SlackParts,
  params: UploadParams,
  context: ServiceContext,
): Promise<Json> {
  const { signal } = context;
  const named = readMention(params.channel);
  return withSlackErrors(`uploading to ${placeOf(params.channel)}`, async () => {
    const channel = await channels.find(named);
    if (channel === null)
      throw refused(`The bot is in no channel ${nameOf(params.channel)}. Invite it there.`);
    if (hasSensitive(params, context) && (await channels.isShared(channel)))
      throw refused(
        `The file or what stands with it is sensitive, and people of other organizations read ${nameOf(params.channel)}. Upload it elsewhere.`,
      );
    const { name, bytes } = await read(params, context);
    const fileId = await uploads.upload({ name, bytes }, signal);
    signal.throwIfAborted();
    const { title = name, message, threadTs } = params;
    const answer = await sender
      .shareForStep(
        {
          ...{ files: [{ id: fileId, title }], channel_id: channel },
          ...omitUndefined({ initial_comment: message }),
          ...omitUndefined({ thread_ts: threadTs }),
        },
        turnOf(context),
      )
      .catch((error: unknown) => {
        channels.refused(channel, error);
        throw error;
      });
    const permalink = answer.files?.[0]?.permalink;
    return { fileId, channel, ...omitUndefined({ permalink }) };
  });
}

async function read(
  { file, content, name }: UploadParams,
  { files }: ServiceContext,
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  if (file !== undefined && content !== undefined)
    throw refused('The upload has a "file" and a "content". Give one of them.');
  if (file !== undefined) {
    const bytes = await files.read(file);
    if (bytes.length === 0) throw refused(`The file "${file.name}" is empty: Slack takes no such.`);
    return { name: safeFileName(name ?? file.name), bytes };
  }
  if (!content) throw refused('The upload needs a "file", or a "content" that is not empty.');
  if (name === undefined) throw refused('The upload of a "content" needs a "name": report.csv.');
  return { name: safeFileName(name), bytes: Buffer.from(content) };
}

function hasSensitive(params: UploadParams, { hideSensitive }: ServiceContext): boolean {
  const masked = hideSensitive?.(params);
  return masked !== undefined && JSON.stringify(masked) !== JSON.stringify(params);
}
