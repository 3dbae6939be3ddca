import { AppError, asAppError } from "../../shared/errors.ts";
import type { Access } from "../access/access.ts";
import type { StartResult } from "../api/executions.ts";
import type { IncomingReaction } from "../api/triggers.ts";
import type { Executions } from "../executions/executions.ts";
import { executionIdFor } from "../model/execution-id.ts";
import type { Conversations, PointedMessage } from "../ports/conversations.ts";
import type { Logger } from "../ports/logger.ts";
import { isAmong } from "./message-trigger.ts";
import { type ActiveTrigger, memoizePerTrigger, type TriggerRegistry } from "./trigger-registry.ts";
import { ReactionConfig } from "./types/reaction.ts";

export interface ReactionTriggerOptions {
  readonly triggers: TriggerRegistry;
  readonly executions: Pick<Executions, "start">;
  readonly conversations: Conversations;
  readonly access: Pick<Access, "mayUse">;
  readonly logger: Logger;
}

/** Starts what reactions ask for: of one reaction each workflow once, however often it is delivered. */
export class ReactionTrigger {
  readonly #options: ReactionTriggerOptions;
  readonly #config = memoizePerTrigger((trigger) => ReactionConfig.parse(trigger.config));

  constructor(options: ReactionTriggerOptions) {
    this.#options = options;
  }

  /** @throws {AppError} `slack_rejected`, `slack_unavailable` if the message cannot be read: nothing is started then. */
  async receive(reaction: IncomingReaction): Promise<readonly StartResult[]> {
    const { triggers, access, conversations } = this.#options;
    await triggers.load();
    const started = new Map<string, StartResult>();
    const failures: AppError[] = [];
    let message: PointedMessage | null = null;
    for (const trigger of triggers.of("reaction")) {
      if (started.has(trigger.workflowId) || !(await this.#fits(trigger, reaction))) continue;
      if (message === null) {
        if (!(await access.mayUse(reaction.user, "recent"))) break;
        message = await conversations.readMessage(reaction.place.channel, reaction.place.ts);
      }
      const result = await this.#start(trigger, reaction, message);
      if (result instanceof AppError) failures.push(result);
      else if (result) started.set(trigger.workflowId, result);
    }
    // Thrown after the others were started: what is delivered again starts those once all the same.
    if (failures[0] !== undefined) throw failures[0];
    return [...started.values()];
  }

  async #fits(trigger: ActiveTrigger, reaction: IncomingReaction): Promise<boolean> {
    const { emoji, channels } = this.#config(trigger);
    if (plainName(emoji) !== plainName(reaction.emoji)) return false;
    if (channels === undefined) return true;
    return isAmong(reaction.place.channel, channels, this.#options.conversations);
  }

  /**
   * A workflow that cannot be started must not keep others from it.
   *
   * @returns what may succeed when it is delivered again as an error; `null` for what will not.
   */
  async #start(
    trigger: ActiveTrigger,
    reaction: IncomingReaction,
    message: PointedMessage,
  ): Promise<StartResult | AppError | null> {
    const { workflowId, id } = trigger;
    const { user } = reaction;
    const { channel, threadTs } = message;
    try {
      return await this.#options.executions.start({
        workflowId,
        executionId: executionIdFor(workflowId, `reaction:${reaction.eventId}`),
        variables: { emoji: plainName(reaction.emoji), user, ...message },
        variableForm: "json",
        trigger: { type: "reaction", id, userId: user, channel },
        ...(!trigger.reports && { report: { channel, on: "all", threadTs } }),
      });
    } catch (error) {
      const known = asAppError(error);
      this.#options.logger.warn(
        { workflowId, trigger: id, error: known.message },
        "a reaction fits, but the workflow could not be started",
      );
      return known.retryable ? known : null;
    }
  }
}

/** `:wave::skin-tone-3:` and `wave` are the same emoji. */
function plainName(emoji: string): string {
  return emoji.split("::")[0]?.replaceAll(":", "") ?? "";
}
