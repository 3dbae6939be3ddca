import type { HomeView, KnownBlock } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Access } from "../../engine/api/access.ts";
import type { Engine } from "../../engine/api/engine.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import { isAppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { toSlackError, toSlackFailure } from "../../slack/errors.ts";
import { closedHomeView, homeView } from "./home-view.ts";

export interface HomePublisherOptions {
  readonly engine: Engine;
  readonly permissions: Access;
  readonly client: WebClient;
  readonly clock: Clock;
  readonly command: string;
}

/** Shows App Home to one person at a time: when they open it and after their own click, never on every change. */
export interface HomePublisher {
  /**
   * @param hash - of the view that the person sees, so that a newer one is not overwritten by what is older by now.
   * @param notice - what stands at the top.
   * @throws {AppError} `slack_unavailable`, `slack_rejected`.
   */
  publish(userId: string, hash: string | undefined, notice?: readonly KnownBlock[]): Promise<void>;
}

const RUNS_SHOWN = 10;

export function createHomePublisher(options: HomePublisherOptions): HomePublisher {
  const { client } = options;
  async function show(
    userId: string,
    hash: string | undefined,
    notice: readonly KnownBlock[],
  ): Promise<void> {
    const view = await buildView(userId, notice, options);
    try {
      await client.views.publish({
        user_id: userId,
        view,
        ...omitUndefined({ hash }),
      });
    } catch (error) {
      const failure = toSlackFailure(error);
      const isOutdated = failure.kind === "refused" && failure.code === "hash_conflict";
      if (!isOutdated || hash === undefined) throw toSlackError(error, "showing App Home");
      // A newer view was published meanwhile: read everything again and replace it.
      await show(userId, undefined, notice);
    }
  }
  return { publish: (userId, hash, notice = []) => show(userId, hash, notice) };
}

async function buildView(
  userId: string,
  notice: readonly KnownBlock[],
  { engine, permissions, clock, command }: HomePublisherOptions,
): Promise<HomeView> {
  try {
    await permissions.caller(userId);
  } catch (error) {
    if (isAppError(error, "not_allowed")) return closedHomeView(error.message);
    throw error;
  }
  const [since, decisions, runs, workflows, day, week, month, models, people] = await Promise.all([
    engine.approvals.receiptsSince(userId),
    engine.approvals.listFor(userId),
    engine.executions.list({ startedBy: userId, limit: RUNS_SHOWN }),
    engine.workflows.list(),
    engine.costs.overview(1, userId),
    engine.costs.overview(7, userId),
    engine.costs.overview(30, userId),
    engine.costs.breakdown({ by: "model", days: 30 }),
    engine.costs.breakdown({ by: "person", days: 30 }),
  ]);
  return homeView({
    notice,
    decisions,
    hasReceipts: since !== null,
    runs: runs.executions,
    hasMoreRuns: runs.nextCursor !== null,
    costs: { day, week, month, models: models.lines, people: people.lines },
    names: new Map(workflows.map(({ id, name }) => [id, name])),
    command,
    now: clock.now(),
  });
}
