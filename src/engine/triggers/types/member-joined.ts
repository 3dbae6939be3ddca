import { z } from "zod";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { Channels, Users } from "./slack-filters.ts";

export const MemberJoinedConfig = z.strictObject({
  channels: Channels,
  users: Users,
});

/** A member who joins a channel starts the workflow. Variables: `user`, `channel`, `inviter` (`null`: they came by themselves). */
export const memberJoined = defineTriggerType({
  kind: "member-joined",
  summary: "Started by a member of the workspace who joins a channel.",
  config: MemberJoinedConfig,
  gives: ["user", "channel", "inviter"],
  check: () => [],
});
