import { z } from "zod";
import { TimeLimit } from "../../../shared/duration.ts";
import type { Json } from "../../../shared/json.ts";
import { HeaderName } from "./webhook-signature.ts";

/** A sender keeps its connection open for so long; most of them give up sooner. */
const MAX_WAIT_MS = 30_000;

/** Headers that the server sets itself, or that would speak for the whole address and not for this answer. */
const OWN_HEADERS =
  /^(?:connection|content-length|transfer-encoding|keep-alive|upgrade|trailer|te|date|server|set-cookie|x-request-id|content-security-policy|x-content-type-options|x-frame-options|strict-transport-security|clear-site-data|access-control-.*|cross-origin-.*)$/;

const Answer = z.strictObject({
  status: z
    .union([
      z.int().min(200).max(599),
      z.string().regex(/\{\{/, "must be a status from 200 to 599, or a template that gives one"),
    ])
    .optional()
    .describe("from 200 to 599, or a template that gives one; absent: 200, of a failed run 500"),
  body: z
    .json()
    .optional()
    .describe("text, or JSON, with templates; absent: of a completed run its output"),
  headers: z
    .record(
      HeaderName.refine((name) => !OWN_HEADERS.test(name), "may not be set by a workflow"),
      z.string().max(2000),
    )
    .optional()
    .describe("headers of the answer, with templates"),
});
export interface Answer extends Omit<z.output<typeof Answer>, "body"> {
  readonly body?: Json | undefined;
}

/** What a sender is answered when the run is over. */
export const Respond = Answer.extend({
  wait: TimeLimit.refine((ms) => ms <= MAX_WAIT_MS, "must be at most 30s").describe(
    "how long the answer waits for the end of the run; 30s at most",
  ),
  failed: Answer.optional().describe("the answer if the run failed or was canceled"),
});
export type Respond = z.output<typeof Respond>;
