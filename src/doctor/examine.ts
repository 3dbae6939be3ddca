import { secretValues } from "../app/build-engine.ts";
import type { Config } from "../app/config.ts";
import { createLogger, createRedactor } from "../app/log.ts";
import { systemClock } from "../engine/ports/clock.ts";
import { KnownSecrets } from "../shared/known-secrets.ts";
import { createSlack } from "../slack/slack.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { watchAnswerDates } from "./answer-dates.ts";
import { askIdentity } from "./ask-identity.ts";
import { clockCheck } from "./checks/clock.ts";
import { readEnvironment } from "./checks/configuration.ts";
import { dataFolderCheck } from "./checks/data-folder.ts";
import { databasesCheck } from "./checks/databases.ts";
import { mailCheck } from "./checks/mail.ts";
import { modelCheck } from "./checks/model.ts";
import { nodeRuntimeCheck } from "./checks/node-runtime.ts";
import { peopleCheck } from "./checks/people.ts";
import { eventsUrlCheck, portCheck } from "./checks/ports.ts";
import { proxyCheck } from "./checks/proxy.ts";
import { slackConnectionCheck } from "./checks/slack-connection.ts";
import { slackScopesCheck } from "./checks/slack-scopes.ts";
import { slackSettingsCheck } from "./checks/slack-settings.ts";
import { slackTokenCheck } from "./checks/slack-token.ts";
import { storeCheck } from "./checks/store.ts";
import { timeZonesCheck } from "./checks/time-zones.ts";
import { workflowsCheck } from "./checks/workflows.ts";
import type { DoctorContext, Identity } from "./context.ts";
import type { Check, CheckResult } from "./finding.ts";
import { readManifest } from "./manifest.ts";
import { runCheck } from "./run-check.ts";

export interface ExamineOptions {
  /** The environment as the bot would read it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Public address to which Slack sends in HTTP mode. @default it is not checked */
  readonly eventsUrl?: string;
  /** This machine's clock. @default Date.now */
  readonly now?: () => number;
  /** Gets each result, without secrets, in the order of the report. */
  readonly onResult?: (result: CheckResult) => void;
}

/**
 * Runs all checks at the same time; each has a time limit. Without a complete configuration only
 * those of the machine are run. Never rejects for what it finds.
 */
export async function examine(options: ExamineOptions): Promise<readonly CheckResult[]> {
  const { config, check: configuration } = readEnvironment(options.env);
  await using stack = new AsyncDisposableStack();
  const checks = [
    nodeRuntimeCheck(),
    configuration,
    ...(config === null ? [] : await checksOf(config, options, stack)),
    timeZonesCheck(),
  ];
  const redact = createRedactor(new KnownSecrets(config === null ? [] : secretValues(config)));
  const results: CheckResult[] = [];
  for (const running of checks.map(runCheck)) {
    const result = withoutSecrets(await running, redact);
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}

async function checksOf(
  config: Config,
  { env, eventsUrl, now = Date.now }: ExamineOptions,
  stack: AsyncDisposableStack,
): Promise<readonly Check[]> {
  // What the parts of the bot log is in the findings.
  const logger = createLogger("silent");
  const scratch = stack.use(await openSqliteStore({ path: ":memory:" }));
  const limits = scratch.rateLimits;
  const slack = createSlack({ ...config.slack, limits, clock: systemClock, logger });
  let identity: Promise<Identity> | null = null;
  const context: DoctorContext = {
    ...{ config, env, slack, scratch },
    manifest: await readManifest(),
    dates: stack.use(watchAnswerDates("/auth.test", now)),
    identity: () => (identity ??= askIdentity(slack.lookup)),
    eventsUrl: eventsUrl ?? null,
  };
  const { store } = config;
  return [
    slackTokenCheck(context),
    slackScopesCheck(context),
    slackConnectionCheck(context, logger),
    slackSettingsCheck(context),
    clockCheck(context),
    peopleCheck(context),
    proxyCheck(context),
    portCheck(context),
    eventsUrlCheck(context),
    store.kind === "sqlite" ? dataFolderCheck(store.dataDir) : null,
    storeCheck(context),
    modelCheck(context),
    mailCheck(context),
    databasesCheck(context),
    workflowsCheck(context, logger),
  ].filter((check) => check !== null);
}

function withoutSecrets(result: CheckResult, redact: (text: string) => string): CheckResult {
  const findings = result.findings.map((finding) => ({
    ...finding,
    what: redact(finding.what),
    ...(finding.fix !== undefined && { fix: redact(finding.fix) }),
  }));
  return { ...result, findings };
}
