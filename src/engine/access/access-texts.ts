import { AppError } from "../../shared/errors.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import type { PermittedAction } from "../definition/permissions.ts";
import type { Verdict } from "./access.ts";

/** What each permission is for, as it follows "may". */
const DOES: Readonly<Record<PermittedAction, string>> = {
  run: "run it",
  edit: "edit it",
  deploy: "deploy it",
  view: "see all of its runs",
};

/** A refusal that says who may, and whom to ask. @param what - what was refused, as it follows "You may not". */
export function notPermitted(
  verdict: Pick<Verdict, "because" | "holders">,
  what: string,
  admins: readonly string[],
): AppError {
  const message =
    verdict.because.kind === "outsider"
      ? `You may not ${what}: workflows are for members of this workspace. Ask a member.`
      : `You may not ${what}: ${whoMay(verdict.holders)}. ${whomToAsk(verdict.holders, admins)}`;
  return new AppError({ code: "not_allowed", message });
}

/** A refusal of what admins alone may. @param what - as it follows "You may not". */
export function adminsOnly(what: string, admins: readonly string[]): AppError {
  return notPermitted({ because: { kind: "not_named" }, holders: [] }, what, admins);
}

/**
 * A verdict as a sentence: "You may run it: you are in @finance."
 *
 * @param person - absent: the reader.
 */
export function describeVerdict(
  action: PermittedAction,
  verdict: Verdict,
  admins: readonly string[],
  person?: string,
): string {
  const [who, are] = person === undefined ? ["You", "you are"] : [showHolder(person), "they are"];
  const does = DOES[action];
  if (verdict.allowed) return `${who} may ${does}: ${reason(verdict, are)}.`;
  const why =
    verdict.because.kind === "outsider"
      ? `${are} no member of this workspace`
      : whoMay(verdict.holders);
  return `${who} may not ${does}: ${why}. ${whomToAsk(verdict.holders, admins)}`;
}

function reason({ because }: Verdict, are: string): string {
  switch (because.kind) {
    case "operator":
      return "the operator may do all";
    case "admin":
      return `${are} an admin`;
    case "default":
      return "members of this workspace may, unless its definition says otherwise";
    case "named":
      return isPerson(because.holder)
        ? `${are} named in its permissions`
        : `${are} in ${showHolder(because.holder)}`;
    default:
      return "";
  }
}

function whoMay(holders: readonly string[]): string {
  return holders.length === 0 ? "only admins may" : `only ${listHolders(holders)} and admins may`;
}

function whomToAsk(holders: readonly string[], admins: readonly string[]): string {
  const anyone = admins.length === 0 ? "an owner or admin of this workspace" : listHolders(admins);
  return holders.length === 0 ? `Ask ${anyone}.` : `Ask one of them, or ${anyone}.`;
}

function listHolders(holders: readonly string[]): string {
  return holders.map(showHolder).join(", ");
}

function isPerson(holder: string): boolean {
  return isUserId(holder) || holder.startsWith("<@");
}

/** As Slack shows it: ids become mentions, names stay. */
export function showHolder(holder: string): string {
  if (isUserId(holder)) return `<@${holder}>`;
  if (/^S[A-Z0-9]{4,}$/.test(holder)) return `<!subteam^${holder}>`;
  const channel = /^<#([CG][A-Z0-9]{4,})(?:\|[^>]*)?>$/.exec(holder)?.[1] ?? holder;
  return /^[CG][A-Z0-9]{4,}$/.test(channel) ? `<#${channel}>` : holder;
}
