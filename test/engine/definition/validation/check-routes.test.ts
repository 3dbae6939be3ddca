import { describe, expect, test } from "vitest";
import { changed, expectOne, problemsOf, type Row, warningsOf } from "../sample.ts";

describe("routes", () => {
  test.for<Row>([
    [
      "a misspelled step",
      ["steps", 0, "next", "odd"],
      "aks",
      'steps[0].next.odd: there is no step "aks". Steps are screen, ask, pay; "end" ends the run. Did you mean "ask"?',
    ],
    [
      "an unknown step in a text",
      ["steps", 2, "next"],
      "default",
      'steps[2].next: there is no step "default".',
    ],
    [
      "a word without a route",
      ["steps", 0, "next"],
      { odd: "ask" },
      'steps[0].next.ok: "ok" has no route. Add "ok" or "default" to "next".',
    ],
    [
      "a rejection left to the default",
      ["steps", 1, "next"],
      { approve: "pay", expired: "end", default: "end" },
      'steps[1].next.reject: "reject" has no route. Add "reject" to "next": the default does not serve it.',
    ],
    [
      "an expiry left to the default",
      ["steps", 1, "next"],
      { approve: "pay", reject: "end", default: "end" },
      'steps[1].next.expired: "expired" has no route.',
    ],
    [
      "a step that always goes by default",
      ["steps", 2, "next"],
      { ok: "end" },
      'steps[2].next.default: "default" has no route. Add it: a step of type call always continues by "default".',
    ],
    [
      "an unknown step in the configuration",
      ["steps", 0, "config", "doubt"],
      "aks",
      'steps[0].config.doubt: there is no step "aks".',
    ],
    [
      "skip without default",
      ["steps", 0, "onFailure"],
      "skip",
      'steps[0].next.default: "onFailure": "skip" continues by "default", and there is no such route.',
    ],
  ])("%s", ([, path, value, text]) => expectOne(path, value, text));

  test("a step that nothing leads to", () => {
    const lost = changed(["steps", 0, "next", "odd"], "pay");
    expect(problemsOf(lost)).toEqual([
      'steps[1].id: no route leads to "ask". Name it in the "next" of an earlier step (without "next" a run ends), or remove it.',
    ]);
    const doubted = changed(["steps", 0, "next", "odd"], "pay");
    Reflect.set(
      Reflect.get(
        Reflect.get(Reflect.get(doubted, "steps") as object, 0) as object,
        "config",
      ) as object,
      "doubt",
      "ask",
    );
    expect(problemsOf(doubted)).toEqual([]);
  });

  test("an unknown fallback", () => {
    const source = changed(["steps", 0, "onFailure"], "fallback");
    Reflect.set(
      Reflect.get(Reflect.get(source, "steps") as object, 0) as object,
      "fallbackStep",
      "pya",
    );
    expect(problemsOf(source)).toEqual([
      'steps[0].fallbackStep: there is no step "pya". Steps are screen, ask, pay; "end" ends the run. Did you mean "pay"?',
    ]);
  });

  test("an approval without any next", () => {
    expect(
      problemsOf(changed(["steps", 1, "next"], undefined)).map((line) => line.split(":")[0]),
    ).toEqual(["steps[1].next.approve", "steps[1].next.reject", "steps[1].next.expired"]);
  });

  test("a route may be written in another Unicode form than the word that it serves", () => {
    const text = JSON.stringify(changed(["steps", 0, "next"], { ok: "pay", "cafe\u0301": "ask" }));
    const source = JSON.parse(text.replace('"odd"', '"caf\u00e9"'));

    expect([...problemsOf(source), ...warningsOf(source)]).toEqual([]);
  });

  test("a route that is never taken is a warning", () => {
    const source = changed(["steps", 0, "next"], { ok: "pay", odd: "ask", oddd: "ask" });
    expect(problemsOf(source)).toEqual([]);
    expect(warningsOf(source)).toEqual([
      'steps[0].next.oddd: the route "oddd" can never be taken. The step gives ok, odd. Did you mean "odd"?',
    ]);
    expect(warningsOf(changed(["steps", 2, "next"], { default: "end", ok: "end" }))).toHaveLength(
      1,
    );
  });
});
