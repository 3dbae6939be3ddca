import type { ModalView } from "@slack/types";
import { z } from "zod";
import { LIMITS } from "../../slack/limits.ts";
import { DIALOG_IDS } from "../ids.ts";
import { contextBlock } from "./blocks/build.ts";
import { plain } from "./dialog.ts";

export const PERSON_BLOCK = "person";

/** Asks who decides instead. @param metadata - which request, as the button carried it. */
export function delegationDialog(metadata: string): ModalView {
  return {
    type: "modal",
    callback_id: DIALOG_IDS.delegate,
    private_metadata: metadata,
    title: plain("Hand over", LIMITS.viewTitle),
    submit: plain("Hand over", LIMITS.viewTitle),
    close: plain("Cancel", LIMITS.viewTitle),
    blocks: [
      {
        type: "input",
        block_id: PERSON_BLOCK,
        label: plain("Who decides instead of you?", LIMITS.inputLabel),
        element: { type: "users_select", action_id: PERSON_BLOCK },
      },
      contextBlock("After that you cannot decide. The card says who handed it to whom."),
    ],
  };
}

const Chosen = z.object({
  [PERSON_BLOCK]: z.object({ [PERSON_BLOCK]: z.object({ selected_user: z.string() }) }),
});

/** The chosen person; `null`: none. */
export function readPerson(values: unknown): string | null {
  return Chosen.safeParse(values).data?.[PERSON_BLOCK][PERSON_BLOCK].selected_user ?? null;
}
