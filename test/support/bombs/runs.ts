import { type Bomb, cycle, LONG_RUN, list, times, transform, workflow } from "./bomb.ts";
import type { BombSite } from "./site.ts";

/** Each is an expression over `variables.text` (900 kB), `variables.words` (200,000) and `variables.numbers` (100,000). */
const EXPRESSIONS: readonly string[] = [
  "lists.range(900).map(a, lists.range(300).map(b, a * b)).size()",
  "variables.numbers.map(a, variables.numbers.map(b, a + b)).size()",
  "variables.numbers.filter(n, n in variables.numbers).size()",
  "variables.numbers.sortBy(n, -n).size()",
  "variables.numbers.distinct().size()",
  "variables.numbers == variables.numbers.map(n, n + 0)",
  "variables.words.join('').size()",
  "variables.text.split('').size()",
  "variables.text.replace('a', 'bb').size()",
  "variables.text.matches('^(a+)+$')",
  "variables.text.matches('(?i)error.{0,500}timeout')",
  "variables.text.upperAscii().lowerAscii().reverse().size()",
  "base64.encode(bytes(variables.text)).size()",
  "string(variables.numbers).size()",
  "(variables.text + variables.text + variables.text).size()",
  "variables.text.indexOf('aaaaaaab')",
  "variables.text.contains('ab') || variables.text.endsWith('b')",
];
const HEAVY = EXPRESSIONS[0] ?? "";

export const RUN_BOMBS: readonly Bomb[] = [
  ...EXPRESSIONS.map((expression) => ({
    name: `the expression ${expression}`,
    drop: (site: BombSite, id: string) =>
      site.run(workflow(id, [transform(expression)]), {
        ...(expression.includes(".text") && { text: times("a", 900_000) }),
        ...(expression.includes(".words") && { words: list(200_000, () => "a") }),
        ...(expression.includes(".numbers") && { numbers: list(100_000, (n) => n) }),
      }),
  })),
  {
    name: "an expression of 900 elements",
    drop: (site, id) => site.run(workflow(id, [transform(`[1${",1".repeat(900)}].size()`)])),
  },
  {
    name: "a step of 40 heavy expressions",
    drop: (site, id) =>
      site.run(
        workflow(id, [
          {
            id: "work",
            type: "transform",
            config: { set: Object.fromEntries(list(40, (n) => [`m${n}`, HEAVY])) },
          },
        ]),
      ),
  },
  {
    name: "a cycle of 10,000 small steps",
    drop: (site, id) => site.run(workflow(id, cycle("1"), LONG_RUN)),
  },
  {
    name: "a cycle of outputs of 900 kB",
    drop: (site, id) =>
      site.run(workflow(id, cycle("variables.text"), LONG_RUN), { text: times("x", 900_000) }),
  },
  {
    name: "a cycle of wide outputs",
    drop: (site, id) =>
      site.run(workflow(id, cycle("variables.numbers"), LONG_RUN), {
        numbers: list(100_000, (n) => n),
      }),
  },
  {
    name: "a list of 3,000 items at once",
    drop: (site, id) =>
      site.run(
        workflow(
          id,
          [
            {
              id: "each",
              type: "foreach",
              config: {
                items: "lists.range(3000)",
                concurrency: 20,
                steps: [transform("variables.item")],
              },
            },
          ],
          LONG_RUN,
        ),
      ),
  },
  {
    name: "a list of lists",
    drop: (site, id) =>
      site.run(
        workflow(
          id,
          [
            {
              id: "outer",
              type: "foreach",
              config: {
                items: "lists.range(40)",
                as: "row",
                concurrency: 20,
                steps: [
                  {
                    id: "inner",
                    type: "foreach",
                    config: {
                      items: "lists.range(40)",
                      concurrency: 20,
                      steps: [transform("variables.row")],
                    },
                  },
                ],
              },
            },
          ],
          LONG_RUN,
        ),
      ),
  },
  {
    name: "a template that is filled with a megabyte, in a message",
    drop: (site, id) =>
      site.run(
        workflow(id, [
          {
            id: "say",
            type: "service",
            onFailure: "skip",
            config: { service: "slack", channel: "#general", message: "{{variables.text}}" },
          },
        ]),
        { text: times("<!channel> *_&", 900_000) },
      ),
  },
  {
    name: "an approval whose text is a megabyte",
    drop: async (site, id) => {
      await site.deploy(
        workflow(id, [
          {
            id: "ask",
            type: "approval",
            config: {
              title: "{{variables.text}}",
              message: "{{variables.text}}",
              approvers: ["U0BOB"],
              timeout: "1s",
            },
            next: { approve: "end", reject: "end", expired: "end" },
          },
        ]),
      );
      await site.start(id, { text: times("a <@U0BOB> \u202e", 300_000) });
    },
  },
];
