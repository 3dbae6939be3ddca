import { react } from "../workspace/conversation.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, notDelivered, type Outcome, outcomeOfEvents } from "./action.ts";
import type { ActionBody } from "./body.ts";

/** A person adds a reaction, or takes it away with `remove: true`. */
export async function reaction(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  const channel = body.openChannel(user);
  const ts = body.required("ts");
  const name = body.required("name").replaceAll(":", "");
  const message = workspace.state.messages.find(channel.id, ts);
  if (message === undefined) {
    throw new ActionRefused("message_not_found", `There is no message ${ts} in ${channel.id}.`);
  }
  const add = body.json("remove") !== true;
  const acks = react(workspace, channel, message, { user: user.id, name, add });
  return acks === undefined ? notDelivered() : outcomeOfEvents(acks);
}
