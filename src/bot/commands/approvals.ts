import { BUTTONS_ONLY, listPending } from "../pending-requests.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const approvalsCommand: Subcommand = {
  name: "approvals",
  usage: "",
  summary: "what waits for your decision, with links to the buttons",
  roles: EVERY_ROLE,
  run: async ({ caller }, context) =>
    (await listPending(context, caller.userId, "*Waiting for your decision*")) ??
    "Nothing waits for your decision.",
};

/** People type what they want to do; a command cannot show them first what they decide on. */
function leading(name: string): Subcommand {
  return {
    name,
    usage: "",
    summary: "",
    isHidden: true,
    roles: EVERY_ROLE,
    run: async ({ caller }, context) =>
      (await listPending(context, caller.userId, BUTTONS_ONLY)) ??
      `${BUTTONS_ONLY} Nothing waits for yours.`,
  };
}

export const approveCommand = leading("approve");
export const rejectCommand = leading("reject");
