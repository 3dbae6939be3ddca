import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { MAX_SAMPLES } from "../../engine/api/evaluation.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { anyJson } from "../../shared/any-json.ts";
import { toNano } from "../../shared/money.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Route } from "../http/route.ts";
import { parseInput } from "../http/web-request.ts";

const Arm = {
  prompt: z.string().min(1).max(100_000).optional(),
  model: z.string().trim().min(1).max(200).optional(),
};
const CAP = "must be the most that it may cost, in dollars: a number above 0";
const Body = z.strictObject({
  ...Arm,
  step: z.string().min(1).optional(),
  against: z.strictObject(Arm).optional(),
  limit: z.int().min(1).max(MAX_SAMPLES).optional(),
  // Every sample is a paid call.
  maxCostUsd: z.number(CAP).positive(CAP).max(100),
});

const LabelBody = z.strictObject({
  /** Path of the entry, or the step's id for its latest entry. */
  path: z.string("must be the path or the id of a step").min(1),
  expected: anyJson().optional(),
  note: z.string().max(500).optional(),
});

/**
 * Evaluates a workflow's decisions on their labelled samples. Responds when all have been
 * evaluated.
 */
export function evaluationRoutes(engine: Engine): readonly Route[] {
  return [
    ...labelRoutes(engine),
    {
      method: "POST",
      path: "/api/workflows/:id/evaluate",
      handle: async (request) => {
        const { step, prompt, model, against, limit, maxCostUsd } = parseInput(
          Body,
          await request.readJson(),
          "body",
        );
        const report = await engine.evaluations.evaluate(
          omitUndefined({
            workflowId: request.param("id"),
            stepId: step,
            prompt,
            model,
            limit,
            against: against && omitUndefined(against),
            capNano: toNano(maxCostUsd),
          }),
        );
        return { body: report };
      },
    },
  ];
}

/** Labels: whether a decision of a run was right. */
function labelRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/executions/:id/labels",
      handle: async (request) => {
        const { path, expected, note } = parseInput(LabelBody, await request.readJson(), "body");
        const sample = await engine.evaluations.label(
          omitUndefined({ executionId: request.param("id"), path, by: OPERATOR, expected, note }),
        );
        return { body: { success: true, sample } };
      },
    },
    {
      method: "GET",
      path: "/api/workflows/:id/samples",
      handle: async (request) => ({
        body: { samples: await engine.evaluations.listSamples(request.param("id"), OPERATOR) },
      }),
    },
  ];
}
