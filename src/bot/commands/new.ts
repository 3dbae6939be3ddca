import { beginInDirect } from "../drafts/begin-in-direct.ts";
import { readPlain } from "../drafts/parse-build-request.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, message, section } from "../views/blocks/build.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

/** Nothing to go by. */
const BARE = /^(?:(?:an?\s+)?(?:new\s+)?workflow\b)?[\s.,:!?]*$/i;

/** Has a workflow written. In direct messages and mentions it is taken before it comes here, with the words as they are. */
export const newCommand: Subcommand = {
  name: "new",
  usage: "<what it should do>",
  summary: "have a workflow written from your description; nothing runs before it is deployed",
  roles: EVERY_ROLE,
  isFreeText: true,
  run: async ({ caller, text = "", deliveryId }, context) => {
    const { command } = context;
    const description = readPlain(text);
    if (BARE.test(description)) {
      const text = `Say what it should do: what starts it, what happens, and where the result goes. For example: \`${command} new asks @finance to approve purchases over $500 in #approvals\``;
      const describe = { actionId: ACTION_IDS.newWorkflow, label: "Describe it", value: "{}" };
      return message(text, [section(text), buttons("new", [button(describe)])]);
    }
    const from = { description, user: caller.userId, key: `command:${deliveryId}` };
    return beginInDirect({ ...from, lead: "You asked for a workflow:" }, context);
  },
};
