import { type JsonObject, member, parseJson } from "../../../json.ts";
import type { ChatRequest } from "../../chat-request.ts";
import { applyChange, type Plan, readPlan } from "./plan.ts";

/**
 * Writes a workflow definition when the conversation asks for one: a system message that speaks of workflow definitions
 * and a description in tags. By rules, so the same conversation gives the same definition; after feedback about problems
 * it writes anew from the description and the changes asked for since.
 *
 * @returns `undefined` for every other conversation.
 */
export function generateDefinition(request: ChatRequest): string | undefined {
  const wish = readWish(request);
  if (wish === undefined) return undefined;
  return JSON.stringify({ ...definitionFor(wish, wish.changes.length), notes: notesOn(wish) });
}

/** What the stand-in says beside its definition: what it is, and the parts of the wish without which it would have written the same. */
function notesOn(wish: Wish): string {
  const what = "I am a stand-in that reads plain English by simple rules.";
  const written = JSON.stringify(definitionFor(wish, wish.changes.length)["steps"]);
  const said = wish.isChange ? (wish.changes.at(-1) ?? "") : wish.first;
  const unread = partsOf(said).filter(
    (part) => !isNamed(part, written) && isSame(wish, without(wish, part)),
  );
  if (unread.length === 0) return `${what} Look whether all that you asked for is there.`;
  const parts = unread.map((part) => `“${part}”`).join(", ");
  return `${what} I left out: ${parts}. A real model reads all of it: set OPENAI_BASE_URL.`;
}

/** The parts of a sentence that may ask for something of their own, as they stand in it. */
function partsOf(text: string): readonly string[] {
  const parts = text.split(/[,;.]\s+|\s+(?=(?:and|then|but)\s)/i).map((part) => part.trim());
  return parts.filter((part) => (part.match(/\p{L}{2,}/gu) ?? []).length > 2);
}

function without({ first, changes, isChange }: Wish, part: string): Wish {
  const cut = (text: string): string => text.replace(part, " ");
  if (!isChange) return { first: cut(first), changes, isChange };
  return { first, changes: [...changes.slice(0, -1), cut(changes.at(-1) ?? "")], isChange };
}

/** Are the channels and groups of a part in the definition? Then it was read, although a default would say the same. */
function isNamed(part: string, written: string): boolean {
  const names = part.match(/[#@][\p{L}\d_-]+/gu) ?? [];
  return names.length > 0 && names.every((name) => written.includes(name));
}

/** Do two wishes come to the same, but for its names? */
function isSame(one: Wish, other: Wish): boolean {
  const [a, b] = [one, other].map((wish) => {
    const { triggers, inputs, steps } = definitionFor(wish, wish.changes.length);
    return JSON.stringify({ triggers, inputs, steps });
  });
  return a === b;
}

/**
 * @returns why the stand-in does not change a definition: it is another than the one that it would write for the same words, so
 *   what it does not understand would be lost. `undefined`: there is nothing to refuse.
 */
export function refuseChange(request: ChatRequest): string | undefined {
  const wish = readWish(request);
  if (wish?.isChange !== true) return undefined;
  const earlier = parseJson(request.messages.find(({ role }) => role === "assistant")?.text ?? "");
  const own = definitionFor(wish, wish.changes.length - 1);
  return JSON.stringify(member(earlier, "steps")) === JSON.stringify(own["steps"])
    ? undefined
    : "I am a stand-in that writes workflows by simple rules, and I change only what I wrote myself. A real model changes this one: set OPENAI_BASE_URL.";
}

/** What a request for a definition asks for. */
interface Wish {
  readonly first: string;
  readonly changes: readonly string[];
  /** The last of the changes is asked for now. */
  readonly isChange: boolean;
}

function readWish({ messages }: ChatRequest): Wish | undefined {
  const asks = messages.some(
    ({ role, text }) => role !== "user" && /\bworkflow definitions?\b/i.test(text),
  );
  const said = messages.filter(({ role }) => role === "user").map(({ text }) => text);
  const description = said.flatMap((text) => tagged(text, "description"))[0];
  if (!asks || description === undefined) return undefined;
  const [first = "", ...earlier] = description.split(/\n(?=Change: )/);
  const asked = said.flatMap((text) => tagged(text, "change"));
  const changes = [...earlier.map((text) => text.replace(/^Change: /, "")), ...asked];
  return { first, changes, isChange: asked.length > 0 };
}

function definitionFor({ first, changes }: Wish, applied: number): JsonObject {
  return buildDefinition(changes.slice(0, applied).reduce(applyChange, readPlan(first)));
}

function tagged(text: string, tag: string): readonly string[] {
  const inside = new RegExp(`<${tag}>\\n?([\\s\\S]*?)\\n?</${tag}>`, "i").exec(text)?.[1];
  return inside === undefined ? [] : [inside.trim()];
}

/** Writes the definition of a plan. */
function buildDefinition(plan: Plan): JsonObject {
  const { steps, inputs } = parts(plan);
  const byHand = plan.trigger.type === "slash";
  return {
    id: plan.id,
    name: plan.name,
    description: plan.description,
    triggers: [{ ...plan.trigger }],
    // What messages and requests bring is not declared.
    ...(byHand && inputs !== undefined && { inputs }),
    steps,
  };
}

interface Parts {
  readonly steps: readonly JsonObject[];
  readonly inputs: JsonObject | undefined;
}

function parts(plan: Plan): Parts {
  switch (plan.kind) {
    case "approval":
      return approval(plan);
    case "sort":
      return sorting(plan);
    case "summary":
      return summary(plan);
    case "post":
      return {
        steps: [post("post-message", "Post the message", plan.channel, plan.text, "end")],
        inputs: undefined,
      };
    default:
      return plan.kind satisfies never;
  }
}

function approval(plan: Plan): Parts {
  const { description, threshold, channel } = plan;
  const byHand = plan.trigger.type === "slash";
  const matter = matterOf(description);
  // What starts without a person brings no amount that could be relied on.
  const hasAmount =
    byHand &&
    (threshold !== undefined ||
      /\b(purchases?|expenses?|buy|spend|budget|cost)/i.test(description));
  const subject = !byHand
    ? matter
    : hasAmount
      ? "{{variables.item}} (${{variables.amount}})"
      : "{{variables.item}}";
  const steps: JsonObject[] = [
    ...(hasAmount && threshold !== undefined ? amountSteps(threshold, channel, subject) : []),
    ...approvalSteps(plan, matter, subject),
  ];
  return {
    steps,
    inputs: {
      item: { type: "string", label: "What it is about", required: true },
      ...(hasAmount && {
        amount: { type: "number", label: "Amount (USD)", required: true, min: 0 },
      }),
    },
  };
}

function amountSteps(threshold: number, channel: string, subject: string): readonly JsonObject[] {
  return [
    {
      id: "check-amount",
      name: "Check the amount",
      type: "transform",
      config: { expression: `variables.amount >= ${threshold} ? 'large' : 'small'` },
      next: { large: "ask-approval", small: "announce-small" },
    },
    post(
      "announce-small",
      "No approval needed",
      channel,
      `:white_check_mark: No approval needed: ${subject}.`,
      "end",
    ),
  ];
}

function approvalSteps(plan: Plan, matter: string, subject: string): readonly JsonObject[] {
  const { channel } = plan;
  const steps: JsonObject[] = [
    {
      id: "ask-approval",
      name: "Ask for approval",
      type: "approval",
      config: {
        channel,
        title: `${matter}: ${subject}`,
        approvers: plan.approvers,
        required: plan.required,
        ...(plan.timeout !== undefined && { timeout: plan.timeout }),
      },
      next: {
        approve: "announce-approval",
        reject: "announce-rejection",
        ...(plan.timeout !== undefined && { expired: "announce-expiry" }),
      },
    },
    post(
      "announce-approval",
      "Announce the approval",
      channel,
      `:white_check_mark: Approved: ${subject}.`,
      "end",
    ),
    post(
      "announce-rejection",
      "Announce the rejection",
      channel,
      `:no_entry: Rejected: ${subject}.`,
      "end",
    ),
  ];

  if (plan.timeout !== undefined)
    steps.push(
      post(
        "announce-expiry",
        "Announce the expiry",
        channel,
        `:hourglass: Nobody decided in time: ${subject}.`,
        "end",
      ),
    );
  return steps;
}

function matterOf(text: string): string {
  if (/\b(vacation|time off|leave|holiday|pto)\b/i.test(text)) return "Time off";
  if (/\b(deploy\w*|release\w*|rollout)\b/i.test(text)) return "Deployment";
  if (/\b(expens\w*)\b/i.test(text)) return "Expense";
  if (/\b(purchas\w*|buy\w*|order\w*)\b/i.test(text)) return "Purchase";
  if (/\b(contract|document|draft)s?\b/i.test(text)) return "Document";
  return "Request";
}

function sorting({ categories, channel, trigger }: Plan): Parts {
  const names = categories.map((category) => category.name);
  const value = textOf(trigger.type);
  return {
    steps: [
      {
        id: "classify",
        name: "Sort it",
        type: "ai-decision",
        config: {
          prompt: `Classify this text into one of: ${names.join(", ")}.\nText: ${value}`,
          outputFormat: "enum",
          allowedValues: names,
        },
        next: Object.fromEntries(names.map((name) => [name, `post-${slug(name)}`])),
      },
      ...categories.map((category) =>
        post(
          `post-${slug(category.name)}`,
          `Post ${category.name}`,
          category.channel ?? channel,
          `*${category.name}*: ${value}`,
          "end",
        ),
      ),
    ],
    inputs: { text: { type: "text", label: "Text", required: true } },
  };
}

function summary({ channel, trigger }: Plan): Parts {
  return {
    steps: [
      {
        id: "summarize",
        name: "Summarize",
        type: "ai-decision",
        config: {
          prompt: `Summarize this in two sentences.\nText: ${textOf(trigger.type)}`,
          outputFormat: "text",
        },
        next: "post-summary",
      },
      post("post-summary", "Post the summary", channel, "{{stepResults.summarize.output}}", "end"),
    ],
    inputs: { text: { type: "text", label: "Text", required: true } },
  };
}

/** Where the text comes from: schedules bring none, so the time stands for it. */
function textOf(trigger: string): string {
  return trigger === "schedule" ? "{{variables.at}}" : "{{variables.text}}";
}

function post(
  id: string,
  name: string,
  channel: string,
  message: string,
  next: string,
): JsonObject {
  return {
    id,
    name,
    type: "service",
    config: { service: "slack", action: "sendMessage", channel, message },
    next,
  };
}

function slug(name: string): string {
  return name.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "category";
}
