import type { Delivery } from "../delivery/transport.ts";
import { isJsonObject, type JsonObject, member, toObjects, toText } from "../json.ts";
import { interactionBase, responseUrl } from "../payloads/interaction.ts";
import { initialState, type StateValues } from "../state/element-state.ts";
import type { Channel, Message, StoredView, User } from "../workspace/records.ts";
import { saveViewValues } from "../workspace/view-actions.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, notDelivered, type Outcome, outcomeOf } from "./action.ts";
import type { ActionBody } from "./body.ts";
import { type Click, readClick } from "./click.ts";
import { blocksOf, messageMembers } from "./place.ts";
import { tellAsSlackbot } from "./slackbot.ts";

/**
 * A person clicks or chooses in a message, an ephemeral message, a modal or Home.
 *
 * `state` (block id → action id → value) may carry what the person has filled in beside it.
 */
export async function blockAction(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  if (!workspace.takesInteractions) return notDelivered();
  const viewId = body.text("view_id");
  if (viewId !== undefined) return clickInView(workspace, body, user, viewId);
  const channel = body.openChannel(user);
  const ts = body.required("ts");
  const { messages } = workspace.state;
  const ephemeral = messages.ephemeral(channel.id, ts);
  const own = ephemeral?.reader === user.id ? ephemeral.message : undefined;
  const message = own ?? messages.find(channel.id, ts);
  const blocks = blocksOf(message);
  const click = readClick(body, blocks, workspace.state.timestamps.next());
  const payload = messagePayload(workspace, user, channel, ts, message, own !== undefined, {
    click,
    values: withClick(withGiven(initialState(blocks), body), click),
  });
  const ack = await workspace.transport.send(interaction(payload));
  if (!ack.acked) {
    tellAsSlackbot(
      workspace,
      channel,
      user,
      `The app did not respond (${ack.error}). Try again.`,
      message?.thread_ts,
    );
  }
  return outcomeOf(ack, staleness(click, message === undefined));
}

async function clickInView(
  workspace: Workspace,
  body: ActionBody,
  user: User,
  viewId: string,
): Promise<Outcome> {
  const stored = workspace.state.views.find(viewId);
  if (stored === undefined || stored.user !== user.id) {
    throw new ActionRefused("view_not_found", `${user.name} has no view ${viewId}.`);
  }
  const blocks = toObjects(stored.view["blocks"]);
  const click = readClick(body, blocks, workspace.state.timestamps.next());
  const values = withClick(withGiven(valuesOf(stored), body), click);
  const view = click.stale ? stored.view : saveViewValues(workspace, stored, values).view;
  const payload = {
    ...interactionBase(workspace, "block_actions", user),
    container: { type: "view", view_id: viewId },
    trigger_id: workspace.triggers.create(user.id, viewId),
    view,
    actions: [click.action],
  };
  const ack = await workspace.transport.send(interaction(payload));
  return outcomeOf(ack, staleness(click, !stored.open));
}

function messagePayload(
  workspace: Workspace,
  user: User,
  channel: Channel,
  ts: string,
  message: Message | undefined,
  isEphemeral: boolean,
  { click, values }: { readonly click: Click; readonly values: StateValues },
): JsonObject {
  const threadTs = message?.thread_ts;
  return {
    ...interactionBase(workspace, "block_actions", user),
    ...messageMembers(channel, ts, message, isEphemeral),
    trigger_id: workspace.triggers.create(user.id),
    state: { values },
    response_url: responseUrl(workspace, "actions", {
      user: user.id,
      channel: channel.id,
      messageTs: ts,
      ...(threadTs === undefined || threadTs === ts ? {} : { threadTs }),
    }),
    actions: [click.action],
  };
}

function interaction(payload: JsonObject): Delivery {
  return { kind: "interactive", payload, acceptsResponse: true };
}

function staleness(click: Click, isGone: boolean): JsonObject {
  return click.stale || isGone ? { stale: true } : {};
}

function valuesOf(stored: StoredView): StateValues {
  const values = member(stored.view["state"], "values");
  return isJsonObject(values) ? toValues(values) : {};
}

/** Values that the page sends along replace those that the simulator knows. */
function withGiven(values: StateValues, body: ActionBody): StateValues {
  const given = body.json("state");
  if (!isJsonObject(given)) return values;
  const merged: Record<string, JsonObject> = { ...values };
  for (const [blockId, actions] of Object.entries(toValues(given))) {
    merged[blockId] = { ...merged[blockId], ...actions };
  }
  return merged;
}

function withClick(values: StateValues, { action, state }: Click): StateValues {
  if (state === undefined) return values;
  const blockId = toText(action["block_id"]) ?? "";
  return {
    ...values,
    [blockId]: { ...values[blockId], [toText(action["action_id"]) ?? ""]: state },
  };
}

function toValues(given: JsonObject): StateValues {
  const entries = Object.entries(given).filter((entry): entry is [string, JsonObject] =>
    isJsonObject(entry[1]),
  );
  return Object.fromEntries(entries);
}
