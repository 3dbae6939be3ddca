import type { ChallengeType } from "../types/webhook-challenge.ts";
import type { ChallengeKind } from "./challenge.ts";
import { crc } from "./crc.ts";
import { dropbox } from "./dropbox.ts";
import { eventGrid } from "./event-grid.ts";
import { hub } from "./hub.ts";
import { microsoft } from "./microsoft.ts";
import { slack } from "./slack.ts";
import { zoom } from "./zoom.ts";

/** How senders ask whether an address is meant to receive from them, by name. */
export const CHALLENGES: Readonly<Record<ChallengeType, ChallengeKind>> = {
  ...{ crc, dropbox, hub, microsoft, slack, zoom },
  "event-grid": eventGrid,
};
