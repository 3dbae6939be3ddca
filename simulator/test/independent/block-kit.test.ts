import { describe, expect, test } from "vitest";
import { type Surface, validateBlocks } from "../../block-kit/validate-blocks.ts";
import { BLOCKS, CONFIRM, REFUSED_BLOCKS } from "./block-facts.ts";
import { AS_ACCESSORY, ELEMENTS, IN_ACTIONS, IN_INPUT } from "./element-facts.ts";
import type { Table } from "./facts.ts";

/** Where the simulator departs from those sources, and why. */
const DEPARTURES: Readonly<Record<string, string>> = {
  "modal container": "Slack's page of the block names messages only",
  "home container": "Slack's page of the block names messages only",
  "modal data_table": "Slack's page of the block names messages and Home only",
};

/** The least that a table needs to be complete. */
function least(type: string | undefined, facts: Table): Record<string, unknown> {
  const needed = Object.entries(facts).filter(([, fact]) => fact.required === true);
  return {
    ...(type === undefined ? {} : { type }),
    ...Object.fromEntries(needed.map(([name, fact]) => [name, fact.good])),
  };
}

/** Says of one object everything that the facts decide; `accepts` puts it to the simulator. */
function holdAgainst(
  type: string | undefined,
  facts: Table,
  accepts: (value: object) => boolean,
): readonly string[] {
  const base = least(type, facts);
  const wrong: string[] = [];
  const say = (what: string, value: object, isGood: boolean): void => {
    if (accepts(value) !== isGood) wrong.push(`${isGood ? "refuses" : "takes"} ${what}`);
  };
  say("the least", base, true);
  say("a member that does not exist", { ...base, unheard_of: 1 }, false);
  for (const [name, fact] of Object.entries(facts)) {
    const { [name]: _gone, ...without } = base;
    if (fact.required === true) say(`no ${name}`, without, false);
    if (fact.good !== undefined) say(`a good ${name}`, { ...base, [name]: fact.good }, true);
    for (const bad of fact.bad ?? []) say(`a bad ${name}`, { ...base, [name]: bad }, false);
    if (fact.most === undefined) continue;
    const [most, make] = fact.most;
    say(`the longest ${name}`, { ...base, [name]: make(most) }, true);
    say(`a longer ${name}`, { ...base, [name]: make(most + 1) }, false);
  }
  return wrong;
}

const takes = (block: object, surface: Surface): boolean =>
  validateBlocks([block], surface, "/blocks").length === 0;

/** A block that the element may stand in. */
function around(element: object, type: string): object {
  if (["feedback_buttons", "icon_button"].includes(type)) {
    return { type: "context_actions", elements: [element] };
  }
  return IN_ACTIONS.includes(type)
    ? { type: "actions", elements: [element] }
    : { type: "input", label: { type: "plain_text", text: "x" }, element };
}

describe("the simulator agrees with Slack's types and documentation about", () => {
  test.for(Object.entries(ELEMENTS))("the element %s", ([type, facts]) => {
    const surface = type === "icon_button" || type === "feedback_buttons" ? "message" : "modal";

    expect(holdAgainst(type, facts, (element) => takes(around(element, type), surface))).toEqual(
      [],
    );
  });

  test.for(Object.entries(BLOCKS))("the block %s", ([type, facts]) => {
    const surface = type === "alert" ? "modal" : "message";

    expect(holdAgainst(type, facts, (block) => takes(block, surface))).toEqual([]);
  });

  test("the dialog that asks again", () => {
    const text = { type: "plain_text", text: "x" };
    const button = (confirm: object): object => ({
      type: "actions",
      elements: [{ type: "button", text, confirm }],
    });

    expect(holdAgainst(undefined, CONFIRM, (confirm) => takes(button(confirm), "message"))).toEqual(
      [],
    );
  });

  test.for(Object.entries(ELEMENTS))("where %s may stand", ([type, facts]) => {
    const element = least(type, facts);
    const text = { type: "plain_text", text: "x" };

    expect({
      actions: takes({ type: "actions", elements: [element] }, "message"),
      accessory: takes({ type: "section", text, accessory: element }, "message"),
      input: takes({ type: "input", label: text, element }, "modal"),
    }).toEqual({
      actions: IN_ACTIONS.includes(type),
      accessory: AS_ACCESSORY.includes(type),
      input: IN_INPUT.includes(type),
    });
  });

  test.for(Object.entries(BLOCKS))("the surfaces of %s", ([type, facts]) => {
    const block = least(type, facts);

    for (const surface of ["message", "modal", "home"] as const) {
      const isRefused =
        REFUSED_BLOCKS[surface]?.some((one) => one === type) === true ||
        Object.hasOwn(DEPARTURES, `${surface} ${type}`);
      expect(`${surface}: ${takes(block, surface)}`).toBe(`${surface}: ${!isRefused}`);
    }
  });
});
