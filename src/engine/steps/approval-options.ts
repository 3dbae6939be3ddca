import { z } from "zod";
import { formatDuration } from "../../shared/duration.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { parseTemplate, type Template } from "../../shared/template-parser.ts";
import { externalNames } from "../definition/param-traits.ts";
import { InputDefinition } from "../definition/schema.ts";
import type { ConfigProblem, EnterContext } from "../definition/step-type.ts";
import type { Scope } from "../language/scope.ts";
import type { EditableField, RequestOptions } from "../model/requests.ts";
import { resolveTimeLimit, TimeLimitOrTemplate, type WrittenDuration } from "./durations.ts";

/** As many as a dialog shows without becoming a form of its own. */
const MAX_EDITABLE = 10;
const DEFAULT_ROUNDS = 10;

/** What may stand in the configuration of an approval besides what is asked of whom. */
export const optionMembers = {
  editable: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/), InputDefinition)
    .refine((fields) => Object.keys(fields).length <= MAX_EDITABLE, {
      message: `may have at most ${MAX_EDITABLE} fields`,
    })
    .optional(),
  maxRounds: z.int().min(1).max(100).optional(),
  remindAfter: TimeLimitOrTemplate.optional(),
  escalateTo: z
    .array(z.string().min(1))
    .min(1)
    .max(50)
    .register(externalNames, { kind: "approver" })
    .optional(),
  escalateAfter: TimeLimitOrTemplate.optional(),
};
const Options = z.object({ ...optionMembers, timeout: TimeLimitOrTemplate.optional() });
type Options = z.output<typeof Options>;

/** Problems of these members, and of how they go together. */
export function checkOptions(options: Options): readonly ConfigProblem[] {
  const { timeout, remindAfter, escalateTo, escalateAfter } = options;
  const problems: ConfigProblem[] = [];
  const problem = (member: string, message: string, fix: string): void => {
    problems.push({ path: [member], message, fix });
  };
  // What data will say is not known yet.
  const isTooLate = (after: WrittenDuration | undefined, factor = 1): boolean =>
    typeof after === "number" && typeof timeout === "number" && after * factor >= timeout;
  const ended =
    typeof timeout === "number" ? `the request ends after ${formatDuration(timeout)}` : "";
  const escalation = escalationOf(options);
  if (isTooLate(remindAfter))
    problem("remindAfter", `no one would be reminded: ${ended}`, "Make it shorter than timeout.");
  if (escalateAfter !== undefined && escalateTo === undefined)
    problem("escalateTo", '"escalateTo" is missing', "Name who may decide then, too.");
  if (escalateTo !== undefined && escalation === undefined) {
    const fix = 'Add "escalateAfter", such as "2d".';
    problem("escalateAfter", "it is not known when more people are asked", fix);
  } else if (isTooLate(escalation?.after, escalation?.factor)) {
    const fix = 'Give an "escalateAfter" that is shorter than timeout.';
    problem("escalateAfter", `no one else would be asked: ${ended}`, fix);
  }
  return problems;
}

/** When more people are asked: a duration times a factor. */
interface Escalation {
  readonly member: "escalateAfter" | "remindAfter" | "timeout";
  readonly after: WrittenDuration;
  readonly factor: number;
}

/** As written; else twice `remindAfter`; else half of `timeout`. */
function escalationOf(options: Options): Escalation | undefined {
  const { escalateTo, escalateAfter, remindAfter, timeout } = options;
  if (escalateTo === undefined) return undefined;
  if (escalateAfter !== undefined)
    return { member: "escalateAfter", after: escalateAfter, factor: 1 };
  if (remindAfter !== undefined) return { member: "remindAfter", after: remindAfter, factor: 2 };
  return timeout === undefined ? undefined : { member: "timeout", after: timeout, factor: 0.5 };
}

/** The variables that are read to fill the fields in, for the checks at deployment. */
export function editableTemplates({ editable = {} }: Options): readonly {
  readonly path: readonly string[];
  readonly template: Template;
}[] {
  return Object.keys(editable).map((name) => ({
    path: ["editable", name],
    template: parseTemplate(`{{variables.${name}}}`),
  }));
}

/** The options of a request that is opened now. @param people - resolves names that may be templates. */
export function openOptions(
  options: Options,
  { scope, now, items = [], rounds }: EnterContext,
  people: (names: readonly string[]) => readonly string[],
): RequestOptions {
  const { editable, remindAfter, escalateTo, maxRounds: max = DEFAULT_ROUNDS } = options;
  const escalation = escalationOf(options);
  const soFar = rounds?.();
  return {
    ...(editable && { editable: openFields(editable, scope) }),
    ...(items.length > 0 && { items }),
    ...(soFar && soFar.choices.length > 0 && { rounds: { ...soFar, max } }),
    ...(remindAfter !== undefined && {
      remindAt: now + resolveTimeLimit("remindAfter", remindAfter, scope),
    }),
    ...(escalateTo &&
      escalation && {
        escalateTo: people(escalateTo),
        escalateAt: now + delayOf(escalation, scope),
      }),
  };
}

function delayOf({ member, after, factor }: Escalation, scope: Scope): number {
  return Math.round(resolveTimeLimit(member, after, scope) * factor);
}

function openFields(
  editable: NonNullable<Options["editable"]>,
  scope: Scope,
): readonly EditableField[] {
  return Object.entries(editable).map(([name, definition]) => ({
    name,
    value: scope.read(["variables", name]) ?? null,
    ...omitUndefined(definition),
  }));
}
