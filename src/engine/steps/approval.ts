import { z } from "zod";
import { TimeLimit } from "../../shared/duration.ts";
import { AppError } from "../../shared/errors.ts";
import { hashJson, type Json, readOwn, toJson } from "../../shared/json.ts";
import { externalNames } from "../definition/param-traits.ts";
import {
  type ConfigProblem,
  defineStepType,
  type EnterContext,
  type StepProgram,
  type Wake,
} from "../definition/step-type.ts";
import type { Scope } from "../language/scope.ts";
import { renderText, resolveTemplates } from "../language/template.ts";
import type { Choice, RequestOpened } from "../model/events.ts";
import type { ReadonlyRequest } from "../model/state.ts";

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
});

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
  choices: z.array(ChoiceConfig).min(2).max(5).optional(),
  timeout: TimeLimit.optional(),
  outputVariable: z.string().optional(),
});
type ApprovalConfig = z.output<typeof ApprovalConfig>;

const DEFAULT_CHOICES: readonly Choice[] = [
  { id: "approve", label: "Approve", style: "primary" },
  { id: "reject", label: "Reject", style: "danger" },
];

/** The route of an approval that was not decided in time: never the same as a rejection. */
const EXPIRED = "expired";

/** Choice that needs one vote only, whatever `required` says: a single no stops a quorum. */
const REJECT = "reject";

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
  const problems: ConfigProblem[] = [];
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
  const people = config.approvers.filter((approver) => /^U[A-Z0-9]+$/.test(approver));
  if (people.length === config.approvers.length && config.required > new Set(people).size) {
    problems.push({
      path: ["required"],
      message: `${config.required} decisions are required of ${new Set(people).size} approvers`,
      fix: "Lower required or name more approvers.",
    });
  }
  return problems;
}

function choicesOf(config: ApprovalConfig): readonly Choice[] {
  return config.choices
    ? config.choices.map(({ id, label, style }) => ({ id, label, ...(style && { style }) }))
    : DEFAULT_CHOICES;
}

function bindApproval(config: ApprovalConfig): StepProgram {
  const choices = choicesOf(config);
  const routes = choices.map((choice) => choice.id);
  if (config.timeout !== undefined) routes.push(EXPIRED);
  return {
    enter: (context) => {
      const request = openRequest(config, choices, context);
      return {
        kind: "wait",
        on: "approval",
        request,
        ...(request.expiresAt !== undefined && { due: request.expiresAt }),
      };
    },
    wake: (_act, request, cause, now) => wakeApproval(request, cause === "due", now),
    routes: { kind: "closed", values: routes, explicit: routes },
    routeKey: (output) => String(readOwn(output, "decision")),
    timeoutMs: 0,
    expressions: [],
  };
}

function openRequest(
  config: ApprovalConfig,
  choices: readonly Choice[],
  { scope, key, now, startedBy }: EnterContext,
): RequestOpened {
  const content = {
    title: renderText(config.title, scope),
    message: renderText(config.message, scope),
    approvers: resolveApprovers(config.approvers, scope),
    required: config.required,
    choices,
    ...(config.channel !== undefined && { channel: renderText(config.channel, scope) }),
  };
  const round = 1;
  return {
    ...content,
    id: key,
    round,
    hash: hashJson(toJson({ ...content, id: key, round })).slice(0, 16),
    excluded: startedBy !== null && !config.allowSelfApproval ? [startedBy] : [],
    openedAt: now,
    ...(config.notify !== undefined && { notify: resolveNames(config.notify, scope) }),
    ...(config.timeout !== undefined && { expiresAt: now + config.timeout }),
  };
}

/** Templates may give one approver or a list of them. */
function resolveApprovers(approvers: readonly string[], scope: Scope): readonly string[] {
  const names = resolveNames(approvers, scope);
  if (names.length > 0) return names;
  throw new AppError({
    code: "params_invalid",
    message: `The approvers ${approvers.join(", ")} gave nobody: name at least one person or user group.`,
  });
}

function resolveNames(templates: readonly string[], scope: Scope): readonly string[] {
  const names: string[] = [];
  for (const template of templates) {
    const value: Json = resolveTemplates(template, scope);
    for (const name of Array.isArray(value) ? value : [value]) {
      if (typeof name === "string" && name.trim() !== "") names.push(approverName(name.trim()));
    }
  }
  return [...new Set(names)];
}

/** `<@U1|bob>` and `<!subteam^S1>` as Slack writes mentions; everything else as it is. */
function approverName(text: string): string {
  return /^<(?:[@#]|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(text)?.[1] ?? text;
}

function wakeApproval(request: ReadonlyRequest | null, isDue: boolean, now: number): Wake {
  if (!request) return { kind: "wait" };
  const { opened, votes } = request;
  for (const { id } of opened.choices) {
    const cast = votes.filter((vote) => vote.choice === id);
    const last = cast.at(-1);
    if (last && cast.length >= (id === REJECT ? 1 : opened.required)) {
      const output = {
        decision: id,
        decidedBy: last.by,
        comment: last.comment ?? null,
        edits: null,
        decidedAt: new Date(last.at).toISOString(),
        votes: votes.map((vote) => ({
          by: vote.by,
          choice: vote.choice,
          comment: vote.comment ?? null,
        })),
      };
      return { kind: "complete", output };
    }
  }
  if (!isDue) return { kind: "wait" };
  const output = {
    decision: EXPIRED,
    decidedBy: null,
    comment: null,
    edits: null,
    decidedAt: new Date(now).toISOString(),
    votes: votes.map((vote) => ({
      by: vote.by,
      choice: vote.choice,
      comment: vote.comment ?? null,
    })),
  };
  return { kind: "complete", output };
}
