import { AppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { StartResult } from "../api/executions.ts";
import type { MessagePlace, ShortcutRequest } from "../api/triggers.ts";
import type { Executions } from "../executions/executions.ts";
import { executionIdFor } from "../model/execution-id.ts";
import type { Conversations, PointedMessage } from "../ports/conversations.ts";
import type { TriggerRegistry } from "./trigger-registry.ts";

const NO_MESSAGE = { channel: null, ts: null, threadTs: null, text: null, messageUser: null };

export interface ShortcutTriggerOptions {
  readonly triggers: TriggerRegistry;
  readonly executions: Pick<Executions, "start">;
  readonly conversations: Conversations;
}

/** Starts what people choose in Slack's shortcuts. */
export class ShortcutTrigger {
  readonly #options: ShortcutTriggerOptions;

  constructor(options: ShortcutTriggerOptions) {
    this.#options = options;
  }

  /** Ids of the workflows that can be chosen. */
  async offered(): Promise<readonly string[]> {
    const { triggers } = this.#options;
    await triggers.load();
    return [...new Set(triggers.of("shortcut").map(({ workflowId }) => workflowId))];
  }

  /** @throws {AppError} `workflow_not_found` for one that cannot be chosen (any more), and what reading the message and a start throw. */
  async start(request: ShortcutRequest): Promise<StartResult> {
    const { id, workflowId, user, place, values, files } = request;
    const { triggers, executions, conversations } = this.#options;
    const trigger = triggers.of("shortcut").find((one) => one.workflowId === workflowId);
    if (!trigger) {
      throw new AppError({
        code: "workflow_not_found",
        message: `"${workflowId}" is not among the shortcuts any more. Open the shortcut again.`,
      });
    }
    const message = request.message ?? (place && (await readPointed(conversations, place)));
    const report = message
      ? { channel: message.channel, on: "all" as const, threadTs: message.threadTs }
      : { channel: user, on: "all" as const };
    return executions.start({
      workflowId,
      executionId: executionIdFor(workflowId, `shortcut:${id}`),
      variables: { user, ...(message ?? NO_MESSAGE), ...values },
      variableForm: values === undefined ? "json" : "form",
      ...omitUndefined({ files }),
      trigger: {
        type: "shortcut",
        id: trigger.id,
        userId: user,
        ...(message && { channel: message.channel }),
      },
      ...(!trigger.reports && { report }),
    });
  }
}

/** The message alone, without the emoji on it. */
async function readPointed(
  conversations: Conversations,
  { channel, ts }: MessagePlace,
): Promise<PointedMessage> {
  const { reactions: _reactions, ...message } = await conversations.readMessage(channel, ts);
  return message;
}
