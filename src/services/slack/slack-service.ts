import type { Service } from "../../engine/ports/service.ts";
import type { Slack } from "../../slack/slack.ts";
import { createDeleteAction, createReactionAction, createUpdateAction } from "./change-message.ts";
import { createSendAction } from "./send-message.ts";
import { createUploadAction } from "./upload-file.ts";

/** The part of the workspace that the service uses. */
type SlackParts = Pick<Slack, "bulk" | "channels" | "sender" | "uploads">;

/** Messages, files, channels, people and canvases in Slack. */
export function createSlackService(slack: SlackParts): Service {
  return {
    name: "slack",
    defaultAction: "sendMessage",
    actions: {
      sendMessage: createSendAction(slack),
      updateMessage: createUpdateAction(slack),
      deleteMessage: createDeleteAction(slack),
      addReaction: createReactionAction(slack),
      uploadFile: createUploadAction(slack),
    },
  };
}
