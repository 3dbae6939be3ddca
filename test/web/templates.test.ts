import { describe, expect, test } from "vitest";
import { startWeb } from "./start-web.ts";

const IDS = [
  "content-moderation",
  "data-enrichment",
  "expense-approval",
  "incident-response",
  "ticket-triage",
];

describe("GET /api/templates", () => {
  test("lists the built-in templates with what one needs to choose", async () => {
    await using web = await startWeb();

    const { status, body } = await web.call("GET", "/api/templates");

    expect(status).toBe(200);
    expect(body.templates.map((template: { id: string }) => template.id)).toEqual(IDS);
    for (const template of body.templates) {
      expect(template).toEqual({
        id: expect.any(String),
        name: expect.any(String),
        description: expect.any(String),
        triggers: expect.any(Array),
        inputs: expect.any(Array),
        steps: expect.any(Number),
      });
    }
  });
});

describe("POST /api/templates/:id", () => {
  test.for(IDS)("%s gives a definition of version 1 and deploys nothing", async (id) => {
    await using web = await startWeb();

    const before = Date.now();
    const { status, body } = await web.call("POST", `/api/templates/${id}`);

    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["workflow"]);
    const [, made = "", ms = ""] = /^(.+)-(\d+)$/.exec(body.workflow.id) ?? [];
    expect(made).toBe(id);
    expect(Number(ms)).toBeGreaterThanOrEqual(before);
    expect(Number(ms)).toBeLessThanOrEqual(Date.now());
    expect(body.workflow).toMatchObject({ version: 1, steps: expect.any(Array) });
    expect((await web.call("GET", "/api/workflows")).body.workflows).toEqual([]);
  });

  test("overrides replace members of the definition whole, the id too", async () => {
    await using web = await startWeb();
    const steps = [{ id: "only", type: "transform", config: { expression: "1" } }];

    const { body } = await web.call("POST", "/api/templates/content-moderation", {
      id: "our-moderation",
      name: "Ours",
      steps,
    });

    expect(body.workflow).toMatchObject({ id: "our-moderation", version: 1, name: "Ours", steps });
    expect(body.workflow.description).toEqual(expect.any(String));
    const again = await web.call("POST", "/api/templates/content-moderation");
    expect(again.body.workflow).toMatchObject({ name: "Content moderation" });
    expect(again.body.workflow.steps.length).toBeGreaterThan(1);
  });

  test("what comes from it can be deployed", async () => {
    await using web = await startWeb();
    const steps = [{ id: "only", type: "transform", config: { expression: "1" } }];
    const made = await web.call("POST", "/api/templates/data-enrichment", { steps });

    const deployed = await web.call("POST", "/api/workflows", made.body.workflow);

    expect(deployed.body).toMatchObject({
      success: true,
      workflowId: made.body.workflow.id,
      version: 1,
    });
  });

  test("an unknown template is 404 and names the nearest", async () => {
    await using web = await startWeb();

    const { status, body } = await web.call("POST", "/api/templates/incident-respons");

    expect(status).toBe(404);
    expect(body).toMatchObject({
      code: "template_not_found",
      error: expect.stringContaining('Did you mean "incident-response"?'),
    });
    expect((await web.call("POST", "/api/templates/__proto__")).status).toBe(404);
  });

  test("overrides that are no object are refused", async () => {
    await using web = await startWeb();

    for (const body of ["[]", '"text"', "7"]) {
      const reply = await web.call("POST", "/api/templates/ticket-triage", body);
      expect(reply.status).toBe(400);
      expect(reply.body.problems).toHaveLength(1);
    }
  });
});
