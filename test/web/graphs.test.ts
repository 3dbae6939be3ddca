import { expect, test } from "vitest";
import { type RunningWeb, startWeb, untilStatus } from "./start-web.ts";

const sorting = {
  id: "sorting",
  name: "Sort <orders>",
  steps: [
    {
      id: "size",
      type: "transform",
      config: { expression: "variables.amount > 500 ? 'large' : 'small'" },
      next: { large: "big", default: "end" },
    },
    { id: "big", type: "transform", config: { expression: "1" } },
  ],
};

const PATH = "/api/workflows/sorting/graph";

async function run(web: RunningWeb, amount: number): Promise<string> {
  const { body } = await web.call("POST", "/api/workflows/sorting/execute", { amount });
  await untilStatus(web.engine, body.executionId, "completed");
  return body.executionId;
}

test("a diagram comes as SVG, PNG, Mermaid or JSON, by what is asked for or accepted", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", sorting);
  const typeOf = async (path: string, accept?: string): Promise<string | null> => {
    const { headers } = await fetch(`${web.url}${path}`, { headers: accept ? { accept } : {} });
    return headers.get("content-type");
  };

  expect(await typeOf(`${PATH}?format=svg`)).toBe("image/svg+xml; charset=utf-8");
  expect(await typeOf(`${PATH}?format=png`)).toBe("image/png");
  expect(await typeOf(`${PATH}?format=mermaid`)).toBe("text/plain; charset=utf-8");
  expect(await typeOf(PATH, "text/html, image/svg+xml;q=0.9, */*;q=0.1")).toMatch(/^image\/svg/);
  expect(await typeOf(PATH, "image/svg+xml;q=0, image/png")).toBe("image/png");
  expect(await typeOf(PATH, "*/*")).toMatch(/^application\/json/);
  expect(await typeOf(`${PATH}?format=svg`, "application/json")).toMatch(/^image\/svg/);
  expect((await web.call("GET", PATH)).body).toMatchObject({
    version: 1,
    steps: 2,
    root: {
      edges: [{ from: "size", to: "big", labels: ["large"] }, { labels: ["otherwise"] }, {}],
    },
    text: [
      "1. size (Calculation). large: big; otherwise: end.",
      "2. big (Calculation). Then: end.",
    ],
  });
});

test("a picture is of the version that is asked for", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", sorting);
  await web.call("POST", "/api/workflows", {
    ...sorting,
    name: "Renamed",
    steps: sorting.steps.slice(1),
  });

  const svg = async (query: string) => (await fetch(`${web.url}${PATH}?format=svg${query}`)).text();
  expect(await svg("")).toContain("Diagram of Renamed");
  expect(await svg("&version=1")).toContain("Diagram of Sort &lt;orders&gt;");
  expect((await web.call("GET", `${PATH}?version=7`)).body.code).toBe("version_not_found");
  expect((await web.call("GET", `${PATH}?format=pdf`)).body.code).toBe("input_invalid");
});

test("runs are counted on the ways that they took, and one run shows its path", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", sorting);
  const large = await run(web, 900);
  await run(web, 5);
  await run(web, 6);

  const { body } = await web.call("GET", `${PATH}?runs=100`);
  expect(body).toMatchObject({
    runs: 3,
    root: {
      nodes: [
        { id: "size", mark: { entries: 3 } },
        { id: "big", mark: { entries: 1 } },
      ],
      edges: [{ taken: 1 }, { taken: 2 }, { taken: 1 }],
    },
  });
  expect((await web.call("GET", `${PATH}?runs=1`)).body.runs).toBe(1);

  const svg = await (await fetch(`${web.url}/api/executions/${large}/graph?format=svg`)).text();
  expect(svg.match(/✓ done/g)).toHaveLength(2);
});

test("a definition of too many steps has no picture, but all of it as text", async () => {
  await using web = await startWeb();
  const steps = Array.from({ length: 501 }, (_, index) => ({
    ...{ id: `s${index}`, type: "transform", config: { expression: "1" } },
    ...(index < 500 && { next: `s${index + 1}` }),
  }));
  await web.call("POST", "/api/workflows", { ...sorting, limits: { maxSteps: 600 }, steps });

  expect(await web.call("GET", `${PATH}?format=svg`)).toMatchObject({
    status: 400,
    body: { code: "limit_exceeded", error: expect.stringContaining("It has 501 steps") },
  });
  expect((await web.call("GET", PATH)).body.text).toHaveLength(501);
});
