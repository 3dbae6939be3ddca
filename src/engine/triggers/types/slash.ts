import { z } from "zod";
import type { TriggerType } from "../../definition/trigger-type.ts";

/** People start the workflow with the slash command, whose help lists it. */
export const slash: TriggerType = {
  kind: "slash",
  aliases: [],
  summary: "Listed in the help of the slash command, by which people start it.",
  config: z.strictObject({}),
};
