import type { ChatRequest } from "../chat-request.ts";
import { buildDefinition } from "./generation/build.ts";
import { applyChange, readPlan } from "./generation/plan.ts";

/**
 * Writes a workflow definition when the conversation asks for one: a system message that speaks of workflow definitions
 * and a description in tags. By rules, so the same conversation gives the same definition; after feedback about problems
 * it writes anew from the description and the changes asked for since.
 *
 * @returns `undefined` for every other conversation.
 */
export function generateDefinition(request: ChatRequest): string | undefined {
  const asks = request.messages.some(
    ({ role, text }) => role !== "user" && /\bworkflow definitions?\b/i.test(text),
  );
  const said = request.messages.filter(({ role }) => role === "user").map(({ text }) => text);
  const description = said.flatMap((text) => tagged(text, "description"))[0];
  if (!asks || description === undefined) return undefined;
  const [first = "", ...earlier] = description.split(/\n(?=Change: )/);
  const changes = [
    ...earlier.map((text) => text.replace(/^Change: /, "")),
    ...said.flatMap((text) => tagged(text, "change")),
  ];
  const plan = changes.reduce(applyChange, readPlan(first));
  return JSON.stringify(buildDefinition(plan));
}

function tagged(text: string, tag: string): readonly string[] {
  const inside = new RegExp(`<${tag}>\\n?([\\s\\S]*?)\\n?</${tag}>`, "i").exec(text)?.[1];
  return inside === undefined ? [] : [inside.trim()];
}
