import { isUserId } from "../../shared/slack-ids.ts";
import { deployerAnswers, isFromProgram } from "../execution/decider/answerable.ts";
import type { Answerable } from "../model/answerable.ts";
import type { ExecutionStarted } from "../model/events.ts";
import type { Workflows } from "../workflows/workflows.ts";

export interface AnswerablePeopleOptions {
  readonly workflows: Pick<Workflows, "deployer">;
  /** Slack user id of the person to whom the API's token belongs; absent: it is not known. */
  readonly tokenOwner?: string;
}

type Start = Pick<ExecutionStarted, "workflowId" | "version" | "trigger">;

/** Finds who answers for what programs do: the log keeps it, because what decides on it sees nothing else. */
export class AnswerablePeople {
  readonly #options: AnswerablePeopleOptions;

  constructor(options: AnswerablePeopleOptions) {
    this.#options = options;
  }

  /** A program that holds the token of the API acts in the name of its owner. @param by - as in `RetryRequest`. */
  ofToken(by: string): readonly Answerable[] {
    const { tokenOwner } = this.#options;
    return by === "api" && tokenOwner !== undefined ? [{ person: tokenOwner, why: "token" }] : [];
  }

  /**
   * @param upstream - whom the caller knows already: people of the runs that led to this one.
   * @throws {AppError} `version_not_found`.
   */
  async ofStart(
    start: Start,
    upstream: readonly Answerable[] = [],
  ): Promise<readonly Answerable[]> {
    const token = isFromProgram(start.trigger.type) ? this.ofToken("api") : [];
    const answerable = [...upstream, ...token];
    return [...answerable, ...(await this.#deployer({ ...start, answerable }))];
  }

  /** @throws {AppError} `version_not_found`. */
  async ofMigration(
    start: ExecutionStarted,
    version: number,
    by: string,
  ): Promise<readonly Answerable[]> {
    return [...this.ofToken(by), ...(await this.#deployer({ ...start, version }))];
  }

  async #deployer(
    start: Start & Pick<ExecutionStarted, "answerable">,
  ): Promise<readonly Answerable[]> {
    if (!deployerAnswers(start)) return [];
    const deployer = await this.#options.workflows.deployer(start.workflowId, start.version);
    // Files and the API deploy as well.
    return isUserId(deployer) ? [{ person: deployer, why: "deployed" }] : this.ofToken(deployer);
  }
}
