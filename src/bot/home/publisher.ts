import type { HomeView, KnownBlock } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Access } from "../../engine/api/access.ts";
import type { PendingRequests } from "../../engine/api/approvals.ts";
import type { Engine } from "../../engine/api/engine.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import { asAppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { toSlackError, toSlackFailure } from "../../slack/errors.ts";
import { showSentence } from "../../slack/text.ts";
import type { HomeCosts } from "./home-costs.ts";
import { closedHomeView, type HomeContent, homeView } from "./home-view.ts";

export interface HomePublisherOptions {
  readonly engine: Engine;
  readonly permissions: Access;
  readonly client: WebClient;
  readonly clock: Clock;
  readonly command: string;
  readonly logger: Logger;
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
/** For so long the page waits for what may be decided; then it is shown without that, and again when it is known. In milliseconds. */
const PATIENCE_MS = 2000;
const GROUPS_NAMED = 3;

/** What waits for the person, with what of it could not be read. */
type Pending = Pick<HomeContent, "decisions" | "gaps">;
type Rest = Omit<HomeContent, keyof Pending | "notice">;

export function createHomePublisher(options: HomePublisherOptions): HomePublisher {
  const { client, engine, permissions, clock } = options;

  async function show(
    userId: string,
    hash: string | undefined,
    notice: readonly KnownBlock[],
  ): Promise<void> {
    try {
      await permissions.caller(userId);
    } catch (error) {
      const known = asAppError(error);
      await publish(userId, hash, closedHomeView(known.message), notice);
      if (known.code === "not_allowed") return;
      throw known;
    }
    const pending = readPending(engine, userId);
    const rest = await readRest(userId, options);
    const inTime = await withPatience(pending, clock);
    const first = homeView({ notice, ...rest, ...(inTime ?? STILL_READING) });
    await publish(userId, hash, first, notice);
    if (inTime === null)
      await publish(userId, undefined, homeView({ notice, ...rest, ...(await pending) }), notice);
  }

  async function publish(
    userId: string,
    hash: string | undefined,
    view: HomeView,
    notice: readonly KnownBlock[],
  ): Promise<void> {
    try {
      await client.views.publish({ user_id: userId, view, ...omitUndefined({ hash }) });
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

const STILL_READING: Pending = {
  decisions: [],
  gaps: ["What waits for you is still being read; it appears here in a moment."],
};

/** Never rejects: what cannot be read becomes a sentence. */
async function readPending(engine: Engine, userId: string): Promise<Pending> {
  try {
    const { requests, unread } = await engine.approvals.pendingFor(userId);
    return { decisions: requests, gaps: unread.length === 0 ? [] : [describeUnread(unread)] };
  } catch (error) {
    const why = showSentence(asAppError(error).message);
    return { decisions: [], gaps: [`What waits for you cannot be shown. ${why}`] };
  }
}

function describeUnread(unread: PendingRequests["unread"]): string {
  const named = unread.slice(0, GROUPS_NAMED).map(({ group }) => group);
  const more = unread.length - named.length;
  const groups = `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return `Requests to ${groups} may be missing here: their members could not be read. ${showSentence(unread[0]?.why ?? "")}`;
}

/** Everything else. A part that cannot be read is left out, so that the others are shown. */
async function readRest(
  userId: string,
  { engine, clock, command, logger }: HomePublisherOptions,
): Promise<Rest> {
  const orNone = async <Answer>(read: Promise<Answer>): Promise<Answer | null> => {
    try {
      return await read;
    } catch (error) {
      logger.warn({ err: error, user: userId }, "a part of App Home could not be read");
      return null;
    }
  };
  const [since, runs, workflows, costs] = await Promise.all([
    orNone(engine.approvals.receiptsSince(userId)),
    orNone(engine.executions.list({ startedBy: userId, limit: RUNS_SHOWN })),
    orNone(engine.workflows.list()),
    orNone(readCosts(engine, userId)),
  ]);
  return {
    hasReceipts: since !== null,
    runs: runs?.executions ?? null,
    hasMoreRuns: (runs?.nextCursor ?? null) !== null,
    costs,
    names: new Map(workflows?.map(({ id, name }) => [id, name])),
    command,
    now: clock.now(),
  };
}

async function readCosts({ costs }: Engine, userId: string): Promise<HomeCosts> {
  const [day, week, month, models, people] = await Promise.all([
    costs.overview(1, userId),
    costs.overview(7, userId),
    costs.overview(30, userId),
    costs.breakdown({ by: "model", days: 30 }),
    costs.breakdown({ by: "person", days: 30 }),
  ]);
  return { day, week, month, models: models.lines, people: people.lines };
}

/** @returns `null` if it takes too long. */
function withPatience(pending: Promise<Pending>, clock: Clock): Promise<Pending | null> {
  return new Promise((resolve) => {
    const cancel = clock.after(PATIENCE_MS, () => resolve(null));
    void pending.then((known) => {
      cancel();
      resolve(known);
    });
  });
}
