import fc from "fast-check";
import { expect, test } from "vitest";
import { resolveTemplates } from "../../src/engine/language/template.ts";
import type { Json, JsonObject } from "../../src/shared/json.ts";
import { guardSecrets, revealSecrets } from "../../src/shared/secret-reference.ts";
import { plainScope } from "../engine/language/plain-scope.ts";

function send(params: JsonObject, variables: JsonObject): JsonObject {
  const resolved = resolveTemplates(params, plainScope({ variables })) as JsonObject;
  return revealSecrets(JSON.parse(JSON.stringify(resolved)) as JsonObject, (name) => `<${name}>`);
}

test("a reference in the definition becomes the secret", () => {
  expect(send({ h: "Bearer {{ secrets.KEY }}!", w: "{{secrets.KEY}}" }, {})).toEqual({
    h: "Bearer <KEY>!",
    w: "<KEY>",
  });
});

test.for([
  "{{secrets.KEY}}",
  "{{{secrets.KEY}}}",
  "{{'{{'}}secrets.KEY}}",
  "{{'{{'}}'{{'}}",
  "{{'{{secrets.KEY}}",
])("the same characters in data stay data: %s", (text) => {
  const variables = { text, object: { [text]: [text] } };
  const params = {
    a: "{{variables.text}}",
    b: "say {{variables.text}}",
    c: "{{variables.object}}",
    d: "{{variables.object}}!",
  };
  expect(send(params, variables)).toEqual({
    a: text,
    b: `say ${text}`,
    c: variables.object,
    d: `${JSON.stringify(variables.object)}!`,
  });
});

test("two values side by side cannot spell a reference", () => {
  const variables = { a: "{", b: "{secrets.", c: "KEY}}" };
  expect(send({ x: "{{variables.a}}{{variables.b}}{{variables.c}}" }, variables)).toEqual({
    x: "{{secrets.KEY}}",
  });
});

test("a reference that is written literally stays literal", () => {
  expect(send({ x: "{{'{{'}}secrets.KEY}}", "{{secrets.KEY}}": 1 }, {})).toEqual({
    x: "{{secrets.KEY}}",
    "{{secrets.KEY}}": 1,
  });
});

const piece = fc.constantFrom(
  "{",
  "{{",
  "}",
  "}}",
  "'",
  "secrets.",
  "KEY",
  "{{secrets.KEY}}",
  "{{'{{'}}",
  " ",
);
const hostile = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

test("guarding and revealing gives back any text", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(revealSecrets({ [text]: guardSecrets(text) }, () => "LEAK")).not.toEqual("LEAK");
      expect(revealSecrets({ x: guardSecrets(text) }, () => "LEAK")).toEqual({ x: text });
    }),
    { numRuns: 2000 },
  );
});

test("data around a real reference never reveals another", () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (a, b, c) => {
      const params: Json = { x: "{{variables.a}}{{variables.b}}{{secrets.ONE}}{{variables.c}}" };
      expect(send(params, { a, b, c })).toEqual({ x: `${a}${b}<ONE>${c}` });
    }),
    { numRuns: 2000 },
  );
});
