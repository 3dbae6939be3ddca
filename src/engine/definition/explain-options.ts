import { counted } from "../../shared/counted.ts";
import { isJsonObject, type Json, type JsonObject, readOwn } from "../../shared/json.ts";
import { joinWordings, listValues, type Wording, wording } from "../../shared/wording.ts";
import { describeDuration } from "./explain-duration.ts";

/** What an approval allows besides its choices, in sentences, each with a space before it. Empty: nothing. */
export function describeOptions(config: JsonObject): Wording {
  const { editable, escalateTo, maxRounds } = config;
  const remind = describeDuration(config["remindAfter"]);
  const escalate = describeDuration(config["escalateAfter"]);
  const after = escalate === null ? wording`Later` : wording`After ${escalate}`;
  const fields = isJsonObject(editable) ? Object.keys(editable) : [];
  const sentences = [
    fields.length > 0 && wording` Who decides may change ${listValues(fields)}.`,
    ...describeComments(config["choices"]),
    remind !== null && wording` Reminds after ${remind}.`,
    Array.isArray(escalateTo) &&
      wording` ${after}, ${listValues(namesOf(escalateTo))} may decide, too.`,
    typeof maxRounds === "number" &&
      wording` It can be sent back ${counted(maxRounds, "time")} at most.`,
  ];
  return joinWordings(
    sentences.filter((sentence) => sentence !== false),
    "",
  );
}

function describeComments(choices: Json | undefined): readonly Wording[] {
  if (!Array.isArray(choices)) return [];
  const labels = choices.flatMap((choice: Json) => {
    const label = readOwn(choice, "label");
    return readOwn(choice, "comment") === "required" && typeof label === "string" ? [label] : [];
  });
  return labels.length === 0 ? [] : [wording` A comment is needed for ${listValues(labels)}.`];
}

/** The texts of a list; what is no text as JSON. */
export function namesOf(list: readonly Json[]): readonly string[] {
  return list.map((name) => (typeof name === "string" ? name : JSON.stringify(name)));
}
