import { z } from "zod";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { Channels, Users } from "./slack-filters.ts";

export const FileSharedConfig = z.strictObject({
  channels: Channels,
  users: Users,
  types: z
    .array(
      z
        .string()
        .regex(
          /^(?:\.?[\p{L}\p{N}]{1,20}|[a-z]+\/(?:\*|[a-z0-9.+-]{1,100}))$/iu,
          "must be the ending of a file's name, such as pdf, or a media type, such as image/*",
        ),
    )
    .min(1)
    .max(50)
    .optional()
    .describe(
      "kinds of files, one is enough: by the ending of the name (`pdf`), or by media type (`application/pdf`, `image/*`); absent: all",
    ),
  thread: z
    .enum(["any", "root", "reply"])
    .default("any")
    .describe(
      "`root`: only files of messages that are in no thread; `reply`: only those of replies in threads",
    ),
  bots: z
    .boolean()
    .default(false)
    .describe("files of other bots count too; the bot's own never do"),
});
export type FileSharedConfig = z.output<typeof FileSharedConfig>;

/**
 * A file that is shared in a channel starts the workflow, one run for each file. Variables: `file` with its bytes, and of the message
 * that brought it `text`, `user`, `channel`, `ts`, `threadTs` (the thread to answer in).
 */
export const fileShared = defineTriggerType({
  kind: "file-shared",
  summary: "Started by a file that is shared in a channel, one run for each file.",
  config: FileSharedConfig,
  gives: ["file", "text", "user", "channel", "ts", "threadTs"],
  check: () => [],
});
