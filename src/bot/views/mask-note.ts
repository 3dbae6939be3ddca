import { type CardMessage, contextBlock } from "./blocks/build.ts";

/** What a text says in which values are masked. */
const MASK_NOTE =
  "••• stands for what only the person who started the run, those who decide in it, and admins see.";

/** The message, with the note if what it shows is masked. */
export function withMaskNote(
  card: CardMessage,
  { masked }: { readonly masked?: true },
): CardMessage {
  return masked ? { ...card, blocks: [...card.blocks, contextBlock(MASK_NOTE)] } : card;
}
