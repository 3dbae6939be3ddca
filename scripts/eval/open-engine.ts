import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createCron } from "../../src/adapters/node-cron.ts";
import { createSampleFiles } from "../../src/adapters/sample-files.ts";
import { addPromptFolder } from "../../src/app/deploy-prompts.ts";
import { createLogger } from "../../src/app/log.ts";
import { createEngine, type RunningEngine } from "../../src/engine/engine.ts";
import { systemClock } from "../../src/engine/ports/clock.ts";
import type { ModelClient } from "../../src/engine/ports/model.ts";
import { createStepTypes } from "../../src/engine/steps/index.ts";
import { createTriggerTypes } from "../../src/engine/triggers/types/index.ts";
import { createDatabaseService } from "../../src/services/database/database-service.ts";
import { createEmailService } from "../../src/services/email/email-service.ts";
import { createHttpService } from "../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../src/services/registry.ts";
import { createSlackService } from "../../src/services/slack/slack-service.ts";
import { KnownSecrets } from "../../src/shared/known-secrets.ts";
import { createSecretMask } from "../../src/shared/secret-mask.ts";
import { createSlack } from "../../src/slack/slack.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";

/** An engine that is not started: it checks, compares and evaluates definitions, and its store is gone afterwards. */
export interface OfflineEngine extends AsyncDisposable {
  readonly engine: RunningEngine;
}

export interface OfflineOptions {
  /** Of the definitions: beside them are their prompts, their samples and their templates of e-mails. */
  readonly folder: string;
  readonly model: ModelClient;
  readonly defaultModel: string;
  /** Values that no model may see. @default none */
  readonly hidden?: readonly string[];
  /** Decisions asked at a time. @default 4 */
  readonly concurrency?: number;
}

/** Opens an engine that knows the prompts of a folder, and no workflow. */
export async function openOfflineEngine({
  folder,
  model,
  defaultModel,
  hidden = [],
  concurrency = 4,
}: OfflineOptions): Promise<OfflineEngine> {
  await using stack = new AsyncDisposableStack();
  const logger = createLogger("warn", { secrets: new KnownSecrets(hidden) });
  const store = stack.use(await openSqliteStore({ path: ":memory:" }));
  const database = stack.use(createDatabaseService({ urls: {} }));
  const cron = createCron();
  const slack = createSlack({
    botToken: "xoxb-none",
    apiUrl: null,
    limits: store.rateLimits,
    clock: systemClock,
    logger,
  });
  const engine = createEngine({
    store,
    clock: systemClock,
    logger,
    directory: {
      person: async () => null,
      groupMembers: async () => null,
      channelMembers: async () => null,
    },
    services: createServiceRegistry([
      createSlackService(slack),
      createHttpService(),
      createEmailService({ server: null, templatesDir: join(folder, "email-templates") }),
      database,
    ]),
    model,
    defaultModel,
    stepTypes: createStepTypes({ defaultModel }),
    triggerTypes: createTriggerTypes({ cron }),
    cron,
    revealSecrets: (params) => params,
    hideSecrets: createSecretMask(hidden).text,
    sampleFiles: createSampleFiles(join(folder, "evals")),
    evaluations: { concurrency },
    pollMs: 60_000,
  });
  stack.defer(() => engine.stop());
  await addPromptFolder(engine, join(folder, "prompts"), logger);
  const opened = stack.move();
  return { engine, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** An engine that only evaluates: the definitions, prompts and samples of a folder. */
export interface EvalEngine extends OfflineEngine {
  /** Ids of the workflows of the folder. */
  readonly workflowIds: readonly string[];
}

/** @throws {Error} when a definition of the folder has problems. */
export async function openEvalEngine(options: OfflineOptions): Promise<EvalEngine> {
  const { folder } = options;
  await using stack = new AsyncDisposableStack();
  const { engine } = stack.use(await openOfflineEngine(options));
  const workflowIds: string[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".json")).sort()) {
    const definition: unknown = JSON.parse(await readFile(join(folder, file), "utf8"));
    const result = await engine.workflows.deploy(definition, { by: `file:${file}` });
    if (!result.deployed) {
      const [first] = result.problems;
      throw new Error(`${file} has problems: ${first?.path ?? ""}: ${first?.message ?? ""}`);
    }
    workflowIds.push(result.workflowId);
  }
  const opened = stack.move();
  return { engine, workflowIds, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
