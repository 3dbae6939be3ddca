import type { HomeView, KnownBlock, ModalView } from "@slack/types";
import { buttons, section } from "../../bot/views/blocks/build.ts";
import { CLICK_ID } from "./receive-click.ts";

interface Message {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** The message with the button. @param user - who is asked; `null`: the people in the channel, none by name. */
export function askForClick(user: string | null, clickMs: number): Message {
  const who = user === null ? "Please" : `<@${user}>, please`;
  const text = `${who} click this button within ${clickMs / 1000} s. It belongs to a test of the connection and starts nothing.`;
  const button = { type: "plain_text", text: "Click" } as const;
  return {
    text,
    blocks: [
      section(text),
      buttons("doctor", [{ type: "button", action_id: CLICK_ID, text: button }]),
    ],
  };
}

const ARRIVED = "The click arrived. Thank you.";

/** What the message says after the click. */
export const ANSWERED: Message = { text: ARRIVED, blocks: [section(ARRIVED)] };

export const DIALOG: ModalView = {
  type: "modal",
  title: { type: "plain_text", text: "Heddle's doctor" },
  close: { type: "plain_text", text: "Close" },
  blocks: [section("The dialog opened. Close it.")],
};

export const HOME: HomeView = {
  type: "home",
  blocks: [
    section("Heddle's doctor tested this page. It comes back when you open it while the bot runs."),
  ],
};
