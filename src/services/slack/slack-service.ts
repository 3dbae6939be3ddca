import type { Service } from "../../engine/ports/service.ts";
import type { Slack } from "../../slack/slack.ts";
import { createDeleteAction, createReactionAction, createUpdateAction } from "./change-message.ts";
import { createEmailLookupAction, createGroupAction, createUserAction } from "./find-people.ts";
import {
  createArchiveAction,
  createChannelAction,
  createInviteAction,
  createTopicAction,
} from "./manage-channel.ts";
import { createThreadAction } from "./read-thread.ts";
import { createSendAction } from "./send-message.ts";
import { createUploadAction } from "./upload-file.ts";

/** The part of the workspace that the service uses. */
type SlackParts = Pick<
  Slack,
  "bulk" | "channels" | "directory" | "groups" | "lookup" | "sender" | "uploads"
>;

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
      createChannel: createChannelAction(slack),
      inviteToChannel: createInviteAction(slack),
      archiveChannel: createArchiveAction(slack),
      setTopic: createTopicAction(slack),
      getUser: createUserAction(slack),
      lookupByEmail: createEmailLookupAction(slack),
      listGroupMembers: createGroupAction(slack),
      readThread: createThreadAction(slack),
    },
  };
}
