import type { FetchFunction, WebClient } from "@slack/web-api";
import { verifyWithJwks } from "hono/jwt";
import { z } from "zod";
import type { Clock } from "../engine/ports/clock.ts";
import { AppError } from "../shared/errors.ts";
import { DEFAULT_API_URL } from "./clients.ts";
import { toSlackError } from "./errors.ts";

export interface SignInOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Base of the Web API; `null`: Slack's own. */
  readonly apiUrl: string | null;
  readonly fetch: FetchFunction;
  /** Of the bot: it says which workspace it is in. */
  readonly client: Pick<WebClient, "auth">;
  readonly clock: Clock;
}

/** One sign-in under way: what comes back with the code, what stands in the signed token, and where Slack sends the browser. */
interface SignInAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly redirectUri: string;
}

/** Milliseconds that the clocks of Slack and of this machine may differ. */
const CLOCK_SKEW_MS = 120_000;
const TIMEOUT_MS = 10_000;

const Answer = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  id_token: z.string().optional(),
});
const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) });

/** What is read of an `id_token`: https://docs.slack.dev/reference/methods/openid.connect.token */
const Claims = z.object({
  exp: z.number(),
  iat: z.number(),
  nonce: z.string(),
  "https://slack.com/team_id": z.string(),
  "https://slack.com/user_id": z.string(),
  "https://slack.com/enterprise_id": z.string().nullish(),
});

/**
 * Sign-in with Slack by OpenID Connect (https://docs.slack.dev/authentication/sign-in-with-slack). The scope `openid` alone is asked for:
 * Slack says who a person is, and all else is read as ever.
 */
export class SlackSignIn {
  readonly #options: SignInOptions;

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /** Where a browser is sent to. @throws {AppError} `slack_unavailable`, `slack_rejected`. */
  async addressFor({ state, nonce, redirectUri }: SignInAttempt): Promise<string> {
    const { team } = await this.#workspace();
    const url = new URL("../openid/connect/authorize", this.#apiUrl);
    url.search = new URLSearchParams({
      response_type: "code",
      scope: "openid",
      client_id: this.#options.clientId,
      ...{ state, nonce, team, redirect_uri: redirectUri },
    }).toString();
    return url.href;
  }

  /**
   * Who came back with a code.
   *
   * @returns Slack user id. @throws {AppError} `token_invalid`, `not_allowed`, `slack_unavailable`.
   */
  async identify(
    code: string,
    { nonce, redirectUri }: Omit<SignInAttempt, "state">,
  ): Promise<string> {
    const token = await this.#exchange(code, redirectUri);
    const claims = await this.#verify(token);
    const now = this.#options.clock.now();
    if (claims.nonce !== nonce) throw notVouched("it belongs to another sign-in");
    if (claims.iat * 1000 > now + CLOCK_SKEW_MS) throw notVouched("it is from the future");
    const { team, enterprise } = await this.#workspace();
    const isOwn =
      claims["https://slack.com/team_id"] === team ||
      (enterprise !== null && claims["https://slack.com/enterprise_id"] === enterprise);
    if (isOwn) return claims["https://slack.com/user_id"];
    throw new AppError({
      code: "not_allowed",
      message:
        "You signed in to another workspace than the one in which this bot works. Choose that one.",
    });
  }

  get #apiUrl(): string {
    return this.#options.apiUrl ?? DEFAULT_API_URL;
  }

  async #workspace(): Promise<{ readonly team: string; readonly enterprise: string | null }> {
    try {
      const { team_id: team, enterprise_id: enterprise } = await this.#options.client.auth.test();
      if (team !== undefined) return { team, enterprise: enterprise ?? null };
    } catch (error) {
      throw toSlackError(error, "auth.test");
    }
    throw unavailable("it did not say which workspace this is");
  }

  async #exchange(code: string, redirectUri: string): Promise<string> {
    const { clientId, clientSecret } = this.#options;
    const form = new URLSearchParams({
      ...{ client_id: clientId, client_secret: clientSecret, code },
      ...{ grant_type: "authorization_code", redirect_uri: redirectUri },
    });
    const address = new URL("openid.connect.token", this.#apiUrl);
    const answer = Answer.safeParse(await this.#send(address, form));
    if (!answer.success) throw unavailable("its answer could not be read");
    const { error = "no id_token", id_token: token } = answer.data;
    if (token !== undefined) return token;
    throw notVouched(/^[a-z_ ]{1,60}$/.test(error) ? error : "it refused the code");
  }

  /** Against the keys of Slack, which are read each time: people sign in a few times a day. */
  async #verify(token: string): Promise<z.output<typeof Claims>> {
    const address = new URL("../openid/connect/keys", this.#apiUrl);
    const keys = Keys.safeParse(await this.#send(address));
    if (!keys.success) throw unavailable("its keys could not be read");
    try {
      const claims = await verifyWithJwks(token, {
        keys: keys.data.keys,
        allowedAlgorithms: ["RS256"],
        verification: {
          iss: this.#issuer,
          aud: this.#options.clientId,
          // Checked above, with a little patience.
          iat: false,
        },
      });
      return Claims.parse(claims);
    } catch (cause) {
      throw notVouched("its signature or contents are not right", cause);
    }
  }

  get #issuer(): string {
    return new URL(this.#apiUrl).origin;
  }

  async #send(url: URL, form?: URLSearchParams): Promise<unknown> {
    try {
      const response = await this.#options.fetch(url.href, {
        ...(form !== undefined && {
          method: "POST",
          body: form.toString(),
          headers: { "content-type": "application/x-www-form-urlencoded" },
        }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return await response.json();
    } catch (cause) {
      throw unavailable("it does not answer", cause);
    }
  }
}

function notVouched(why: string, cause?: unknown): AppError {
  return new AppError({
    code: "token_invalid",
    message: `Slack does not vouch for this sign-in (${why}). Sign in again.`,
    ...(cause !== undefined && { cause }),
  });
}

function unavailable(why: string, cause?: unknown): AppError {
  return new AppError({
    code: "slack_unavailable",
    message: `Slack could not be asked who you are: ${why}. Try again in a moment.`,
    retryable: true,
    ...(cause !== undefined && { cause }),
  });
}
