import { z } from "zod";
import { anyJson } from "../../shared/any-json.ts";
import { didYouMean } from "../../shared/did-you-mean.ts";
import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { LINK_KINDS } from "../../shared/places/place.ts";
import type { TemplatePath } from "../../shared/template-parser.ts";
import { placingOf, secretProblems, traitProblems } from "../definition/param-traits.ts";
import { fitParams, holdsTemplate, prepareParams } from "../definition/service-params.ts";
import {
  type AttemptContext,
  type AttemptResult,
  type CheckContext,
  type ConfigProblem,
  defineStepType,
  OutputVariable,
  type StepEffect,
  type StepProgram,
} from "../definition/step-type.ts";
import { PLAIN } from "../language/placing.ts";
import type { Scope } from "../language/scope.ts";
import { findTemplates, resolveTemplates } from "../language/template.ts";
import { isUntried } from "../model/untried.ts";
import type {
  ParamOrigin,
  ServiceAction,
  ServiceRegistry,
  UnknownPolicy,
} from "../ports/service.ts";
import { shieldFor } from "./secret-shield.ts";

/** Milliseconds of one attempt: a safety net above the limits that the services keep themselves. */
const TIMEOUT_MS = 6 * 60_000;

const ServiceConfig = z
  .looseObject({
    service: z.string().min(1),
    /** Absent: the service's default action. */
    action: z.string().min(1).optional(),
    outputVariable: OutputVariable.optional(),
  })
  .catchall(anyJson());
type ServiceConfig = z.output<typeof ServiceConfig>;

/** Calls an action of a service with the parameters that stand beside its name. */
export const service = defineStepType({
  kind: "service",
  summary: "Calls an action of a service: sends a message, makes an HTTP request.",
  config: ServiceConfig,
  hasAttempts: true,
  takesSecrets: true,
  parametersOf: (config, { services }) => {
    const { service: name, action } = config;
    if (typeof name !== "string") return undefined;
    const chosen = typeof action === "string" ? action : (services.get(name)?.defaultAction ?? "");
    return actionOf(services, name, chosen)?.params;
  },
  check: checkService,
  bind: bindService,
});

function paramsOf(config: ServiceConfig): JsonObject {
  const { service: _, action: __, outputVariable: ___, ...params } = config;
  return params;
}

function checkService(config: ServiceConfig, { services }: CheckContext): readonly ConfigProblem[] {
  const found = services.get(config.service);
  if (!found) {
    const names = services.names();
    return [
      {
        path: ["service"],
        message: `there is no service "${config.service.slice(0, 60)}"`,
        fix: `Known services: ${names.join(", ")}.${didYouMean(config.service, names)}`,
      },
    ];
  }
  const name = config.action ?? found.defaultAction;
  const action = actionOf(services, config.service, name);
  if (!action) {
    const names = Object.keys(found.actions);
    return [
      {
        path: ["action"],
        message: `the service ${found.name} has no action "${name.slice(0, 60)}"`,
        fix: `Its actions: ${names.join(", ")}.${didYouMean(name, names)}`,
      },
    ];
  }
  const params = paramsOf(config);
  const problems = [
    ...fitParams(action, params, holdsTemplate).problems,
    ...traitProblems(action, params),
    ...secretProblems(action, params),
    ...(action.checkTogether?.(params) ?? []),
  ];
  return problems.map((problem) => ({
    ...problem,
    message: `"${problem.path.join(".")}" ${problem.message}`,
  }));
}

function bindService(config: ServiceConfig, context?: CheckContext): StepProgram {
  // Without the services it would be unknown which parameters have a syntax, and data would become a part of it.
  if (!context) throw new Error("A service step is bound with the services.");
  const found = actionOf(context.services, config.service, nameOfAction(config, context.services));
  const params = paramsOf(config);
  const placing = found ? placingOf(found, params) : PLAIN;
  const linkAt = linksOf(context);
  const origins = originsOf(params, context);
  return {
    enter: ({ scope }) => {
      if (found) refuseSecrets(found, params);
      const resolved = resolveTemplates(params, { ...scope, linkAt }, placing);
      if (!isJsonObject(resolved)) throw new Error("An object resolves to an object.");
      return {
        kind: "run",
        params: {
          service: config.service,
          ...(config.action !== undefined && { action: config.action }),
          ...resolved,
        },
      };
    },
    run: (entered, attempt) => runService(entered, attempt, origins),
    ...(found && changesSomething(found, params) && { effect: effectOf(config, found) }),
    routes: { kind: "none" },
    timeoutMs: TIMEOUT_MS,
    expressions: [],
  };
}

/** What inputs are shown as in messages. */
function linksOf({ inputs = {} }: CheckContext): NonNullable<Scope["linkAt"]> {
  return ([root, name = "", ...rest]) => {
    const input = root === "variables" && Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (input?.link !== true || rest.length > 0) return undefined;
    return LINK_KINDS.find((kind) => kind === input.type);
  };
}

/** A version that was deployed before the rule, or before the operator changed what it goes by, sends nothing either. */
function refuseSecrets(action: ServiceAction, params: JsonObject): void {
  const [problem] = secretProblems(action, params);
  if (problem === undefined) return;
  const { path, message, fix } = problem;
  throw new AppError({
    code: "params_invalid",
    message: `"${path.join(".")}" ${message}. ${fix}`,
  });
}

function changesSomething({ sideEffect, reads }: ServiceAction, params: JsonObject): boolean {
  return sideEffect && reads?.(params) !== true;
}

function effectOf({ service: name, action }: ServiceConfig, found: ServiceAction): StepEffect {
  return {
    describe: ({ service: _service, action: _action, ...params }) =>
      found.describe?.(params) ??
      `${found.summary.split(/[;.]/)[0]} (${name}${action === undefined ? "" : `.${action}`})`,
  };
}

/** Where each parameter of a step has its value from. */
function originsOf(
  params: JsonObject,
  { actions }: CheckContext,
): Readonly<Record<string, ParamOrigin>> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, originOf(value, actions)]),
  );
}

function originOf(value: Json, actions: CheckContext["actions"]): ParamOrigin {
  if (!holdsTemplate(value)) return { kind: "definition" };
  const [found] = findTemplates(value, () => {});
  const isAlone = found?.template.whole === true && found.path.length === 0;
  const path = isAlone ? found.template.paths[0] : undefined;
  return (path && actions && outputOf(path, actions)) ?? { kind: "data" };
}

/** `stepResults.<id>.output.<member>` of a step that calls an action. */
function outputOf(
  [root, step = "", of, member, ...rest]: TemplatePath,
  actions: ReadonlyMap<string, string>,
): ParamOrigin | null {
  if (root !== "stepResults" || of !== "output" || member === undefined || rest.length > 0)
    return null;
  const action = actions.get(step);
  return action === undefined ? null : { kind: "action", action, member };
}

async function runService(
  entered: JsonObject,
  context: AttemptContext,
  origins: NonNullable<AttemptContext["origins"]>,
): Promise<AttemptResult> {
  let policy: UnknownPolicy = context.onUnknown ?? "repeat";
  let shield = shieldFor({}, context);
  try {
    const config = ServiceConfig.parse(entered);
    const { place, action } = requireAction(config, context.services);
    shield = shieldFor(paramsOf(config), context);
    const params = prepareParams(place, action, context.revealSecrets(paramsOf(config)));
    policy = context.onUnknown ?? policyOf(action, params);
    const { secrets, files, text: hideSecrets } = shield;
    const call = { ...context, secrets, files, hideSecrets, origins };
    if (context.unknownBefore) {
      const earlier = await settleUnknown(policy, place, action, params, call);
      if (earlier) return { kind: "ok", output: shield.json(earlier.output), costNano: 0 };
    }
    return { kind: "ok", output: shield.json(await action.execute(params, call)), costNano: 0 };
  } catch (error) {
    const { signal } = context;
    // Stopped while it waited for its turn, it certainly did nothing.
    const isUntouched = isAppError(error) && isUntried(error.code);
    if (signal.aborted && !isUntouched) return toFailure(asAppError(signal.reason), policy);
    // Anything else is a defect of the service and goes to the log.
    if (!isAppError(error)) throw error;
    // Who cannot look has to ask.
    const policyNow = error.code === "outcome_unknown" ? "ask" : policy;
    return toFailure(error, policyNow, shield.text(error.message));
  }
}

function policyOf({ onUnknown }: ServiceAction, params: JsonObject): UnknownPolicy {
  return typeof onUnknown === "function" ? onUnknown(params) : onUnknown;
}

/**
 * Milliseconds before an effect of a process that ended is looked for: what it sent last may still be on its way, and the next
 * worker may take over at once. Slack answers a post in less than a second as a rule.
 */
const SETTLING_MS = 3000;

/** Does what the policy says about an earlier attempt whose effect is unknown; the found output ends the step. */
async function settleUnknown(
  policy: UnknownPolicy,
  place: string,
  action: ServiceAction,
  params: JsonObject,
  context: AttemptContext,
): Promise<{ readonly output: Json } | null> {
  if (policy === "repeat") return null;
  if (policy === "look" && action.look) {
    if (context.recoveries > 0) await context.pause(SETTLING_MS);
    const output = await action.look(params, context);
    return output === null ? null : { output };
  }
  const why = policy === "ask" ? "" : ` (${place} cannot look for it)`;
  throw new AppError({
    code: "outcome_unknown",
    message: `It is not known whether an earlier try of ${place} had its effect${why}. Look there, then say so, or retry the run or cancel it.`,
    outcomeUnknown: true,
  });
}

function toFailure(error: AppError, policy: UnknownPolicy, message = error.message): AttemptResult {
  const { code, retryable, retryAfterMs, outcomeUnknown } = error;
  // With "ask" an effect that may have happened is never tried again without a person.
  const asks = outcomeUnknown && policy === "ask";
  const mayRetry = retryable && !asks;
  return {
    kind: "failed",
    error: { code, message, retryable: mayRetry },
    outcome: outcomeUnknown ? "unknown" : "failed",
    ...(asks && { asks }),
    ...omitUndefined({ retryAfterMs }),
    costNano: 0,
  };
}

function nameOfAction(config: ServiceConfig, services: ServiceRegistry): string {
  return config.action ?? services.get(config.service)?.defaultAction ?? "";
}

function actionOf(
  services: ServiceRegistry,
  service: string,
  name: string,
): ServiceAction | undefined {
  const actions = services.get(service)?.actions ?? {};
  return Object.hasOwn(actions, name) ? actions[name] : undefined;
}

function requireAction(
  config: ServiceConfig,
  services: ServiceRegistry,
): { readonly place: string; readonly action: ServiceAction } {
  const name = nameOfAction(config, services);
  const place = `${config.service}.${name}`;
  const action = actionOf(services, config.service, name);
  if (action) return { place, action };
  throw new AppError({
    code: "params_invalid",
    message: `There is no action ${place} any more. Deploy the workflow anew with one that exists.`,
  });
}
