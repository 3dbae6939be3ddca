import { bearer } from "./bearer.ts";
import { hmac } from "./hmac.ts";
import { oneOf } from "./one-of.ts";

/** What a webhook takes whose definition names no scheme. */
export const any = oneOf(hmac, bearer);
