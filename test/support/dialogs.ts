import { z } from "zod";
import { type JsonObject, toObjects, toText } from "../../simulator/json.ts";
import type { TestBot } from "./bot.ts";

const Views = z.object({ views: z.array(z.json()) });

/** The dialogs that this person has open, the uppermost last. */
export async function dialogsOf(bot: TestBot, user: string): Promise<readonly JsonObject[]> {
  const response = await fetch(`${bot.simulator.url}/sim/views?user=${user}`);
  return toObjects(Views.parse(await response.json()).views);
}

/** Waits until this person's dialog shows something. */
export function dialog(bot: TestBot, user: string, pattern: RegExp): Promise<JsonObject> {
  return bot.until(async () =>
    (await dialogsOf(bot, user)).find((view) => pattern.test(JSON.stringify(view))),
  );
}

/** Waits until this person has no dialog open. */
export async function dialogClosed(bot: TestBot, user: string): Promise<void> {
  await bot.until(async () => ((await dialogsOf(bot, user)).length === 0 ? true : undefined));
}

/** Submits a dialog. @param values - by block id; the bot's dialogs have one element in each block. */
export function submit(
  bot: TestBot,
  user: string,
  view: JsonObject,
  values: JsonObject = {},
): Promise<JsonObject> {
  const blocks = toObjects(view["blocks"]).map((block): [string, JsonObject] => {
    const [element] = toObjects([block["element"] ?? null]);
    return [toText(block["block_id"]) ?? "", element ?? {}];
  });
  const actions = new Map(blocks.map(([id, element]) => [id, toText(element["action_id"]) ?? ""]));
  const entries = Object.entries(values).map(([id, value]): [string, JsonObject] => [
    id,
    { [actions.get(id) ?? "value"]: value },
  ]);
  const body = { user, view_id: view["id"] ?? "", values: Object.fromEntries(entries) };
  return bot.act("view-submit", body);
}

/** Clicks a choice that asks for a comment, and submits its dialog. */
export async function decideWith(
  bot: TestBot,
  user: string,
  channel: string,
  card: JsonObject,
  choice: string,
  values: JsonObject = {},
): Promise<JsonObject> {
  await bot.click(user, channel, card, `decide_${choice}`);
  const view = await dialog(bot, user, /"submit":\{/);
  return submit(bot, user, view, values);
}

/** What a button of a message carries. */
export function valueOf(card: JsonObject, actionId: string): JsonObject {
  const button = toObjects(card["blocks"])
    .flatMap((block) => toObjects(block["elements"]))
    .find((element) => element["action_id"] === actionId);
  return z.record(z.string(), z.json()).parse(JSON.parse(toText(button?.["value"]) ?? ""));
}
