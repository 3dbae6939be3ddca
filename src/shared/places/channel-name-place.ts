import { type Place, textOf } from "./place.ts";

/**
 * A channel's name in Slack: small letters, digits, hyphens and underscores (docs.slack.dev/reference/methods/conversations.create).
 * What else a value holds becomes a hyphen.
 */
export const channelNamePlace: Place = {
  name: "a channel's name",
  write: (pieces) =>
    pieces.map((piece) => (typeof piece === "string" ? piece : inName(textOf(piece.value)))),
  alone: (value) => inName(textOf(value)),
};

function inName(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}_-]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "");
}
