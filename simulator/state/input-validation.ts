import { isJsonObject, type JsonObject, toObjects, toPlain, toText, toTexts } from "../json.ts";
import { type StateValues, valueKey } from "./element-state.ts";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const WEB_ADDRESS = /^https?:\/\/\S+$/;

/** Validates a modal's inputs as Slack's client does before it submits: one sentence for each input block with a problem. */
export function validateInputs(
  blocks: readonly JsonObject[],
  values: StateValues,
): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  for (const block of blocks) {
    const problem = block["type"] === "input" ? blockProblem(block, values) : undefined;
    if (problem !== undefined) problems[toText(block["block_id"]) ?? ""] = problem;
  }
  return problems;
}

function blockProblem(block: JsonObject, values: StateValues): string | undefined {
  const element = isJsonObject(block["element"]) ? block["element"] : {};
  const state = values[toText(block["block_id"]) ?? ""]?.[toText(element["action_id"]) ?? ""];
  const key = valueKey(toText(element["type"]) ?? "") ?? "value";
  const value = isJsonObject(state) ? state[key] : null;
  if (!isEmpty(value)) return valueProblem(element, value);
  return block["optional"] === true ? undefined : "Please complete this required field.";
}

function valueProblem(element: JsonObject, value: unknown): string | undefined {
  const text = typeof value === "string" ? value : "";
  switch (element["type"]) {
    case "plain_text_input":
      return lengthProblem(element, text.length);
    case "email_text_input":
      return EMAIL.test(text) ? undefined : "Please enter a valid email address.";
    case "url_text_input":
      return WEB_ADDRESS.test(text) ? undefined : "Please enter a valid URL.";
    case "file_input":
      return fileProblem(element, value);
    case "number_input":
      return numberProblem(element, text);
    default:
      return undefined;
  }
}

function lengthProblem(element: JsonObject, length: number): string | undefined {
  const min = Number(element["min_length"] ?? 0);
  const max = Number(element["max_length"] ?? 3_000);
  if (length < min) return `Please enter at least ${min} characters.`;
  return length > max ? `Please enter at most ${max} characters.` : undefined;
}

function numberProblem(element: JsonObject, text: string): string | undefined {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return "Please enter a number.";
  if (element["is_decimal_allowed"] !== true && text.includes("."))
    return "Please enter a whole number.";
  const value = Number(text);
  const { min_value: min, max_value: max } = element;
  if (min !== undefined && value < Number(min)) return `Please enter ${toPlain(min)} or more.`;
  return max !== undefined && value > Number(max)
    ? `Please enter ${toPlain(max)} or less.`
    : undefined;
}

/** Slack's client takes ten files of any type unless the element says otherwise. */
function fileProblem(element: JsonObject, value: unknown): string | undefined {
  const files = toObjects(value);
  const max = Number(element["max_files"] ?? 10);
  if (files.length > max) return `Please choose at most ${max} files.`;
  const types = toTexts(element["filetypes"]);
  const isTaken = (file: JsonObject): boolean =>
    types.length === 0 || types.includes(toText(file["filetype"]) ?? "");
  return files.every(isTaken) ? undefined : `Please choose files of type ${types.join(", ")}.`;
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}
