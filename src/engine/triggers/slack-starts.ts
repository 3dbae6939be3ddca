import { AppError, asAppError } from "../../shared/errors.ts";
import type { Access } from "../access/access.ts";
import type { StartRequest, StartResult } from "../api/executions.ts";
import type { IncomingMessage } from "../api/triggers.ts";
import type { Executions } from "../executions/executions.ts";
import { executionIdFor } from "../model/execution-id.ts";
import type { Conversations } from "../ports/conversations.ts";
import { admitsStart, type StartLimitOptions } from "./start-limit.ts";
import type { ActiveTrigger, TriggerRegistry } from "./trigger-registry.ts";

export interface SlackStartsOptions extends StartLimitOptions {
  readonly triggers: TriggerRegistry;
  readonly executions: Pick<Executions, "start">;
  readonly conversations: Conversations;
  readonly access: Pick<Access, "mayUse" | "amongWhich">;
}

/** The run that an event of Slack's asks a trigger for. */
export interface EventRun extends Pick<StartRequest, "variables" | "files" | "report"> {
  /** Distinguishes this event from all others, equal in every delivery of it. */
  readonly key: string;
  /** Whose doing it was: the starter of the run. */
  readonly user: string;
  readonly isBot?: boolean;
  readonly channel: string;
}

/**
 * What one click or one script of a person can set off many times, such as reactions and imports of members, starts so many runs of a
 * workflow at once, and then one a second.
 */
const BURST = 100;
const INTERVAL_MS = 1000;

/**
 * Starts what an event of Slack's asks for: each workflow once, however often the event is delivered. A workflow that cannot be
 * started keeps no others from it.
 */
export class SlackStarts {
  readonly #options: SlackStartsOptions;

  constructor(options: SlackStartsOptions) {
    this.#options = options;
  }

  /**
   * @param kind - of the triggers that the event may fit.
   * @param prepare - the run for a trigger; `null`: the event does not fit it. What it throws ends the search.
   * @throws {AppError} what may succeed when the event is delivered again, after the other workflows were started.
   */
  async start(
    kind: string,
    prepare: (trigger: ActiveTrigger) => Promise<EventRun | null>,
  ): Promise<readonly StartResult[]> {
    const { triggers } = this.#options;
    // Events may come before the process has begun to work.
    await triggers.load();
    const started = new Map<string, StartResult>();
    const failures: AppError[] = [];
    for (const trigger of triggers.of(kind)) {
      if (started.has(trigger.workflowId)) continue;
      const run = await prepare(trigger);
      if (run === null) continue;
      const result = await this.#start(trigger, run);
      if (result instanceof AppError) failures.push(result);
      else if (result) started.set(trigger.workflowId, result);
    }
    if (failures[0] !== undefined) throw failures[0];
    return [...started.values()];
  }

  /** Does one of the names mean this channel? @param names - absent: all do. */
  async isIn(channel: string, names: readonly string[] | undefined): Promise<boolean> {
    return names === undefined || isAmong(channel, names, this.#options.conversations);
  }

  /**
   * May this person start runs, and are they among those whom the trigger means?
   *
   * @param users - people, groups and channels; absent: all.
   * @throws {AppError} `slack_unavailable`.
   */
  mayStart(user: string, users: readonly string[] | undefined): Promise<boolean> {
    return mayStart(this.#options.access, user, users);
  }

  /** The same for who wrote a message, be it a bot. */
  mayAuthorStart(message: Author, users: readonly string[] | undefined): Promise<boolean> {
    return mayAuthorStart(this.#options.access, message, users);
  }

  /** Counts one start against the trigger's limit. @returns `false`: the limit is used up, and that is published. */
  async admits(trigger: ActiveTrigger): Promise<boolean> {
    const key = `trigger:${trigger.workflowId}:${trigger.id}`;
    return admitsStart(this.#options, trigger, { key, burst: BURST, intervalMs: INTERVAL_MS });
  }

  /** @returns what may succeed when it is delivered again as an error; `null` for what will not. */
  async #start(trigger: ActiveTrigger, run: EventRun): Promise<StartResult | AppError | null> {
    const { workflowId, id, kind, reports } = trigger;
    const { key, user, isBot, channel, variables, files, report } = run;
    try {
      return await this.#options.executions.start({
        workflowId,
        executionId: executionIdFor(workflowId, key),
        variables,
        variableForm: "json",
        ...(files && { files }),
        trigger: { type: kind, id, userId: user, ...(isBot && { isBot }), channel },
        ...(report && !reports && { report }),
      });
    } catch (error) {
      const known = asAppError(error);
      this.#options.logger.warn(
        { workflowId, trigger: id, channel, user, error: known.message },
        "an event fits a trigger, but the workflow could not be started",
      );
      return known.retryable ? known : null;
    }
  }
}

/** May this person start runs, and are they among `users`? @param users - absent: all are. */
async function mayStart(
  access: Pick<Access, "mayUse" | "amongWhich">,
  user: string,
  users: readonly string[] | undefined,
): Promise<boolean> {
  if (!(await access.mayUse(user, "recent"))) return false;
  return users === undefined || (await access.amongWhich(user, users, "recent")) !== null;
}

type Author = Pick<IncomingMessage, "user" | "isFromBot">;

/**
 * May who wrote a message start runs? Bots have no rights of their own, and are in no group or channel: one may if `users` is absent or
 * names it.
 */
export async function mayAuthorStart(
  access: Pick<Access, "mayUse" | "amongWhich">,
  { user, isFromBot }: Author,
  users: readonly string[] | undefined,
): Promise<boolean> {
  if (isFromBot) return users === undefined || users.includes(user);
  return mayStart(access, user, users);
}

/** Does one of the names mean this channel? */
export async function isAmong(
  channel: string,
  names: readonly string[],
  conversations: Conversations,
): Promise<boolean> {
  for (const name of names) if (await conversations.means(name, channel)) return true;
  return false;
}
