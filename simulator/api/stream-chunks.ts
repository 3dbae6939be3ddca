import { LIMITS } from "../block-kit/limits.ts";
import { isJsonObject, type JsonObject, toText } from "../json.ts";
import { type Chunk, TASK_STATUSES } from "../workspace/stream-content.ts";
import { checkBlocks } from "./message-content.ts";
import type { ApiCall } from "./method.ts";
import { invalidArguments, SlackError } from "./slack-error.ts";

/**
 * What a call adds to a stream: `markdown_text`, or its `chunks`.
 *
 * @throws {SlackError} `invalid_chunks`, `invalid_blocks`, `msg_too_long`, or `invalid_arguments` where both are given.
 */
export function readChunks(call: ApiCall): readonly Chunk[] {
  const { args } = call;
  const markdown = args.text("markdown_text");
  const chunks = args.objects("chunks", "invalid_chunks") ?? [];
  if (markdown !== undefined && chunks.length > 0) {
    throw invalidArguments("markdown_text and chunks cannot be given together");
  }
  const read: readonly Chunk[] =
    markdown === undefined
      ? chunks.map((chunk) => readChunk(call, chunk))
      : [{ type: "markdown_text", text: markdown }];
  const text = read.map((chunk) => (chunk.type === "markdown_text" ? chunk.text : "")).join("");
  if (text.length > LIMITS.markdown) throw new SlackError("msg_too_long");
  return read;
}

/** @see https://docs.slack.dev/reference/methods/chat.appendStream */
function readChunk({ workspace }: ApiCall, chunk: JsonObject): Chunk {
  const { type } = chunk;
  switch (type) {
    case "markdown_text":
      return { type, text: required(chunk, "text") };
    case "plan_update":
      return { type, title: required(chunk, "title") };
    case "task_update": {
      const status = TASK_STATUSES.find((one) => one === chunk["status"]);
      if (status === undefined) throw new SlackError("invalid_chunks");
      const [id, title] = [required(chunk, "id"), required(chunk, "title")];
      const [details, output] = [toText(chunk["details"]) ?? "", toText(chunk["output"]) ?? ""];
      return { type, id, title, status, details, output };
    }
    case "blocks": {
      const { blocks } = chunk;
      if (!Array.isArray(blocks) || !blocks.every(isJsonObject))
        throw new SlackError("invalid_chunks");
      checkBlocks(workspace, blocks);
      return { type, blocks };
    }
    default:
      throw new SlackError("invalid_chunks");
  }
}

/** @throws {SlackError} `invalid_chunks` where it is missing. */
function required(chunk: JsonObject, name: string): string {
  const text = toText(chunk[name]);
  if (text === undefined) throw new SlackError("invalid_chunks");
  return text;
}
