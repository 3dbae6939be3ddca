import type { RepeatableRequest, Repeats } from "../../engine/api/repeats.ts";
import { AppError } from "../../shared/errors.ts";
import { isJsonObject, toJson } from "../../shared/json.ts";
import type { RouteResponse } from "./response.ts";

/** Says that an answer is the one to an earlier request with the same key. */
const REPLAYED = { "Idempotent-Replayed": "true" } as const;

/**
 * The answer to a request that changes something once, however often it is sent. Errors are not kept: a repeat tries again.
 *
 * @throws {AppError} `key_reused`, `request_under_way`, and what `work` throws.
 */
export async function answerOnce(
  repeats: Repeats,
  request: RepeatableRequest,
  work: () => Promise<RouteResponse>,
): Promise<RouteResponse> {
  const { status, body, isRepeat } = await repeats.once(request, async () => {
    const answer = await work();
    if (!("body" in answer)) throw notJson();
    return { status: answer.status ?? 200, body: toJson(answer.body) };
  });
  if (!isJsonObject(body)) throw notJson();
  return { status, body, ...(isRepeat && { headers: REPLAYED }) };
}

function notJson(): AppError {
  return new AppError({ code: "internal", message: "The answer to a change is no JSON object." });
}
