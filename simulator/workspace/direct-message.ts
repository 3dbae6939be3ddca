import { BOT_USER_ID } from "../identity.ts";
import type { Channel, User } from "./records.ts";

/** When what a new workspace starts with was created, in seconds since 1970. */
export const CREATED_SECONDS = 1_767_225_600;

/** The direct message of a person with the bot. */
export function directMessage(user: User): Channel {
  return {
    id: user.id.replace(/^[UW]0/, "D0"),
    name: "directmessage",
    isIm: true,
    user: user.id,
    members: [user.id, BOT_USER_ID],
    topic: "",
    created: CREATED_SECONDS,
  };
}
