import type { TriggerType } from "../../definition/trigger-type.ts";
import type { Cron } from "../../ports/cron.ts";
import { channelCreated } from "./channel-created.ts";
import { databaseChange } from "./database-change.ts";
import { event } from "./event.ts";
import { fileShared } from "./file-shared.ts";
import { manual } from "./manual.ts";
import { memberJoined } from "./member-joined.ts";
import { mention } from "./mention.ts";
import { message } from "./message.ts";
import { reaction } from "./reaction.ts";
import { createSchedule } from "./schedule.ts";
import { shortcut } from "./shortcut.ts";
import { slash } from "./slash.ts";
import { webhook } from "./webhook.ts";

/** Every kind of trigger that definitions may name, by name, aliases included. */
export function createTriggerTypes(options: {
  readonly cron: Cron;
}): ReadonlyMap<string, TriggerType> {
  const types: readonly TriggerType[] = [
    manual,
    slash,
    message,
    mention,
    reaction,
    fileShared,
    memberJoined,
    channelCreated,
    shortcut,
    createSchedule(options.cron),
    webhook,
    event,
    databaseChange,
  ];
  return new Map(
    types.flatMap((type) => [type.kind, ...type.aliases].map((name) => [name, type] as const)),
  );
}
