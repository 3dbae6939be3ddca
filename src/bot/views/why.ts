import type { ActionsBlock, KnownBlock, StaticSelect } from "@slack/types";
import type { AiDecisionView, AuditView, CallView } from "../../engine/api/evaluation.ts";
import { counted } from "../../shared/counted.ts";
import { NANO_PER_DOLLAR, toDollars } from "../../shared/money.ts";
import { cut, LIMITS } from "../../slack/limits.ts";
import { escapeText, shortRunId, showDuration, showMembers, showTime } from "../../slack/text.ts";
import { toLabelValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import {
  button,
  type CardMessage,
  contextBlock,
  divider,
  message,
  section,
  sections,
} from "./blocks/build.ts";
import type { CardContext } from "./card-context.ts";

const VALUE_CHARS = 500;
const REASON_CHARS = 1000;

/** Decisions of one run that are shown with what labels them. */
const LABELLED = 10;

/** What a decision could have been: a person's label is one of these. Empty: too many to choose from. */
export type ChoicesOf = (stepId: string) => readonly (string | boolean)[];

/** What AI decided in a run and why, one paragraph a decision, each to be labelled; how to see all of one. */
export function whyOverview(
  audit: AuditView,
  context: CardContext,
  command: string,
  choicesOf: ChoicesOf,
): CardMessage {
  if (audit.decisions.length === 0) return saysNothing(audit);
  const lines = audit.decisions.map((decision) => describeDecision(decision, context));
  const [first] = audit.decisions;
  const blocks = audit.decisions
    .slice(0, LABELLED)
    .flatMap((decision, index): KnownBlock[] => [
      section(lines[index] ?? ""),
      ...(decision.decided
        ? [labels(audit.executionId, decision, choicesOf(decision.stepId))]
        : []),
    ]);
  const more = `What was asked and answered, word for word: \`${command} why ${shortRunId(audit.executionId)} ${first?.stepId ?? "step"}\``;
  return message(lines.join("\n\n"), [
    ...blocks,
    ...sections(lines.slice(LABELLED)),
    contextBlock(more),
  ]);
}

/** Everything about the latest decision of one step: question, answer, model, price. */
export function whyStep(audit: AuditView, context: CardContext): CardMessage {
  const decision = audit.decisions.at(-1);
  if (decision === undefined) return saysNothing(audit);
  const { calls } = decision;
  const [first] = calls;
  const head = describeDecision(decision, context);
  const asked = (first?.messages ?? []).map(
    ({ role, content }) => `*${role === "system" ? "Rules" : "Asked"}*\n${quoteText(content)}`,
  );
  const answered = calls.map(
    (call) => `*${answerTitle(call, calls)}*\n${quoteText(answerOf(call))}`,
  );
  const earlier = audit.decisions.length - 1;
  const notes = [
    `Workflow \`${escapeText(audit.workflowId)}\` version ${audit.workflowVersion} · decided ${showTime(calls.at(-1)?.at ?? "")}`,
    ...(earlier > 0
      ? [`This step was entered ${counted(earlier, "time")} before; the API shows that, too.`]
      : []),
  ];
  return message(head, [
    section(head),
    divider,
    ...[...asked, ...answered].map(section),
    contextBlock(...notes),
  ]);
}

/** Was it right? If not, what would have been? */
function labels(
  executionId: string,
  { path, calls }: AiDecisionView,
  choices: readonly (string | boolean)[],
): ActionsBlock {
  const value = { e: executionId, p: path };
  const right = button({
    actionId: ACTION_IDS.labelRight,
    label: "That was right",
    value: toLabelValue(value),
  });
  const decided = calls.at(-1)?.value;
  const others = choices.flatMap((choice, c) =>
    choice === decided ? [] : { text: String(choice), value: toLabelValue({ ...value, c }) },
  );
  const menu: StaticSelect = {
    type: "static_select",
    action_id: ACTION_IDS.labelOther,
    placeholder: { type: "plain_text", text: "Wrong, it should be …" },
    options: others.slice(0, LIMITS.optionsCount).map((one) => ({
      text: { type: "plain_text", text: cut(one.text, LIMITS.optionText) },
      value: one.value,
    })),
  };
  return {
    type: "actions",
    block_id: `label:${path}`.slice(0, 255),
    elements: others.length > 0 ? [right, menu] : [right],
  };
}

function saysNothing({ executionId }: AuditView): CardMessage {
  const text = `No model was asked in run \`${shortRunId(executionId)}\`.`;
  return message(text, [section(text)]);
}

function describeDecision(decision: AiDecisionView, context: CardContext): string {
  const { calls, stepId, prompt } = decision;
  const last = calls.at(-1);
  const name = `*${escapeText(context.stepName(stepId))}* (\`${stepId}\`)`;
  const value = last?.value;
  const what =
    value === undefined
      ? `gave no usable answer: ${escapeText(last?.problem ?? "the record is missing")}`
      : `*${showMembers(value, VALUE_CHARS)}*${showConfidence(last)}`;
  const reason = last?.reason === undefined ? "" : `\n>${showMembers(last.reason, REASON_CHARS)}`;
  const source =
    prompt === undefined ? "" : ` · prompt \`${escapeText(prompt.name)}\` v${prompt.version}`;
  return `:mag: ${name}: ${what}${reason}\n${escapeText(last?.model ?? "")}${source} · ${describeCalls(calls)}`;
}

function showConfidence(call: CallView | undefined): string {
  return call?.confidence === undefined
    ? ""
    : ` (confidence ${Math.round(call.confidence * 100)} %)`;
}

/** `2 calls (1 of them not usable) · 512 tokens · 1.2 s · $0.000084`. */
function describeCalls(calls: readonly CallView[]): string {
  const bad = calls.filter(({ value }) => value === undefined).length;
  const count = counted(calls.length, "call");
  const remark = bad > 0 && calls.length > 1 ? ` (${bad} not usable)` : "";
  const tokens = calls.reduce(
    (sum, { usage }) => sum + (usage ? usage.promptTokens + usage.completionTokens : 0),
    0,
  );
  const ms = calls.reduce((sum, { latencyMs }) => sum + latencyMs, 0);
  return `${count}${remark} · ${counted(tokens, "token")} · ${showDuration(ms)} · ${showPrice(calls)}`;
}

/** Single calls cost so little that four decimals would show nothing. */
function showPrice(calls: readonly CallView[]): string {
  const nano = calls.reduce((sum, { cost }) => sum + Math.round((cost ?? 0) * NANO_PER_DOLLAR), 0);
  const known = `$${(toDollars(nano)).toFixed(6)}`;
  return calls.some(({ cost }) => cost === null) ? `at least ${known}` : known;
}

function answerTitle(call: CallView, calls: readonly CallView[]): string {
  const number = calls.length > 1 ? ` ${calls.indexOf(call) + 1} of ${calls.length}` : "";
  const problem = call.problem === undefined ? "" : ` · not used: ${escapeText(call.problem)}`;
  return `Answer${number} (${escapeText(call.model)})${problem}`;
}

function answerOf({ text, problem }: CallView): string {
  if (text !== "") return text;
  return problem === undefined ? "(empty)" : "(no text came)";
}

/** Text from outside as a block of its own: shown as it is, cut at Slack's limit. */
function quoteText(text: string): string {
  const safe = escapeText(text.replaceAll("```", "'''"));
  return `\`\`\`${cut(safe, LIMITS.sectionText - 400)}\`\`\``;
}
