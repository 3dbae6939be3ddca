import { EVENTS, METHODS, PAYLOADS } from "../coverage.ts";
import type { Fakes } from "../fakes.ts";
import { listFaults } from "../faults/control.ts";
import type { CallEntry } from "../inspector/traffic.ts";
import { withReplyCount } from "../workspace/messages.ts";
import type { User } from "../workspace/records.ts";
import { sessionChange } from "../workspace/session-actions.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused } from "./action.ts";
import { bootstrap } from "./bootstrap.ts";
import { channelSummary, userSummary } from "./summaries.ts";

export interface QueryContext {
  readonly workspace: Workspace;
  readonly fakes: Fakes;
  readonly query: URLSearchParams;
}

/** Queries about the workspace, by path. */
export const QUERIES: Readonly<Record<string, (context: QueryContext) => object>> = {
  "/sim/users": ({ workspace, query }) =>
    list("users", query, workspace.state.directory.users(), userSummary),
  "/sim/usergroups": ({ workspace, query }) =>
    list("usergroups", query, workspace.state.directory.usergroups(), (group) => group),
  "/sim/channels": ({ workspace, query }) =>
    list("channels", query, workspace.state.directory.channels(), channelSummary),
  "/sim/messages": messages,
  "/sim/home": ({ workspace, query }) => {
    const view = workspace.state.views.home(person(workspace, query).id)?.view;
    return view ?? { id: null, hash: null, blocks: [] };
  },
  "/sim/views": ({ workspace, query }) => ({
    views: workspace.state.views.modals(person(workspace, query).id).map((stored) => stored.view),
  }),
  "/sim/assistant": ({ workspace }) => ({
    statuses: workspace.statuses.list().map(({ channel, threadTs, status, loadingMessages }) => ({
      channel,
      thread_ts: threadTs,
      status,
      loading_messages: loadingMessages,
    })),
  }),
  "/sim/sessions": ({ workspace }) => ({
    sessions: workspace.sessions.list().map((session) => sessionChange(workspace, session)),
  }),
  "/sim/mail": ({ fakes }) => ({ messages: fakes.mail?.messages() ?? [] }),
  "/sim/calls": ({ workspace, query }) => ({
    calls: workspace.traffic.calls(query.get("method") ?? undefined).map(withoutResponse),
  }),
  "/sim/deliveries": ({ workspace }) => ({ deliveries: workspace.traffic.deliveries() }),
  "/sim/inspector": inspector,
  "/sim/faults": ({ workspace, fakes }) => ({ faults: listFaults(workspace, fakes) }),
  "/sim/coverage": () => ({ methods: METHODS, events: EVENTS, payloads: PAYLOADS }),
  "/sim/status": ({ workspace }) => workspace.status(),
  "/sim/bootstrap": ({ workspace, fakes, query }) =>
    bootstrap(
      workspace,
      personOrFirst(workspace, query),
      fakes.mail === undefined ? null : "/mail",
    ),
};

const LISTED = 1_000;

/** Those whose id or name has `search` in it, from `offset` on; `next_offset` when more are left. */
function list<T extends { readonly id: string; readonly name: string }>(
  name: string,
  query: URLSearchParams,
  all: readonly T[],
  show: (one: T) => object,
): object {
  const search = query.get("search") ?? "";
  const offset = Number(query.get("offset") ?? 0) || 0;
  const end = offset + (Number(query.get("limit") ?? 0) || LISTED);
  const found = all.filter((one) => one.id === search || one.name.includes(search));
  return {
    [name]: found.slice(offset, end).map(show),
    ...(end < found.length ? { next_offset: end } : {}),
  };
}

/** The latest entries of the inspector, or those added or changed after `since`; `limit` takes the newest of them. */
function inspector({ workspace, query }: QueryContext): object {
  const limit = Number(query.get("limit") ?? 500) || 500;
  const entries = workspace.traffic.list(Number(query.get("since") ?? 0) || 0);
  return { entries: entries.slice(-limit), last_seq: workspace.traffic.lastSeq };
}

function withoutResponse({ response: _response, ...call }: CallEntry): object {
  return call;
}

function messages({ workspace, query }: QueryContext): object {
  const channelId = query.get("channel") ?? "";
  const store = workspace.state.messages;
  if (workspace.state.directory.channel(channelId) === undefined) {
    throw new ActionRefused("channel_not_found", `There is no channel ${channelId}.`);
  }
  const threadTs = query.get("thread_ts");
  const shown = threadTs === null ? store.topLevel(channelId) : store.thread(channelId, threadTs);
  const reader = query.get("user");
  const own = reader === null ? [] : store.ephemeralsOf(channelId, reader);
  const ephemerals = own
    .filter((message) =>
      threadTs === null ? message.thread_ts === undefined : message.thread_ts === threadTs,
    )
    .map((message) => ({ ...message, ephemeral: true }));
  return {
    messages: [
      ...shown.map((message) => ({
        ...withReplyCount(message),
        ...store.notices(channelId, message.ts),
      })),
      ...ephemerals,
    ].sort((a, b) => Number(a.ts) - Number(b.ts)),
  };
}

/** The person that the query names; without a name the first of the workspace. */
function personOrFirst(workspace: Workspace, query: URLSearchParams): User {
  const [first] = workspace.state.directory.users();
  return (query.get("user") ?? "") === "" && first !== undefined ? first : person(workspace, query);
}

/** @throws {ActionRefused} `user_not_found`. */
function person(workspace: Workspace, query: URLSearchParams): User {
  const id = query.get("user") ?? "";
  const user = workspace.state.directory.user(id);
  if (user === undefined) throw new ActionRefused("user_not_found", `There is no person "${id}".`);
  return user;
}
