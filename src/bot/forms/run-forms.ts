import type { ModalView } from "@slack/types";
import type { StartResult } from "../../engine/api/executions.ts";
import type { Definition, InputDefinition } from "../../engine/definition/schema.ts";
import { executionIdFor } from "../../engine/model/execution-id.ts";
import { AppError } from "../../shared/errors.ts";
import { isFileValue } from "../../shared/file-value.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { LIMITS } from "../../slack/limits.ts";
import { escapeText } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { describeEstimate } from "../views/costs.ts";
import { runForm } from "../views/run-form.ts";
import { carry, readCarried } from "./carried.ts";
import { askedInputs, readPage, shownFields } from "./fill-in.ts";
import { FormState, fingerprintOf, pagesOf } from "./form-state.ts";
import { describeProblem, inputProblemsOf } from "./input-problems.ts";
import { readUploads, type WithUploads } from "./uploaded-files.ts";

/** What becomes of a page that was submitted. */
export type FormResult =
  | { readonly kind: "started"; readonly executionId: string; readonly state: FormState }
  /** What is wrong, by the name of its field. */
  | {
      readonly kind: "errors";
      readonly errors: Readonly<Record<string, string>>;
      readonly state: FormState;
    }
  /** Another page, or the same anew. */
  | { readonly kind: "view"; readonly view: ModalView };

/** A form as a person submitted it. */
export interface SubmittedForm {
  /** Of the dialog; equal for all its pages. */
  readonly viewId: string;
  readonly user: string;
  readonly metadata: string;
  readonly fields: Readonly<Record<string, Json>>;
}

const CHANGED =
  ":warning: The workflow was changed while you filled this in. Look at the values again.";

/** Typed values for which there is no field any more: what is typed is not lost without a word. */
function describeDropped(
  typed: JsonObject,
  inputs: Readonly<Record<string, InputDefinition>>,
): readonly string[] {
  const dropped = Object.entries(typed).filter(
    ([name, value]) => !Object.hasOwn(inputs, name) && value !== null && value !== "",
  );
  const names = dropped.map(([name]) => `\`${escapeText(name)}\``).join(", ");
  return dropped.length === 0 ? [] : [`It no longer asks for ${names}.`];
}

/** A form that has not been opened: the first page, with what is known of the values. */
export function newForm(
  start: Pick<FormState, "workflowId" | "via" | "channel"> & Partial<FormState>,
): FormState {
  return { message: null, given: {}, page: 0, refilled: 0, ...start };
}

/**
 * The page at which a form stands.
 *
 * @throws {AppError} `workflow_not_found`, `store_unavailable`.
 */
export async function buildForm(
  state: FormState,
  user: string,
  { engine, keys }: BotContext,
  remarks: readonly string[] = [],
): Promise<ModalView> {
  const { workflowId, refilled } = state;
  const { definition } = await engine.workflows.get(workflowId);
  const inputs = askedInputs(definition.inputs, state);
  const pages = pagesOf(inputs);
  const page = Math.min(state.page, pages.length - 1);
  const open = { ...state, page, inputs: fingerprintOf(inputs) };
  const entries = pages[page] ?? [];
  const [metadata, lastRun, estimate] = await Promise.all([
    carry(open, LIMITS.privateMetadata, keys),
    refilled === 0 && entries.length > 0 ? lastRunOf(workflowId, user, engine) : null,
    engine.costs.estimate(workflowId),
  ]);
  return runForm({
    workflow: definition,
    fields: shownFields(entries, Object.entries(inputs), open),
    ...{ page, pages: pages.length, remarks, hasLastRun: lastRun !== null, refilled, metadata },
    footer: estimate.durationMs === null ? null : describeEstimate(estimate),
  });
}

/**
 * Takes a page: shows what is wrong under its field, the next page, or starts the workflow. Submitting twice starts once.
 *
 * @throws {AppError} `input_invalid` for a dialog that is out of date or values that no field of the page shows, and what a start throws.
 */
export async function submitForm(
  { viewId, user, metadata, fields }: SubmittedForm,
  context: BotContext,
): Promise<FormResult> {
  const state = await readForm(metadata, context);
  const { definition } = await context.engine.workflows.get(state.workflowId);
  const inputs = askedInputs(definition.inputs, state);
  const pages = pagesOf(inputs);
  const page = pages[state.page] ?? [];
  const filled = readPage(page, Object.entries(inputs), state, fields);
  if (state.inputs !== fingerprintOf(inputs)) {
    const anew = { ...withGiven(state, inputs, fields), page: 0, refilled: state.refilled + 1 };
    const remarks = [CHANGED, ...describeDropped({ ...state.given, ...fields }, inputs)];
    return { kind: "view", view: await buildForm(anew, user, context, remarks) };
  }
  if (Object.keys(filled.errors).length > 0)
    return { kind: "errors", errors: filled.errors, state };
  if (state.page < pages.length - 1) {
    const next = { ...withGiven(state, inputs, filled.values), page: state.page + 1 };
    return { kind: "view", view: await buildForm(next, user, context) };
  }
  try {
    const values = { ...state.given, ...filled.values };
    const place = { user, reader: context.files, maxBytes: context.engine.files.maxBytes };
    const uploads = await readUploads(values, inputs, place);
    const { executionId } = await startForm(state, uploads, { viewId, user }, context);
    return { kind: "started", executionId, state };
  } catch (error) {
    return { kind: "errors", errors: errorsOf(error, page, definition), state };
  }
}

/**
 * The page with the values of the person's last run of the workflow in place of those that it had; what is sensitive stays as it is.
 *
 * @throws {AppError} as {@link submitForm}.
 */
export async function fillFromLastRun(
  { user, metadata, fields }: Omit<SubmittedForm, "viewId">,
  context: BotContext,
): Promise<ModalView> {
  const { engine } = context;
  const state = await readForm(metadata, context);
  const { definition } = await engine.workflows.get(state.workflowId);
  const inputs = askedInputs(definition.inputs, state);
  const filled = withGiven(state, inputs, fields);
  const last = await lastRunOf(state.workflowId, user, engine);
  // As its starter may read it.
  const run = last === null ? null : await engine.executions.get(last, user);
  const values = Object.entries(run?.variables ?? {}).filter(
    // A file is uploaded anew: no field can show it, and the other run alone may use its bytes.
    ([, value]) => value !== null && !isFileValue(value),
  );
  const given = withGiven(filled, inputs, Object.fromEntries(values)).given;
  return buildForm({ ...filled, given, refilled: state.refilled + 1 }, user, context);
}

/** @throws {AppError} `input_invalid`. */
async function readForm(metadata: string, { keys }: BotContext): Promise<FormState> {
  const state = await readCarried(metadata, FormState, keys);
  if (state !== null) return state;
  const message = "This form is out of date, and nothing was started. Open it again.";
  throw new AppError({ code: "input_invalid", message });
}

/**
 * A form with what was typed on its page, to be opened again from its first page.
 *
 * @returns `hasSensitive`: it has inputs whose values are not kept. @throws {AppError} as {@link submitForm}.
 */
export async function readTyped(
  { viewId, metadata, fields }: Omit<SubmittedForm, "user">,
  context: BotContext,
): Promise<{ readonly state: FormState; readonly hasSensitive: boolean }> {
  const { inputs: _open, ...state } = await readForm(metadata, context);
  const { definition } = await context.engine.workflows.get(state.workflowId);
  const inputs = askedInputs(definition.inputs, state);
  const typed = withGiven(state, inputs, withoutUploads(fields, inputs));
  return {
    state: { ...typed, page: 0, startKey: state.startKey ?? viewId },
    hasSensitive: Object.values(inputs).some(({ sensitive }) => sensitive),
  };
}

/** Files are uploaded anew: no field can show them. */
function withoutUploads(
  fields: JsonObject,
  inputs: Readonly<Record<string, InputDefinition>>,
): JsonObject {
  const kept = Object.entries(fields).filter(([name]) => inputs[name]?.type !== "file");
  return Object.fromEntries(kept);
}

/** What was filled in is kept for the next page, unless it is sensitive. */
function withGiven(
  state: FormState,
  inputs: Readonly<Record<string, InputDefinition>>,
  values: JsonObject,
): FormState {
  const kept = Object.entries(values).filter(
    ([name]) => Object.hasOwn(inputs, name) && inputs[name]?.sensitive === false,
  );
  return { ...state, given: { ...state.given, ...Object.fromEntries(kept) } };
}

/**
 * Starts the workflow of a form; once for a dialog, however often it is submitted.
 *
 * @param given - the values as its fields gave them, with the files themselves. @throws {AppError} what a start throws.
 */
export function startForm(
  { workflowId, via, channel, threadTs, message, startKey }: FormState,
  { values, files }: WithUploads,
  { viewId: shown, user }: Pick<SubmittedForm, "viewId" | "user">,
  { engine }: BotContext,
): Promise<StartResult> {
  const viewId = startKey ?? shown;
  if (via === "shortcut") {
    const isAsked = Object.keys(values).length > 0;
    const request = { id: viewId, workflowId, user, ...(isAsked && { values, files }) };
    return engine.triggers.startFromShortcut(
      message === null
        ? { ...request, place: null }
        : { ...request, place: { channel: message.channel, ts: message.ts }, message },
    );
  }
  const place = channel ?? user;
  return engine.executions.start({
    workflowId,
    variables: values,
    variableForm: "form",
    files,
    trigger:
      via === "slash"
        ? { type: "slash", userId: user, channel: place }
        : { type: "manual", userId: user },
    report: { channel: place, on: "all", ...omitUndefined({ threadTs }) },
    executionId: executionIdFor(workflowId, `form:${viewId}`),
  });
}

/** @throws the error itself, unless it says what is wrong with fields of the page. */
function errorsOf(
  error: unknown,
  page: readonly (readonly [string, InputDefinition])[],
  { name }: Definition,
): Readonly<Record<string, string>> {
  const problems = inputProblemsOf(error);
  const names = new Set(page.map(([field]) => field));
  const onPage = problems.filter(({ path }) => names.has(path));
  if (onPage.length > 0)
    return Object.fromEntries(onPage.map((problem) => [problem.path, describeProblem(problem)]));
  if (problems.length === 0) throw error;
  const lines = problems.map((problem) => `${problem.path}: ${describeProblem(problem)}`);
  const message = `${name} was not started. ${lines.join(" ")}`;
  throw new AppError({ code: "input_invalid", message, cause: error });
}

type Engine = BotContext["engine"];

/** The id of the last run of a workflow that a person started; `null`: there is none. */
async function lastRunOf(
  workflowId: string,
  startedBy: string,
  { executions }: Engine,
): Promise<string | null> {
  const { executions: runs } = await executions.list({ workflowId, startedBy, limit: 1 });
  return runs[0]?.executionId ?? null;
}
