import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { loadConfig, VARIABLE_FAMILIES, VARIABLE_NAMES } from "../../src/app/config.ts";

const MINIMAL = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", OPENAI_API_KEY: "sk-1" };

describe("the configuration", () => {
  test("takes the smallest environment, with loopback and the embedded store as defaults", () => {
    expect(loadConfig(MINIMAL)).toMatchObject({
      slack: { slashCommand: "/workflow", admins: [] },
      store: { kind: "sqlite", dataDir: "./data", synchronous: "full" },
      web: { host: "127.0.0.1", port: 3000, apiToken: null },
      model: { defaultModel: "gpt-4o-mini" },
    });
  });

  test("keeps two web sockets with patience for Slack's pongs, unless it is told otherwise", () => {
    expect(loadConfig(MINIMAL).slack.sockets).toEqual({ count: 2, pingTimeoutMs: 20_000 });
    const given = { ...MINIMAL, SLACK_SOCKETS: "1", SLACK_PING_TIMEOUT_MS: "45000" };
    expect(loadConfig(given).slack.sockets).toEqual({ count: 1, pingTimeoutMs: 45_000 });
    expect(() => loadConfig({ ...MINIMAL, SLACK_SOCKETS: "11" })).toThrow(
      "SLACK_SOCKETS must be a whole number from 1 to 10",
    );
    expect(() => loadConfig({ ...MINIMAL, SLACK_PING_TIMEOUT_MS: "20s" })).toThrow(
      "SLACK_PING_TIMEOUT_MS must be a whole number from 1000 to 120000",
    );
  });

  test("takes a proxy in capitals or not, the latter first", () => {
    expect(loadConfig(MINIMAL).slack.proxy).toBeNull();
    const given = {
      ...MINIMAL,
      HTTPS_PROXY: "http://a.example:3128",
      https_proxy: "http://b.example:3128",
      NO_PROXY: "localhost",
    };
    expect(loadConfig(given).slack.proxy).toEqual({
      http: null,
      https: "http://b.example:3128",
      except: "localhost",
    });
    expect(() => loadConfig({ ...MINIMAL, HTTPS_PROXY: "proxy:3128" })).toThrow("HTTPS_PROXY");
  });

  test("takes an endpoint without a key", () => {
    const config = loadConfig({
      ...MINIMAL,
      OPENAI_API_KEY: "",
      OPENAI_BASE_URL: "http://127.0.0.1:8080/v1",
    });

    expect(config.model).toMatchObject({ apiKey: null, baseUrl: "http://127.0.0.1:8080/v1" });
  });

  test("finds endpoints by prefix and secrets by name", () => {
    const config = loadConfig({
      ...MINIMAL,
      LLM_LOCAL_BASE_URL: "http://127.0.0.1:9/v1",
      LLM_LOCAL_API_KEY: "k",
      SECRET_CRM_TOKEN: "s3cret",
    });

    expect(config.model.providers).toEqual({
      local: { baseUrl: "http://127.0.0.1:9/v1", apiKey: "k" },
    });
    expect(config.secrets["CRM_TOKEN"]).toBe("s3cret");
  });

  test("takes the hosts of a secret for no secret", () => {
    const { secrets, secretHosts } = loadConfig({
      ...MINIMAL,
      SECRET_CRM: "s3cret",
      SECRET_CRM_HOSTS: "api.example.com:8443, *.example.org",
      SECRET_HOSTS: "s3cret",
      SECRET_FREE: "s3cret",
    });

    expect({ ...secrets }).toEqual({ CRM: "s3cret", HOSTS: "s3cret", FREE: "s3cret" });
    expect({ ...secretHosts }).toEqual({ CRM: ["api.example.com:8443", "*.example.org"] });
    expect(() => loadConfig({ ...MINIMAL, SECRET_CRM_HOSTS: "api.example.com" })).toThrow(
      "SECRET_CRM is missing: SECRET_CRM_HOSTS says to which hosts it may be sent.",
    );
  });

  test("takes no hosts of everybody for a secret or a credential", () => {
    const token = '{"kind":"bearer","token":"s3cret-token","hosts":["*.co.uk"]}';

    expect(() =>
      loadConfig({ ...MINIMAL, SECRET_CRM: "s3cret", SECRET_CRM_HOSTS: "api.example.com *.com" }),
    ).toThrow("SECRET_CRM_HOSTS has *.com, under which everybody can register names.");
    expect(() => loadConfig({ ...MINIMAL, CREDENTIAL_CRM: token })).toThrow(
      'CREDENTIAL_CRM is not right: "hosts.0" must be a host of one owner',
    );
  });

  test.for(["https://api.example.com", "*", "a.example/x", ","])(
    "takes %s for no host of a secret",
    (hosts) => {
      expect(() =>
        loadConfig({ ...MINIMAL, SECRET_CRM: "s3cret", SECRET_CRM_HOSTS: hosts }),
      ).toThrow("SECRET_CRM_HOSTS must be host names like api.example.com or *.example.org");
    },
  );

  test("reads credentials by name, with secrets in them", () => {
    const { credentials } = loadConfig({
      ...MINIMAL,
      SECRET_GITHUB_TOKEN: "s3cret-token",
      CREDENTIAL_GITHUB:
        '{"kind":"bearer","token":"{{secrets.GITHUB_TOKEN}}","hosts":["api.github.com"],"workflows":["triage"]}',
      CREDENTIAL_STATUS_PAGE:
        '{"kind":"apiKey","name":"Authorization","prefix":"OAuth","value":"k3y","hosts":["api.statuspage.io"],"testUrl":"https://api.statuspage.io/v1/pages"}',
    });

    expect({ ...credentials }).toEqual({
      github: {
        values: { kind: "bearer", token: "s3cret-token" },
        ...{ hosts: ["api.github.com"], workflows: ["triage"], testUrl: null },
      },
      status_page: {
        values: {
          kind: "apiKey",
          in: "header",
          name: "Authorization",
          prefix: "OAuth",
          value: "k3y",
        },
        ...{ hosts: ["api.statuspage.io"], workflows: [] },
        testUrl: "https://api.statuspage.io/v1/pages",
      },
    });
  });

  test.for([
    ["s3cret-token", "must be JSON such as"],
    ['{"kind":"bearer","token":"s3cret-token"}', '"hosts" must be'],
    [
      '{"kind":"bearer","token":"s3cret-token","hosts":["https://a.example"]}',
      '"hosts.0" must be a host',
    ],
    [
      '{"kind":"bear","token":"s3cret-token","hosts":["a.example"]}',
      '"kind" must be one of bearer',
    ],
    [
      '{"kind":"bearer","token":"s3cret\\n-token","hosts":["a.example"]}',
      '"token" must be one line',
    ],
    [
      '{"kind":"bearer","token":"{{secrets.NONE}}","hosts":["a.example"]}',
      "names SECRET_NONE, which is not set",
    ],
    [
      '{"kind":"apiKey","name":"Idempotency-Key","value":"s3cret-token","hosts":["a.example"]}',
      '"name" must be',
    ],
  ] as const)("takes %s for no credential, and does not repeat it", ([text, problem]) => {
    let said = "";
    try {
      loadConfig({ ...MINIMAL, CREDENTIAL_GITHUB: text });
    } catch (error) {
      said = String(error);
    }

    expect(said).toContain("CREDENTIAL_GITHUB");
    expect(said).toContain(problem);
    expect(said).not.toContain("s3cret");
  });

  test("takes a mail server with a sender, and a login with both halves", () => {
    const mail = { SMTP_HOST: "mail.example", EMAIL_FROM: "Heddle <bot@example.com>" };

    expect(loadConfig(MINIMAL).mail).toBeNull();
    expect(loadConfig({ ...MINIMAL, ...mail }).mail).toEqual({
      host: "mail.example",
      port: 587,
      login: null,
      from: "Heddle <bot@example.com>",
      caFile: null,
    });
    expect(loadConfig({ ...MINIMAL, ...mail, SMTP_CA_FILE: "./ca.pem" }).mail?.caFile).toBe(
      "./ca.pem",
    );
    expect(
      loadConfig({ ...MINIMAL, ...mail, SMTP_PORT: "25", SMTP_USER: "u", SMTP_PASS: " p " }).mail,
    ).toMatchObject({ port: 25, login: { user: "u", password: " p " } });
    expect(() => loadConfig({ ...MINIMAL, SMTP_HOST: "mail.example" })).toThrow(
      "EMAIL_FROM is missing",
    );
    expect(() => loadConfig({ ...MINIMAL, ...mail, SMTP_PASS: "p" })).toThrow("SMTP_USER");
  });

  test("finds databases by name", () => {
    const urls = { DATABASE_URL: "postgres://u:p@h/shop", DATABASE_URL_CRM_2: "sqlite:./crm.db" };

    expect(loadConfig({ ...MINIMAL, ...urls }).databases).toEqual({
      default: "postgres://u:p@h/shop",
      crm_2: "sqlite:./crm.db",
    });
  });

  test("takes no database from a variable of another name", () => {
    const urls = { DATABASE_URL: "sqlite:./shop.db", PAYROLL_URL: "postgres://u:p@h/payroll" };

    expect(loadConfig({ ...MINIMAL, ...urls }).databases).toEqual({ default: "sqlite:./shop.db" });
    expect(loadConfig({ ...MINIMAL, PAYROLL_URL: urls.PAYROLL_URL }).databases).toEqual({});
  });

  test.for([
    ["DATABASE_URL", "mysql://u:hidden@h/x", "must be postgres://"],
    ["DATABASE_URL_CRM", "postgres:// hidden", "must be postgres://"],
    ["EMAIL_FROM", "nobody-at-all", "one e-mail address"],
    ["SLACK_BOT_TOKEN", "nothing-of-the-kind", "begins with xoxb-"],
    ["SLACK_API_URL", "slack", "must be a URL"],
    ["SLASH_COMMAND", "workflow", "must be a slash"],
    ["ADMINS", "bob", "Slack user ids"],
    ["SQLITE_SYNCHRONOUS", "sometimes", "one of full, normal, off"],
    ["PORT", "70000", "whole number from 0 to 65535"],
    ["API_TOKEN", "short", "at least 16 characters"],
    ["LLM_LOCAL_API_KEY", "hidden-value", "LLM_LOCAL_BASE_URL is missing"],
    ["TRUSTED_PROXIES", "proxy.example", "must be addresses or ranges"],
    ["TRUSTED_PROXIES", "10.0.0.0/33", "must be addresses or ranges"],
    ["HTTP_ALLOW_HOSTS", "::bad::", "must be host names"],
    ["HTTP_ALLOW_HOSTS", "10.0.0.0/64", "must be host names"],
    ["LOG_LEVEL", "loud", "one of trace"],
  ] as const)("says what is wrong with %s, without its value", ([name, value, complaint]) => {
    const load = () => loadConfig({ ...MINIMAL, [name]: value });

    expect(load).toThrow(complaint);
    expect(load).not.toThrow(value);
  });

  test("is described variable by variable in .env.example, and nothing else is", async () => {
    const text = await readFile(new URL("../../.env.example", import.meta.url), "utf8");
    const described = [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(
      (match) => match[1] ?? "",
    );
    const families = VARIABLE_FAMILIES.map(
      (family) => new RegExp(`^${family.replace(/<[A-Z]+>/, "[A-Z0-9_]+")}$`),
    );

    const own = described.filter((name) => !families.some((family) => family.test(name)));
    expect(own.sort()).toEqual([...VARIABLE_NAMES].sort());
    for (const family of VARIABLE_FAMILIES) expect(text).toContain(family);
  });
});
