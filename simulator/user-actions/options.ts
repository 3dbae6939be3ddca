import { list, type Problem } from "../block-kit/check.ts";
import { menuOption, optionGroup } from "../block-kit/composition.ts";
import { findElement } from "../block-kit/find-elements.ts";
import { LIMITS } from "../block-kit/limits.ts";
import { isJsonObject, type JsonObject, member, toObjects } from "../json.ts";
import { interactionBase } from "../payloads/interaction.ts";
import type { User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, notDelivered, type Outcome, outcomeOf } from "./action.ts";
import type { ActionBody } from "./body.ts";
import { type Place, placeOf } from "./place.ts";

/** Slack's clients ask for options after this many letters, unless the element says otherwise. */
const MIN_QUERY_LENGTH = 3;

/** A person types into a menu whose options the app gives. The answer has `options` or `option_groups`. */
export async function options(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  if (!workspace.takesInteractions) return notDelivered();
  const place = placeOf(workspace, body, user);
  const actionId = body.required("action_id");
  const found = findElement(place.blocks, actionId, body.text("block_id"));
  if (found === undefined) {
    throw new ActionRefused("element_not_found", `There is no menu ${actionId} here.`);
  }
  const query = body.text("value") ?? "";
  if (query.length < Number(found.element["min_query_length"] ?? MIN_QUERY_LENGTH)) {
    return { ...notDelivered(), error: "query_too_short", options: [] };
  }
  const ack = await workspace.transport.send({
    kind: "interactive",
    acceptsResponse: true,
    payload: suggestionPayload(workspace, user, place, {
      block_id: found.block["block_id"],
      action_id: actionId,
      value: query,
    }),
  });
  const outcome = outcomeOf(ack);
  return ack.acked ? withOptions(outcome, ack.payload) : outcome;
}

function suggestionPayload(
  workspace: Workspace,
  user: User,
  place: Place,
  asked: JsonObject,
): JsonObject {
  return { ...interactionBase(workspace, "block_suggestion", user), ...asked, ...place.members };
}

/** The options that Slack shows of an answer; none if the answer is not as documented. */
function withOptions(outcome: Outcome, answer: unknown): Outcome {
  const problems: Problem[] = [];
  const groups = member(answer, "option_groups");
  const given = groups ?? member(answer, "options");
  const check = groups === undefined ? menuOption : optionGroup;
  list(check, { max: LIMITS.options, min: 0 })(given, "/options", problems);
  if (!isJsonObject(answer) || problems.length > 0) {
    const messages = problems.map(({ message, pointer }) => `${message} [json-pointer:${pointer}]`);
    return { ...outcome, ok: false, error: "invalid_options", messages };
  }
  return groups === undefined
    ? { ...outcome, options: toObjects(given) }
    : { ...outcome, option_groups: toObjects(given) };
}
