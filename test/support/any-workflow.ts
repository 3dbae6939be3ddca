import fc from "fast-check";
import type { JsonObject } from "../../src/shared/json.ts";

/** Bodies within bodies of the definitions. */
const MAX_DEPTH = 3;
const MAX_STEPS = 4;

/** The event that steps of the definitions wait for. */
export const EVENT = "order.paid";

/** Variables that the definitions read. */
export const VARIABLES: JsonObject = { list: ["a", "b", "c"], word: "a" };

function body(depth: number): fc.Arbitrary<readonly JsonObject[]> {
  return fc
    .array(
      fc.record({
        kind: kinds(depth),
        routes: fc.array(fc.nat(4), { maxLength: 3 }),
        mood: fc.nat(5),
      }),
      {
        minLength: 2,
        maxLength: MAX_STEPS,
      },
    )
    .map((parts) => {
      const ids = parts.map((_, index) => `s${index}`);
      const idAt = (index: number): string => ids[index] ?? "end";
      return parts.map(({ kind, routes, mood }, index): JsonObject => {
        const id = idAt(index);
        return { id, ...kind, ...failing(kind, mood, idAt), ...leading(kind, routes, idAt) };
      });
    });
}

/** Half of the steps have a way out of a failure. */
function failing(kind: JsonObject, mood: number, idAt: (index: number) => string): JsonObject {
  const attempts: JsonObject =
    kind["type"] === "scripted" && mood % 2 === 0
      ? { retryPolicy: { maxRetries: 2, backoffMs: 1000 } }
      : {};
  const fallbackStep = idAt(mood);
  if (mood === 1 && fallbackStep !== "end")
    return { ...attempts, onFailure: "fallback", fallbackStep };
  return mood === 2 ? { ...attempts, onFailure: "skip" } : attempts;
}

function leading(
  kind: JsonObject,
  routes: readonly number[],
  idAt: (index: number) => string,
): JsonObject {
  const [first = 1, second = 2, third = 9] = routes;
  if (kind["type"] === "approval") {
    return { next: { approve: idAt(first), reject: idAt(second), expired: idAt(third) } };
  }
  if (routes.length === 0) return {};
  if (routes.length === 1) return { next: idAt(first) };
  return { next: { a: idAt(first), b: idAt(second), default: idAt(third) } };
}

function kinds(depth: number): fc.Arbitrary<JsonObject> {
  const plain: fc.Arbitrary<JsonObject>[] = [scripted, scripted, transform, wait, approval];
  if (depth === 0) return fc.oneof(...plain);
  return fc.oneof(...plain, parallel(depth - 1), foreach(depth - 1));
}

const scripted: fc.Arbitrary<JsonObject> = fc.record({
  type: fc.constant("scripted"),
  config: fc.oneof(
    fc.constant<JsonObject>({}),
    fc.constant<JsonObject>({ reserveNano: 200_000_000 }),
    fc.constant<JsonObject>({ outputVariable: "word", value: "{{variables.word}}" }),
  ),
});

const transform: fc.Arbitrary<JsonObject> = fc.record({
  type: fc.constant("transform"),
  config: fc.constantFrom<JsonObject>(
    { expression: "variables.word", outputVariable: "word" },
    { expression: "variables.nowhere" },
    { set: { all: "variables" } },
  ),
});

const wait: fc.Arbitrary<JsonObject> = fc.record({
  type: fc.constant("wait"),
  config: fc.constantFrom<JsonObject>(
    { duration: "10m" },
    { duration: 0 },
    { event: EVENT },
    { event: EVENT, timeout: "20m" },
  ),
});

const approval: fc.Arbitrary<JsonObject> = fc.record({
  type: fc.constant("approval"),
  config: fc.record({
    title: fc.constant("{{variables.word}}"),
    approvers: fc.constant(["@finance"]),
    required: fc.constantFrom(1, 2),
    timeout: fc.constantFrom("1h", "30m"),
  }),
});

function parallel(depth: number): fc.Arbitrary<JsonObject> {
  return fc.record({
    type: fc.constant("parallel"),
    config: fc.record({
      branches: fc.array(body(depth), { minLength: 1, maxLength: 3 }).chain((bodies) =>
        fc.constantFrom<(number | undefined)[]>(undefined, 1_200_000).map((timeoutMs) =>
          bodies.map(
            (steps, index): JsonObject => ({
              id: `b${index}`,
              steps: [...steps],
              ...(timeoutMs !== undefined && { timeoutMs }),
            }),
          ),
        ),
      ),
      failureMode: fc.constantFrom("fail", "continue"),
      join: fc.constantFrom<("all" | "any" | 1)[]>("all", "any", 1),
    }),
  });
}

function foreach(depth: number): fc.Arbitrary<JsonObject> {
  return fc.record({
    type: fc.constant("foreach"),
    config: fc.record({
      items: fc.constantFrom("variables.list", "[]", "[1, {'x': 2}]", "variables.word"),
      as: fc.constantFrom("item", "word"),
      steps: body(depth).map((steps) => [...steps]),
      concurrency: fc.constantFrom(1, 2, 5),
      failureMode: fc.constantFrom("fail", "continue"),
    }),
  });
}

/**
 * Steps of any type, with bodies within bodies, routes back and forth, and every way to fail. They
 * can be executed; that the checks of a deployment like them is not promised, since an execution
 * has to end properly all the same.
 */
export const anySteps: fc.Arbitrary<readonly JsonObject[]> = body(MAX_DEPTH);
