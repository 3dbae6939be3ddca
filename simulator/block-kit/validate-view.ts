import { isJsonObject, type JsonObject, toObjects } from "../json.ts";
import { flag, type Problem, shape, text } from "./check.ts";
import { plainText } from "./composition.ts";
import { LIMITS } from "./limits.ts";
import { validateBlocks } from "./validate-blocks.ts";

const common = {
  private_metadata: text({ max: LIMITS.privateMetadata, min: 0 }),
  callback_id: text({ max: LIMITS.id, min: 0 }),
  external_id: text({ max: LIMITS.externalId, min: 0 }),
};
const blocks = { blocks: () => {} };

const home = shape({ required: blocks, optional: common });
const modal = shape({
  required: { ...blocks, title: plainText(LIMITS.viewTitle) },
  optional: {
    ...common,
    submit: plainText(LIMITS.viewTitle),
    close: plainText(LIMITS.viewTitle),
    clear_on_close: flag,
    notify_on_close: flag,
    submit_disabled: flag,
  },
  also: (view, pointer, problems) => {
    const asks = toObjects(view["blocks"]).some((block) => block["type"] === "input");
    if (asks && view["submit"] === undefined) {
      problems.push({ message: "missing required field: submit", pointer: `${pointer}/submit` });
    }
  },
});

/** Says everything that Slack would refuse in a view of this type. */
export function validateView(view: JsonObject, type: "home" | "modal"): Problem[] {
  const problems: Problem[] = [];
  if (!isJsonObject(view) || view["type"] !== type) {
    return [{ message: `must be of type ${type}`, pointer: "/view/type" }];
  }
  (type === "home" ? home : modal)(view, "/view", problems);
  if (view["blocks"] !== undefined) {
    problems.push(...validateBlocks(view["blocks"], type, "/view/blocks"));
  }
  return problems;
}
