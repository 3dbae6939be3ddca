import { parseArgs } from "node:util";
import { omitUndefined } from "../../src/shared/omit-undefined.ts";

/** The arguments of `npm run eval -- …`. */
export interface EvalArguments {
  readonly workflowIds: readonly string[];
  readonly stepId?: string;
  readonly prompt?: string;
  readonly model?: string;
  readonly against?: { readonly prompt?: string; readonly model?: string };
  readonly limit?: number;
  readonly concurrency: number;
  readonly standIn: boolean;
  readonly recordTo?: string;
  readonly recorded?: string;
  readonly json: boolean;
}

export const USAGE = `npm run eval -- <workflow …> [options]

Asks the decisions of workflows for their labelled samples (workflows/evals/<workflow>/<step>.jsonl).
Without a workflow: all that have samples.

  --step ID              this decision alone
  --prompt v2|FILE       another version of its named prompt, or a file with the text of a prompt
  --model NAME           another model
  --against v1|FILE      compare with this prompt on the same samples
  --against-model NAME   compare with this model
  --limit N              so many samples of each decision at most
  --concurrency N        decisions asked at a time (4)
  --stand-in             ask the stand-in model, whatever the environment says
  --record FILE          keep the answers
  --recorded FILE        take the answers from FILE; nothing is asked
  --json                 print the whole report as JSON

The model is that of the environment: OPENAI_BASE_URL, OPENAI_API_KEY, LLM_<PREFIX>_…, DEFAULT_MODEL; without a key or an
address, the stand-in. An endpoint beyond this machine is asked only if EVAL_MAX_COST_USD says how much it may cost.`;

/** @throws {TypeError} with what is wrong, for a person. */
export function readArguments(argv: readonly string[]): EvalArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      step: { type: "string" },
      prompt: { type: "string" },
      model: { type: "string" },
      against: { type: "string" },
      "against-model": { type: "string" },
      limit: { type: "string" },
      concurrency: { type: "string" },
      "stand-in": { type: "boolean", default: false },
      record: { type: "string" },
      recorded: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const { against, "against-model": againstModel } = values;
  return {
    workflowIds: positionals,
    ...omitUndefined({
      stepId: values.step,
      prompt: values.prompt,
      model: values.model,
      limit: values.limit === undefined ? undefined : toCount(values.limit, "--limit"),
      recordTo: values.record,
      recorded: values.recorded,
    }),
    ...((against ?? againstModel) !== undefined && {
      against: omitUndefined({ prompt: against, model: againstModel }),
    }),
    concurrency: toCount(values.concurrency ?? "4", "--concurrency"),
    standIn: values["stand-in"],
    json: values.json,
  };
}

function toCount(text: string, name: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new TypeError(`${name} must be a whole number from 1; it is "${text}".`);
}
