import { hmacScheme } from "./hmac-scheme.ts";

/** https://shopify.dev/docs/apps/build/webhooks/subscribe/https */
export const shopify = hmacScheme({ headers: ["x-shopify-hmac-sha256"], encoding: "base64" });
