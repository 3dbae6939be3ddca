import { createHmac, createPrivateKey, createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  Signature,
  type SignatureOptions,
} from "../../../src/engine/triggers/types/webhook-signature.ts";
import { provenSecret, whyNoProof } from "../../../src/engine/triggers/webhook-proof.ts";

/** A request that a sender's documents, or its own library's tests, print with its secret. */
interface Vector {
  readonly scheme: string | object;
  readonly from: string;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly query?: string;
  readonly body: string;
  /** Seconds since 1970; 0: it signs no time. */
  readonly at: number;
}

const hmac = (hash: string, key: string | Buffer, text: string, encoding: "hex" | "base64") =>
  createHmac(hash, key).update(text).digest(encoding);

const SLACK_BODY =
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

/** https://github.com/twilio/twilio-node/blob/main/spec/validation.spec.js */
const TWILIO_FORM = {
  "content-type": "application/x-www-form-urlencoded",
  "x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
};
const TWILIO_BODY =
  "Digits=1234&CallSid=CA1234567890ABCDE&Caller=%2B14158675309&From=%2B14158675309&To=%2B18005551212";
const TWILIO = {
  scheme: { scheme: "twilio", address: "https://mycompany.com" },
  secret: "12345",
  path: "/myapp.php",
  query: "foo=1&bar=2",
  at: 0,
};

/** The public key that belongs to the 32 bytes of a private one. */
function publicKeyOf(seed: string): string {
  const der = Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    Buffer.from(seed, "base64"),
  ]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return createPublicKey(key)
    .export({ format: "der", type: "spki" })
    .subarray(-32)
    .toString("base64");
}

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
    scheme: "standard",
    from: "https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/go/webhook_asymmetric_test.go",
    secret: `whpk_${publicKeyOf("VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=")}`,
    headers: {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature":
        "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==",
    },
    body: '{"test": 2432232314}',
    at: 1_614_265_330,
  },
  {
    scheme: "gitlab",
    from: "https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944: GitLab's signing token is one of Standard Webhooks",
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    headers: {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    body: '{"test": 2432232314}',
    at: 1_614_265_330,
  },
  { ...TWILIO, from: "Twilio's library: a form", headers: TWILIO_FORM, body: TWILIO_BODY },
  {
    ...TWILIO,
    from: "Twilio's library: an address that was signed with its port",
    headers: { ...TWILIO_FORM, "x-twilio-signature": "kvajT1Ptam85bY51eRf/AJRuM3w=" },
    body: TWILIO_BODY,
  },
  {
    ...TWILIO,
    from: "Twilio's library: a parameter of the query with a quote in it",
    query: "foo=1&bar=2&Body=It's+amazing",
    headers: { ...TWILIO_FORM, "x-twilio-signature": "dsq4Ehbj6cs+KdTkpF5sSSplOWw=" },
    body: TWILIO_BODY,
  },
  {
    ...TWILIO,
    from: "Twilio's library: a field with several values, one of them twice",
    headers: { ...TWILIO_FORM, "x-twilio-signature": "IK+Dwps556ElfBT0I3Rgjkr1wJU=" },
    body: "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
  },
  {
    ...TWILIO,
    from: "Twilio's library: JSON, by its hash in the address",
    query:
      "foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
    headers: { "x-twilio-signature": "a9nBmqA0ju/hNViExpshrM61xv4=" },
    body: '{"property": "value", "boolean": true}',
  },
  {
    scheme: "zoom",
    from: "https://developers.zoom.us/docs/api/webhooks/#verify-with-zooms-header, computed by its recipe",
    secret: "zoom-secret",
    headers: {
      "x-zm-request-timestamp": "1658940994",
      "x-zm-signature": `v0=${hmac("sha256", "zoom-secret", 'v0:1658940994:{"event":"meeting.started"}', "hex")}`,
    },
    body: '{"event":"meeting.started"}',
    at: 1_658_940_994,
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
  const { scheme, secret, headers, body, at, path = "/", query = "" } = { ...vector, ...changes };
  const now = vector.at === 0 ? 1_764_000_000_000 : at * 1000 + afterMs;
  const request = { path, query, headers, body: Buffer.from(body) };
  return (
    whyNoProof(request, options(scheme), now) === null &&
    provenSecret(request, [secret], options(scheme)) === secret
  );
}

const missing = (headers: Vector["headers"], scheme: string, now: number) =>
  whyNoProof({ path: "/", query: "", headers }, options(scheme), now);

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

test("each of several secrets is good, and one that took its place is no more", () => {
  const github = VECTORS.find(({ scheme }) => scheme === "github") ?? VECTORS[0];
  if (github === undefined) throw new Error("There is a vector of GitHub's.");
  const request = { path: "/", query: "", headers: github.headers, body: Buffer.from(github.body) };
  const proven = (secrets: readonly string[]) => provenSecret(request, secrets, options("github"));

  expect(proven(["new", github.secret])).toBe(github.secret);
  expect(proven([github.secret, "new"])).toBe(github.secret);
  expect(proven(["new", "newer"])).toBeUndefined();
});

test.for([
  ["key=k-1", {}, true],
  ["api=k-1", { parameter: "api" }, true],
  ["a=1&key=k-1&b=2", {}, true],
  ["key=k-2", {}, false],
  ["key=k-1&key=k-1", {}, false],
  ["", {}, false],
] as const)("a key in the query, %s with %j: %j", ([query, more, isGood]) => {
  const scheme = options({ scheme: "query", ...more });
  const request = { path: "/", query, headers: {}, body: Buffer.from("{}") };
  expect(provenSecret(request, ["k-1"], scheme)).toBe(isGood ? "k-1" : undefined);
});

test("Twilio's signature does not fit another address, or a body that nothing signs", () => {
  const form = VECTORS.find(({ from }) => from === "Twilio's library: a form");
  if (form === undefined) throw new Error("There is a vector of Twilio's.");
  expect(accepts(form, { scheme: { scheme: "twilio", address: "https://other.com" } })).toBe(false);
  expect(accepts(form, { path: "/other" })).toBe(false);
  expect(accepts(form, { query: "foo=1&bar=3" })).toBe(false);
  const headers = { ...form.headers, "content-type": "application/json" };
  expect(accepts(form, { headers })).toBe(false);
});

test("the caller is told which header is missing, or how old the signature is", () => {
  const now = 1_531_420_618_000;
  expect(missing({}, "stripe", now)).toBe(
    "The header Stripe-Signature with the signature is missing.",
  );
  expect(missing({}, "gitlab", now)).toBe(
    "The header X-Gitlab-Token with the secret is missing. The header Webhook-Signature or Svix-Signature with the signature is missing. One of them is enough.",
  );
  const headers = { "x-slack-signature": "v0=00", "x-slack-request-timestamp": "1531420018" };
  expect(missing(headers, "slack", now)).toMatch(/signed 10 min ago; at most 5 min are allowed/);
});
