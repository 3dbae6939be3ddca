import { describe, expect, test } from "vitest";
import { fieldsFor, readContents } from "../../../src/engine/executions/vote-contents.ts";
import type { Choice } from "../../../src/engine/model/requests.ts";
import type { RequestState } from "../../../src/engine/model/state.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

const OK: Choice = { id: "approve", label: "Approve" };

/** A request in which `value` may be edited. */
function asked(field: JsonObject, value: Json): RequestState {
  const run = new ExecutionHarness(
    workflow([
      {
        id: "ok",
        type: "approval",
        config: { title: "?", approvers: ["U0BOB"], editable: { value: field } },
        next: { approve: "end", reject: "end" },
      },
    ]),
    { value },
  );
  const [request] = run.state.requests.values();
  if (!request) throw new Error("Nothing is asked.");
  return request;
}

function edited(field: JsonObject, value: Json, given: Json): unknown {
  const contents = readContents(asked(field, value), OK, { fields: { value: given } });
  return "errors" in contents ? contents.errors[0]?.message : contents.edits?.["value"]?.after;
}

describe("what stands in a field", () => {
  test.for([
    ["number", {}, 500, "450.5", 450.5],
    ["integer", {}, 5, "7", 7],
    ["boolean", {}, true, "no", false],
    ["date", {}, "2026-11-30", "2026-12-24", "2026-12-24"],
    ["select", { options: ["new", "used"] }, "new", "used", "used"],
    ["multi-select", { options: ["a", "b", "c"] }, ["a"], ["b", "c"], ["b", "c"]],
    ["user", {}, "U0BOB", "U0CAROL", "U0CAROL"],
    ["email", {}, "a@example.com", "b@example.com", "b@example.com"],
    ["url", {}, null, "https://example.com/x", "https://example.com/x"],
    ["text", {}, "one", "two\nlines", "two\nlines"],
  ] as const)("of type %s becomes a value of it", ([type, rest, value, given, expected]) => {
    expect(edited({ type, ...rest }, value, given)).toEqual(expected);
  });

  test.for([
    ["number", {}, 500, "much", '"much" is not a number. Write digits alone, such as 1200.50.'],
    ["integer", { max: 9 }, 5, "10", "10 is above 9. Give at most 9."],
    [
      "select",
      { options: ["new", "used"] },
      "new",
      "broken",
      '"broken" is not one of the options. Choose one. The options are new, used.',
    ],
    ["number", { required: true, label: "Amount" }, 5, "", "Amount is missing. Give a value"],
  ] as const)(
    "of type %s is refused with what is wrong",
    ([type, rest, value, given, expected]) => {
      expect(edited({ type, ...rest }, value, given)).toContain(expected);
    },
  );

  test("that is not changed is no edit, nor is one that is not named", () => {
    expect(edited({ type: "number" }, 500, "500")).toBeUndefined();
    expect(readContents(asked({ type: "number" }, 500), OK, { fields: {} })).toEqual({});
  });

  test("that is emptied becomes null", () => {
    expect(edited({ type: "text" }, "something", null)).toBeNull();
  });

  test("could not be shown there: it stays unless something is written", () => {
    const field = { type: "number", required: true };
    expect(fieldsFor(asked(field, "a lot"), "approve")).toMatchObject([{ fits: false }]);
    expect(edited(field, "a lot", null)).toBeUndefined();
    expect(edited(field, "a lot", "12")).toBe(12);
  });

  test.for([
    ["text", "", null],
    ["multi-select", null, []],
    ["multi-select", [], []],
    ["text", null, "  "],
  ] as const)("that is as empty as the value of type %s was is no edit", ([type, value, given]) => {
    expect(edited({ type, options: ["a"] }, value, given)).toBeUndefined();
  });

  test.for([
    ["number", 1e21],
    ["user", "<@U0BOB|bob>"],
    ["text", "x".repeat(3001)],
    ["select", "gone"],
  ] as const)("of type %s does not show what it could not take: %s", ([type, value]) => {
    const field = { type, ...(type === "select" && { options: ["a"] }) };
    expect(fieldsFor(asked(field, value), "approve")).toMatchObject([{ fits: false }]);
    expect(edited(field, value, null)).toBeUndefined();
  });

  test("is not asked for by a rejection, which changes nothing", () => {
    const request = asked({ type: "number" }, 500);
    const reject = { id: "reject", label: "Reject" };
    expect(fieldsFor(request, "reject")).toEqual([]);
    expect(readContents(request, reject, { fields: { value: "1" } })).toEqual({});
  });

  test("of another name than those that may be edited is nothing", () => {
    const contents = readContents(asked({ type: "number" }, 500), OK, {
      fields: { other: "1", __proto__: "2" },
    });
    expect(contents).toEqual({});
  });
});

describe("a comment", () => {
  const request = asked({ type: "number" }, 1);

  test("is kept without the space around it", () => {
    expect(readContents(request, OK, { comment: "  Fine. " })).toEqual({ comment: "Fine." });
    expect(readContents(request, OK, { comment: " \n " })).toEqual({});
  });

  test("of more than 3,000 characters is refused with its length", () => {
    expect(readContents(request, OK, { comment: "😀".repeat(3000) })).toMatchObject({
      comment: expect.any(String),
    });
    expect(readContents(request, OK, { comment: "x".repeat(3001) })).toEqual({
      errors: [
        { field: null, message: expect.stringMatching(/has 3001 characters; at most 3000/) },
      ],
    });
  });
});
