import { z } from "zod";
import { type AttemptResult, defineStepType } from "../../src/engine/definition/step-type.ts";
import { resolveTemplates } from "../../src/engine/language/template.ts";
import { AppError } from "../../src/shared/errors.ts";
import { isJsonObject } from "../../src/shared/json.ts";

/**
 * A step whose attempts are the test's: `config` is resolved into its parameters, and what an attempt does is said by the
 * service `script` of the engine under test. `reserveNano` is held against the cap; `cheaperNano` would be with another model.
 */
export const scripted = defineStepType({
  kind: "scripted",
  summary: "Does what the test says.",
  config: z.looseObject({
    reserveNano: z.int().optional(),
    cheaperNano: z.int().optional(),
    /** It changes something outside. */
    effect: z.boolean().optional(),
    outputVariable: z.string().optional(),
  }),
  hasAttempts: true,
  bind: (config) => ({
    enter: ({ scope }) => {
      const params = resolveTemplates(z.json().parse(config), scope);
      return {
        kind: "run",
        params: isJsonObject(params) ? params : {},
        ...(config.reserveNano !== undefined && { reserveNano: config.reserveNano }),
      };
    },
    cheaper: () =>
      config.cheaperNano === undefined
        ? null
        : { model: "small", change: { model: "small" }, reserveNano: config.cheaperNano },
    run: async (params, context): Promise<AttemptResult> => {
      const action = context.services.get("script")?.actions["run"];
      if (!action) throw new AppError({ code: "internal", message: "The test has no script." });
      return { kind: "ok", output: await action.execute(params, context), costNano: 0 };
    },
    ...(config.effect === true && {
      effect: { describe: (params) => `Does ${JSON.stringify(params)}` },
    }),
    routes: { kind: "open" },
    timeoutMs: 30_000,
    expressions: [],
  }),
});
