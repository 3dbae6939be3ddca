import { isIP } from "node:net";
import { z } from "zod";
import type { GivenCredential } from "../engine/ports/credentials.ts";
import { AppError } from "../shared/errors.ts";
import { isHostPattern, isTooWide } from "../shared/host-pattern.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { isUserId } from "../shared/slack-ids.ts";
import { type KeyRing, readKeys } from "../store/encryption/keys.ts";
import { readCredentials } from "./credentials-config.ts";
import { TRACING_VARIABLES, type TracingConfig, tracingConfig } from "./tracing-config.ts";

/**
 * The configuration by area, read from the environment; nothing else reads `process.env`.
 */
export interface Config {
  readonly slack: SlackConfig;
  readonly model: ModelConfig;
  readonly store: StoreConfig;
  /** Keys by which what is stored is encrypted; `null`: it is not. */
  readonly encryption: KeyRing | null;
  readonly web: {
    readonly host: string;
    readonly port: number;
    /** `null`: only programs on this machine are served. */
    readonly apiToken: string | null;
    /** Where browsers open the console; `null`: at its address on this machine or in its network. */
    readonly publicUrl: string | null;
    /** Addresses and CIDRs of proxies whose `X-Forwarded-For` is believed. */
    readonly trustedProxies: readonly string[];
    /** Slack user id of the person in whose name the API acts; `null`: it acts as the operator, who may do all. */
    readonly tokenOwner: string | null;
    /** Requests that one token of the API may send each second in the long run. */
    readonly tokenRatePerSecond: number;
  };
  readonly http: { readonly allowHosts: readonly string[] };
  readonly files: {
    /** Bytes of one file. */
    readonly maxBytes: number;
    /** Bytes of all files together. */
    readonly maxTotalBytes: number;
    /** Days after its last use. */
    readonly retentionDays: number;
  };
  /** Days that runs are kept after their end whose workflow says nothing of it; `null`: for ever. */
  readonly runRetentionDays: number | null;
  /** `null`: e-mail is not configured. */
  readonly mail: MailConfig | null;
  /**
   * URLs of databases by name, in lower case: `DATABASE_URL` is `default`, `DATABASE_URL_CRM` is
   * `crm`.
   */
  readonly databases: Readonly<Record<string, string>>;
  /** `SECRET_<NAME>` by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** `SECRET_<NAME>_HOSTS` by name: the hosts to which that secret alone is sent, as `matchesHost` reads them. */
  readonly secretHosts: Readonly<Record<string, readonly string[]>>;
  /** `CREDENTIAL_<NAME>` by name, in lower case. */
  readonly credentials: Readonly<Record<string, GivenCredential>>;
  /** `null`: no traces are exported. */
  readonly tracing: TracingConfig | null;
  readonly workflowsDir: string;
  /** Folder of the files that describe further services. */
  readonly connectorsDir: string;
  readonly logLevel: LogLevel;
}

/** Where state is stored: in MongoDB, or in a file on this machine. */
export type StoreConfig =
  | { readonly kind: "mongodb"; readonly uri: string }
  | {
      readonly kind: "sqlite";
      readonly dataDir: string;
      readonly synchronous: "full" | "normal" | "off";
    };

export interface SlackConfig {
  readonly botToken: string;
  /** Socket Mode when set, else HTTP with the signing secret. */
  readonly appToken: string | null;
  readonly signingSecret: string | null;
  /** Absent: Slack itself. */
  readonly apiUrl: string | null;
  /** By which people sign in to the console with Slack; `null`: they do not. */
  readonly signIn: { readonly clientId: string; readonly clientSecret: string } | null;
  readonly slashCommand: string;
  /** Slack user ids. */
  readonly admins: readonly string[];
  readonly sockets: {
    /** Web sockets of this process. */
    readonly count: number;
    /** How old an answer to a ping may be, in milliseconds. */
    readonly pingTimeoutMs: number;
  };
  /** On the way to Slack; `null`: none. */
  readonly proxy: {
    readonly http: string | null;
    readonly https: string | null;
    readonly except: string | null;
  } | null;
}

export interface ModelConfig {
  /** Milliseconds of silence after which a call of a model is given up. */
  readonly timeoutMs: number;
  readonly apiKey: string | null;
  readonly baseUrl: string | null;
  readonly defaultModel: string;
  /** Dollars that one person's drafts may cost in a month. */
  readonly draftBudgetUsd: number;
  /** File with custom prices; `null`: only those of the package. */
  readonly pricesFile: string | null;
  /** Endpoints by model prefix: `anthropic` for `anthropic/…`. */
  readonly providers: Readonly<
    Record<string, { readonly baseUrl: string; readonly apiKey?: string }>
  >;
}

export interface MailConfig {
  readonly host: string;
  readonly port: number;
  readonly login: { readonly user: string; readonly password: string } | null;
  readonly from: string;
  /** File with further authorities for its certificate; `null`: those of Node alone. */
  readonly caFile: string | null;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const text = z.string().trim().min(1);
const port = z.coerce.number().int().min(0).max(65_535);
const list = text.transform((value) => value.split(/[\s,]+/).filter((part) => part !== ""));
const databaseUrl = text.refine(
  (url) =>
    /^sqlite:[^?]/.test(url) ||
    (/^postgres(?:ql)?:/.test(url) && URL.canParse(url)) ||
    /^mongodb(?:\+srv)?:\/\/[^/?#\s]+\/[^/?#\s]/.test(url),
  "must be postgres://user:password@host/name, mongodb://user:password@host/name or sqlite:./file.db",
);
const httpUrl = z.url({ protocol: /^https?$/ });

function wholeNumber(least: number, most: number) {
  const range = `must be a whole number from ${least} to ${most}`;
  return text
    .regex(/^\d{1,13}$/, range)
    .transform(Number)
    .refine((value) => value >= least && value <= most, range);
}

/** Keys for what is stored; their bytes stand nowhere in a message. */
const encryptionKeys = text.transform((value, context) => {
  const keys = readKeys(value);
  if (typeof keys !== "string") return keys;
  context.addIssue({ code: "custom", message: keys });
  return z.NEVER;
});

/** Each variable with its check; the defaults equal those of `.env.example`. */
const Environment = z.object({
  SLACK_BOT_TOKEN: text.regex(/^xoxb-/, "must be a bot token: it begins with xoxb-"),
  SLACK_APP_TOKEN: text
    .regex(/^xapp-/, "must be an app-level token: it begins with xapp-")
    .optional(),
  SLACK_SIGNING_SECRET: text.optional(),
  SLACK_API_URL: httpUrl.optional(),
  SLACK_CLIENT_ID: text.optional(),
  SLACK_CLIENT_SECRET: text.optional(),
  SLASH_COMMAND: text
    .regex(
      /^\/[a-z0-9_-]{1,31}$/,
      "must be a slash and at most 31 lower-case letters, digits, - and _",
    )
    .default("/workflow"),
  ADMINS: list
    .refine(
      (ids) => ids.every((id) => isUserId(id)),
      "must be Slack user ids like U012ABCDEF, separated by commas",
    )
    .default([]),
  SLACK_SOCKETS: wholeNumber(1, 10).default(2),
  SLACK_PING_TIMEOUT_MS: wholeNumber(1000, 120_000).default(20_000),
  HTTPS_PROXY: httpUrl.optional(),
  HTTP_PROXY: httpUrl.optional(),
  NO_PROXY: text.optional(),
  OPENAI_API_KEY: text.optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  LLM_TIMEOUT_MS: wholeNumber(1000, 600_000).default(60_000),
  DEFAULT_MODEL: text.default("gpt-4o-mini"),
  DRAFT_BUDGET_USD: wholeNumber(0, 100_000).default(10),
  PRICES_FILE: text.optional(),
  ENCRYPTION_KEY: encryptionKeys.optional(),
  MONGODB_URI: text
    .regex(
      /^mongodb(\+srv)?:\/\/[^/]/,
      "must be an address like mongodb://user:password@host:27017/database",
    )
    .optional(),
  DATA_DIR: text.default("./data"),
  SQLITE_SYNCHRONOUS: z.enum(["full", "normal", "off"]).default("full"),
  HOST: text.default("127.0.0.1"),
  PORT: port.default(3000),
  API_TOKEN: text.min(16, "must have at least 16 characters: it opens the whole API").optional(),
  API_TOKEN_OWNER: text
    .refine(
      isUserId,
      "must be a Slack user id like U012ABCDEF: the person to whom the token belongs",
    )
    .optional(),
  API_TOKEN_RATE_PER_SECOND: wholeNumber(1, 10_000).default(20),
  PUBLIC_URL: httpUrl
    .refine(isOrigin, "must be an address without a path, such as https://heddle.example.com")
    .optional(),
  TRUSTED_PROXIES: list
    .refine(
      (ranges) => ranges.every(isAddressOrRange),
      "must be addresses or ranges like 10.0.0.0/8, separated by commas",
    )
    .default([]),
  HTTP_ALLOW_HOSTS: list
    .refine(
      (hosts) => hosts.every(isHostOrRange),
      "must be host names, host:port, *.domain, addresses or ranges like 10.0.0.0/8, separated by commas",
    )
    .default([]),
  MAX_FILE_BYTES: wholeNumber(1000, 100_000_000).default(10_000_000),
  MAX_FILES_TOTAL_BYTES: wholeNumber(1000, 1_000_000_000_000).default(1_000_000_000),
  FILE_RETENTION_DAYS: wholeNumber(1, 3650).default(30),
  RETENTION_DAYS: wholeNumber(1, 3650).optional(),
  DATABASE_URL: databaseUrl.optional(),
  SMTP_HOST: text.optional(),
  SMTP_PORT: port.default(587),
  SMTP_USER: text.optional(),
  SMTP_PASS: z.string().optional(),
  SMTP_CA_FILE: text.optional(),
  EMAIL_FROM: text
    .regex(
      /^(?:[^<>\p{Cc}]*<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/u,
      "must be one e-mail address, with or without a name: Heddle <bot@example.com>",
    )
    .optional(),
  WORKFLOWS_DIR: text.default("./workflows"),
  CONNECTORS_DIR: text.default("./connectors"),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info"),
  ...TRACING_VARIABLES,
});

/** `https://heddle.example.com`, with or without a slash at the end. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^/?#@]+\/?$/.test(text);
}

/** As {@link isHostPattern} and {@link isAddressOrRange}. */
function isHostOrRange(text: string): boolean {
  return isAddressOrRange(text) || isHostPattern(text);
}

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */
function isAddressOrRange(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const most = { 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (bits === undefined) return most > 0;
  return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

/** Names of the variables. */
export const VARIABLE_NAMES: readonly string[] = Object.keys(Environment.shape);

/** Families of variables whose names have a variable part. */
export const VARIABLE_FAMILIES = [
  "LLM_<PREFIX>_BASE_URL",
  "LLM_<PREFIX>_API_KEY",
  "DATABASE_URL_<NAME>",
  "SECRET_<NAME>",
  "SECRET_<NAME>_HOSTS",
  "CREDENTIAL_<NAME>",
] as const;

/** How to get what is missing. */
const REMEDIES: Readonly<Record<string, string>> = {
  SLACK_BOT_TOKEN:
    "Create the app from manifest.yml at https://api.slack.com/apps, install it, and copy the token of OAuth & Permissions.",
  SLACK_APP_TOKEN:
    "Make an app-level token with the scope connections:write under Basic Information, or set SLACK_SIGNING_SECRET to receive events over HTTP.",
  OPENAI_API_KEY:
    "Set the key of your provider, or OPENAI_BASE_URL for an endpoint that needs none.",
};

/**
 * Reads the configuration.
 *
 * @param env - empty values count as absent; the process's own environment by default.
 * @throws {AppError} `config_invalid`, whose message lists every wrong variable and what to do, and
 *   never a value; `details.problems` has them one by one.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const given = Object.fromEntries(
    Object.entries({ ...env, ...lowerCaseProxies(env) }).filter(
      ([, value]) => value !== undefined && value.trim() !== "",
    ),
  );
  const parsed = Environment.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => problemOf(issue, given));
  const { providers, problems: providerProblems } = readProviders(given);
  const { databases, problems: databaseProblems } = readDatabases(given);
  const { secrets, secretHosts, problems: secretProblems } = readSecrets(given);
  const { credentials, problems: credentialProblems } = readCredentials(given, secrets);
  problems.push(
    ...[...providerProblems, ...databaseProblems, ...secretProblems, ...credentialProblems],
    ...crossChecks(given),
  );
  if (!parsed.success || problems.length > 0) {
    throw new AppError({
      code: "config_invalid",
      message: `The configuration is not complete:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
      details: { problems },
    });
  }
  const values = parsed.data;
  return {
    slack: slackConfig(values),
    model: {
      apiKey: values.OPENAI_API_KEY ?? null,
      baseUrl: values.OPENAI_BASE_URL ?? null,
      timeoutMs: values.LLM_TIMEOUT_MS,
      defaultModel: values.DEFAULT_MODEL,
      draftBudgetUsd: values.DRAFT_BUDGET_USD,
      pricesFile: values.PRICES_FILE ?? null,
      providers,
    },
    encryption: values.ENCRYPTION_KEY ?? null,
    store: storeConfig(values),
    web: webConfig(values),
    http: { allowHosts: values.HTTP_ALLOW_HOSTS },
    files: {
      maxBytes: values.MAX_FILE_BYTES,
      maxTotalBytes: values.MAX_FILES_TOTAL_BYTES,
      retentionDays: values.FILE_RETENTION_DAYS,
    },
    runRetentionDays: values.RETENTION_DAYS ?? null,
    mail: mailConfig(values),
    databases,
    ...{ secrets, secretHosts, credentials },
    tracing: tracingConfig(values),
    workflowsDir: values.WORKFLOWS_DIR,
    connectorsDir: values.CONNECTORS_DIR,
    logLevel: values.LOG_LEVEL,
  };
}

/** `https_proxy` and its like: as with `curl`, the lower-case form counts if both are given. */
function lowerCaseProxies(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const names = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];
  const given = names.filter((name) => (env[name.toLowerCase()] ?? "").trim() !== "");
  return Object.fromEntries(given.map((name) => [name, env[name.toLowerCase()]]));
}

function slackConfig(values: z.output<typeof Environment>): SlackConfig {
  const { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: except } = values;
  return {
    botToken: values.SLACK_BOT_TOKEN,
    appToken: values.SLACK_APP_TOKEN ?? null,
    signingSecret: values.SLACK_SIGNING_SECRET ?? null,
    apiUrl: values.SLACK_API_URL ?? null,
    signIn: signInConfig(values),
    slashCommand: values.SLASH_COMMAND,
    admins: values.ADMINS,
    sockets: { count: values.SLACK_SOCKETS, pingTimeoutMs: values.SLACK_PING_TIMEOUT_MS },
    proxy:
      http === undefined && https === undefined
        ? null
        : { http: http ?? null, https: https ?? null, except: except ?? null },
  };
}

function signInConfig(values: z.output<typeof Environment>): SlackConfig["signIn"] {
  const { SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret } = values;
  if (clientId === undefined || clientSecret === undefined) return null;
  return { clientId, clientSecret };
}

function storeConfig(values: z.output<typeof Environment>): StoreConfig {
  const { MONGODB_URI: uri, DATA_DIR: dataDir, SQLITE_SYNCHRONOUS: synchronous } = values;
  return uri === undefined ? { kind: "sqlite", dataDir, synchronous } : { kind: "mongodb", uri };
}

function webConfig(values: z.output<typeof Environment>): Config["web"] {
  const { HOST: host, PORT: port, API_TOKEN: token, API_TOKEN_OWNER: owner } = values;
  const trustedProxies = values.TRUSTED_PROXIES;
  const tokenRatePerSecond = values.API_TOKEN_RATE_PER_SECOND;
  const publicUrl = values.PUBLIC_URL ?? null;
  return {
    ...{ host, port, trustedProxies, tokenRatePerSecond, publicUrl },
    ...{ apiToken: token ?? null, tokenOwner: owner ?? null },
  };
}

function mailConfig(values: z.output<typeof Environment>): MailConfig | null {
  const { SMTP_HOST: host, SMTP_PORT: port, SMTP_USER: user, SMTP_PASS: password } = values;
  if (host === undefined || values.EMAIL_FROM === undefined) return null;
  const login = user === undefined || password === undefined ? null : { user, password };
  return { host, port, login, from: values.EMAIL_FROM, caFile: values.SMTP_CA_FILE ?? null };
}

function problemOf(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  const name = String(issue.path[0]);
  const remedy = REMEDIES[name] ? ` ${REMEDIES[name]}` : "";
  // zod's own messages may quote the value; only custom ones and lists of allowed values are safe.
  if (given[name] === undefined) return `${name} is missing.${remedy}`;
  if (issue.code === "invalid_value") return `${name} must be one of ${issue.values.join(", ")}.`;
  if (issue.code === "invalid_format" && issue.format === "url") {
    return `${name} must be a URL that begins with http:// or https://.`;
  }
  if (issue.code === "invalid_type" || (issue.code === "too_big" && issue.origin !== "string")) {
    return `${name} must be a whole number from 0 to 65535.`;
  }
  return `${name} ${issue.message}.${remedy}`;
}

function crossChecks(given: Record<string, string | undefined>): string[] {
  const problems: string[] = [];
  if (!given["SLACK_APP_TOKEN"] && !given["SLACK_SIGNING_SECRET"]) {
    problems.push(`SLACK_APP_TOKEN is missing. ${REMEDIES["SLACK_APP_TOKEN"] ?? ""}`);
  }
  if (!given["OPENAI_API_KEY"] && !given["OPENAI_BASE_URL"]) {
    problems.push(`OPENAI_API_KEY is missing. ${REMEDIES["OPENAI_API_KEY"] ?? ""}`);
  }
  if (given["API_TOKEN_OWNER"] && !given["API_TOKEN"]) {
    problems.push(
      "API_TOKEN is missing: API_TOKEN_OWNER says whose token it is. Set both or none.",
    );
  }
  problems.push(...signInChecks(given), ...mailChecks(given));
  return problems;
}

function signInChecks(given: Record<string, string | undefined>): string[] {
  if (!given["SLACK_CLIENT_ID"] === !given["SLACK_CLIENT_SECRET"]) return [];
  const missing = given["SLACK_CLIENT_ID"] ? "SLACK_CLIENT_SECRET" : "SLACK_CLIENT_ID";
  return [
    `${missing} is missing: signing in with Slack needs both. Copy them from Basic Information of the app.`,
  ];
}

function mailChecks(given: Record<string, string | undefined>): string[] {
  if (!given["SMTP_HOST"]) return [];
  const problems: string[] = [];
  if (!given["EMAIL_FROM"]) {
    problems.push("EMAIL_FROM is missing: SMTP_HOST is set, and e-mails need a sender.");
  }
  if (!given["SMTP_USER"] !== !given["SMTP_PASS"]) {
    const missing = given["SMTP_USER"] ? "SMTP_PASS" : "SMTP_USER";
    problems.push(
      `${missing} is missing: a login needs SMTP_USER and SMTP_PASS. Set both or none.`,
    );
  }
  return problems;
}

function readProviders(given: Record<string, string | undefined>): {
  readonly providers: ModelConfig["providers"];
  readonly problems: readonly string[];
} {
  const providers: Record<string, { baseUrl: string; apiKey?: string }> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const match = /^LLM_([A-Z0-9_]+)_(BASE_URL|API_KEY)$/.exec(name);
    const prefix = match?.[1];
    if (prefix === undefined || value === undefined) continue;
    const baseUrl = given[`LLM_${prefix}_BASE_URL`];
    if (baseUrl === undefined) {
      problems.push(
        `LLM_${prefix}_BASE_URL is missing: LLM_${prefix}_API_KEY alone names no endpoint.`,
      );
    } else if (!httpUrl.safeParse(baseUrl).success) {
      if (match?.[2] === "BASE_URL")
        problems.push(`${name} must be a URL that begins with http:// or https://.`);
    } else {
      const apiKey = given[`LLM_${prefix}_API_KEY`];
      providers[prefix.toLowerCase()] = omitUndefined({ baseUrl, apiKey });
    }
  }
  return { providers, problems };
}

function readDatabases(given: Record<string, string | undefined>): {
  readonly databases: Config["databases"];
  readonly problems: readonly string[];
} {
  const databases: Record<string, string> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const match = /^DATABASE_URL(?:_([A-Z0-9_]+))?$/.exec(name);
    if (match === null) continue;
    const suffix = match[1];
    const url = databaseUrl.safeParse(value);
    if (url.success) databases[suffix?.toLowerCase() ?? "default"] = url.data;
    // DATABASE_URL itself is reported with the other variables.
    else if (suffix !== undefined)
      problems.push(`${name} ${url.error.issues[0]?.message ?? "is not right"}.`);
  }
  return { databases, problems };
}

/** `SECRET_<NAME>_HOSTS` is never a secret named `<NAME>_HOSTS`. */
function readSecrets(given: Record<string, string | undefined>): {
  readonly secrets: Config["secrets"];
  readonly secretHosts: Config["secretHosts"];
  readonly problems: readonly string[];
} {
  const secrets: Record<string, string> = Object.create(null);
  const secretHosts: Record<string, readonly string[]> = Object.create(null);
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!name.startsWith("SECRET_") || name.length === 7 || value === undefined) continue;
    const bound = /^SECRET_(.+)_HOSTS$/.exec(name)?.[1];
    if (bound === undefined) {
      secrets[name.slice(7)] = value;
      continue;
    }
    const hosts = value.split(/[\s,]+/).filter((host) => host !== "");
    secretHosts[bound] = hosts;
    const wide = hosts.find(isTooWide);
    if (wide !== undefined) {
      problems.push(
        `${name} has ${wide}, under which everybody can register names. Name hosts of one owner, such as *.example.org.`,
      );
    }
    if (hosts.length === 0 || !hosts.every(isHostPattern)) {
      problems.push(
        `${name} must be host names like api.example.com or *.example.org, with or without a port, separated by commas.`,
      );
    }
    if (given[`SECRET_${bound}`] === undefined) {
      problems.push(
        `SECRET_${bound} is missing: ${name} says to which hosts it may be sent. Set both or none.`,
      );
    }
  }
  return { secrets, secretHosts, problems };
}
