import type { JsonObject } from "../json.ts";

export const TASK_STATUSES = ["pending", "in_progress", "complete", "error"] as const;

/** A piece of a streamed message. */
export type Chunk =
  | { readonly type: "markdown_text"; readonly text: string }
  | { readonly type: "plan_update"; readonly title: string }
  | {
      readonly type: "task_update";
      readonly id: string;
      readonly title: string;
      readonly status: (typeof TASK_STATUSES)[number];
      readonly details: string;
      readonly output: string;
    }
  | { readonly type: "blocks"; readonly blocks: readonly JsonObject[] };

type Task = Extract<Chunk, { type: "task_update" }>;

/** What a streamed message says so far. */
export interface StreamContent {
  readonly text: string;
  /** Tasks stand together in one plan; else each is a card of its own. */
  readonly isPlan: boolean;
  readonly title: string;
  readonly tasks: readonly Task[];
  readonly blocks: readonly JsonObject[];
}

/** What Slack shows above the tasks of a plan that has no title yet. */
const UNTITLED = "Working";

export function emptyContent(isPlan: boolean): StreamContent {
  return { text: "", isPlan, title: UNTITLED, tasks: [], blocks: [] };
}

/**
 * A task with a known id gets the new title and status; its details and output grow, as Slack's example shows
 * (https://github.com/slackapi/python-slack-sdk/pull/1821).
 */
export function withChunks(content: StreamContent, chunks: readonly Chunk[]): StreamContent {
  return chunks.reduce<StreamContent>((sum, chunk) => {
    switch (chunk.type) {
      case "markdown_text":
        return { ...sum, text: sum.text + chunk.text };
      case "plan_update":
        return { ...sum, title: chunk.title };
      case "blocks":
        return { ...sum, blocks: [...sum.blocks, ...chunk.blocks] };
      case "task_update":
        return { ...sum, tasks: withTask(sum.tasks, chunk) };
    }
  }, content);
}

function withTask(tasks: readonly Task[], task: Task): readonly Task[] {
  if (!tasks.some(({ id }) => id === task.id)) return [...tasks, task];
  return tasks.map((known) =>
    known.id === task.id
      ? {
          ...task,
          details: known.details + task.details,
          output: known.output + task.output,
        }
      : known,
  );
}

/** The blocks of the message; `undefined`: it is text alone. */
export function blocksOf(
  { text, isPlan, title, tasks, blocks }: StreamContent,
  added: readonly JsonObject[] = [],
): readonly JsonObject[] | undefined {
  const cards = tasks.map(toCard);
  const all = [
    ...(isPlan && cards.length > 0 ? [{ type: "plan", title, tasks: cards }] : cards),
    ...(text === "" ? [] : [{ type: "markdown", text }]),
    ...blocks,
    ...added,
  ];
  return all.length === 0 || (all.length === 1 && text !== "") ? undefined : all;
}

function toCard({ id, title, status, details, output }: Task): JsonObject {
  return {
    type: "task_card",
    task_id: id,
    title,
    status,
    ...(details === "" ? {} : { details: richText(details) }),
    ...(output === "" ? {} : { output: richText(output) }),
  };
}

function richText(text: string): JsonObject {
  const element = { type: "rich_text_section", elements: [{ type: "text", text }] };
  return { type: "rich_text", elements: [element] };
}
