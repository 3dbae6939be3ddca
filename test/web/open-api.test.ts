import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { endpoints } from "../../src/web/endpoints/index.ts";
import { createTelemetry } from "../../src/web/telemetry.ts";
import { startWeb } from "./start-web.ts";

describe("GET /api/openapi.json", () => {
  test("is a valid OpenAPI document of version 3.1", async () => {
    await using web = await startWeb();

    const { status, body } = await web.call("GET", "/api/openapi.json");

    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\.1\./);
    const validator = new Validator();
    expect(await validator.validate(body)).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  test("names every endpoint once, and each of them is served", async () => {
    await using web = await startWeb({ telemetry: createTelemetry() });
    const { body } = await web.call("GET", "/api/openapi.json");
    const operations = Object.values(body.paths).flatMap((path) => Object.values(path ?? {}));

    expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(
      Object.keys(endpoints).toSorted(),
    );
    for (const [id, { id: own, method, path }] of Object.entries(endpoints)) {
      expect(own).toBe(id);
      const { headers } = await web.call("OPTIONS", path.replace(/:\w+(?:\{.*?\})?/g, "x"));
      expect([path, headers.get("allow")]).toEqual([path, expect.stringContaining(method)]);
    }
  });

  test("says that answers may get further members, and requests may not", async () => {
    await using web = await startWeb();
    const { body } = await web.call("GET", "/api/openapi.json");
    const { requestBody, responses } = body.paths["/api/workflows/{id}/activate"].post;

    expect(requestBody.content["application/json"].schema.additionalProperties).toBe(false);
    expect(responses[200].content["application/json"].schema).not.toHaveProperty(
      "additionalProperties",
    );
  });

  test("is for those who may call the API", async () => {
    await using web = await startWeb({ apiToken: "secret" });

    expect((await web.call("GET", "/api/openapi.json")).status).toBe(401);
  });
});
