import { AppError } from "../../shared/errors.ts";
import type { StartRequest, StartResult } from "../api/engine.ts";
import { executionIdFor } from "../model/execution-id.ts";
import type { PointedMessage } from "./reaction-trigger.ts";
import type { TriggerRegistry } from "./trigger-registry.ts";

/** What a person chose in Slack's shortcuts. */
export interface ShortcutRequest {
  /** Equal in every delivery of the choice. */
  readonly id: string;
  readonly workflowId: string;
  readonly user: string;
  /** The message in whose menu it was; `null`: it was in no message's. */
  readonly message: PointedMessage | null;
}

const NO_MESSAGE = { channel: null, ts: null, threadTs: null, text: null, messageUser: null };

/** Starts what people choose in Slack's shortcuts. */
export class ShortcutTrigger {
  readonly #triggers: TriggerRegistry;
  readonly #start: (request: StartRequest) => Promise<StartResult>;

  constructor(options: {
    readonly triggers: TriggerRegistry;
    readonly start: (request: StartRequest) => Promise<StartResult>;
  }) {
    this.#triggers = options.triggers;
    this.#start = options.start;
  }

  /** Ids of the workflows that can be chosen. */
  async offered(): Promise<readonly string[]> {
    await this.#triggers.load();
    return [...new Set(this.#triggers.of("shortcut").map(({ workflowId }) => workflowId))];
  }

  /** @throws {AppError} `workflow_not_found` for one that cannot be chosen (any more), and what a start throws. */
  async start(request: ShortcutRequest): Promise<StartResult> {
    const { id, workflowId, user, message } = request;
    const trigger = this.#triggers.of("shortcut").find((one) => one.workflowId === workflowId);
    if (!trigger) {
      throw new AppError({
        code: "workflow_not_found",
        message: `"${workflowId}" is not among the shortcuts any more. Open the shortcut again.`,
      });
    }
    const report = message
      ? { channel: message.channel, on: "all" as const, threadTs: message.threadTs }
      : { channel: user, on: "all" as const };
    return this.#start({
      workflowId,
      executionId: executionIdFor(workflowId, `shortcut:${id}`),
      variables: { user, ...(message ?? NO_MESSAGE) },
      variableForm: "json",
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
