import { parseArgs } from "node:util";
import { createCron } from "../src/adapters/node-cron.ts";
import { loadConfig } from "../src/app/config.ts";
import { createLogger } from "../src/app/log.ts";
import { openStore } from "../src/app/open-store.ts";
import type { Tokens, TokenView } from "../src/engine/api/tokens.ts";
import { createEngine } from "../src/engine/engine.ts";
import { COMMAND_LINE } from "../src/engine/model/actor.ts";
import { systemClock } from "../src/engine/ports/clock.ts";
import { TOKEN_SCOPES } from "../src/engine/ports/tokens.ts";
import { AppError, asAppError } from "../src/shared/errors.ts";
import { createSlack } from "../src/slack/slack.ts";

/**
 * `npm run token -- create|list|revoke`: tokens of the API at the command line, for the first set-up. It needs the bot's environment
 * (`.env`), and asks Slack whether the owner is a member. With a data folder the bot must be stopped; with MongoDB it may run.
 */

const USAGE = `Usage:
  npm run token -- create --name nightly-report --owner U012ABCDEF [--scopes ${TOKEN_SCOPES.join(",")}] [--days 90]
  npm run token -- list
  npm run token -- revoke tok_…`;
/** `sysexits.h`: the command was used wrongly. */
const EX_USAGE = 64;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: "string" },
      owner: { type: "string" },
      scopes: { type: "string", default: "read" },
      days: { type: "string" },
    },
  });
  const [what, id, ...more] = positionals;
  if (what === "list" && id === undefined) return withTokens(list);
  if (what === "revoke" && id !== undefined && more.length === 0)
    return withTokens((tokens) => revoke(tokens, id));
  const { name, owner, scopes, days } = values;
  if (what === "create" && id === undefined && name !== undefined && owner !== undefined)
    return withTokens((tokens) => create(tokens, { name, owner, scopes, days }));
  console.error(USAGE);
  process.exitCode = EX_USAGE;
}

async function withTokens(use: (tokens: Tokens) => Promise<void>): Promise<void> {
  const config = loadConfig();
  await using stack = new AsyncDisposableStack();
  const logger = createLogger("warn");
  const store = await openStore(config, stack, logger);
  const slack = createSlack({
    botToken: config.slack.botToken,
    apiUrl: config.slack.apiUrl,
    limits: store.rateLimits,
    clock: systemClock,
    logger,
  });
  // It is never started: nothing is executed here.
  const engine = createEngine({
    store,
    clock: systemClock,
    logger,
    directory: slack.directory,
    admins: config.slack.admins,
    services: { get: () => undefined, names: () => [] },
    model: { complete: () => Promise.reject(new TypeError("No model is asked here.")) },
    cron: createCron(),
    revealSecrets: (params) => params,
    pollMs: 60_000,
  });
  await use(engine.tokens);
}

async function create(
  tokens: Tokens,
  asked: {
    readonly name: string;
    readonly owner: string;
    scopes: string;
    days: string | undefined;
  },
): Promise<void> {
  const { name, owner, days } = asked;
  const wanted = asked.scopes.split(",").map((scope) => scope.trim());
  const scopes = TOKEN_SCOPES.filter((scope) => wanted.includes(scope));
  if (scopes.length !== new Set(wanted).size) {
    throw new AppError({
      code: "input_invalid",
      message: `--scopes must be some of ${TOKEN_SCOPES.join(",")}, with commas between.`,
    });
  }
  const { token, view } = await tokens.create(
    { name, owner, scopes, ...(days !== undefined && { days: Number(days) }) },
    COMMAND_LINE,
  );
  console.error(`${describe(view)}\nThe token, which is shown this once:`);
  console.log(token);
}

async function list(tokens: Tokens): Promise<void> {
  const all = await tokens.list(COMMAND_LINE);
  console.log(all.length === 0 ? "There are no tokens." : all.map(describe).join("\n"));
}

async function revoke(tokens: Tokens, id: string): Promise<void> {
  const { name } = await tokens.revoke(id, COMMAND_LINE);
  console.log(`The token ${name} is revoked.`);
}

function describe({ id, name, owner, scopes, expiresAt, lastUsedAt }: TokenView): string {
  const used = lastUsedAt === null ? "never used" : `last used ${toDay(lastUsedAt)}`;
  return `${id}  ${name}  of ${owner}  ${scopes.join(",")}  until ${toDay(expiresAt)}  ${used}`;
}

function toDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

try {
  await main();
} catch (error) {
  const isMisused = error instanceof TypeError;
  console.error(isMisused ? `${error.message}\n${USAGE}` : asAppError(error).message);
  process.exitCode ||= isMisused ? EX_USAGE : 1;
}
