import { isJsonObject, type JsonObject, member, toObjects, toText } from "../json.ts";
import { BLOCKS } from "./blocks.ts";
import { type Problem, typed } from "./check.ts";
import { tableCharacters } from "./data-blocks.ts";
import { actionsOf } from "./find-elements.ts";
import { LIMITS } from "./limits.ts";

/** Where blocks are shown. */
export type Surface = "message" | "modal" | "home";

/**
 * Block types that a surface does not take.
 *
 * @see https://docs.slack.dev/blocks.json, from which the column "Surfaces" of each block's page is made. Where others found that a
 * listed block is not shown (`card` in modals, `table` on Home), or copies of that list differ (`container`), it is refused.
 */
const REFUSED_BLOCKS: Readonly<Record<Surface, ReadonlySet<string>>> = {
  message: new Set(["alert", "file"]),
  modal: new Set([
    "card",
    "carousel",
    "container",
    "context_actions",
    "data_table",
    "data_visualization",
    "file",
    "markdown",
    "plan",
    "table",
    "task_card",
  ]),
  home: new Set([
    "alert",
    "container",
    "context_actions",
    "data_visualization",
    "file",
    "markdown",
    "plan",
    "table",
    "task_card",
  ]),
};

/** Elements that work in modals only. */
const MODAL_ELEMENTS: ReadonlySet<string> = new Set(["file_input"]);

const block = typed(BLOCKS, "type");

/**
 * Says everything that Slack would refuse in a list of blocks.
 *
 * @param pointer - where the list is in the request, for instance `/blocks`.
 */
export function validateBlocks(blocks: unknown, surface: Surface, pointer: string): Problem[] {
  const problems: Problem[] = [];
  if (!Array.isArray(blocks)) return [{ message: "must be an array", pointer }];
  const max = surface === "message" ? LIMITS.blocksInMessage : LIMITS.blocksInView;
  if (blocks.length > max) problems.push({ message: `no more than ${max} items allowed`, pointer });
  for (const [index, one] of blocks.entries()) {
    const at = `${pointer}/${index}`;
    block(one, at, problems);
    checkSurface(one, surface, at, problems);
    checkActionIds(one, at, problems);
    checkResponseUrl(one, surface, at, problems);
  }
  const objects = toObjects(blocks);
  checkBlockIds(objects, pointer, problems);
  checkTotals(objects, surface, pointer, problems);
  checkFocus(objects, pointer, problems);
  return problems;
}

function checkSurface(one: unknown, surface: Surface, pointer: string, problems: Problem[]): void {
  const type = toText(member(one, "type")) ?? "";
  if (REFUSED_BLOCKS[surface].has(type)) {
    problems.push({ message: `unsupported type: ${type}`, pointer: `${pointer}/type` });
  }
  const element = toText(member(member(one, "element"), "type")) ?? "";
  if (surface !== "modal" && MODAL_ELEMENTS.has(element)) {
    problems.push({ message: `unsupported type: ${element}`, pointer: `${pointer}/element/type` });
  }
}

/** Only an input of a modal can ask for a `response_url`. */
function checkResponseUrl(
  one: unknown,
  surface: Surface,
  pointer: string,
  problems: Problem[],
): void {
  if (!isJsonObject(one) || (surface === "modal" && one["type"] === "input")) return;
  if (actionsOf(one).some((element) => element["response_url_enabled"] !== undefined)) {
    problems.push({ message: "response_url_enabled needs an input of a modal", pointer });
  }
}

function checkFocus(blocks: readonly JsonObject[], pointer: string, problems: Problem[]): void {
  const focused = blocks.flatMap(actionsOf).filter((element) => element["focus_on_load"] === true);
  if (focused.length > 1) {
    problems.push({ message: "only one element may have focus_on_load", pointer });
  }
}

function checkActionIds(one: unknown, pointer: string, problems: Problem[]): void {
  if (!isJsonObject(one)) return;
  const ids = actionsOf(one)
    .map((element) => element["action_id"])
    .filter((actionId) => typeof actionId === "string");
  for (const repeated of repeats(ids)) {
    problems.push({
      message: `action_id already exists: ${repeated}`,
      pointer: `${pointer}/elements`,
    });
  }
}

function checkBlockIds(blocks: readonly JsonObject[], pointer: string, problems: Problem[]): void {
  const ids = blocks.map((one) => one["block_id"]).filter((blockId) => typeof blockId === "string");
  for (const repeated of repeats(ids)) {
    problems.push({ message: `block_id already exists: ${repeated}`, pointer });
  }
}

function checkTotals(
  blocks: readonly JsonObject[],
  surface: Surface,
  pointer: string,
  problems: Problem[],
): void {
  const ofType = (...types: readonly string[]): readonly JsonObject[] =>
    blocks.filter((one) => types.includes(toText(one["type"]) ?? ""));
  const tables = ofType("table", "data_table");
  if (surface === "message" && tables.length > 1) {
    problems.push({ message: "only_one_table_allowed", pointer });
  }
  for (const table of tables) {
    if (tableCharacters(table) > LIMITS.tableCharacters) {
      problems.push({
        message: `must be less than ${LIMITS.tableCharacters + 1} characters in all cells`,
        pointer,
      });
    }
  }
  if (ofType("plan").length > 1) {
    problems.push({ message: "only one plan allowed", pointer });
  }
  if (ofType("data_visualization").length > LIMITS.chartsInMessage) {
    problems.push({ message: `no more than ${LIMITS.chartsInMessage} charts allowed`, pointer });
  }
  const markdown = ofType("markdown").reduce(
    (sum, one) => sum + (toText(one["text"])?.length ?? 0),
    0,
  );
  if (markdown > LIMITS.markdown) {
    problems.push({
      message: `must be less than ${LIMITS.markdown + 1} characters in all markdown blocks`,
      pointer,
    });
  }
}

function repeats(ids: readonly string[]): ReadonlySet<string> {
  return new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
}
