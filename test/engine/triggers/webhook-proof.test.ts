import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  Signature,
  type SignatureOptions,
} from "../../../src/engine/triggers/types/webhook-signature.ts";
import { provesSecret, whyNoProof } from "../../../src/engine/triggers/webhook-proof.ts";

/** A request that a sender's documents, or its own library's tests, print with its secret. */
interface Vector {
  readonly scheme: string | object;
  readonly from: string;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Seconds since 1970; 0: it signs no time. */
  readonly at: number;
}

const hmac = (hash: string, key: string | Buffer, text: string, encoding: "hex" | "base64") =>
  createHmac(hash, key).update(text).digest(encoding);

const SLACK_BODY =
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

const VECTORS: readonly Vector[] = [
  {
    scheme: "github",
    from: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
    secret: "It's a Secret to Everybody",
    headers: {
      "x-hub-signature-256":
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    },
    body: "Hello, World!",
    at: 0,
  },
  {
    scheme: "slack",
    from: "https://docs.slack.dev/authentication/verifying-requests-from-slack",
    secret: "8f742231b10e8888abcd99yyyzzz85a5",
    headers: {
      "x-slack-request-timestamp": "1531420618",
      "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    },
    body: SLACK_BODY,
    at: 1_531_420_618,
  },
  {
    scheme: "standard",
    from: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    headers: {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    body: '{"test": 2432232314}',
    at: 1_614_265_330,
  },
  {
    scheme: "standard",
    from: "the same by Svix's names, among others, and with a secret without its prefix",
    secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    headers: {
      "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "svix-timestamp": "1614265330",
      "svix-signature":
        "v1,bm90IHRoaXMgb25lLCBpdCBpcyBub3QgdGhpcyBvbmU= v1a,hnO3f9T8 v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    body: '{"test": 2432232314}',
    at: 1_614_265_330,
  },
  {
    scheme: "stripe",
    from: "https://docs.stripe.com/webhooks/signature, computed by its recipe; the older of two secrets signed first",
    secret: "whsec_test_secret",
    headers: {
      "stripe-signature": `t=1492774577,v1=${"0".repeat(64)},v1=${hmac("sha256", "whsec_test_secret", '1492774577.{"id": "evt_1"}', "hex")},v0=${"1".repeat(64)}`,
    },
    body: '{"id": "evt_1"}',
    at: 1_492_774_577,
  },
  {
    scheme: "shopify",
    from: "https://shopify.dev/docs/apps/build/webhooks/subscribe/https, computed by its recipe",
    secret: "hush",
    headers: { "x-shopify-hmac-sha256": hmac("sha256", "hush", '{"id": 1}', "base64") },
    body: '{"id": 1}',
    at: 0,
  },
  {
    scheme: "gitlab",
    from: "https://docs.gitlab.com/user/project/integrations/webhooks/",
    secret: "a token of GitLab's",
    headers: { "x-gitlab-token": "a token of GitLab's" },
    body: "{}",
    at: 0,
  },
  {
    scheme: "header",
    from: "an API key",
    secret: "key-1",
    headers: { "x-api-key": "key-1" },
    body: "{}",
    at: 0,
  },
  {
    scheme: { scheme: "header", header: "X-Auth-Key" },
    from: "an API key in another header",
    secret: "key-1",
    headers: { "x-auth-key": "key-1" },
    body: "{}",
    at: 0,
  },
  {
    scheme: "basic",
    from: "https://www.rfc-editor.org/rfc/rfc7617#section-2",
    secret: "Aladdin:open sesame",
    headers: { authorization: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
    body: "{}",
    at: 0,
  },
  {
    scheme: "bearer",
    from: "https://www.rfc-editor.org/rfc/rfc6750#section-2.1",
    secret: "mF_9.B5f-4.1JqM",
    headers: { authorization: "Bearer mF_9.B5f-4.1JqM" },
    body: "{}",
    at: 0,
  },
  {
    scheme: { scheme: "hmac", header: "Linear-Signature" },
    from: "https://linear.app/developers/webhooks, computed by its recipe",
    secret: "lin_wh",
    headers: { "linear-signature": hmac("sha256", "lin_wh", "{}", "hex") },
    body: "{}",
    at: 0,
  },
  {
    scheme: { scheme: "hmac", header: "X-Hub-Signature", hash: "sha1" },
    from: "https://www.w3.org/TR/websub/#signing-content, computed by its recipe",
    secret: "hub",
    headers: { "x-hub-signature": `sha1=${hmac("sha1", "hub", "<feed/>", "hex")}` },
    body: "<feed/>",
    at: 0,
  },
  {
    scheme: { scheme: "hmac", header: "X-Sig", hash: "sha512", encoding: "base64" },
    from: "a signature in another form",
    secret: "s",
    headers: { "x-sig": hmac("sha512", "s", "{}", "base64") },
    body: "{}",
    at: 0,
  },
];

const options = (scheme: string | object): SignatureOptions => Signature.parse(scheme);

/** What a webhook with this scheme makes of a request at a moment. */
function accepts(vector: Vector, changes: Partial<Vector> = {}, afterMs = 0): boolean {
  const { scheme, secret, headers, body, at } = { ...vector, ...changes };
  const now = vector.at === 0 ? 1_764_000_000_000 : at * 1000 + afterMs;
  return (
    whyNoProof(headers, options(scheme), now) === null &&
    provesSecret({ headers, body: Buffer.from(body) }, secret, options(scheme))
  );
}

describe.for(VECTORS.map((vector) => [JSON.stringify(vector.scheme), vector] as const))(
  "the scheme %s",
  ([, vector]) => {
    test(`takes what its sender signs: ${vector.from}`, () => {
      expect(accepts(vector)).toBe(true);
    });

    test("refuses another secret, another body if it signs one, and a request without the proof", () => {
      expect(accepts(vector, { secret: `${vector.secret}x` })).toBe(false);
      expect(accepts(vector, { headers: {} })).toBe(false);
      const isToken = Object.values(vector.headers).some((value) => value.includes(vector.secret));
      const isBasic = vector.scheme === "basic";
      expect(accepts(vector, { body: `${vector.body} ` })).toBe(isToken || isBasic);
    });
  },
);

/** Some senders put several signatures into one header, of which one has to fit. */
const ALONE = VECTORS.filter(
  ({ headers }) => !Object.values(headers).some((value) => /v1a|v0=1/.test(value)),
);

test.for(ALONE.map((vector) => [vector.from, vector] as const))(
  "a proof that is cut short, empty, or has more behind it is refused: %s",
  ([, vector]) => {
    for (const [name, value] of Object.entries(vector.headers)) {
      for (const wrong of ["", value.slice(0, -4), value.slice(4), `${value}x`, `${value}0000`]) {
        const headers = { ...vector.headers, [name]: wrong };
        expect([wrong, accepts(vector, { headers })]).toEqual([wrong, false]);
      }
    }
  },
);

describe.for(VECTORS.filter(({ at }) => at > 0).map((vector) => [vector.from, vector] as const))(
  "a signature with its time (%s)",
  ([, vector]) => {
    test("is good for five minutes, in both directions", () => {
      expect(accepts(vector, {}, 5 * 60_000)).toBe(true);
      expect(accepts(vector, {}, -5 * 60_000)).toBe(true);
      expect(accepts(vector, {}, 5 * 60_000 + 1)).toBe(false);
      expect(accepts(vector, {}, -5 * 60_000 - 1)).toBe(false);
    });

    test("is good for as long as the definition says", () => {
      const scheme = {
        ...(typeof vector.scheme === "string" && { scheme: vector.scheme }),
        window: "30s",
      };
      expect(accepts(vector, { scheme }, 30_000)).toBe(true);
      expect(accepts(vector, { scheme }, 31_000)).toBe(false);
    });

    test("does not fit another time", () => {
      const later = Object.fromEntries(
        Object.entries(vector.headers).map(([name, value]) => [
          name,
          value.replace(String(vector.at), String(vector.at + 60)),
        ]),
      );
      expect(accepts(vector, { headers: later, at: vector.at + 60 })).toBe(false);
    });
  },
);

test("the caller is told which header is missing, or how old the signature is", () => {
  const now = 1_531_420_618_000;
  expect(whyNoProof({}, options("stripe"), now)).toBe(
    "The header Stripe-Signature with the signature is missing.",
  );
  expect(whyNoProof({}, options("gitlab"), now)).toBe(
    "The header X-Gitlab-Token with the secret is missing.",
  );
  const headers = { "x-slack-signature": "v0=00", "x-slack-request-timestamp": "1531420018" };
  expect(whyNoProof(headers, options("slack"), now)).toMatch(
    /signed 10 min ago; at most 5 min are allowed/,
  );
});
