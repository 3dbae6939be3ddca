import { isJsonObject, member, memberAt, toText } from "../json.ts";
import { ModelRefusal } from "./model-refusal.ts";
import type { Message } from "./question.ts";

/** The part of a chat completion request that the stand-in model uses. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  /** Absent: the answer comes as a whole. */
  readonly stream?: { readonly includeUsage: boolean };
  /** How many tokens the answer may have; `undefined` is no limit. */
  readonly maxTokens: number | undefined;
  readonly format:
    | { readonly kind: "text" }
    | { readonly kind: "json_object" }
    | { readonly kind: "json_schema"; readonly schema: unknown };
}

/**
 * Reads the body of `POST /v1/chat/completions`. Unknown parameters are ignored.
 *
 * @throws {ModelRefusal} 400 naming the parameter that is wrong.
 */
export function parseChatRequest(body: unknown): ChatRequest {
  if (!isJsonObject(body)) throw badParameter("The request body must be a JSON object.", null);
  const model = toText(body["model"]);
  if (model === undefined || model === "") {
    throw badParameter("You must provide a model parameter.", "model");
  }
  return {
    model,
    ...(body["stream"] === true && {
      stream: { includeUsage: member(body["stream_options"], "include_usage") === true },
    }),
    messages: parseMessages(body["messages"]),
    maxTokens:
      parseLimit(body["max_completion_tokens"], "max_completion_tokens") ??
      parseLimit(body["max_tokens"], "max_tokens"),
    format: parseFormat(body["response_format"]),
  };
}

function parseMessages(messages: unknown): readonly Message[] {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw badParameter("'messages' must be a list with at least one message.", "messages");
  }
  return messages.map((message, index) => {
    const role = toText(member(message, "role"));
    if (role === undefined) {
      throw badParameter(`'messages[${index}].role' must be text.`, `messages[${index}].role`);
    }
    return { role, text: parseContent(member(message, "content"), role, index) };
  });
}

function parseContent(content: unknown, role: string, index: number): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) {
    return content.map((part) => toText(member(part, "text")) ?? "").join("\n");
  }
  // An assistant's message may consist of a refusal or of tool calls alone.
  if (role === "assistant" && (content === null || content === undefined)) return "";
  throw badParameter(
    `'messages[${index}].content' must be text or a list of parts.`,
    `messages[${index}].content`,
  );
}

function parseLimit(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1) return value;
  throw badParameter(`'${name}' must be a whole number of at least 1.`, name);
}

function parseFormat(format: unknown): ChatRequest["format"] {
  if (format === undefined || format === null) return { kind: "text" };
  const type = member(format, "type");
  if (type === "text" || type === "json_object") return { kind: type };
  if (type === "json_schema") {
    const schema = memberAt(format, "json_schema", "schema");
    if (toText(memberAt(format, "json_schema", "name")) !== undefined && isJsonObject(schema)) {
      return { kind: "json_schema", schema };
    }
    throw badParameter(
      "'response_format.json_schema' needs a 'name' and a 'schema'.",
      "response_format",
    );
  }
  throw badParameter(
    "'response_format.type' must be 'text', 'json_object' or 'json_schema'.",
    "response_format",
  );
}

function badParameter(message: string, parameter: string | null): ModelRefusal {
  return new ModelRefusal(400, message, { type: "invalid_request_error", parameter });
}
