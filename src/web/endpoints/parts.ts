import { z } from "zod";
import { anyJson, anyJsonObject } from "../../shared/any-json.ts";
import type { BodySpec } from "../http/endpoint.ts";

const JSON_TYPE = "application/json";

/** No parameters in the path. */
export const NoParams = z.object({});
/** Parameters in the query mean nothing. */
export const NoQuery = z.object({});
/** The body is not read. */
export const noBody: BodySpec<z.ZodUndefined> = {
  read: "none",
  schema: z.undefined(),
  isOptional: true,
  media: [],
};

/** A body in JSON. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema): BodySpec<Schema> {
  return { read: "json", schema, isOptional: false, media: [JSON_TYPE] };
}

/** A body in JSON that may be left out: nothing stands for an empty object. */
export function optionalJsonBody<Schema extends z.ZodType>(schema: Schema): BodySpec<Schema> {
  return { read: "json", schema, isOptional: true, media: [JSON_TYPE] };
}

/** A body that the handler reads itself. @param shown - what it is if it is JSON. */
export function ownBody(
  media: readonly string[],
  shown: z.ZodType = anyValue(),
): BodySpec<z.ZodUndefined> {
  return { read: "handler", schema: z.undefined(), isOptional: true, media, shown };
}

/** Whatever JSON is sent: it means nothing. */
export const anyBody = optionalJsonBody(anyJson());

/** Any value of JSON. */
export function anyValue() {
  return anyJson().meta({ description: "Any JSON value." });
}

/** Any object of JSON. */
export function anyObject(message?: string) {
  return anyJsonObject(message).meta({ override: { type: "object" } });
}

export const ById = z.object({ id: z.string() });

/** A whole number in the query. */
export function wholeNumber(min: number, max: number, message: string) {
  return z.coerce
    .number(message)
    .pipe(z.int(message).min(min, message).max(max, message))
    .meta({
      override: {
        type: "integer",
        minimum: min,
        ...(max < Number.MAX_SAFE_INTEGER && { maximum: max }),
      },
    });
}

const VERSION = "must be a whole number from 1";
/** The number of a version, in a body. */
export const Version = z.int(VERSION).min(1, VERSION);
/** The number of a version, in the query. */
export const GivenVersion = wholeNumber(1, Number.MAX_SAFE_INTEGER, VERSION);

const MAX_DAYS = 3660;
/** Days back from now, in the query. */
export const Days = wholeNumber(
  1,
  MAX_DAYS,
  `must be a whole number from 1 to ${MAX_DAYS}`,
).default(30);

export const Problem = z
  .object({
    path: z.string().meta({ description: "Where it is, such as `steps[2].next`." }),
    message: z.string(),
    fix: z.string().meta({ description: "What to do." }),
  })
  .meta({ id: "Problem" });

/** A moment as ISO 8601 in UTC. */
export const Moment = z.string().meta({ description: "ISO 8601, UTC." });
export const Dollars = z.number().meta({ description: "Dollars." });
/** Money for people: `$0.0312`. */
export const Price = z.string().meta({ description: "Dollars, such as `$0.0312`." });

export const Succeeded = z.literal(true);
export const Labels = z.record(z.string(), z.string());

/** The header that makes a repeat harmless. */
export const IdempotencyKey = z.object({
  "Idempotency-Key": z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: "A repeat with the same key does nothing and gets the first answer." }),
});
