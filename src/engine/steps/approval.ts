import { z } from "zod";
import { counted } from "../../shared/counted.ts";
import { AppError } from "../../shared/errors.ts";
import { hashJson, type Json, readOwn, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { inOneLine } from "../../shared/shorten.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { externalNames } from "../definition/param-traits.ts";
import {
  type ConfigProblem,
  defineStepType,
  type EnterContext,
  type ReleaseBound,
  type StepProgram,
  type Wake,
} from "../definition/step-type.ts";
import type { Scope } from "../language/scope.ts";
import { renderText } from "../language/template.ts";
import { type Choice, nextRequestDue, REJECT, type RequestOpened } from "../model/requests.ts";
import type { ReadonlyRequest } from "../model/state.ts";
import { excludedPeople, exclusionsOf, plainName, resolveNames } from "./approval-exclusions.ts";
import { checkOptions, editableTemplates, openOptions, optionMembers } from "./approval-options.ts";
import { resolveTimeLimit, TimeLimitOrTemplate } from "./durations.ts";

const ChoiceConfig = z.strictObject({
  id: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_-]{0,39}$/,
      "must begin with a letter and have at most 40 letters, digits, - and _",
    ),
  /** Slack cuts a button's text at 75 characters. */
  label: z.string().min(1).max(75),
  style: z.enum(["primary", "danger"]).optional(),
  comment: z.enum(["optional", "required"]).optional(),
});

/** A step that the decision releases: its id, or with bounds. */
const ReleaseConfig = z.union([
  z.string(),
  z.strictObject({
    step: z.string(),
    /** Has to hold right before the effect. */
    when: z.string().optional(),
    /** Asked again once everything is known. */
    strict: z.boolean().optional(),
  }),
]);

const ApprovalConfig = z.strictObject({
  channel: z.string().min(1).optional().register(externalNames, { kind: "channel" }),
  title: z.string().min(1),
  message: z.string().default(""),
  approvers: z
    .array(z.string().min(1))
    .min(1)
    .max(50)
    .register(externalNames, { kind: "approver" }),
  /** People, user groups and channels; the approvers are notified in any case. */
  notify: z.array(z.string().min(1)).max(20).optional(),
  required: z.int().min(1).max(50).default(1),
  allowSelfApproval: z.boolean().default(false),
  exclude: z
    .array(z.string().min(1))
    .max(50)
    .default([])
    .register(externalNames, { kind: "approver" }),
  distinctFrom: z.array(z.string().min(1)).max(20).default([]),
  choices: z.array(ChoiceConfig).min(2).max(5).optional(),
  timeout: TimeLimitOrTemplate.optional(),
  releases: z.array(ReleaseConfig).max(50).optional(),
  ...optionMembers,
  outputVariable: z.string().optional(),
});
type ApprovalConfig = z.output<typeof ApprovalConfig>;

const DEFAULT_CHOICES: readonly Choice[] = [
  { id: "approve", label: "Approve", style: "primary" },
  { id: REJECT, label: "Reject", style: "danger" },
];

/** The route of an approval that was not decided in time: never the same as a rejection. */
const EXPIRED = "expired";

/** Asks people in Slack and waits for what they choose; the choice's id, or `expired`, is the route. */
export const approval = defineStepType({
  kind: "approval",
  summary: "Asks people in Slack with buttons and waits for their decision.",
  config: ApprovalConfig,
  hasAttempts: false,
  check: checkApproval,
  bind: bindApproval,
});

function checkApproval(config: ApprovalConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [...checkOptions(config)];
  const choices = config.choices ?? DEFAULT_CHOICES;
  choices.forEach((choice, index) => {
    const reserved = choice.id === EXPIRED || choice.id === "default" || choice.id === "end";
    const repeated = choices.findIndex((other) => other.id === choice.id) < index;
    if (reserved || repeated) {
      problems.push({
        path: ["choices", index, "id"],
        message: reserved ? `"${choice.id}" is reserved` : `"${choice.id}" is there twice`,
        fix: "Give each choice an id of its own; expired, default and end are taken.",
      });
    }
  });
  const named = config.approvers.map(plainName);
  const people = new Set(named);
  if (named.every(isUserId) && config.required > people.size) {
    problems.push({
      path: ["required"],
      message: `${config.required} decisions are required of ${counted(people.size, "approver")}`,
      fix: "Lower required or name more approvers.",
    });
  }
  return problems;
}

function choicesOf(config: ApprovalConfig): readonly Choice[] {
  return config.choices ? config.choices.map((choice) => omitUndefined(choice)) : DEFAULT_CHOICES;
}

function bindApproval(config: ApprovalConfig): StepProgram {
  const choices = choicesOf(config);
  const routes = choices.map((choice) => choice.id);
  if (config.timeout !== undefined) routes.push(EXPIRED);
  return {
    enter: (context) => {
      const request = openRequest(config, choices, context);
      const due = nextRequestDue({ opened: request });
      return { kind: "wait", on: "approval", request, ...(due !== null && { due }) };
    },
    wake: (_act, request, cause, now) => wakeApproval(request, cause === "due", now),
    routes: { kind: "closed", values: routes, explicit: routes },
    routeKey: (output) => String(readOwn(output, "decision")),
    asks: { releases: (config.releases ?? []).map(toBound) },
    timeoutMs: 0,
    templates: editableTemplates(config),
    expressions: [],
  };
}

function toBound(release: z.output<typeof ReleaseConfig>): ReleaseBound {
  return typeof release === "string" ? { step: release } : omitUndefined(release);
}

function openRequest(
  config: ApprovalConfig,
  choices: readonly Choice[],
  context: EnterContext,
): RequestOpened {
  const { scope, key, now, seal } = context;
  const askedEver = [...config.approvers, ...(config.escalateTo ?? [])];
  const exclusions = exclusionsOf({ ...config, approvers: askedEver }, context);
  const content = {
    title: oneLine(renderText(config.title, scope)),
    message: renderText(config.message, scope),
    approvers: resolveApprovers(config.approvers, scope),
    required: config.required,
    choices,
    ...openOptions(config, context, (names) => resolveApprovers(names, scope)),
    ...(config.channel !== undefined && { channel: renderText(config.channel, scope) }),
    ...(seal && { seal: seal() }),
  };
  const round = 1;
  return {
    ...content,
    id: key,
    round,
    hash: hashJson(toJson({ ...content, id: key, round })).slice(0, 16),
    excluded: excludedPeople(exclusions),
    ...(exclusions.length > 0 && { exclusions }),
    openedAt: now,
    ...(config.notify !== undefined && { notify: resolveNames(config.notify, scope) }),
    ...(config.timeout !== undefined && {
      expiresAt: now + resolveTimeLimit("timeout", config.timeout, scope),
    }),
  };
}

/** Data must not write lines of its own below the title, as if the card said them. */
function oneLine(text: string): string {
  return inOneLine(text).trim();
}

/** Templates may give one approver or a list of them. */
function resolveApprovers(approvers: readonly string[], scope: Scope): readonly string[] {
  const names = resolveNames(approvers, scope);
  if (names.length > 0) return names;
  throw new AppError({
    code: "params_invalid",
    message: `The approvers ${approvers.join(", ")} gave no one: name at least one person or user group.`,
  });
}

function wakeApproval(request: ReadonlyRequest | null, isDue: boolean, now: number): Wake {
  if (!request) return { kind: "wait" };
  const { opened, votes } = request;
  for (const { id } of opened.choices) {
    const cast = votes.filter((vote) => vote.choice === id);
    const last = cast.at(-1);
    if (!last || cast.length < (id === REJECT ? 1 : opened.required)) continue;
    const output = outputOf(request, id, last, last.at);
    const { edits = {} } = last;
    if (Object.keys(edits).length === 0) return { kind: "complete", output };
    return { kind: "complete", output, edited: { requestId: opened.id, values: edits } };
  }
  if (!isDue) return { kind: "wait" };
  return { kind: "complete", output: outputOf(request, EXPIRED, null, now) };
}

/** @param last - the vote that decided; `null`: none did. */
function outputOf(
  { votes }: ReadonlyRequest,
  decision: string,
  last: ReadonlyRequest["votes"][number] | null,
  at: number,
): Json {
  const edits = Object.entries(last?.edits ?? {});
  return {
    decision,
    decidedBy: last?.by ?? null,
    comment: last?.comment ?? null,
    edits:
      edits.length === 0
        ? null
        : Object.fromEntries(edits.map(([name, { after }]): [string, Json] => [name, after])),
    decidedAt: new Date(at).toISOString(),
    votes: votes.map(({ by, choice, comment }) => ({ by, choice, comment: comment ?? null })),
  };
}
