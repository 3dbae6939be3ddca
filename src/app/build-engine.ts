import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { createCredentials } from "../adapters/credentials.ts";
import { createOpenAiModelClient } from "../adapters/llm/openai-model-client.ts";
import { createCron } from "../adapters/node-cron.ts";
import { createSampleFiles } from "../adapters/sample-files.ts";
import { createSecretRevealer } from "../adapters/secrets.ts";
import { createConversations } from "../bot/conversations.ts";
import { createEngine, type EngineOptions, type RunningEngine } from "../engine/engine.ts";
import { systemClock } from "../engine/ports/clock.ts";
import type { Credentials } from "../engine/ports/credentials.ts";
import type { ServiceRegistry } from "../engine/ports/service.ts";
import type { Store } from "../engine/ports/store.ts";
import { secretsOfUrl } from "../services/database/connection-url.ts";
import type { DatabaseService } from "../services/database/database-service.ts";
import type { EmailService } from "../services/email/email-service.ts";
import { createHttpService } from "../services/http/http-service.ts";
import { createCredentialTester } from "../services/http/test-credential.ts";
import { createServiceRegistry } from "../services/registry.ts";
import { createSlackService } from "../services/slack/slack-service.ts";
import { withBreakers } from "../services/with-breakers.ts";
import { hideApiTokens } from "../shared/api-token.ts";
import type { Json } from "../shared/json.ts";
import type { KnownSecrets } from "../shared/known-secrets.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { MIN_SECRET_LENGTH, mapTexts } from "../shared/secret-mask.ts";
import { createSlackInputChecks, createSlackNameChecks } from "../slack/name-checks.ts";
import { createSlackNamePins } from "../slack/name-pins.ts";
import type { Slack } from "../slack/slack.ts";
import type { KeyRing } from "../store/encryption/keys.ts";
import { secretsOfUri } from "../store/mongodb/uri.ts";
import type { Telemetry } from "../web/telemetry.ts";
import type { Config } from "./config.ts";
import { readConnectors } from "./connectors.ts";
import { secretsOfCredentials } from "./credentials-config.ts";
import { readPricesFile } from "./prices-file.ts";
import type { Tracing } from "./tracing.ts";

/** How often the store is polled for the work of other processes, by kind. A data folder has one process; MongoDB without change streams is read this often. */
const POLL_MS = { sqlite: 5000, mongodb: 250 } as const;

/** How long running attempts may take to end when the bot stops: most calls of services do within this. */
const STOP_GRACE_MS = 3000;

const DAY_MS = 86_400_000;

/** What the engine is built from besides the configuration. */
export interface EngineParts {
  readonly config: Config;
  readonly store: Store;
  readonly slack: Slack;
  readonly database: DatabaseService;
  readonly email: EmailService;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** What is hidden in all that is kept, shown and asked of a model. */
  readonly secrets: KnownSecrets;
  /** `null`: no traces are exported. */
  readonly tracing: Tracing | null;
  /** Called with what the operator has to do when a newer version of the bot has taken over the data. */
  readonly onOutdated: (remedy: string) => void;
}

/** Connects the engine to its adapters. */
export function buildEngine(parts: EngineParts): RunningEngine {
  const { config, store, slack, database, logger, telemetry, tracing, onOutdated } = parts;
  const { pricesFile } = config.model;
  const secrets = parts.secrets.mask();
  const hideSecrets = (text: string): string => hideApiTokens(secrets.text(text));
  const maskSecrets = (value: Json): Json => mapTexts(secrets.json(value), hideApiTokens);
  const { maxBytes, maxTotalBytes, retentionDays } = config.files;
  const credentials = createCredentials({
    ...{ store, clock: systemClock, given: config.credentials, secrets: parts.secrets },
  });
  return createEngine({
    store,
    clock: systemClock,
    logger,
    directory: slack.directory,
    admins: config.slack.admins,
    ...omitUndefined({ tokenOwner: config.web.tokenOwner ?? undefined }),
    tokenRatePerSecond: config.web.tokenRatePerSecond,
    conversations: createConversations(slack),
    nameChecks: {
      ...createSlackNameChecks(slack),
      connection: database.checkConnection,
    },
    credentials,
    testCredential: createCredentialTester({ allowHosts: config.http.allowHosts, credentials }),
    inputChecks: createSlackInputChecks(slack),
    namePins: createSlackNamePins(slack),
    services: createServices(parts, credentials),
    model: telemetry.models.measure(createOpenAiModelClient(config.model), systemClock.elapsed),
    defaultModel: config.model.defaultModel,
    draftBudgetUsd: config.model.draftBudgetUsd,
    prices: pricesFile === null ? {} : readPricesFile(pricesFile),
    cron: createCron(),
    ...(config.runRetentionDays !== null && { retentionMs: config.runRetentionDays * DAY_MS }),
    fileLimits: { maxBytes, maxTotalBytes, retentionMs: retentionDays * DAY_MS },
    revealSecrets: createSecretRevealer(config.secrets),
    ...{ hideSecrets, maskSecrets },
    sampleFiles: createSampleFiles(join(config.workflowsDir, "evals")),
    observe: tracing === null ? telemetry.observe : observeBoth(telemetry, tracing),
    onWatchState: telemetry.watching,
    pollMs: POLL_MS[config.store.kind],
    stopGraceMs: STOP_GRACE_MS,
    onOutdated,
    processName: PROCESS_NAME,
  });
}

/** What workflow steps may call, connectors included; a system that is away is left alone. */
function createServices(parts: EngineParts, credentials: Credentials): ServiceRegistry {
  const { config, slack, database, email, tracing, logger } = parts;
  const http = createHttpService({
    allowHosts: config.http.allowHosts,
    secretHosts: config.secretHosts,
    credentials,
    ...(tracing && { traceParentFor: tracing.traceParentFor }),
  });
  const services = [createSlackService(slack), http, email, database];
  const connectors = readConnectors(config.connectorsDir, services, logger);
  return withBreakers(createServiceRegistry([...services, ...connectors]));
}

type Observe = NonNullable<EngineOptions["observe"]>;

function observeBoth(telemetry: Telemetry, tracing: Tracing): Observe {
  return (events, state, typeOf) => {
    telemetry.observe(events, state, typeOf);
    tracing.observe(events, state);
  };
}

/** For people and for other processes: where this process runs. */
export const PROCESS_NAME = `${hostname()}:${process.pid}`;

/** Values that must appear neither in the log nor in a prompt, nor in anything that is kept or shown. */
export function secretValues(config: Config): readonly string[] {
  const { slack, model, web, secrets, credentials, mail, databases, store, tracing } = config;
  return [
    slack.botToken,
    slack.appToken,
    slack.signingSecret,
    slack.signIn?.clientSecret,
    ...[slack.proxy?.http, slack.proxy?.https].flatMap((url) => secretsOfUrl(url ?? "")),
    web.apiToken,
    ...keyTexts(config.encryption),
    model.apiKey,
    ...Object.values(model.providers).map((provider) => provider.apiKey),
    ...Object.values(secrets),
    ...secretsOfCredentials(credentials),
    mail?.login?.password,
    ...headerSecrets(tracing?.headers ?? {}),
    ...secretsOfUrl(tracing?.url ?? ""),
    ...Object.values(databases).flatMap(secretsOfUrl),
    ...(store.kind === "mongodb" ? secretsOfUri(store.uri) : []),
  ].filter((value) => typeof value === "string");
}

/** Headers that prove who sends: whole, and what stands after the name of a scheme. */
function headerSecrets(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.values(headers).flatMap((value) => [value, value.replace(/^\S+\s+/, "")]);
}

/** Variables whose secrets are too short to be hidden in what services answer. */
export function shortSecrets({ secrets, mail }: Config): readonly string[] {
  const named = Object.entries(secrets).map(([name, value]) => [`SECRET_${name}`, value] as const);
  return [...named, ["SMTP_PASS", mail?.login?.password] as const].flatMap(([name, value]) =>
    value !== undefined && value.length < MIN_SECRET_LENGTH ? [name] : [],
  );
}

function keyTexts(ring: KeyRing | null): readonly string[] {
  return ring === null ? [] : [...ring.byId.values()].map(({ bytes }) => bytes.toString("base64"));
}
