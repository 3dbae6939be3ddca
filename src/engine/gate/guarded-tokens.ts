import { timingSafeEqual } from "node:crypto";
import { isApiToken, newApiToken } from "../../shared/api-token.ts";
import { AppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { notPermitted } from "../access/access-texts.ts";
import type {
  NewToken,
  TokenHolder,
  TokenRequest,
  Tokens,
  TokenUse,
  TokenView,
} from "../api/tokens.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { isAlive, TOKEN_SCOPES, type TokenRecord } from "../ports/tokens.ts";
import type { Gate } from "./gate.ts";

export interface TokensOptions {
  readonly store: Pick<Store, "tokens" | "kv" | "rateLimits">;
  readonly clock: Clock;
  /** Requests that one token may send each second in the long run. @default 20 */
  readonly tokenRatePerSecond?: number;
}

const DEFAULT_DAYS = 90;
const MAX_DAYS = 365;
const DAY_MS = 86_400_000;
const MAX_NAME = 80;
/** Tokens that one person may have at a time: more are forgotten ones. */
const MAX_OWN = 50;
const MAX_LISTED = 1000;
const DEFAULT_RATE = 20;
/** Seconds at the steady rate that may come at once. */
const BURST_SECONDS = 5;
/** Keys under which it is kept when a token was last used; its id follows. */
const USED = "token-used:";
const USED_EACH_MS = 60_000;
const ID_DIGITS = 16;

/** Tokens of the API. The contract stands in {@link Tokens}. */
export class GuardedTokens implements Tokens {
  readonly #gate: Gate;
  readonly #options: TokensOptions;
  /** When this process last noted the use of a token. */
  readonly #noted = new Map<string, number>();

  constructor(gate: Gate, options: TokensOptions) {
    this.#gate = gate;
    this.#options = options;
  }

  async create(request: TokenRequest, by: string): Promise<NewToken> {
    const { store, clock } = this.#options;
    const { name, scopes, days = DEFAULT_DAYS } = checked(request);
    const owner = await this.#assertOwner(request.owner, by);
    const now = clock.now();
    const own = await store.tokens.list({ owner, limit: MAX_LISTED });
    if (own.filter((one) => isAlive(one, now)).length >= MAX_OWN) throw tooMany();
    const token = newApiToken();
    const hash = sha256(token).toString("hex");
    const record: TokenRecord = {
      id: idOf(hash),
      ...{ hash, name, owner, scopes, createdBy: by, createdAt: now },
      expiresAt: now + days * DAY_MS,
      revoked: null,
    };
    if (!(await store.tokens.insert(record))) throw collision();
    await this.#gate.trail.write(by, {
      action: "token",
      result: "done",
      detail: { created: record.id, name, owner, scopes: [...scopes], days },
    });
    return { token, view: toView(record, null) };
  }

  async list(reader: string): Promise<readonly TokenView[]> {
    const records = (await this.#readable(reader)).filter(({ revoked }) => revoked === null);
    const used = await this.#options.store.kv.list(USED);
    const lastUses = new Map(used.map(({ key, value }) => [key.slice(USED.length), value]));
    return records.map((record) => toView(record, lastUses.get(record.id)));
  }

  async revoke(id: string, by: string): Promise<TokenView> {
    const { store, clock } = this.#options;
    const wanted = id.trim().toLowerCase();
    const fitting = (await this.#readable(by)).filter((one) => one.id.startsWith(wanted));
    const [record] = fitting;
    if (record === undefined || fitting.length > 1 || wanted === "") throw notFound(id);
    const lastUsed = await store.kv.get(USED + record.id);
    if (record.revoked !== null) return toView(record, lastUsed);
    const revoked = { ...record, revoked: { by, at: clock.now() } };
    await store.tokens.save(revoked);
    await this.#gate.trail.write(by, {
      action: "token",
      result: "done",
      detail: { revoked: record.id, name: record.name, owner: record.owner },
    });
    return toView(revoked, lastUsed);
  }

  async identify(token: string, isChange: boolean): Promise<TokenHolder> {
    const { store, clock } = this.#options;
    const hash = sha256(token);
    const record = isApiToken(token) ? await store.tokens.get(idOf(hash.toString("hex"))) : null;
    // Comparing digests takes the same time for every token.
    if (record === null || !timingSafeEqual(hash, Buffer.from(record.hash, "hex"))) throw unknown();
    const { id: tokenId, name, owner, scopes } = record;
    assertValid(record, clock.now());
    await this.#admit(tokenId);
    if (!(await this.#gate.access.mayUse(owner, isChange ? "now" : "recent"))) throw noMember();
    await this.#note(tokenId);
    return { tokenId, name, owner, scopes };
  }

  async assertGood({ tokenId, owner }: TokenHolder): Promise<void> {
    const { store, clock } = this.#options;
    const record = await store.tokens.get(tokenId);
    if (record === null) throw unknown();
    assertValid(record, clock.now());
    if (!(await this.#gate.access.mayUse(owner, "recent"))) throw noMember();
  }

  async record({ tokenId, name, owner }: TokenHolder, use: TokenUse): Promise<void> {
    const { request, ...about } = use;
    await this.#gate.trail.write(
      owner,
      { action: "token", ...about, result: "done", detail: { used: tokenId, name, request } },
      "api",
    );
  }

  /** @returns whose token it becomes. @throws {AppError} `input_invalid`, `not_allowed`. */
  async #assertOwner(owner: string, by: string): Promise<string> {
    const { access } = this.#gate;
    if (!isUserId(owner)) throw badRequest("owner", "must be a Slack user id, such as U012ABCDEF");
    const what = "create tokens of the API";
    if (access.personOf(by) !== owner)
      await this.#gate.permitAdmin(by, { what: `${what} for other people` });
    if (await access.mayUse(owner)) return owner;
    if (access.personOf(by) !== owner)
      throw badRequest("owner", "must be a member of the workspace, no guest and no bot");
    const outsider = { because: { kind: "outsider" }, holders: [] } as const;
    throw await this.#gate.refuse(by, { what }, notPermitted(outsider, what, access.admins));
  }

  /** Those that a person may see. */
  async #readable(reader: string): Promise<readonly TokenRecord[]> {
    const { access } = this.#gate;
    const owner = (await access.isAdmin(reader)) ? null : access.personOf(reader);
    return this.#options.store.tokens.list({ limit: MAX_LISTED, ...(owner !== null && { owner }) });
  }

  /** All processes that share a database count together. @throws {AppError} `rate_limited`. */
  async #admit(tokenId: string): Promise<void> {
    const { store, clock, tokenRatePerSecond: rate = DEFAULT_RATE } = this.#options;
    const limit = {
      key: `token:${tokenId}`,
      burst: Math.max(rate * BURST_SECONDS, 1),
      intervalMs: 1000 / rate,
    };
    const refusal = await store.rateLimits.take([limit], clock.now());
    if (refusal === null) return;
    throw new AppError({
      code: "rate_limited",
      message: `Too many requests with this token: at most ${rate} per second. Wait a moment.`,
      retryable: true,
      retryAfterMs: refusal.waitMs,
    });
  }

  /** Beside the record, so that noting a use cannot undo a revocation. */
  async #note(tokenId: string): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    if (now - (this.#noted.get(tokenId) ?? 0) < USED_EACH_MS) return;
    this.#noted.set(tokenId, now);
    await store.kv.set(USED + tokenId, now);
  }
}

/** @throws {AppError} `token_invalid` when it was revoked or has expired. */
function assertValid({ revoked, expiresAt }: TokenRecord, now: number): void {
  if (revoked !== null) throw invalid("This token was revoked.");
  if (expiresAt <= now) throw invalid("This token has expired.");
}

function idOf(hash: string): string {
  return `tok_${hash.slice(0, ID_DIGITS)}`;
}

function toView(record: TokenRecord, lastUsed: unknown): TokenView {
  const { hash: _, ...rest } = record;
  return { ...rest, lastUsedAt: typeof lastUsed === "number" ? lastUsed : null };
}

/** @throws {AppError} `input_invalid` naming the field. */
function checked(request: TokenRequest): TokenRequest {
  const name = request.name.trim();
  const { scopes, days = DEFAULT_DAYS } = request;
  if (name === "" || name.length > MAX_NAME)
    throw badRequest("name", `must have 1 to ${MAX_NAME} characters: say what the token is for`);
  if (scopes.length === 0 || scopes.some((scope) => !TOKEN_SCOPES.includes(scope)))
    throw badRequest("scopes", `must be some of ${TOKEN_SCOPES.join(", ")}`);
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS)
    throw badRequest("days", `must be a whole number from 1 to ${MAX_DAYS}`);
  return { ...request, name, scopes: TOKEN_SCOPES.filter((scope) => scopes.includes(scope)) };
}

function badRequest(path: string, message: string): AppError {
  return new AppError({
    code: "input_invalid",
    message: `The token was not created: ${path} ${message}.`,
    details: { problems: [{ path, message, fix: `Correct ${path}.` }] },
  });
}

function tooMany(): AppError {
  return badRequest("owner", `has ${MAX_OWN} tokens already: revoke those that are not needed`);
}

function collision(): AppError {
  return new AppError({
    code: "store_conflict",
    message: "The token could not be created. Try again.",
  });
}

function notFound(id: string): AppError {
  return new AppError({
    code: "token_not_found",
    message: `There is no token "${id.slice(0, 40)}" that you may revoke. The list of tokens shows their ids.`,
  });
}

function unknown(): AppError {
  return invalid("This token is not one of this bot.");
}

function invalid(message: string): AppError {
  return new AppError({
    code: "token_invalid",
    message: `${message} Create another one with “token create”.`,
  });
}

function noMember(): AppError {
  return new AppError({
    code: "not_allowed",
    message:
      "The owner of this token is no member of the workspace any more, so it may do nothing. Use a token of another person.",
  });
}
