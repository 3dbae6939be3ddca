import type { Engine } from "../api/engine.ts";
import type { Triggers } from "./triggers.ts";

/** What listeners and routes tell of the outside, as the engine takes it. */
export function triggerMethods(
  triggering: Triggers,
): Pick<
  Engine,
  | "receiveMessage"
  | "receiveReaction"
  | "listShortcuts"
  | "startFromShortcut"
  | "receiveWebhook"
  | "publish"
> {
  const { messages, reactions, shortcuts, webhooks, events } = triggering;
  return {
    receiveMessage: (message) => messages.receive(message),
    receiveReaction: (reaction) => reactions.receive(reaction),
    listShortcuts: () => shortcuts.offered(),
    startFromShortcut: (request) => shortcuts.start(request),
    receiveWebhook: (request) => webhooks.receive(request),
    publish: (event) => events.receive(event),
  };
}
