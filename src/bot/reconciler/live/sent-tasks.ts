import type { TaskUpdateChunk } from "@slack/types";
import type { Task } from "./tasks.ts";

/**
 * Tasks of one stream, and bytes of their texts. People measured that Slack takes 50 tasks and some 10,000 bytes in all, an output
 * counted twice (https://github.com/openclaw/openclaw/pull/143882). What has no room is on the card.
 */
const MAX_TASKS = 40;
const MAX_BYTES = 8000;

interface Sent {
  readonly title: string;
  readonly status: Task["status"];
  readonly hasOutput: boolean;
}

/** What a stream shows of its tasks, as far as it has room. */
export class SentTasks {
  readonly #tasks: Map<string, Sent>;
  #bytes: number;

  constructor(other?: SentTasks) {
    this.#tasks = new Map(other === undefined ? [] : other.#tasks);
    this.#bytes = other === undefined ? 0 : other.#bytes;
  }

  get isEmpty(): boolean {
    return this.#tasks.size === 0;
  }

  /**
   * Notes a task as sent. An output grows with each call, so that it is sent once.
   *
   * @param always - also what is shown already, since it may have been lost. @returns what to send; none where there is nothing new, or no
   * room.
   */
  add(task: Task, always: boolean): TaskUpdateChunk[] {
    const { id, title, status } = task;
    const before = this.#tasks.get(id);
    if (before === undefined && !this.#takes(Buffer.byteLength(title))) return [];
    if (!always && before?.title === title && before.status === status) return [];
    const output = before?.hasOutput === true ? undefined : this.#outputOf(task);
    const hasOutput = output !== undefined || before?.hasOutput === true;
    this.#tasks.set(id, { title, status, hasOutput });
    const own = { type: "task_update", id, title, status } as const;
    return [output === undefined ? own : { ...own, output }];
  }

  #takes(bytes: number): boolean {
    if (this.#tasks.size >= MAX_TASKS || this.#bytes + bytes > MAX_BYTES) return false;
    this.#bytes += bytes;
    return true;
  }

  #outputOf({ output }: Task): string | undefined {
    const bytes = 2 * Buffer.byteLength(output ?? "");
    if (this.#bytes + bytes > MAX_BYTES) return undefined;
    this.#bytes += bytes;
    return output;
  }
}
