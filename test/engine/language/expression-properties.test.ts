import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileExpression } from "../../../src/engine/language/expression.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { plainScope } from "./plain-scope.ts";

function given(variables: JsonObject): (source: string) => Json {
  const scope = plainScope({ variables });
  return (source) => compileExpression(source).evaluate(scope);
}

/** Text in which characters of one and of two UTF-16 units stand side by side, and repeat. */
const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "\uFFFD", "😀", "😁", " ") });

describe("text is what its code points are", () => {
  test("for length, characters, parts, order and reversal", () => {
    fc.assert(
      fc.property(text, text, fc.nat(), fc.nat(), (s, other, one, two) => {
        const points = Array.from(s);
        const [from, to] = [one, two]
          .map((place) => place % (points.length + 1))
          .toSorted((a, b) => a - b);
        const run = given({ s, other, from: from ?? 0, to: to ?? 0 });

        expect(run("variables.s.size()")).toBe(points.length);
        expect(run("variables.s.charAt(variables.from)")).toBe(points[from ?? 0] ?? "");
        expect(run("variables.s.substring(variables.from, variables.to)")).toBe(
          points.slice(from, to).join(""),
        );
        expect(run("variables.s.reverse()")).toBe(points.toReversed().join(""));
        expect(run("variables.s < variables.other")).toBe(
          Buffer.compare(Buffer.from(s), Buffer.from(other)) < 0,
        );
      }),
    );
  });

  test("for where a part is", () => {
    fc.assert(
      fc.property(text, text, fc.nat(), (s, part, place) => {
        const points = Array.from(s);
        const length = Array.from(part).length;
        const from = place % (points.length + 1);
        const places = [...points.keys(), points.length].filter(
          (at) => at + length <= points.length && points.slice(at, at + length).join("") === part,
        );
        const run = given({ s, part, from });

        expect(run("variables.s.indexOf(variables.part)")).toBe(places[0] ?? -1);
        expect(run("variables.s.lastIndexOf(variables.part)")).toBe(places.at(-1) ?? -1);
        expect(run("variables.s.indexOf(variables.part, variables.from)")).toBe(
          places.find((at) => at >= from) ?? -1,
        );
        expect(run("variables.s.lastIndexOf(variables.part, variables.from)")).toBe(
          places.findLast((at) => at <= from) ?? -1,
        );
      }),
    );
  });

  test("so that no function makes half a character", () => {
    const sources = [
      "variables.s.split(variables.part).join('')",
      "variables.s.replace(variables.part, '-')",
      "regex.replace(variables.s, '.', r'<\\0>')",
      "regex.replace(variables.s, 'a*', '-')",
      "regex.extractAll(variables.s, '.?').join('|')",
      "variables.s.split('').map(x, x + x).join('')",
      "variables.s.trim()",
      "'%s'.format([variables.s])",
    ];
    fc.assert(
      fc.property(text, text, fc.constantFrom(...sources), (s, part, source) => {
        expect(JSON.stringify(given({ s, part })(source))).not.toMatch(/\\ud[89a-f]/);
      }),
    );
  });

  test("and what is split is joined again", () => {
    fc.assert(
      fc.property(text, text, (s, part) => {
        expect(given({ s, part })("variables.s.split(variables.part).join(variables.part)")).toBe(
          s,
        );
      }),
    );
  });
});

describe("decimal numbers", () => {
  const cents = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });

  test("are added as they are written", () => {
    fc.assert(
      fc.property(fc.array(cents), (all) => {
        const amounts = all.map((amount) => amount / 100);
        const sum = all.reduce((total, amount) => total + amount, 0);
        expect(given({ amounts })("variables.amounts.sum()")).toBe(sum / 100 + 0);
      }),
    );
  });

  test("are rounded as they are written, halves away from zero", () => {
    fc.assert(
      fc.property(cents, (amount) => {
        const tenths = Math.sign(amount) * Math.floor((Math.abs(amount) + 5) / 10);
        expect(given({ x: amount / 100 })("numbers.round(variables.x, 1)")).toBe(tenths / 10 + 0);
      }),
    );
  });
});

describe("times", () => {
  const moment = fc.date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9990-01-01T00:00:00Z"),
    noInvalidDate: true,
  });

  test("are the same after they were text", () => {
    fc.assert(
      fc.property(moment, (at) => {
        const run = given({ at: at.toISOString() });
        expect(run("timestamp(string(timestamp(variables.at))) == timestamp(variables.at)")).toBe(
          true,
        );
      }),
    );
  });

  test("days are as long as the calendar of the zone has them", () => {
    const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "+05:30");
    fc.assert(
      fc.property(moment, zone, fc.integer({ min: 0, max: 400 }), (at, where, days) => {
        const run = given({ at: at.toISOString(), where, days });
        const later =
          "dates.add(timestamp(variables.at), {'days': variables.days}, variables.where)";
        expect(
          run(`dates.between(timestamp(variables.at), ${later}, 'days', variables.where)`),
        ).toBe(days);
      }),
    );
  });
});
