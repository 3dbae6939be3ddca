import { type JsonObject, toObjects } from "../../simulator/json.ts";
import type { TestBot } from "./bot.ts";

/** App Home as one person sees it. */
export class Home {
  readonly #bot: TestBot;
  readonly #user: string;

  constructor(bot: TestBot, user: string) {
    this.#bot = bot;
    this.#user = user;
  }

  async view(): Promise<JsonObject> {
    const response = await fetch(`${this.#bot.simulator.url}/sim/home?user=${this.#user}`);
    return (await response.json()) as JsonObject;
  }

  /** Opens it and waits until it shows something. */
  async open(pattern: RegExp): Promise<string> {
    await this.#bot.act("home-open", { user: this.#user, tab: "home" });
    return this.shows(pattern);
  }

  shows(pattern: RegExp): Promise<string> {
    return this.#bot.until(async () => {
      const text = JSON.stringify(await this.view());
      return pattern.test(text) ? text : undefined;
    });
  }

  /** Chooses an option of a list. */
  async choose(actionId: string, value: string): Promise<JsonObject> {
    const view = await this.view();
    const list = buttonsOf(view).find((element) => element["action_id"] === actionId);
    const option = toObjects(list?.["options"]).find((one) => one["value"] === value);
    if (option === undefined) throw new Error(`${actionId} has no option ${value}.`);
    return this.#bot.act("action", {
      user: this.#user,
      view_id: view["id"],
      action_id: actionId,
      block_id: list?.["block_id"],
      selected: option,
    });
  }

  /** Clicks the first button with this action id, or the one with this value. */
  async click(actionId: string, value?: string): Promise<JsonObject> {
    const view = await this.view();
    const button = buttonsOf(view).find(
      (element) =>
        element["action_id"] === actionId && (value === undefined || element["value"] === value),
    );
    if (button === undefined) throw new Error(`There is no button ${actionId}.`);
    return this.#bot.act("action", {
      user: this.#user,
      view_id: view["id"],
      action_id: actionId,
      block_id: button["block_id"],
      value: button["value"],
    });
  }
}

/** Those in rows, and those beside a text. */
export function buttonsOf(view: JsonObject): readonly JsonObject[] {
  return toObjects(view["blocks"]).flatMap((block) =>
    [...toObjects(block["elements"]), ...toObjects([block["accessory"] ?? null])]
      .filter((element) => element["action_id"] !== undefined)
      .map((button) => ({ ...button, block_id: block["block_id"] })),
  );
}
