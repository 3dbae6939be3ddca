import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { readOwn } from "../../../shared/json.ts";
import { LIMITS } from "../../../slack/limits.ts";
import type { BotContext } from "../../context.ts";
import { beginInDirect } from "../../drafts/begin-in-direct.ts";
import { ACTION_IDS, DIALOG_IDS } from "../../ids.ts";
import { plain } from "../../views/dialog.ts";
import { onAction } from "../actions/on-action.ts";
import { onSubmit } from "./dialog.ts";
import { openView } from "./open-view.ts";

const TITLE = "New workflow";
const BLOCK = "description";

/** "New workflow" on App Home: a dialog takes the description, the draft is written and discussed in the direct messages. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.newWorkflow,
    parse: () => ({}),
    ack: "after",
    handle: async ({ ack, click, ...options }) => {
      await ack();
      const otherwise = "Write to me in direct messages instead.";
      await openView(click.triggerId, descriptionDialog(), { ...options, otherwise });
      return undefined;
    },
  });
  onSubmit(app, context, {
    id: DIALOG_IDS.newWorkflow,
    title: TITLE,
    unconfirmed:
      "It could not be confirmed that your workflow is being written. Look at our direct messages before you ask again.",
    parse: (metadata) => metadata,
    submit: async ({ viewId, user, values }) => {
      await context.permissions.caller(user);
      const typed = readOwn(readOwn(readOwn(values, BLOCK), "text"), "value");
      const description = typeof typed === "string" ? typed.trim() : "";
      if (description === "")
        return { kind: "errors", errors: { [BLOCK]: "Say what the workflow should do." } };
      // A dialog that is submitted twice is written once.
      const lead = "You asked on my Home tab for a workflow:";
      const key = `home:${viewId}`;
      const text = await beginInDirect({ description, user, key, lead }, context);
      return { kind: "notice", text };
    },
  });
}

function descriptionDialog(): ModalView {
  return {
    type: "modal",
    callback_id: DIALOG_IDS.newWorkflow,
    title: plain(TITLE, LIMITS.viewTitle),
    submit: plain("Write a draft", LIMITS.viewTitle),
    close: plain("Cancel", LIMITS.viewTitle),
    blocks: [
      {
        type: "input",
        block_id: BLOCK,
        label: plain("What should it do?", LIMITS.inputLabel),
        hint: plain(
          "In your own words: what starts it, who decides, what happens then, and where it reports.",
          LIMITS.inputLabel,
        ),
        element: {
          type: "plain_text_input",
          action_id: "text",
          multiline: true,
          max_length: LIMITS.inputText,
          placeholder: plain(
            "When somebody asks for more than $500, ask @finance in #approvals, then post the result there",
            LIMITS.placeholder,
          ),
        },
      },
    ],
  };
}
