import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { MAX_SAMPLES } from "../../engine/api/evaluation.ts";
import { toNano } from "../../shared/money.ts";
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
  // Every sample is a call that somebody pays.
  maxCostUsd: z.number(CAP).positive(CAP).max(100),
});

const LabelBody = z.strictObject({
  /** Path of the entry, or the step's id for its latest entry. */
  path: z.string("must be the path or the id of a step").min(1),
  expected: z.json().optional(),
  note: z.string().max(500).optional(),
});

/** Asking a workflow's decisions for their labelled samples. The answer comes when all are asked. */
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
        const report = await engine.evaluations.evaluate({
          workflowId: request.param("id"),
          ...given({ stepId: step, prompt, model, limit }),
          ...(against && { against: given(against) }),
          capNano: toNano(maxCostUsd),
        });
        return { body: report };
      },
    },
  ];
}

/** Saying of a decision whether it was right. */
function labelRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/executions/:id/labels",
      handle: async (request) => {
        const { path, expected, note } = parseInput(LabelBody, await request.readJson(), "body");
        const executionId = request.param("id");
        const optional = given({ expected, note });
        const sample = await engine.evaluations.label({
          executionId,
          path,
          by: "api",
          ...optional,
        });
        return { body: { success: true, sample } };
      },
    },
    {
      method: "GET",
      path: "/api/workflows/:id/samples",
      handle: async (request) => ({
        body: { samples: await engine.evaluations.listSamples(request.param("id")) },
      }),
    },
  ];
}

type Given<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> };

/** The members that have a value. */
function given<Values extends object>(values: Values): Given<Values> {
  const present: Given<Values> = {};
  for (const name of Object.keys(values)) copyGiven(values, present, name);
  return present;
}

function copyGiven<Values extends object>(from: Values, to: Given<Values>, name: string): void {
  const value: unknown = Reflect.get(from, name);
  if (value !== undefined) Reflect.set(to, name, value);
}
