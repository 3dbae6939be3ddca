import { hmacScheme } from "./hmac-scheme.ts";

/** The form that most senders share. */
export const hmac = hmacScheme({ headers: ["x-hub-signature-256", "x-signature"] });
