import { describe, expect, test } from "vitest";
import { service as serviceStep } from "../../../src/engine/steps/service.ts";
import { secretsOfUrl } from "../../../src/services/database/connection-url.ts";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import { serviceContext } from "../../support/service-context.ts";

const urls = {
  default: "postgres://u:p@127.0.0.1:1/x",
  reports: "sqlite:./reports.db?readonly=true",
};

describe("after a query whose outcome nobody knows", () => {
  const UPSERT = "INSERT INTO t (id) VALUES ($1) ON CONFLICT (id) DO NOTHING";

  test.each([
    ["SELECT 1", "reports", "repeat"],
    ["DELETE FROM t", "reports", "ask"],
    [UPSERT, "default", "repeat"],
    ["SELECT pay($1)", "default", "ask"],
    ["INSERT INTO t (id) VALUES ($1)", "default", "ask"],
  ])("%s on %s: %s", async (query, connection, policy) => {
    await using service = createDatabaseService({ urls });
    const onUnknown = service.actions["query"]?.onUnknown;

    expect(typeof onUnknown === "function" && onUnknown({ query, connection })).toBe(policy);
  });
});

test("a template in a query is refused at deployment, with what to do", async () => {
  await using service = createDatabaseService({ urls });
  const config = {
    service: "database",
    query: "SELECT * FROM t WHERE a = '{{variables.a}}'",
    values: ["{{variables.a}}"],
  };

  const problems = serviceStep.check(config, { services: createServiceRegistry([service]) });

  expect(problems).toEqual([
    {
      path: ["query"],
      message: '"query" may not hold {{…}}',
      fix: expect.stringContaining("$1"),
    },
  ]);
});

test.each(["BEGIN", "/* all at once */ commit;", "SET x = 1", "SELECT 1; SELECT 2"])(
  "%s is refused at deployment, since a query stands for itself",
  async (query) => {
    await using service = createDatabaseService({ urls });
    const services = createServiceRegistry([service]);

    expect(serviceStep.check({ service: "database", query }, { services })).toEqual([
      {
        path: ["query"],
        message: expect.stringMatching(/^"query" is not right: (?:.* has no use here|.*several)/),
        fix: expect.any(String),
      },
    ]);
  },
);

test.each(["mysql://s3cret@h/x", "sqlite:?s3cret", "nonsense with s3cret", "mongodb://u:s3cret@h"])(
  "%s is no database, and the message does not repeat it",
  (url) => {
    const create = () => createDatabaseService({ urls: { crm: url } });

    expect(create).toThrow('"crm" must begin with postgres://, mongodb:// or sqlite:');
    expect(create).not.toThrow("s3cret");
  },
);

test("a MongoDB has no SQL, which a step that asks it is told", async () => {
  await using service = createDatabaseService({ urls: { crm: "mongodb://127.0.0.1:9/crm" } });
  const services = createServiceRegistry([service]);
  const asked = services.execute(
    "database",
    "query",
    { query: "SELECT 1", connection: "crm" },
    serviceContext(),
  );

  await expect(asked).rejects.toMatchObject({
    code: "params_invalid",
    message: expect.stringContaining("knows no SQL: it serves triggers"),
  });
});

test("the log hides a URL with a password, and the password however it is written", () => {
  const url = "postgres://u:p%40ss@h/x";

  expect(secretsOfUrl(url)).toEqual([url, "p%40ss", "p@ss"]);
  expect(secretsOfUrl("sqlite:./x.db")).toEqual([]);
  const several = "mongodb://u:p%40ss@a:1,b:2/shop?replicaSet=x";
  expect(secretsOfUrl(several)).toEqual([several, "p%40ss", "p@ss"]);
  expect(secretsOfUrl("postgres://u:%zz@h/x")).toContain("%zz");
});
