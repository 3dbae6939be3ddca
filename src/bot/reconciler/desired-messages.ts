import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import type { ReportTarget } from "../../engine/model/events.ts";
import { approversNow } from "../../engine/model/requests.ts";
import { isFinished } from "../../engine/model/state.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { approvalCard } from "../views/approval-card.ts";
import { type CardMessage, message, section } from "../views/blocks/build.ts";
import { budgetCard } from "../views/budget-card.ts";
import type { CardContext } from "../views/card-context.ts";
import { completionMessage, failureMessage } from "../views/completion-message.ts";
import { outcomeOf } from "../views/decision-words.ts";
import { foldedCard } from "../views/folded-card.ts";
import { describeMigration, describeReopening } from "../views/progress.ts";
import { requestNotices } from "../views/request-notices.ts";
import { copyOf, undecidableNotice, withReach } from "../views/request-reach.ts";
import { runCard } from "../views/run-card.ts";
import { unknownOutcomeCard } from "../views/unknown-outcome-card.ts";
import { type WholeResult, wholeResult } from "../views/whole-result.ts";
import { approvalId, END, newsId, noticeId, RUN_CARD } from "./message-ids.ts";
import type { Copy, Reach } from "./reach.ts";

/** A message that one execution should have in Slack now. */
export interface DesiredMessage {
  /** Unique within the execution, and the same after a restart. */
  readonly id: string;
  /** Conversation id, `#name` or a person's id; what the definition or the trigger says. */
  readonly channel: string;
  /**
   * Does it stand in the thread of the run's card? `same-channel`: only if it goes to the channel of that card.
   */
  readonly thread: "always" | "same-channel" | "never";
  /** A message in whose thread all of the run stands, as long as it stands in that channel. */
  readonly parent?: { readonly channel: string; readonly ts: string };
  /** Id of the message in whose thread it stands, if that is not the run's card: `thread` is `always` then. */
  readonly under?: string;
  /** `soon` overtakes `later` where Slack's limits make messages wait. */
  readonly urgency: "soon" | "later";
  /** It cannot have been posted before this moment: where the search for a lost one begins. Milliseconds since 1970. */
  readonly since: number;
  readonly message: CardMessage;
  /** It is a file instead of the message. */
  readonly file?: WholeResult;
  /** Stays as it is from now on. */
  readonly final: boolean;
  /** It was final, and says something else since. */
  readonly isRevised?: boolean;
  /** It asks for a decision: where it is lost it is posted anew. */
  readonly asks?: boolean;
  /** It is what the run came to: posted even if the message under which it belongs cannot be. */
  readonly isResult?: boolean;
  /** It may stand where people of other organizations read it: the workflow says so. */
  readonly mayBeShared?: boolean;
  /** It stands beside another one: where it cannot be posted it goes nowhere else. */
  readonly isCopy?: boolean;
}

/**
 * All messages that this execution should have in Slack now, the run's card first. Pure: the same arguments give the same
 * messages.
 *
 * @param reaches - whom its requests reach, by the ids of their cards; without it they reach who is named.
 * @param isFolded - the run has ended, and card and end are one message.
 */
export function desiredMessages(
  view: ExecutionView,
  context: CardContext,
  reaches: ReadonlyMap<string, Reach> = new Map(),
  isFolded = false,
): DesiredMessage[] {
  const { report } = view;
  const { threadTs: ts } = report ?? {};
  const messages = messagesOf(view, context, reaches, isFolded).map((desired) => ({
    ...desired,
    ...(context.allowsShared && { mayBeShared: true }),
  }));
  if (report === null || ts === undefined) return messages;
  const parent = { channel: report.channel, ts };
  return messages.map((desired) => ({ ...desired, parent }));
}

function messagesOf(
  view: ExecutionView,
  context: CardContext,
  reaches: ReadonlyMap<string, Reach>,
  isFolded: boolean,
): DesiredMessage[] {
  const { report } = view;
  const requests = view.requests.flatMap((request) => {
    const reach = reaches.get(approvalId(view, request));
    return [
      ...requestMessages(view, request, context, reach),
      ...noticeMessages(view, request, context, reach),
    ];
  });
  if (report === null) return requests;
  if (report.on === "failure") return [...requests, ...failureMessages(view, report, context)];
  const run = runMessage(view, report, context);
  if (isFolded) return [{ ...run, message: foldedCard(view, context) }, ...requests];
  return [
    run,
    ...requests,
    ...retryMessages(view, report, context),
    ...migrationMessages(view, report),
    ...endingMessages(view, report, context),
  ];
}

function runMessage(
  view: ExecutionView,
  report: ReportTarget,
  context: CardContext,
): DesiredMessage {
  return {
    id: RUN_CARD,
    channel: report.channel,
    thread: "never",
    urgency: "later",
    since: Date.parse(view.startedAt),
    message: runCard(view, context),
    final: isFinished(view.status),
  };
}

/** A line in the thread for each retry. */
function retryMessages(
  view: ExecutionView,
  report: ReportTarget,
  context: CardContext,
): DesiredMessage[] {
  return view.retries.map((retry, index) => {
    const { at } = retry;
    const text = `:arrows_counterclockwise: ${describeReopening(retry, context)}`;
    return {
      id: `retry:${index + 1}`,
      channel: report.channel,
      thread: "always",
      urgency: "later",
      since: Date.parse(at),
      message: message(text, [section(text)]),
      final: true,
    };
  });
}

/** A line in the thread for each migration to another version. */
function migrationMessages(view: ExecutionView, report: ReportTarget): DesiredMessage[] {
  return view.migrations.map((migration, index) => {
    const text = describeMigration(migration);
    return {
      id: `migrated:${index + 1}`,
      channel: report.channel,
      thread: "always",
      urgency: "later",
      since: Date.parse(migration.at),
      message: message(text, [section(text)]),
      final: true,
    };
  });
}

/**
 * The card of a request: in its own channel, else in the run's thread, else where failures go. Copies of it go to those who
 * do not see it, and a notice to the owners if it cannot be decided.
 */
function requestMessages(
  view: ExecutionView,
  request: RequestView,
  context: CardContext,
  reach: Reach | undefined,
): DesiredMessage[] {
  const { opened } = request;
  const id = approvalId(view, request);
  const card = requestCard(view, request, context);
  const asks = outcomeOf(view, request) === null;
  const copy = (
    part: Pick<DesiredMessage, "id" | "channel" | "thread" | "message">,
  ): DesiredMessage => ({
    urgency: "soon",
    since: opened.openedAt,
    final: !asks,
    isRevised: request.renewedBy !== null,
    ...part,
  });
  const place =
    opened.channel === undefined
      ? view.report && {
          channel: view.report.channel,
          thread: view.report.on === "all" ? ("always" as const) : ("never" as const),
        }
      : { channel: opened.channel, thread: "same-channel" as const };
  const copies = reach?.copies ?? (place === null ? toApprovers(request) : []);
  return [
    ...(place === null
      ? []
      : [{ ...copy({ id, ...place, message: withReach(card, reach) }), asks }]),
    ...copies.map(({ to, decides }) => ({
      ...copy({
        id: `${id}:${to}`,
        channel: to,
        thread: "never",
        message: copyOf(card, decides, reach),
      }),
      isCopy: true,
      asks,
    })),
    ...(reach?.warned ?? []).map((to) => ({
      ...copy({
        id: `${noticeId(view, request)}:${to}`,
        channel: to,
        thread: "never",
        message: undecidableNotice(view, request, context, reach?.undecidable ?? null),
      }),
      isCopy: true,
    })),
  ];
}

/** Who is named in person: until it is known whom the request reaches. */
function toApprovers(request: RequestView): readonly Copy[] {
  return approversNow(request)
    .filter(isUserId)
    .map((to) => ({ to, decides: true }));
}

/** Reminders and the like: in the thread of the card, and with those who have a copy of it. */
function noticeMessages(
  view: ExecutionView,
  request: RequestView,
  context: CardContext,
  reach: Reach | undefined,
): DesiredMessage[] {
  const isOver = outcomeOf(view, request) !== null;
  const channel = request.opened.channel ?? view.report?.channel ?? null;
  const copies = reach?.copies ?? (channel === null ? toApprovers(request) : []);
  const direct = copies.flatMap(({ to, decides }) => (decides && isUserId(to) ? [to] : []));
  const notices = requestNotices(request, { isOver, hasThread: channel !== null, direct }, context);
  return notices.map(({ id, to, since, message: said }) => ({
    id: `${newsId(view, request)}:${id}`,
    ...(to === null
      ? { channel: channel ?? "", thread: "always", under: approvalId(view, request) }
      : { channel: to, thread: "never", isCopy: true }),
    urgency: "soon",
    since,
    message: said,
    final: isOver,
  }));
}

function requestCard(view: ExecutionView, request: RequestView, context: CardContext): CardMessage {
  const { budget, doubt } = request.opened;
  if (doubt) return unknownOutcomeCard(view, request, doubt, context);
  return budget ? budgetCard(view, request, budget, context) : approvalCard(view, request, context);
}

function endingMessages(
  view: ExecutionView,
  report: ReportTarget,
  context: CardContext,
): DesiredMessage[] {
  if (!isFinished(view.status)) return [];
  const end = endMessage(view, report, "always", completionMessage(view, context));
  const { isResult: _, ...rest } = end;
  const file = wholeResult(view);
  return file === null
    ? [end]
    : [
        end,
        { ...rest, id: `${end.id}:file`, message: message(file.title, []), file, isCopy: true },
      ];
}

function failureMessages(
  view: ExecutionView,
  report: ReportTarget,
  context: CardContext,
): DesiredMessage[] {
  if (view.status !== "failed") return [];
  return [endMessage(view, report, "never", failureMessage(view, context))];
}

function endMessage(
  view: ExecutionView,
  report: ReportTarget,
  thread: DesiredMessage["thread"],
  message: DesiredMessage["message"],
): DesiredMessage {
  return {
    // Each end has a message of its own: the one before it is history.
    id: view.retries.length === 0 ? END : `${END}:${view.retries.length}`,
    channel: report.channel,
    thread,
    urgency: "later",
    since: Date.parse(view.completedAt ?? view.startedAt),
    message,
    final: true,
    isResult: true,
  };
}
