import { appendFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openSimulator } from "../simulator/simulator.ts";
import { createOpenAiModelClient } from "../src/adapters/llm/openai-model-client.ts";
import {
  type RecordedAnswer,
  recordAnswers,
  replayAnswers,
} from "../src/adapters/llm/recorded-model.ts";
import type { EvaluationsRequest } from "../src/engine/api/evaluation.ts";
import type { ModelClient } from "../src/engine/ports/model.ts";
import { asAppError, isAppError } from "../src/shared/errors.ts";
import { toNano } from "../src/shared/money.ts";
import { omitUndefined } from "../src/shared/omit-undefined.ts";
import { type EvalArguments, readArguments, USAGE } from "./eval/arguments.ts";
import { type EvalEngine, openEvalEngine } from "./eval/open-engine.ts";
import { showReport } from "./eval/report.ts";

/** `npm run eval`: evaluates the decisions of shipped workflows on their labelled samples. */

const EX_USAGE = 64;
const env = process.env;
const folder = resolve(env["WORKFLOWS_DIR"] || join(import.meta.dirname, "../workflows"));
const defaultModel = env["DEFAULT_MODEL"] || "gpt-4o-mini";

interface OpenModel extends AsyncDisposable {
  readonly client: ModelClient;
  /** The model's name, for the first line of the report. */
  readonly name: string;
  /** Whether calls may cost money. */
  readonly isPaid: boolean;
}

/** The model that the arguments and the environment ask for. */
async function openModel(args: EvalArguments): Promise<OpenModel> {
  const nothing = { [Symbol.asyncDispose]: async () => undefined };
  if (args.recorded !== undefined) {
    const lines = (await readFile(args.recorded, "utf8")).split("\n").filter((line) => line !== "");
    const answers = lines.map((line): RecordedAnswer => JSON.parse(line));
    return {
      ...nothing,
      client: replayAnswers(answers),
      name: `answers of ${args.recorded}`,
      isPaid: false,
    };
  }
  const baseUrl = env["OPENAI_BASE_URL"];
  if (args.standIn || !(baseUrl || env["OPENAI_API_KEY"])) {
    const simulator = await openSimulator();
    const client = createOpenAiModelClient({ baseUrl: simulator.modelUrl });
    return {
      client,
      name: "the stand-in model, which answers by rules",
      isPaid: false,
      [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
    };
  }
  const providers = readProviders();
  const urls = [
    baseUrl || "https://api.openai.com/v1",
    ...Object.values(providers).map((one) => one.baseUrl),
  ];
  const client = createOpenAiModelClient({
    baseUrl: baseUrl || null,
    apiKey: env["OPENAI_API_KEY"] || null,
    providers,
    timeoutMs: 180_000,
  });
  const hosts = urls.map((url) => new URL(url).hostname);
  return { ...nothing, client, name: hosts.join(", "), isPaid: !hosts.every(isHere) };
}

function readProviders(): Record<string, { baseUrl: string; apiKey: string | null }> {
  const providers: Record<string, { baseUrl: string; apiKey: string | null }> = {};
  for (const [name, baseUrl] of Object.entries(env)) {
    const prefix = /^LLM_([A-Z0-9_]+)_BASE_URL$/.exec(name)?.[1];
    if (prefix === undefined || !baseUrl) continue;
    providers[prefix.toLowerCase()] = { baseUrl, apiKey: env[`LLM_${prefix}_API_KEY`] || null };
  }
  return providers;
}

function isHere(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}

/** Nano-dollars that may be spent. @throws {TypeError} for a paid endpoint without a limit. */
function readCap(isPaid: boolean): number {
  const cap = Number(env["EVAL_MAX_COST_USD"] || Number.NaN);
  if (cap > 0) return toNano(cap);
  if (!isPaid) return Number.MAX_SAFE_INTEGER;
  throw new TypeError(
    "The endpoint is not on this machine, and its calls may cost money. Set EVAL_MAX_COST_USD to the most that this evaluation may cost, such as EVAL_MAX_COST_USD=0.25.",
  );
}

/** A version like `v2` stays what it is; anything else is a file. */
async function readPrompt(prompt: string | undefined): Promise<{ prompt?: string }> {
  if (prompt === undefined) return {};
  return { prompt: /^v?\d+$/i.test(prompt) ? prompt : (await readFile(prompt, "utf8")).trimEnd() };
}

async function toRequest(
  args: EvalArguments,
  workflowId: string,
  capNano: number,
): Promise<EvaluationsRequest> {
  const { stepId, model, against, limit } = args;
  return {
    workflowId,
    capNano,
    ...(await readPrompt(args.prompt)),
    ...omitUndefined({ stepId, model, limit }),
    ...(against && {
      against: {
        ...(await readPrompt(against.prompt)),
        ...omitUndefined({ model: against.model }),
      },
    }),
  };
}

async function withSamples({ workflowIds }: EvalEngine): Promise<readonly string[]> {
  const folders = await readdir(join(folder, "evals")).catch((): string[] => []);
  return workflowIds.filter((id) => folders.includes(id));
}

async function main(args: EvalArguments): Promise<void> {
  await using model = await openModel(args);
  let left = readCap(model.isPaid);
  const { recordTo } = args;
  const client =
    recordTo === undefined
      ? model.client
      : recordAnswers(model.client, (answer) =>
          appendFileSync(recordTo, `${JSON.stringify(answer)}\n`),
        );
  const hidden = Object.entries(env).flatMap(([name, value]) =>
    /API_KEY$|TOKEN$|^SECRET_/.test(name) && value ? value : [],
  );
  await using opened = await openEvalEngine({
    ...{ folder, model: client, defaultModel, hidden },
    concurrency: args.concurrency,
  });
  const ids = args.workflowIds.length > 0 ? args.workflowIds : await withSamples(opened);
  if (!args.json) console.log(`Asked: ${model.name}.\n`);
  for (const workflowId of ids) {
    const report = await opened.engine.evaluations.evaluate(
      await toRequest(args, workflowId, left),
    );
    const arms = report.steps.flatMap((step) => step.arms);
    left -= arms.reduce((sum, { figures }) => sum + figures.costNano, 0);
    console.log(args.json ? JSON.stringify(report) : `${showReport(report)}\n`);
  }
}

try {
  await main(readArguments(process.argv.slice(2)));
} catch (error) {
  const isUsage = error instanceof TypeError;
  console.error(
    isAppError(error) || !isUsage ? asAppError(error).message : `${error.message}\n\n${USAGE}`,
  );
  if (!isUsage && !isAppError(error)) console.error(error);
  process.exitCode = isUsage ? EX_USAGE : 1;
}
