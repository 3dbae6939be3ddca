import type { Simulator } from "../../simulator/simulator.ts";

/** A message as the simulator shows it. */
export interface SeenMessage {
  readonly ts: string;
  readonly user?: string;
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly metadata?: unknown;
  readonly thread_ts?: string;
  readonly reply_count?: number;
  readonly ephemeral?: boolean;
}

/** What the simulator answers to a person's deed. */
export interface DeedAnswer {
  readonly ok: boolean;
  readonly acked?: boolean;
  readonly ackMs?: number;
  readonly error?: string;
}

export interface SeenButton {
  readonly action_id: string;
  readonly block_id: string;
  readonly value: string;
  readonly label: string;
}

/** How long a person waits for something to appear. */
const PATIENCE_MS = 15_000;

/** Somebody who uses the simulated Slack: types, clicks and reads. */
export class Person {
  readonly #simulator: Simulator;
  readonly id: string;

  constructor(simulator: Simulator, id: string) {
    this.#simulator = simulator;
    this.id = id;
  }

  slash(text: string, channel = "C0GENERAL"): Promise<DeedAnswer> {
    return this.#post("/sim/slash", { channel, command: "/workflow", text });
  }

  click(channel: string, ts: string, button: Omit<SeenButton, "label">): Promise<DeedAnswer> {
    const { action_id, block_id, value } = button;
    return this.#post("/sim/action", { channel, ts, action_id, block_id, value });
  }

  /** Top level of a channel with this person's ephemerals, or a thread. */
  async read(channel: string, thread?: string): Promise<readonly SeenMessage[]> {
    const query = new URLSearchParams({
      channel,
      user: this.id,
      ...(thread !== undefined && { thread_ts: thread }),
    });
    const answer = await fetch(`${this.#simulator.url}/sim/messages?${query.toString()}`);
    const body: { readonly messages: readonly SeenMessage[] } = JSON.parse(await answer.text());
    return body.messages;
  }

  /** Waits until a message that fits is there. */
  async see(
    channel: string,
    fits: (message: SeenMessage) => boolean,
    thread?: string,
  ): Promise<SeenMessage> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const messages = await this.read(channel, thread);
      const found = messages.find(fits);
      if (found) return found;
      if (performance.now() > deadline) {
        const seen = messages.map((message) => textOf(message)).join("\n---\n");
        throw new Error(
          `${this.id} does not see it in ${channel}${thread ? `, thread ${thread}` : ""}:\n${seen}`,
        );
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async #post(path: string, body: object): Promise<DeedAnswer> {
    const answer = await fetch(`${this.#simulator.url}${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user: this.id, ...body }),
    });
    const parsed: DeedAnswer = JSON.parse(await answer.text());
    return parsed;
  }
}

/** All that can be read in a message: its text and its blocks. */
export function textOf(message: SeenMessage): string {
  return `${message.text}\n${JSON.stringify(message.blocks ?? [])}`;
}

/** The buttons of a message, in order. */
export function buttonsOf(message: SeenMessage): readonly SeenButton[] {
  const buttons: SeenButton[] = [];
  const visit = (node: unknown, blockId: string): void => {
    if (Array.isArray(node)) for (const part of node) visit(part, blockId);
    else if (typeof node === "object" && node !== null) {
      const part = node as Record<string, unknown>;
      const block = typeof part["block_id"] === "string" ? part["block_id"] : blockId;
      if (part["type"] === "button") {
        const label = (part["text"] as { readonly text: string }).text;
        buttons.push({
          action_id: String(part["action_id"]),
          block_id: block,
          value: String(part["value"]),
          label,
        });
      }
      for (const value of Object.values(part)) visit(value, block);
    }
  };
  visit(message.blocks ?? [], "");
  return buttons;
}

/** The button with this label. */
export function buttonOf(message: SeenMessage, label: string): SeenButton {
  const button = buttonsOf(message).find((one) => one.label === label);
  if (!button) throw new Error(`There is no button "${label}" in: ${textOf(message)}`);
  return button;
}
