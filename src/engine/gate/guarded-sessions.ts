import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import type { Json } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { NewSession, Session, SessionRequest, Sessions, SessionUse } from "../api/sessions.ts";
import { OPERATOR } from "../model/actor.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { isAlive, TOKEN_SCOPES } from "../ports/tokens.ts";
import type { Gate } from "./gate.ts";

export interface SessionsOptions {
  readonly store: Pick<Store, "kv" | "tokens">;
  readonly clock: Clock;
}

/** Milliseconds until one has to sign in anew: a day of work. */
const SESSION_MS = 12 * 3_600_000;
const SECRET_BYTES = 32;
/** Keys under which sessions are kept; the hash of the secret follows. */
const KEY = "session:";
const ID_DIGITS = 16;

/** A session as it is stored. Members are only added. */
const Stored = z.object({
  by: z.string(),
  via: z.enum(["slack", "token", "api_token"]),
  proof: z.string().optional(),
  token: z
    .object({
      tokenId: z.string(),
      name: z.string(),
      owner: z.string(),
      scopes: z.array(z.enum(TOKEN_SCOPES)),
    })
    .nullable(),
  createdAt: z.number(),
  expiresAt: z.number(),
});

/** Sessions of the console. The contract stands in {@link Sessions}. */
export class GuardedSessions implements Sessions {
  readonly #gate: Gate;
  readonly #options: SessionsOptions;

  constructor(gate: Gate, options: SessionsOptions) {
    this.#gate = gate;
    this.#options = options;
  }

  async begin({ by, via, token, proof }: SessionRequest): Promise<NewSession> {
    const { store, clock } = this.#options;
    if (by !== OPERATOR && !(await this.#gate.access.mayUse(by))) throw noMember();
    const now = clock.now();
    await this.#removeEnded(now);
    const secret = randomBytes(SECRET_BYTES).toString("base64url");
    const key = keyOf(secret);
    const ends =
      token === undefined ? undefined : (await store.tokens.get(token.tokenId))?.expiresAt;
    const stored = {
      ...{ by, via, ...omitUndefined({ proof }) },
      token: token === undefined ? null : { ...token, scopes: [...token.scopes] },
      createdAt: now,
      expiresAt: Math.min(now + SESSION_MS, ends ?? Number.POSITIVE_INFINITY),
    };
    await store.kv.set(key, stored);
    const session = { ...stored, id: idOf(key) };
    await this.#gate.trail.write(
      by,
      { action: "session", result: "done", detail: { began: session.id, via } },
      "console",
    );
    return { secret, session };
  }

  async identify(secret: string, isChange: boolean): Promise<Session | null> {
    const { store, clock } = this.#options;
    const key = keyOf(secret);
    const session = read(key, await store.kv.get(key));
    if (session === null || session.expiresAt <= clock.now()) return null;
    const { by, token } = session;
    if (token !== null && !(await this.#isAlive(token.tokenId))) return null;
    if (by === OPERATOR) return session;
    if (await this.#gate.access.mayUse(by, isChange ? "now" : "recent")) return session;
    throw noMember();
  }

  async end(secret: string): Promise<void> {
    const { kv } = this.#options.store;
    const key = keyOf(secret);
    const session = read(key, await kv.get(key));
    if (session === null) return;
    await kv.remove(key);
    const { id, by } = session;
    await this.#gate.trail.write(
      by,
      { action: "session", result: "done", detail: { ended: id } },
      "console",
    );
  }

  async record({ id, by }: Session, { request, ...about }: SessionUse): Promise<void> {
    const detail = { used: id, request };
    await this.#gate.trail.write(
      by,
      { action: "session", ...about, result: "done", detail },
      "console",
    );
  }

  async #isAlive(tokenId: string): Promise<boolean> {
    const token = await this.#options.store.tokens.get(tokenId);
    return token !== null && isAlive(token, this.#options.clock.now());
  }

  /** Sign-ins are rare, and so are sessions: there are as many as people signed in within a day. */
  async #removeEnded(now: number): Promise<void> {
    const { kv } = this.#options.store;
    for (const { key, value } of await kv.list(KEY)) {
      const session = read(key, value);
      if (session === null || session.expiresAt <= now) await kv.remove(key);
    }
  }
}

/** The secret is 256 random bits, so a plain hash cannot be undone by guessing; and a look-up by it takes no time that says anything. */
function keyOf(secret: string): string {
  return KEY + sha256(secret).toString("hex");
}

function idOf(key: string): string {
  return `ses_${key.slice(KEY.length, KEY.length + ID_DIGITS)}`;
}

function read(key: string, value: Json): Session | null {
  const stored = Stored.safeParse(value);
  if (!stored.success) return null;
  const { proof, ...rest } = stored.data;
  return { ...rest, ...omitUndefined({ proof }), id: idOf(key) };
}

function noMember(): AppError {
  return new AppError({
    code: "not_allowed",
    message:
      "The console is for members of this workspace. Guests and people of other organizations cannot use it; ask a member.",
  });
}
