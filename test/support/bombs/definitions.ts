import type { JsonObject } from "../../../simulator/json.ts";
import { type Bomb, list, nested, times, transform, workflow } from "./bomb.ts";

const step = (id: string, message: string, next: string): JsonObject => ({
  id,
  type: "service",
  config: { service: "slack", channel: "#general", message },
  next,
});
const chain = (length: number, message: string): JsonObject[] =>
  list(length, (n) => step(`s${n}`, message, n === length - 1 ? "end" : `s${n + 1}`));

const definitions: readonly (readonly [name: string, definition: (id: string) => JsonObject])[] = [
  ["1,000 steps", (id) => workflow(id, chain(1000, "Hello"))],
  [
    "1,000 steps that read each other",
    (id) =>
      workflow(
        id,
        list(1000, (n) => ({
          ...transform(
            list(Math.min(n, 20), (k) => `string(stepResults.s${n - k - 1}.output)`).join(" + ") ||
              "1",
          ),
          id: `s${n}`,
          next: n === 999 ? "end" : `s${n + 1}`,
        })),
      ),
  ],
  [
    "1,000 steps that lead everywhere",
    (id) =>
      workflow(
        id,
        list(1000, (n) => ({
          ...transform("'s1'"),
          id: `s${n}`,
          next: Object.fromEntries([
            ...list(15, (k) => [`s${(n * 7 + k * 61) % 1000}`, `s${(n * 7 + k * 61) % 1000}`]),
            ["default", `s${(n + 1) % 1000}`],
          ]),
        })),
      ),
  ],
  ["8,000 steps", (id) => workflow(id, chain(8000, "Hello"))],
  ["a template of open braces", (id) => workflow(id, chain(1, times("{{", 900_000)))],
  ["60,000 templates", (id) => workflow(id, chain(1, times("{{variables.a}}", 900_000)))],
  [
    "texts of markup",
    (id) => workflow(id, chain(100, times("<!channel> *_~` <https://a|b> ", 9000))),
  ],
  ["texts that hide", (id) => workflow(id, chain(100, times("p\u0430y\u202e\u200b", 3000)))],
  [
    "900 expressions of 20 loops",
    (id) =>
      workflow(
        id,
        list(900, (n) => ({
          ...transform(`[${n}, ${list(20, () => "variables.a.map(x, x)").join(", ")}].size()`),
          id: `s${n}`,
          next: n === 899 ? "end" : `s${n + 1}`,
        })),
      ),
  ],
  [
    "an expression of 10,000 brackets",
    (id) => workflow(id, [transform(nested("(", "1", ")", 4900))]),
  ],
  [
    "90 heavy patterns",
    (id) =>
      workflow(id, chain(1, "Hello"), {
        inputs: Object.fromEntries(
          list(90, (n) => [
            `i${n}`,
            { type: "string", pattern: "(?:(?:a|b|c|d|e|f|g|h|i|j){100})x" },
          ]),
        ),
      }),
  ],
  [
    "900 inputs",
    (id) =>
      workflow(id, chain(1, "Hello"), {
        inputs: Object.fromEntries(
          list(900, (n) => [`i${n}`, { type: "select", options: list(90, (k) => `option ${k}`) }]),
        ),
      }),
  ],
  [
    "branches as deep as is allowed",
    (id) =>
      workflow(id, [
        list(5, (n) => n).reduce<JsonObject>(
          (inner, n) => ({
            id: `p${n}`,
            type: "parallel",
            config: {
              branches: [
                { id: "b", steps: [inner] },
                { id: "c", steps: [transform("1", { id: `t${n}` })] },
              ],
            },
          }),
          transform("1"),
        ),
      ]),
  ],
];

export const DEFINITION_BOMBS: readonly Bomb[] = definitions.map(([name, definition]) => ({
  name: `a deployment: ${name}`,
  drop: async (site, id) => {
    await site.ask("POST", "/api/workflows", JSON.stringify(definition(id)));
    // Again, to be compared with the first, and shown.
    const other = { ...definition(id), description: "Another version" };
    await site.ask("POST", "/api/workflows", JSON.stringify(other));
    await site.ask("GET", `/api/workflows/${id}`);
  },
}));
