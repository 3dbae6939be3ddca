import { DatabaseSync } from "node:sqlite";
import { isJsonObject, type JsonObject, toObjects } from "../../../simulator/json.ts";
import type { Simulator } from "../../../simulator/simulator.ts";
import { readOwn } from "../../../src/shared/json.ts";
import type { Effect } from "./scenario.ts";

/** How often the inbox is emptied: it keeps its latest 500 messages. */
const COLLECT_MS = 2000;

/** The messages of the mail sink, collected while they come. */
export class MailCollector {
  readonly #simulator: Simulator;
  readonly #mails = new Map<number, Effect>();

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
  }

  /** Collects until it is stopped. */
  async work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.collect();
      await new Promise((resolve) => setTimeout(resolve, COLLECT_MS));
    }
  }

  async collect(): Promise<readonly Effect[]> {
    const response = await fetch(`${this.#simulator.url}/sim/mail`);
    const answer: unknown = await response.json();
    const messages = toObjects(isJsonObject(answer) ? answer["messages"] : undefined);
    for (const message of messages) this.#mails.set(Number(message["id"]), toMail(message));
    return [...this.#mails.values()];
  }
}

function toMail({ subject, to, text, headers }: JsonObject): Effect {
  const [run = "", effect = ""] = textOf(subject).split(" ");
  return {
    run,
    name: `mail ${effect}`,
    key: String(readOwn(headers, "message-id")),
    content: JSON.stringify({ subject, to, text }),
  };
}

/** The messages that steps posted, found by their metadata. */
export function postedMessages(simulator: Simulator): readonly Effect[] {
  const { messages } = simulator.workspace.state;
  return messages.topLevel("C0GENERAL").flatMap(({ text, metadata }) => {
    if (readOwn(metadata, "event_type") !== "heddle_step") return [];
    const [run = "", effect = ""] = text.split(" ");
    const key = String(readOwn(readOwn(metadata, "event_payload"), "key"));
    return [{ run, name: `slack ${effect}`, key, content: text }];
  });
}

/** The rows that steps wrote. */
export function writtenRows(path: string): readonly Effect[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database
      .prepare("select heddle_key, run, effect from effects")
      .all()
      .map((row) => ({
        run: String(row["run"]),
        name: `row ${String(row["effect"])}`,
        key: String(row["heddle_key"]),
        content: "",
      }));
  } finally {
    database.close();
  }
}

/** Ids of the cards in the channels of a workspace, one for each message that is one. */
export function postedCards(simulator: Simulator): readonly string[] {
  const { messages } = simulator.workspace.state;
  return ["C0GENERAL", "C0APPROVALS", "C0ONCALL"]
    .flatMap((channel) => messages.topLevel(channel))
    .filter(({ metadata }) => readOwn(metadata, "event_type") === "heddle_card")
    .map(({ metadata }) => String(readOwn(readOwn(metadata, "event_payload"), "card")));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
