import { hmacScheme } from "./hmac-scheme.ts";

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const github = hmacScheme({ headers: ["x-hub-signature-256"] });
