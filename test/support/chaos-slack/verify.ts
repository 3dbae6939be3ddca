import { BOT_USER_ID } from "../../../simulator/identity.ts";
import type { Simulator } from "../../../simulator/simulator.ts";
import { readOwn } from "../../../src/shared/json.ts";
import { shortRunId } from "../../../src/slack/text.ts";
import type { Findings } from "../chaos/findings.ts";
import type { Effect } from "../chaos/scenario.ts";
import type { StoredRun } from "../chaos/verify-store.ts";
import type { Errand } from "./errands.ts";
import { directMessageOf, type Outcome } from "./people.ts";
import { everyMessage, isWithinReach, type Question } from "./questions.ts";

export interface Aftermath {
  readonly simulator: Simulator;
  readonly outcomes: readonly Outcome[];
  /** The questions that still stand where one may answer them. */
  readonly questions: readonly Question[];
  readonly stored: readonly StoredRun[];
  /** What happened outside, by `http` and by messages. */
  readonly effects: readonly Effect[];
  readonly findings: Findings;
}

const STARTING: ReadonlySet<Errand["kind"]> = new Set(["command", "ticket"]);

/** Notes in the findings what was lost, done twice, or left without an answer. */
export function verifyAftermath(aftermath: Aftermath): void {
  const byName = Map.groupBy(aftermath.stored, nameOf);
  for (const outcome of aftermath.outcomes) {
    const { errand, acked } = outcome;
    aftermath.findings.count(`${errand.kind}: sent`);
    if (acked) aftermath.findings.count(`${errand.kind}: acknowledged`);
    if (acked && outcome.isShown === false)
      aftermath.findings.problem(`${errand.name}: Home of ${errand.user} was not shown`);
    if (STARTING.has(errand.kind)) verifyRun(outcome, byName.get(errand.name) ?? [], aftermath);
  }
  verifyRefusals(aftermath, byName);
  verifyMessages(aftermath);
  verifyDirectMessages(aftermath);
}

function verifyRun(
  { errand, acked }: Outcome,
  runs: readonly StoredRun[],
  aftermath: Aftermath,
): void {
  const { findings } = aftermath;
  const { name } = errand;
  const [run, ...others] = runs;
  if (others.length > 0) findings.problem(`${name}: doubled: ${others.length + 1} runs of it`);
  if (run === undefined) {
    if (acked && errand.kind === "ticket")
      findings.problem(`${name}: lost: its message was acknowledged, no run is there`);
    return;
  }
  const { state, head } = run;
  const where = `${name} (${head.executionId}, ${head.workflowId})`;
  findings.count(`runs ${state.status}`);
  if (state.status === "waiting") verifyQuestion(where, run, aftermath);
  else if (state.status === "completed") verifyEnd(where, errand, run, aftermath);
  else findings.problem(`${where}: is ${state.status}: ${JSON.stringify(state.error)}`);
  verifyVotes(where, run, findings);
  if (acked && errand.kind === "command") verifyAnswer(where, errand, run, aftermath);
}

/** A command that was acknowledged and started nothing was answered with the reason. */
function verifyRefusals(
  { simulator, outcomes, findings }: Aftermath,
  runs: ReadonlyMap<string, unknown>,
): void {
  const refused = outcomes.filter(
    ({ errand, acked }) => acked && errand.kind === "command" && !runs.has(errand.name),
  );
  for (const [place, same] of Map.groupBy(refused, ({ errand }) => placeOf(errand))) {
    const [channel = "", user = ""] = place.split(" ");
    const reasons = simulator.workspace.state.messages
      .ephemeralsOf(channel, user)
      .filter(
        ({ text, blocks }) => !/Started|decided|decision/.test(text + JSON.stringify(blocks)),
      );
    findings.count("commands refused with a reason", Math.min(reasons.length, same.length));
    const names = same.map(({ errand }) => errand.name).join(", ");
    if (reasons.length < same.length)
      findings.problem(
        `lost: of ${names} by ${user}, ${reasons.length} were refused with a reason`,
      );
  }
}

function placeOf({ channel, user }: Errand): string {
  return `${channel} ${user}`;
}

/** A run that waits has a question that its people can see. */
function verifyQuestion(where: string, { state }: StoredRun, aftermath: Aftermath): void {
  const open = [...state.requests.values()].filter(({ outcome }) => outcome === null);
  const shown = new Set(aftermath.questions.map(({ requestId }) => requestId));
  for (const { opened } of open) {
    if (shown.has(opened.id)) aftermath.findings.count("questions that wait");
    else aftermath.findings.problem(`${where}: no person can see its question ${opened.id}`);
  }
}

function verifyEnd(
  where: string,
  { name, kind }: Errand,
  { state }: StoredRun,
  { effects, findings }: Aftermath,
): void {
  const decision = [...state.requests.values()][0]?.outcome?.decision;
  const bought = decision === "approve" ? ["http pay", "slack paid"] : ["slack rejected"];
  const needed = kind === "ticket" ? ["http open"] : bought;
  const own = Map.groupBy(
    effects.filter(({ run }) => run === name),
    (effect) => effect.name,
  );
  for (const effect of needed) {
    findings.count("effects expected");
    if (!own.has(effect)) findings.problem(`${where}: lost effect: ${effect}`);
  }
  for (const [effect, tries] of own) {
    if (!needed.includes(effect)) findings.problem(`${where}: effect without a reason: ${effect}`);
    const keys = new Set(tries.map(({ key }) => key));
    if (keys.size > 1) findings.problem(`${where}: doubled effect: ${effect}`);
    if (effect.startsWith("slack") && tries.length > 1)
      findings.problem(`${where}: doubled message: ${effect} stands ${tries.length} times`);
  }
}

function verifyVotes(where: string, { state, events }: StoredRun, findings: Findings): void {
  const recorded = events.filter((event) => event.type === "decision_recorded");
  findings.count("votes", recorded.length);
  for (const { votes } of state.requests.values()) {
    if (new Set(votes.map(({ by }) => by)).size < votes.length)
      findings.problem(`${where}: two votes of one person count`);
  }
}

/** The person who started a run by a command got its id: in a private answer, or by the run's card. */
function verifyAnswer(
  where: string,
  { user, channel }: Errand,
  { head }: StoredRun,
  { simulator, findings }: Aftermath,
): void {
  const { messages } = simulator.workspace.state;
  const said = [
    ...messages.ephemeralsOf(channel, user),
    ...messages.topLevel(channel),
    ...messages.topLevel(directMessageOf(user)),
  ];
  const id = shortRunId(head.executionId);
  findings.count("commands that want an answer");
  if (!said.some((message) => JSON.stringify(message).includes(id)))
    findings.problem(`${where}: ${user} never heard of it`);
}

/** A message that carries metadata stands once where the bot is. What it had to leave behind is asked anew elsewhere. */
function verifyMessages({ simulator, findings }: Aftermath): void {
  const marked = everyMessage(simulator).filter(
    ([channel, { user, metadata }]) =>
      user === BOT_USER_ID && metadata !== undefined && isWithinReach(channel),
  );
  findings.count("messages with metadata", marked.length);
  const groups = Map.groupBy(marked, ([, { metadata }]) => JSON.stringify(metadata));
  for (const [metadata, same] of groups) {
    if (same.length === 1) continue;
    const places = same.map(([channel, { ts }]) => `${channel.name || channel.id} ${ts}`);
    findings.problem(`doubled message: ${metadata} stands at ${places.join(" and ")}`);
  }
}

/** Each message to the bot that it acknowledged has an answer in the same conversation. */
function verifyDirectMessages({ simulator, outcomes, findings }: Aftermath): void {
  const asked = outcomes.filter(({ errand, acked }) => errand.kind === "dm" && acked);
  for (const [user, same] of Map.groupBy(asked, ({ errand }) => errand.user)) {
    const answers = everyMessage(simulator).filter(
      ([channel, message]) =>
        channel.id === directMessageOf(user) &&
        message.user === BOT_USER_ID &&
        readOwn(message, "metadata") === undefined,
    );
    findings.count("answers to direct messages", answers.length);
    if (answers.length < same.length)
      findings.problem(`${user}: ${same.length} direct messages, ${answers.length} answers`);
  }
}

/** The name under which a run was started: by a command a variable, by a message its text. */
function nameOf({ state }: StoredRun): string {
  return String(readOwn(state.variables, "run") ?? readOwn(state.variables, "text"));
}
