import type { Engine } from "../../engine/api/engine.ts";
import { toNano } from "../../shared/money.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { evaluationEndpoints } from "../endpoints/records.ts";
import { type Route, route } from "../http/route.ts";

/** Labels, which say whether a decision of a run was right, and how well decisions do by them. */
export function evaluationRoutes({ evaluations }: Engine): readonly Route[] {
  return [
    route(evaluationEndpoints.labelDecision)(async ({ params: { id }, body }, { by }) => {
      const sample = await evaluations.label(omitUndefined({ ...body, executionId: id, by }));
      return { body: { success: true, sample } };
    }),
    route(evaluationEndpoints.listSamples)(async ({ params: { id } }, { by }) => ({
      body: { samples: await evaluations.listSamples(id, by) },
    })),
    // Answers when all have been evaluated.
    route(evaluationEndpoints.evaluateWorkflow)(async ({ params: { id }, body }, { by }) => {
      const { step, prompt, model, against, limit, maxCostUsd } = body;
      const report = await evaluations.evaluate(
        omitUndefined({
          workflowId: id,
          by,
          stepId: step,
          prompt,
          model,
          limit,
          against: against && omitUndefined(against),
          capNano: toNano(maxCostUsd),
        }),
      );
      return { body: report };
    }),
  ];
}
