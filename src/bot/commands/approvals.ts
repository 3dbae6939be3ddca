import { AppError } from "../../shared/errors.ts";
import type { BotContext } from "../context.ts";
import { BUTTONS_ONLY, listPending } from "../pending-requests.ts";
import { approvalFigures } from "../views/approval-figures.ts";
import type { CardMessage } from "../views/blocks/build.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const approvalsCommand: Subcommand = {
  name: "approvals",
  usage: "[receipts on|off]",
  summary:
    "what waits for your decision, with links to the buttons; with receipts you get a message of each decision you made",
  roles: EVERY_ROLE,
  adminForm: {
    usage: "figures",
    summary: "how long requests waited, how many expired or were decided within three seconds",
  },
  run: async ({ caller, words }, context) =>
    (await showFigures(words, caller.userId, context)) ??
    (await setReceipts(words, caller.userId, context)) ??
    (await listPending(context, caller.userId, "*Waiting for your decision*")) ??
    "Nothing waits for your decision.",
};

/** `null`: it was not about figures. @throws {AppError} `not_allowed` for people who are no admins. */
async function showFigures(
  [what]: readonly string[],
  reader: string,
  { engine }: BotContext,
): Promise<CardMessage | null> {
  if (what?.toLowerCase() !== "figures") return null;
  return approvalFigures(await engine.audit.figures(DAYS, reader));
}

/** How far the figures look back. */
const DAYS = 30;

/** `null`: it was not about receipts. */
async function setReceipts(
  [what, answer]: readonly string[],
  person: string,
  { engine, command }: BotContext,
): Promise<string | null> {
  if (what?.toLowerCase() !== "receipts") return null;
  const wanted = answer?.toLowerCase();
  if (wanted !== "on" && wanted !== "off") {
    throw new AppError({
      code: "command_invalid",
      message: `Say whether you want receipts: ${command} approvals receipts on|off.`,
    });
  }
  await engine.approvals.setReceipts(person, wanted === "on");
  return wanted === "on"
    ? ":receipt: From now on I write to you what you decided, on what, from where, and what came of it."
    : "You get no more receipts; those you have are kept up to date.";
}

/** People type what they want to do; a command cannot show them first what they decide on. */
function leading(name: string): Subcommand {
  return {
    name,
    usage: "",
    summary: "lists what waits for your decision; you decide with the buttons on the card",
    isHidden: true,
    roles: EVERY_ROLE,
    run: async ({ caller }, context) =>
      (await listPending(context, caller.userId, BUTTONS_ONLY)) ??
      `${BUTTONS_ONLY} Nothing waits for yours.`,
  };
}

export const approveCommand = leading("approve");
export const rejectCommand = leading("reject");
