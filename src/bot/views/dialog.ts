import type { KnownBlock, ModalView, PlainTextElement } from "@slack/types";
import { cut, LIMITS } from "../../slack/limits.ts";

/** Text without markup, cut to what its place takes. */
export function plain(text: string, limit: number): PlainTextElement {
  return { type: "plain_text", text: cut(text, limit), emoji: true };
}

/** A dialog that only shows a text. */
export function noticeDialog(title: string, blocks: readonly KnownBlock[]): ModalView {
  return {
    type: "modal",
    title: plain(title, LIMITS.viewTitle),
    close: plain("Close", LIMITS.viewTitle),
    blocks: [...blocks],
  };
}
