import type { CallCost, CallRecord } from "../engine/ports/calls.ts";

/** What is kept beside the record of a call, which is large, for those who only want to know its cost. */
export function toCallCost(call: CallRecord): CallCost {
  const { id, at, model, by, usage, costNano, priceVersion } = call;
  return {
    id,
    at,
    model,
    ...(by !== undefined && { by }),
    ...(usage && { usage }),
    costNano,
    priceVersion,
  };
}
