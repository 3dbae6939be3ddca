import { z } from "zod";
import { externalNames } from "../../definition/param-traits.ts";

/*
 * Members that triggers of Slack's events share: where something happened, and whose doing it was. What is absent filters nothing.
 */

const Name = z.string().min(1).max(100);

/** Ids or names (`#support`); absent: every channel that the bot is in. */
export const Channels = z
  .array(Name)
  .min(1)
  .max(100)
  .optional()
  .register(externalNames, { kind: "channel" });

/** People (`U…`), user groups (`@finance`) and channels (their members); absent: all who may start the workflow. */
export const Users = z
  .array(Name)
  .min(1)
  .max(100)
  .optional()
  .register(externalNames, { kind: "permission" });
