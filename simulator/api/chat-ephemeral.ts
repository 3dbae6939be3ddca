import { postEphemeral } from "../workspace/conversation.ts";
import { channelToPostTo } from "./channel-argument.ts";
import { botDraft, readContent, requireContent } from "./message-content.ts";
import type { MethodRegistry } from "./method.ts";
import { SlackError } from "./slack-error.ts";

/** Messages that one person sees. */
export function registerEphemerals(methods: MethodRegistry): void {
  methods.add("chat.postEphemeral", {
    tier: 4,
    token: "bot",
    scopes: ["chat:write"],
    run: (call) => {
      const { workspace, args } = call;
      const channel = channelToPostTo(call);
      const reader = args.required("user");
      if (!channel.members.includes(reader)) throw new SlackError("user_not_in_channel");
      const content = readContent(workspace, args);
      requireContent(content);
      const threadTs = args.text("thread_ts");
      const message = postEphemeral(workspace, channel, reader, {
        ...botDraft(workspace, content),
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      });
      return { message_ts: message.ts };
    },
  });
}
