import type { SignatureScheme } from "../types/webhook-signature.ts";
import { any } from "./any.ts";
import { basic } from "./basic.ts";
import { bearer } from "./bearer.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { header } from "./header.ts";
import { hmac } from "./hmac.ts";
import { query } from "./query.ts";
import type { Scheme } from "./scheme.ts";
import { shopify } from "./shopify.ts";
import { slack } from "./slack.ts";
import { standard } from "./standard.ts";
import { stripe } from "./stripe.ts";
import { twilio } from "./twilio.ts";
import { zoom } from "./zoom.ts";

/** How callers of webhooks prove that they know a secret, by the name of the scheme. */
export const SCHEMES: Readonly<Record<SignatureScheme, Scheme>> = {
  ...{ any, hmac, bearer, basic, header, query },
  ...{ github, gitlab, shopify, slack, standard, stripe, twilio, zoom },
};
