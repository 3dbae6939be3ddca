import { BOT_USER_ID } from "../../../simulator/identity.ts";
import { type JsonObject, toObjects } from "../../../simulator/json.ts";
import type { Simulator } from "../../../simulator/simulator.ts";
import type { Channel, Message } from "../../../simulator/workspace/records.ts";
import { readOwn } from "../../../src/shared/json.ts";
import { APPROVERS } from "./errands.ts";

/** A message that asks for a decision, where it stands. */
export interface Question {
  readonly channel: Channel;
  readonly message: Message;
  /** The run that asks; empty when the message does not say. */
  readonly run: string;
  readonly requestId: string;
  /** Values of its buttons by the choice that they make. */
  readonly buttons: ReadonlyMap<string, string>;
  /** Who may answer it and sees it. */
  readonly approvers: readonly string[];
}

/** Every message of the workspace, with the channel that it is in. */
export function everyMessage({ workspace }: Simulator): readonly (readonly [Channel, Message])[] {
  const { directory, messages } = workspace.state;
  return Object.entries(messages.toData().messages).flatMap(([id, list]) => {
    const channel = directory.channel(id);
    return channel === undefined ? [] : list.map((message) => [channel, message] as const);
  });
}

/**
 * The questions that an approver can see and answer: not in archived channels, nor where the only approver started the run.
 *
 * @param starterOf - who started the run of this name.
 */
export function openQuestions(
  simulator: Simulator,
  starterOf: (run: string) => string | undefined,
): readonly Question[] {
  return everyMessage(simulator).flatMap(([channel, message]) => {
    const buttons = buttonsIn(message.blocks ?? []);
    if (channel.isArchived === true || buttons.size === 0) return [];
    const value: unknown = JSON.parse([...buttons.values()][0] ?? "{}");
    const run = /r\d{4}/.exec(JSON.stringify(message.blocks))?.[0] ?? "";
    const starter = starterOf(run);
    const approvers = APPROVERS.filter(
      (user) => user !== starter && channel.members.includes(user),
    );
    const requestId = String(readOwn(value, "r"));
    return approvers.length === 0 ? [] : [{ channel, message, run, requestId, buttons, approvers }];
  });
}

/** Whether the bot can still edit what stands in a channel. */
export function isWithinReach({ isArchived, members }: Channel): boolean {
  return isArchived !== true && members.includes(BOT_USER_ID);
}

function buttonsIn(blocks: readonly JsonObject[]): ReadonlyMap<string, string> {
  return new Map(
    blocks
      .flatMap((block) => toObjects(block["elements"]))
      .flatMap(({ action_id: id, value }) =>
        typeof id === "string" && typeof value === "string" && id.startsWith("decide_")
          ? [[id.slice("decide_".length), value] as const]
          : [],
      ),
  );
}
