import type { KnownBlock } from "@slack/types";
import { type CardMessage, contextBlock } from "./blocks/build.ts";

/** What a text says in which values are masked. */
const MASK_NOTE =
  "••• stands for what only the person who started the run, those who decide in it, and admins see.";

interface Masked {
  readonly masked?: true;
}

/** The note, if what is shown is masked. */
export function maskNote({ masked }: Masked): readonly KnownBlock[] {
  return masked ? [contextBlock(MASK_NOTE)] : [];
}

/** The message, with the note if what it shows is masked. */
export function withMaskNote(card: CardMessage, view: Masked): CardMessage {
  return { ...card, blocks: [...card.blocks, ...maskNote(view)] };
}
