import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { Clock } from "../clock.ts";
import { CLIENT_ID, TEAM } from "../identity.ts";
import type { User } from "../workspace/records.ts";

/** A person who signed in, until the app has fetched the token. */
interface SignIn {
  readonly user: string;
  readonly nonce: string | undefined;
  readonly redirectUri: string;
  readonly expiresAt: number;
}

/** Codes are good for ten minutes and once (https://docs.slack.dev/authentication/installing-with-oauth). */
const CODE_MS = 600_000;
const TOKEN_SECONDS = 300;

/** Sign-ins with Slack: codes, and the key that signs who it was. */
export class SignIns {
  readonly #clock: Clock;
  readonly #codes = new Map<string, SignIn>();
  readonly #key = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly #kid = randomBytes(8).toString("hex");

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The public key, as `/openid/connect/keys` shows it. */
  get keys(): object {
    const { kty, n, e } = this.#key.publicKey.export({ format: "jwk" });
    return { keys: [{ kty, n, e, kid: this.#kid, alg: "RS256", use: "sig" }] };
  }

  /** @returns the code with which the browser is sent back. */
  begin(user: string, redirectUri: string, nonce: string | undefined): string {
    const code = `${randomBytes(6).toString("hex")}.${randomBytes(24).toString("hex")}`;
    this.#codes.set(code, { user, nonce, redirectUri, expiresAt: this.#clock.now() + CODE_MS });
    return code;
  }

  /** The sign-in of a code, which is used up. */
  take(code: string): SignIn | undefined {
    const signIn = this.#codes.get(code);
    this.#codes.delete(code);
    return signIn !== undefined && signIn.expiresAt > this.#clock.now() ? signIn : undefined;
  }

  /** What Slack signs of a person: https://docs.slack.dev/reference/methods/openid.connect.token. @param issuer - origin of the simulator. */
  tokenFor({ id, name, realName, email }: User, nonce: string | undefined, issuer: string): string {
    const now = Math.floor(this.#clock.now() / 1000);
    const payload = {
      ...{
        iss: issuer,
        sub: id,
        aud: CLIENT_ID,
        exp: now + TOKEN_SECONDS,
        iat: now,
        auth_time: now,
      },
      ...(nonce !== undefined && { nonce }),
      "https://slack.com/team_id": TEAM.id,
      "https://slack.com/user_id": id,
      ...{ email, name: realName || name },
    };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ typ: "JWT", alg: "RS256", kid: this.#kid })}.${part(payload)}`;
    const signature = sign("sha256", Buffer.from(signed), this.#key.privateKey);
    return `${signed}.${signature.toString("base64url")}`;
  }
}
