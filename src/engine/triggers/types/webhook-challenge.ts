import { z } from "zod";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { SecretNames } from "./webhook-signature.ts";

/** How senders ask whether an address is meant to receive from them, by the name of the sender or of the standard. */
const CHALLENGES = ["hub", "slack", "microsoft", "event-grid", "zoom", "dropbox", "crc"] as const;
export type ChallengeType = (typeof CHALLENGES)[number];

const ChallengeOptions = z.strictObject({
  type: z.enum(CHALLENGES).describe("the sender, or the standard that it follows"),
  token: SecretNames.optional().describe(
    "of hub: name of the secret that the sender shows as hub.verify_token",
  ),
  topic: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .describe("of hub: the topic that may be subscribed to here, hub.topic"),
});
export type ChallengeOptions = z.output<typeof ChallengeOptions>;

/** A challenge by its name, or with its options. */
export const Challenge = z.union([
  z.enum(CHALLENGES).transform((type): ChallengeOptions => ({ type })),
  ChallengeOptions,
]);

/** What a challenge needs, and options that it does not have. */
export function challengeProblems(
  challenge: ChallengeOptions | undefined,
  hasSecret: boolean,
): readonly ConfigProblem[] {
  if (challenge === undefined) return [];
  const { type, token, topic } = challenge;
  const path = ["challenge"];
  if (type !== "hub" && (token !== undefined || topic !== undefined))
    return [
      {
        path,
        message: `the challenge "${type}" has no "token" and no "topic"`,
        fix: 'Remove them: only "hub" has them.',
      },
    ];
  if (type === "hub" && token === undefined && topic === undefined)
    return [
      {
        path,
        message: "without more, anyone could subscribe this address to anything",
        fix: 'Write {"type": "hub", "token": "NAME"} with the secret that Meta shows as its verify token, or {"type": "hub", "topic": "https://…"} for WebSub.',
      },
    ];
  if ((type === "zoom" || type === "crc") && !hasSecret)
    return [
      {
        path,
        message: `the challenge "${type}" is answered with the "secret", and there is none`,
        fix: 'Name the "secret" of the trigger.',
      },
    ];
  return [];
}
