import { z } from "zod";
import { externalNames, inPlace } from "../../engine/definition/param-traits.ts";
import { plain } from "../../shared/places/place.ts";

/** `#name`, an id, or, where a message goes, a person's id for a direct message. */
export const Channel = inPlace(
  z.string().trim().min(1).describe("#name, or an id (C…)"),
  plain,
).register(externalNames, { kind: "channel" });

/** Time stamp of the message whose thread is meant. */
export const ThreadTs = inPlace(
  z.string().min(1).describe("time stamp of the message whose thread it is"),
  plain,
);

/** Time stamp of a message, by which Slack knows it within its channel. */
export const MessageTs = inPlace(
  z
    .string()
    .regex(/^\d{10}\.\d{6}$/, "the time stamp of a message, such as 1700000000.000100")
    .describe("time stamp of the message, as slack.sendMessage gave it"),
  plain,
);

/** A person's id, or a mention of them. */
export const PersonId = inPlace(
  z
    .string()
    .trim()
    .regex(/^(?:[UW][A-Z0-9]+|<@[UW][A-Z0-9]+(?:\|[^>]*)?>)$/, "a person's id (U…), or a mention")
    .describe("a person's id (U…), or a mention"),
  plain,
);
