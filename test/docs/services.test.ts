import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { offeredServices } from "../../scripts/service-reference/offered-services.ts";
import { withServices } from "../../scripts/service-reference/reference.ts";
import { validateDefinition } from "../../src/engine/definition/validation/validate.ts";
import { realRegistries } from "../support/registries.ts";

const text = await readFile(new URL("../../docs/services.md", import.meta.url), "utf8");
const services = offeredServices();
const actions = services.flatMap(({ name: service, actions }) =>
  actions.map((action) => ({ ...action, place: `${service}.${action.name}` })),
);

test("docs/services.md says of every action what its schema says", () => {
  expect(text, "run: npm run service-reference").toBe(withServices(text, services));
});

describe("an action of a service", () => {
  test.each(actions)("$place has an example that can be deployed", ({ place }) => {
    const section = text.split(`### ${place}\n`)[1]?.split("\n### ")[0] ?? "";
    const config: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(section)?.[1] ?? "null");
    // What the examples refer to.
    const before = ["post", "make"].map((id) => ({
      id,
      next: id === "post" ? "make" : "call",
      type: "transform",
      config: { set: { messageTs: "'1700000000.000100'", channel: "'C0123456789'" } },
    }));
    const definition = {
      id: "example",
      name: "Example",
      triggers: [{ type: "slash" }],
      inputs: Object.fromEntries(
        ["number", "email", "severity", "invoice"].map((name) => [
          name,
          { type: name === "invoice" ? "file" : "string", required: true },
        ]),
      ),
      steps: [...before, { id: "call", type: "service", config }],
    };

    expect(config).not.toBeNull();
    expect(validateDefinition(definition, realRegistries()).problems).toEqual([]);
  });

  test.each(actions)("$place says what each of its parameters is", ({ parameters }) => {
    for (const { name, description } of parameters)
      expect(description ?? "nothing", name).not.toBe("nothing");
  });
});
