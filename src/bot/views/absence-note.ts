import type { Absence, Missed, MissedEvents } from "../../engine/api/absences.ts";
import { escapeText, shortRunId, showTime } from "../../slack/text.ts";
import { type CardMessage, message, sections } from "./blocks/build.ts";

/** What is listed; a note is read at a glance. */
const MAX_LINES = 12;
/** Runs of one workflow, and workflows, that are named; more are counted. */
const MAX_NAMED = 3;
/** What asks for something to be done comes first. */
const ORDER: readonly Missed["kind"][] = ["expired", "schedule", "late", "interrupted"];

type NoEvents = Exclude<Missed, MissedEvents>;

/** The note to one person after an absence of the bot. @param command - the slash command: `/workflow`. */
export function absenceNote(
  { from, to }: Pick<Absence, "from" | "to">,
  missed: readonly Missed[],
  command: string,
): CardMessage {
  const events = missed.filter((one) => one.kind === "events");
  const others = missed.filter((one) => one.kind !== "events");
  others.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const groups = Map.groupBy(others, ({ kind, workflowId }) => `${kind} ${workflowId}`);
  const lines = [
    ...eventsLine(events, command),
    ...[...groups.values()].flatMap((group) => linesOf(group, command)),
  ];
  const shown = lines.slice(0, MAX_LINES).map((line) => `• ${line}`);
  const rest = lines.length - shown.length;
  if (rest > 0) shown.push(`… and ${rest} more. \`${command} runs\` lists your runs.`);
  const title = `I was away from ${showTime(from)} to ${showTime(to)}. This was missed:`;
  return message(
    "I was away, and something was missed.",
    sections([`:information_source: ${title}`, ...shown]),
  );
}

/** Of one kind and one workflow. */
function linesOf(group: readonly NoEvents[], command: string): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  if (group.length <= MAX_NAMED) return group.map((one) => lineOf(one, command));
  const what = `*${escapeText(first.workflowName)}*: ${group.length} runs`;
  if (first.kind === "expired")
    return [`${what} ended their wait, because no one could decide in time.`];
  if (first.kind === "late") return [`${what} should have continued earlier, and do so now.`];
  if (first.kind === "interrupted")
    return [`${what} were interrupted, and continue where they were.`];
  return group.map((one) => lineOf(one, command));
}

/** Events are lost for all workflows alike. */
function eventsLine(events: readonly MissedEvents[], command: string): readonly string[] {
  const [first] = events;
  if (first === undefined) return [];
  const names = events.slice(0, MAX_NAMED).map((one) => `*${escapeText(one.workflowName)}*`);
  const rest = events.length - names.length;
  const all = rest > 0 ? [...names, `${rest} more workflows`] : names;
  return [
    `What people wrote or did in Slack until ${showTime(first.until)} started nothing (${all.join(", ")}), and Slack does not repeat it. Do it again where it matters, or use \`${command} run\`.`,
  ];
}

function lineOf(missed: NoEvents, command: string): string {
  const { workflowId } = missed;
  const name = `*${escapeText(missed.workflowName)}*`;
  const again = `\`${command} run ${workflowId}\``;
  switch (missed.kind) {
    case "schedule":
      return `${name}: ${describeTimes(missed.times, missed.count)}. ${again} starts one now.`;
    case "expired":
      return `${name} ${runOf(missed)}: the time to decide ran out (${showTime(missed.at)}), and no one could click. If it is still needed, start it again: ${again}.`;
    case "late":
      return `${name} ${runOf(missed)} should have continued earlier (${showTime(missed.at)}), and does so now.`;
    case "interrupted":
      return `${name} ${runOf(missed)} was interrupted, and continues where it was.`;
  }
}

function runOf({ executionId }: { readonly executionId: string }): string {
  return `\`${shortRunId(executionId)}\``;
}

function describeTimes(times: readonly number[], count: number): string {
  const shown = times.map(showTime).join(", ");
  if (count === 1) return `its scheduled run was left out (${shown})`;
  const all = count >= 100 ? "100 or more" : String(count);
  const last = count > times.length ? `the last of them ${shown}` : shown;
  return `${all} scheduled runs were left out (${last})`;
}
