import type { TriggerType } from "../../definition/trigger-type.ts";
import type { Cron } from "../../ports/cron.ts";
import { databaseChange } from "./database-change.ts";
import { event } from "./event.ts";
import { manual } from "./manual.ts";
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
    reaction,
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
