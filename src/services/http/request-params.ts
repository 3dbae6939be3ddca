import { z } from "zod";
import { inPlace, takesSecrets } from "../../engine/definition/param-traits.ts";
import { anyJson } from "../../shared/any-json.ts";
import { TimeLimit } from "../../shared/duration.ts";
import { bodyPlace } from "../../shared/places/body-place.ts";
import { plain } from "../../shared/places/place.ts";
import { urlPlace } from "../../shared/places/url-place.ts";
import { AuthParam } from "./authorize.ts";
import { AnswerPath, PagesParam } from "./pages.ts";
import { FormParam } from "./request-body.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;
const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Status = z.int().min(100).max(599);

/** What may be in the name of a header (https://www.rfc-editor.org/rfc/rfc9110#name-tokens). */
const HeaderName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, "a header's name: letters, digits and - without spaces");

/** What Node takes as the value of a header: one line of Latin-1. Spaces and line breaks around it are no part of it. */
const HeaderText = z
  .string()
  .refine(
    (text) => /^[\t -~\u0080-\u00FF]*$/.test(text.trim()),
    "one line of Latin letters, digits and signs",
  );

const MAX_TIMEOUT_MS = 300_000;

const Url = z
  .string()
  // URL parsers leave line breaks and tabs out.
  .refine((url) => !/\p{Cc}/u.test(url.trim()), "a URL without line breaks")
  .pipe(z.url({ protocol: /^https?$/, error: "a URL that begins with http:// or https://" }));

const Headers = z.record(HeaderName, z.union([HeaderText, z.number(), z.boolean()]));
const Query = z.record(z.string().min(1), z.union([Scalar, z.null(), z.array(Scalar)]));

export const RequestParams = z.strictObject({
  url: takesSecrets(
    inPlace(Url, urlPlace).describe("a public address; what a template puts in is encoded there"),
  ),
  method: inPlace(z.string().describe(`one of ${METHODS.join(", ")}`), plain)
    .transform((method) => method.toUpperCase())
    .pipe(z.enum(METHODS, `one of ${METHODS.join(", ")}`))
    .default("GET"),
  headers: takesSecrets(inPlace(Headers, plain)).optional().describe("by name"),
  query: takesSecrets(inPlace(Query, plain))
    .optional()
    .describe("added to the address; a list repeats its name, null leaves it out"),
  body: takesSecrets(inPlace(anyJson(), bodyPlace))
    .optional()
    .describe("JSON, text, or a file of the run, whose bytes are sent"),
  form: takesSecrets(FormParam)
    .optional()
    .describe(
      "a form of several parts in place of a body: texts, numbers, files, or lists of them",
    ),
  responseType: z
    .enum(["json", "text", "file"], "json, text or file")
    .optional()
    .describe("whatever the answer says of itself; by its Content-Type if absent"),
  timeout: inPlace(
    TimeLimit.refine((ms) => ms <= MAX_TIMEOUT_MS, "at most 5m"),
    plain,
  )
    .default(30_000)
    .describe("milliseconds, or a text such as 30s; at most 5m"),
  auth: AuthParam,
  idempotencyHeader: inPlace(HeaderName, plain)
    .default("Idempotency-Key")
    .describe("header with the key by which a service knows a repeat"),
  look: z
    .strictObject({
      url: takesSecrets(inPlace(Url, urlPlace)),
      query: takesSecrets(inPlace(Query, plain)).optional(),
      headers: takesSecrets(inPlace(Headers, plain)).optional(),
      found: AnswerPath.optional(),
    })
    .optional()
    .describe(
      "a GET that finds out whether an attempt with an unknown outcome had its effect, whose answer is the step's output then: 404 says no, and so does nothing at the path found",
    ),
  pages: PagesParam.optional().describe(
    "reads page after page: next says where the next one is found (link: in the Link header, url or cursor: at path in the answer, page: by counting from first), query is the parameter that takes cursor or number, items where the list stands in the answer, limit how many pages are read",
  ),
  expectStatus: z
    .union([Status, z.array(Status).min(1)], "a status such as 404, or a list of them")
    .optional()
    .describe("a status from 400, or a list of them, that is not a failure"),
});
export type RequestParams = z.output<typeof RequestParams>;
