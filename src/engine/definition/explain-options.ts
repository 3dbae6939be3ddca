import { isJsonObject, type Json, type JsonObject, readOwn } from "../../shared/json.ts";
import { describeDuration } from "./explain-duration.ts";

/** What an approval allows besides its choices, in sentences, each with a space before it. Empty: nothing. */
export function describeOptions(config: JsonObject): string {
  const { editable, escalateTo, maxRounds } = config;
  const remind = describeDuration(config["remindAfter"]);
  const escalate = describeDuration(config["escalateAfter"]);
  const after = escalate === null ? "Later" : `After ${escalate}`;
  const fields = isJsonObject(editable) ? Object.keys(editable) : [];
  const sentences = [
    fields.length > 0 && `Who decides may change ${fields.join(", ")}.`,
    ...describeComments(config["choices"]),
    remind !== null && `Reminds after ${remind}.`,
    Array.isArray(escalateTo) && `${after}, ${namesOf(escalateTo)} may decide, too.`,
    typeof maxRounds === "number" && `It can be sent back ${maxRounds} times at most.`,
  ];
  return sentences.map((sentence) => (sentence === false ? "" : ` ${sentence}`)).join("");
}

function describeComments(choices: Json | undefined): readonly string[] {
  if (!Array.isArray(choices)) return [];
  const labels = choices.flatMap((choice: Json) => {
    const label = readOwn(choice, "label");
    return readOwn(choice, "comment") === "required" && typeof label === "string" ? [label] : [];
  });
  return labels.length === 0 ? [] : [`A comment is needed for ${labels.join(", ")}.`];
}

function namesOf(list: readonly Json[]): string {
  return list.map((name) => (typeof name === "string" ? name : JSON.stringify(name))).join(", ");
}
