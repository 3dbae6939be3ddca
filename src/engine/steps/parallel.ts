import { z } from "zod";
import { TimeLimit } from "../../shared/duration.ts";
import { type Json, type JsonObject, readOwn, toJson } from "../../shared/json.ts";
import { StepDefinition } from "../definition/schema.ts";
import {
  type BodyPlace,
  type ConfigProblem,
  defineStepType,
  type FrameView,
  type Join,
  OutputVariable,
  type StepProgram,
} from "../definition/step-type.ts";
import type { StepError } from "../model/events.ts";

const Branch = z.strictObject({
  id: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
      "must begin with a letter and have at most 64 letters, digits, - and _",
    ),
  steps: z.array(StepDefinition).min(1).max(100),
  timeoutMs: TimeLimit.optional(),
});

const ParallelConfig = z.strictObject({
  branches: z.array(Branch).min(1).max(50),
  failureMode: z.enum(["fail", "continue"]).default("fail"),
  join: z.union([z.enum(["all", "any"]), z.int().min(1).max(50)]).default("all"),
  outputVariable: OutputVariable.optional(),
});
type ParallelConfig = z.output<typeof ParallelConfig>;

/**
 * Executes several bodies side by side. Where all have to complete, `failureMode` `fail` lets the first branch that fails
 * end the step; with `continue` the others continue, and the output says how each ended. `join` `any` or a number asks for
 * fewer: the step fails only when that many cannot complete any more.
 */
export const parallel = defineStepType({
  kind: "parallel",
  summary: "Executes several branches side by side and joins them.",
  config: ParallelConfig,
  hasAttempts: false,
  bodiesIn,
  check: checkParallel,
  bind: bindParallel,
});

function bodiesIn({ branches }: JsonObject): readonly BodyPlace[] {
  if (!Array.isArray(branches)) return [];
  return branches.flatMap((branch: Json, index) => {
    const id = readOwn(branch, "id");
    const steps = readOwn(branch, "steps");
    if (!Array.isArray(steps)) return [];
    return { id: typeof id === "string" ? id : "", path: ["branches", index, "steps"], steps };
  });
}

function checkParallel(config: ParallelConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const ids = config.branches.map((branch) => branch.id);
  ids.forEach((id, index) => {
    if (ids.indexOf(id) < index) {
      problems.push({
        path: ["branches", index, "id"],
        message: `"${id}" is the id of another branch too`,
        fix: "Give each branch an id of its own.",
      });
    }
  });
  if (typeof config.join === "number" && config.join > ids.length) {
    problems.push({
      path: ["join"],
      message: `${config.join} branches have to complete, and there are ${ids.length}`,
      fix: `Give a number from 1 to ${ids.length}, "all" or "any".`,
    });
  }
  return problems;
}

function bindParallel(config: ParallelConfig): StepProgram {
  const { branches, failureMode, join } = config;
  const needed = join === "all" ? branches.length : join === "any" ? 1 : join;
  return {
    enter: ({ now }) => ({
      kind: "open",
      frames: branches.map(({ id, timeoutMs }) => ({
        id,
        ...(timeoutMs !== undefined && { due: now + timeoutMs }),
      })),
    }),
    bodies: branches.map(({ id, steps }) => ({ id, steps })),
    join: (frames) =>
      joinFrames(frames, needed, join === "all" && failureMode === "continue", failureMode),
    routes: { kind: "none" },
    timeoutMs: 0,
    expressions: [],
  };
}

/**
 * @param needed - how many branches have to complete.
 * @param waitsForAll - every branch is waited for, however it ends: then failed ones do not make the step fail.
 */
function joinFrames(
  frames: readonly FrameView[],
  needed: number,
  waitsForAll: boolean,
  failureMode: ParallelConfig["failureMode"],
): Join {
  const completed = frames.filter((frame) => frame.status === "completed").length;
  const failed = frames.filter((frame) => frame.status === "failed");
  const open = frames.length - completed - failed.length;
  if (waitsForAll)
    return open > 0 ? { kind: "wait" } : { kind: "complete", output: outputOf(frames) };
  if (completed >= needed) return { kind: "complete", output: outputOf(frames) };
  const cannotBe = completed + open < needed;
  const [first] = failed;
  const isNeeded = failureMode === "fail" && needed === frames.length;
  if (first && (isNeeded || cannotBe)) return { kind: "fail", error: branchError(first) };
  return { kind: "wait" };
}

function branchError(frame: FrameView): StepError {
  const code = frame.error?.code ?? "step_failed";
  const message = `Branch "${frame.id}" failed: ${frame.error?.message ?? "no reason is known."}`;
  return { code, message, retryable: false };
}

function outputOf(frames: readonly FrameView[]): Json {
  return toJson(
    Object.fromEntries(
      frames.map(({ id, status, results, error }) => [
        id,
        {
          branchId: id,
          status: status === "open" ? "cancelled" : status,
          results,
          ...(error && { error: error.message }),
        },
      ]),
    ),
  );
}
