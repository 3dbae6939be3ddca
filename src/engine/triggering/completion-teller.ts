import { AppError, asAppError, isAppError } from "../../errors.ts";
import { type JsonObject, readOwn, toJson } from "../../json.ts";
import type { StartRequest, StartResult } from "../api.ts";
import type { ExecutionState } from "../execution/state.ts";
import { executionIdFor } from "../execution-id.ts";
import { compileExpression, type Expression } from "../expression.ts";
import type { Logger } from "../ports/logger.ts";
import type { Scope } from "../scope.ts";
import { EventConfig } from "../triggers/event.ts";
import { type ActiveTrigger, type ActiveTriggers, onceForEach } from "./active-triggers.ts";
import { MAX_CHAIN } from "./chain.ts";

export interface CompletionTellerOptions {
  readonly triggers: ActiveTriggers;
  readonly start: (request: StartRequest) => Promise<StartResult>;
  readonly logger: Logger;
}

/** Starts what waits for the end of a run. Doing it again starts nothing twice: each end gives each trigger one id. */
export class CompletionTeller {
  readonly #options: CompletionTellerOptions;
  readonly #config = onceForEach(toRule);

  constructor(options: CompletionTellerOptions) {
    this.#options = options;
  }

  /** Has this end to be told to anybody? */
  isWanted(state: ExecutionState): boolean {
    return this.#listeners(state).length > 0;
  }

  /** @throws {AppError} `store_unavailable`: to be done again. */
  async tell(state: ExecutionState): Promise<void> {
    const { executionId, trigger } = state.start;
    const depth = (trigger.depth ?? 0) + 1;
    for (const listener of this.#listeners(state)) {
      const { workflowId, id } = listener;
      if (depth > MAX_CHAIN) {
        this.#options.logger.warn(
          { workflowId, trigger: id, executionId },
          `a run was not started: ${MAX_CHAIN} runs have started each other already`,
        );
        continue;
      }
      await this.#start(listener, state, depth);
    }
  }

  async #start(listener: ActiveTrigger, state: ExecutionState, depth: number): Promise<void> {
    const { workflowId, id } = listener;
    const { executionId } = state.start;
    const { eventName, match } = this.#config(listener);
    const variables = payload(eventName, state);
    try {
      if (match && !isTrue(match, variables)) return;
      await this.#options.start({
        workflowId,
        executionId: executionIdFor(workflowId, `event:${id}:${endId(state)}`),
        variables,
        variableForm: "json",
        trigger: { type: "event", id, source: executionId, depth },
      });
    } catch (error) {
      if (isAppError(error, "store_unavailable")) throw error;
      this.#options.logger.warn(
        { workflowId, trigger: id, source: executionId, error: asAppError(error).message },
        "a workflow that waits for this event could not be started",
      );
    }
  }

  #listeners(state: ExecutionState): readonly ActiveTrigger[] {
    const { status, start } = state;
    if (status !== "completed" && status !== "failed") return [];
    return this.#options.triggers.of("event").filter((trigger) => {
      const { eventName } = this.#config(trigger);
      if (eventName === `${start.workflowId}.${status}`) return true;
      // Who listens to all workflows does not mean itself.
      return eventName === `workflow.${status}` && trigger.workflowId !== start.workflowId;
    });
  }
}

/** Names an end: what was reopened ends once more, and that is told as well. */
function endId({ start, reopened }: ExecutionState): string {
  return reopened.length === 0 ? start.executionId : `${start.executionId}:${reopened.length}`;
}

interface Rule {
  readonly eventName: string;
  readonly match: Expression | null;
}

function toRule(trigger: ActiveTrigger): Rule {
  const { eventName, match } = EventConfig.parse(trigger.config);
  return { eventName, match: match === undefined ? null : compileExpression(match) };
}

function payload(event: string, state: ExecutionState): JsonObject {
  const { workflowId, executionId } = state.start;
  const { status, output, error } = state;
  return {
    event,
    workflowId,
    executionId,
    status,
    output,
    variables: { ...state.variables },
    ...(error && { error: { code: error.code, message: error.message } }),
  };
}

function isTrue(match: Expression, variables: JsonObject): boolean {
  const roots = { variables };
  const scope: Scope = {
    roots,
    read: (path) => {
      const value = path.reduce<unknown>(readOwn, roots);
      return value === undefined ? undefined : toJson(value);
    },
  };
  const answer = match.evaluate(scope);
  if (typeof answer === "boolean") return answer;
  throw new AppError({
    code: "expression_failed",
    message: `"match" has to be true or false, and is ${JSON.stringify(answer)?.slice(0, 60) ?? ""}.`,
  });
}
