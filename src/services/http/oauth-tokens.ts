import axios, { type AxiosResponse } from "axios";
import type { Credentials } from "../../engine/ports/credentials.ts";
import type { CredentialValues } from "../../shared/credential-values.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { readOwn } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { beginningOf } from "../../shared/shorten.ts";
import type { AddressGuard } from "./address-guard.ts";
import { toHttpError, toStatusError } from "./http-errors.ts";

export type OAuthValues = Extract<CredentialValues, { readonly kind: "oauth2ClientCredentials" }>;

/** Milliseconds before its end at which a token is not used any more: a request takes a while. */
const MARGIN_MS = 30_000;

/** Of a server that does not say how long a token is valid (https://www.rfc-editor.org/rfc/rfc6749#section-5.1). */
const UNSAID_MS = 5 * 60_000;

/** How long a token is hidden after its end: of a server that does not say when that is, it is a guess. */
const HIDDEN_MS = 3_600_000;

const TIMEOUT_MS = 20_000;

const MAX_BYTES = 100_000;

interface Fetched {
  readonly token: string;
  readonly lifetimeMs: number;
}

interface Kept {
  readonly fetched: Promise<Fetched>;
  /** Milliseconds since 1970; infinite while it is being fetched. */
  until: number;
}

/** Access tokens that were fetched for client credentials (RFC 6749, 4.4), used by all requests until they end. */
export class OAuthTokens {
  readonly #guard: AddressGuard;
  readonly #hide: Credentials["hide"];
  readonly #kept = new Map<string, Kept>();

  /** @param hide - hides a token in all that is logged, kept and shown. */
  constructor(guard: AddressGuard, hide: Credentials["hide"]) {
    this.#guard = guard;
    this.#hide = hide;
  }

  /**
   * A token, fetched if there is none that is still valid. Requests at the same time wait for the same one.
   *
   * @throws {AppError} `service_rejected` where the server refuses the credential, `service_unavailable` (retryable) where it does
   *   not answer; nothing else was sent.
   */
  async get(name: string, values: OAuthValues): Promise<string> {
    const key = keyOf(values);
    const found = this.#kept.get(key);
    if (found && found.until > Date.now()) return (await found.fetched).token;
    const kept: Kept = { fetched: this.#fetch(name, values), until: Infinity };
    this.#kept.set(key, kept);
    try {
      const { token, lifetimeMs } = await kept.fetched;
      kept.until = Date.now() + Math.max(lifetimeMs - MARGIN_MS, 0);
      return token;
    } catch (error) {
      this.forget(values, kept);
      throw error;
    }
  }

  /** Fetches a new one next time: the service has refused this one. */
  forget(values: OAuthValues, kept = this.#kept.get(keyOf(values))): void {
    const key = keyOf(values);
    if (kept !== undefined && this.#kept.get(key) === kept) this.#kept.delete(key);
  }

  async #fetch(name: string, values: OAuthValues): Promise<Fetched> {
    const url = new URL(values.tokenUrl);
    const inHeader = await this.#ask(url, values, true);
    // Some servers want the client in the body, although all should take the header (RFC 6749, 2.3.1).
    const isRefused = inHeader.status === 400 || inHeader.status === 401;
    const response = isRefused ? await this.#ask(url, values, false) : inHeader;
    const fetched = readToken(name, url, response);
    this.#hide([fetched.token], Date.now() + fetched.lifetimeMs + HIDDEN_MS);
    return fetched;
  }

  async #ask(url: URL, values: OAuthValues, inHeader: boolean): Promise<AxiosResponse<unknown>> {
    const { clientId, clientSecret, scope, audience } = values;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      ...omitUndefined({ scope, audience }),
      ...(!inHeader && { client_id: clientId, client_secret: clientSecret }),
    });
    const pair = `${encoded(clientId)}:${encoded(clientSecret)}`;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await axios.request<unknown>({
        url: url.href,
        method: "POST",
        data: form.toString(),
        headers: {
          accept: "application/json",
          "content-type": "application/x-www-form-urlencoded",
          ...(inHeader && { authorization: `Basic ${Buffer.from(pair).toString("base64")}` }),
        },
        ...{ signal, maxRedirects: 0, validateStatus: null, proxy: false },
        ...{ maxContentLength: MAX_BYTES, responseType: "json" },
        ...(await this.#guard(url, signal)),
      });
    } catch (error) {
      if (isAppError(error)) throw error;
      const timedOut = signal.aborted;
      // To ask for a token changes nothing.
      const method = "GET";
      throw toHttpError(error, { host: url.host, method, timeoutMs: TIMEOUT_MS, timedOut });
    }
  }
}

function readToken(
  name: string,
  { host }: URL,
  { status, data, headers }: AxiosResponse<unknown>,
): Fetched {
  const token = readOwn(data, "access_token");
  const seconds = Number(readOwn(data, "expires_in") ?? Number.NaN);
  if (status === 200 && typeof token === "string" && /^[!-~]+$/.test(token))
    return { token, lifetimeMs: Number.isFinite(seconds) ? seconds * 1000 : UNSAID_MS };
  const retryAfter: unknown = headers["retry-after"];
  if (status === 429 || status >= 500)
    throw toStatusError(status, host, typeof retryAfter === "string" ? retryAfter : undefined, "");
  const code = readOwn(data, "error");
  const said = typeof code === "string" ? `: ${beginningOf(code, 60)}` : "";
  throw new AppError({
    code: "service_rejected",
    message: `${host} gave no token for the credential "${name}" (status ${status}${said}), and nothing else was sent. An admin checks its clientId, clientSecret, scope and tokenUrl.`,
  });
}

/** As a form's value, which is what RFC 6749 (2.3.1) wants of both halves. */
function encoded(text: string): string {
  return new URLSearchParams({ a: text }).toString().slice(2);
}

function keyOf(values: OAuthValues): string {
  return sha256(JSON.stringify(values)).toString("hex");
}
