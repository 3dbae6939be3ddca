import { z } from "zod";
import { externalNames } from "../../definition/param-traits.ts";

/*
 * Members that triggers of Slack's events share: where something happened, and whose doing it was. What is absent filters nothing.
 */

const Name = z.string().min(1).max(100);

export const Channels = z
  .array(Name)
  .min(1)
  .max(100)
  .optional()
  .describe("names (`#support`) or ids of channels; absent: all that the bot is in")
  .register(externalNames, { kind: "channel" });

/** Whose doing it was. */
export const Users = z
  .array(Name)
  .min(1)
  .max(100)
  .optional()
  .describe(
    "only what these do: people (`U…`), user groups (`@finance`), channels (their members); absent: all who may start the workflow",
  )
  .register(externalNames, { kind: "permission" });
