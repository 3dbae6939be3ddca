import { expect, test } from "vitest";
import { modelDown, refused } from "../support/recording-services.ts";
import { ShippedWorkflow } from "../support/shipped-workflow.ts";

const workflow = await ShippedWorkflow.read("lead-enrichment");
const variables = { domain: "acme.example", contactEmail: "jo@acme.example" };
const company = { name: "Acme", employees: 2400 };
const found = () => ({ status: 200, data: company, headers: {} });

test("a hot lead is looked up, scored, recorded, and sales hear of it", async () => {
  const answers = [{ value: 9, reason: "large and funded", confidence: 0.9 }];
  const { view, calls } = await workflow.run({ variables, answers, services: found });

  expect(view).toMatchObject({
    status: "completed",
    output: { domain: "acme.example", contactEmail: "jo@acme.example", score: 9, company },
  });
  expect(calls).toMatchObject([
    { name: "http.request", params: { query: { domain: "acme.example" } } },
    {
      name: "slack.sendMessage",
      params: {
        channel: "#general",
        message: expect.stringMatching(/scores 9 of 10.*large and funded/),
      },
    },
  ]);
});

test.for([1, 7])("a lead with a score of %i is recorded quietly", async (score) => {
  const { view, channels } = await workflow.run({ variables, answers: [score], services: found });

  expect(view.output).toMatchObject({ score, company });
  expect(channels).toEqual([]);
});

test("a company that cannot be looked up is scored by what is known", async () => {
  const services = (name: string) => (name === "http.request" ? refused() : {});
  const { view } = await workflow.run({ variables, answers: [3], services });

  expect(view).toMatchObject({
    status: "completed",
    output: { score: 3, company: { note: "no company data was found" } },
  });
});

test("a lead that AI cannot score goes to people", async () => {
  const { view, channels } = await workflow.run({
    variables,
    answers: [modelDown()],
    services: found,
  });

  expect(view).toMatchObject({ status: "completed", output: { score: null, company } });
  expect(channels).toEqual(["#general"]);
});

test("these cases enter every step", () => {
  expect(workflow.notEntered()).toEqual([]);
});
