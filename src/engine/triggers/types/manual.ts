import { z } from "zod";
import type { TriggerType } from "../../definition/trigger-type.ts";

/** Nothing starts the workflow by itself: the API does, or a person who knows its name. */
export const manual: TriggerType = {
  kind: "manual",
  aliases: ["api"],
  summary: "Started by the HTTP API, or by people who know its name.",
  config: z.strictObject({}),
};
