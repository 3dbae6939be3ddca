import { describe, expect, test } from "vitest";
import { type RunningWeb, startWeb } from "../start-web.ts";
import { Browser } from "./browser.ts";

const API_TOKEN = "a-token-of-the-operator";

async function tokenOf(web: RunningWeb, owner: string, scopes: readonly ["read", ...string[]]) {
  const request = { name: "laptop", owner, scopes: scopes as ["read"] };
  return (await web.engine.tokens.create(request, "cli")).token;
}

async function signIn(browser: Browser, token: string, to = "/") {
  return browser.submit(await browser.open("/sign-in"), "/sign-in", { token, to });
}

describe("the console without API_TOKEN", () => {
  test("serves who sits at the machine as the operator", async () => {
    await using web = await startWeb();

    const page = await new Browser(web.url).open("/");

    expect(page.status).toBe(200);
    expect(page.text).toContain("Operator");
    expect(page.text).toContain('href="/sign-in"');
  });

  test("runs nothing but its own files, is framed by no page and names itself to no other", async () => {
    await using web = await startWeb();

    const { headers, text } = await new Browser(web.url).open("/");

    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(text).not.toMatch(/https?:|<script>|<style|style="/);
  });

  test.for([
    ["a name that leads here by rebinding", { host: "rebound.example" }, 403],
    ["a proxy without a token", { "x-forwarded-for": "203.0.113.9" }, 403],
    ["an address in the network", { host: "10.1.2.3:3000" }, 403],
    ["localhost", { host: "localhost:3000" }, 200],
  ] as const)("is opened by %s: %s", async ([, headers, status]) => {
    await using web = await startWeb();
    const { request } = await import("node:http");
    const answered = await new Promise<number>((resolve, reject) => {
      request(`${web.url}/`, { headers: { accept: "text/html", ...headers } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });

    expect(answered).toBe(status);
  });

  test("answers with a page that names a reference where there is nothing", async () => {
    await using web = await startWeb();

    const { status, text, headers } = await new Browser(web.url).open("/nowhere");

    expect(status).toBe(404);
    expect(text).toContain("Not found");
    expect(text).toContain(headers.get("x-request-id"));
  });
});

describe("assets", () => {
  test("are kept by browsers, and asked for anew under another address", async () => {
    await using web = await startWeb({ apiToken: API_TOKEN });
    const browser = new Browser(web.url);
    const address = /href="(\/assets\/console\.css\?v=[\da-f]+)"/.exec(
      (await browser.open("/sign-in")).text,
    )?.[1];

    const first = await browser.open(address ?? "");
    const again = await browser.open(address ?? "", {
      "if-none-match": first.headers.get("etag") ?? "",
    });

    expect(first.status).toBe(200);
    expect(first.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(first.headers.get("cache-control")).toContain("immutable");
    expect(again.status).toBe(304);
    expect((await browser.open("/assets/..%2Fpackage.json")).status).toBe(404);
  });
});

describe("signing in by a token", () => {
  test("leads to where one wanted to go, with a cookie that no script reads", async () => {
    await using web = await startWeb({ apiToken: API_TOKEN });
    const browser = new Browser(web.url);

    const refused = await browser.open("/?status=failed");
    expect(refused.status).toBe(303);
    expect(refused.headers.get("location")).toBe("/sign-in?to=%2F%3Fstatus%3Dfailed");

    const signedIn = await signIn(browser, API_TOKEN, "/?status=failed");
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.get("location")).toBe("/?status=failed");
    const [cookie] = signedIn.headers.getSetCookie();
    expect(cookie).toMatch(/^heddle-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect((await browser.open("/")).text).toContain("Sign out");
  });

  test("of a person makes one this person", async () => {
    await using web = await startWeb({ apiToken: API_TOKEN });
    const browser = new Browser(web.url);

    await signIn(browser, await tokenOf(web, "U0ALICE", ["read"]));

    expect((await browser.open("/")).text).toContain("U0ALICE");
  });

  test.for(["", "wrong", "heddle_0000000000000000000000000000000000000000000000000"])(
    "says what is wrong with %j",
    async (token) => {
      await using web = await startWeb({ apiToken: API_TOKEN });
      const browser = new Browser(web.url);

      const { status, text } = await signIn(browser, token);

      expect(status).toBe(401);
      expect(text).toMatch(/role="alert"/);
      expect(browser.cookies.has("heddle-session")).toBe(false);
    },
  );

  test.for(["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])(
    "leads to no other site: %s",
    async (to) => {
      await using web = await startWeb({ apiToken: API_TOKEN });

      const { headers } = await signIn(new Browser(web.url), API_TOKEN, to);

      expect(headers.get("location")).toBe("/");
    },
  );

  test("sets cookies for HTTPS alone where the console is reached by it, also behind a proxy", async () => {
    await using web = await startWeb({
      apiToken: API_TOKEN,
      publicUrl: "https://heddle.example.com",
    });
    const browser = new Browser(web.url, { "x-forwarded-proto": "https" });
    const page = await browser.open("/sign-in");

    const { headers, status } = await browser.submit(
      page,
      "/sign-in",
      { token: API_TOKEN },
      { origin: "https://heddle.example.com" },
    );

    expect(status).toBe(303);
    expect(headers.getSetCookie()[0]).toMatch(/^__Host-heddle-session=.*; Secure/);
  });
});

describe("a session", () => {
  test("ends when one signs out, and is in the audit", async () => {
    await using web = await startWeb({ apiToken: API_TOKEN });
    const browser = new Browser(web.url);
    await signIn(browser, API_TOKEN);
    const secret = browser.cookies.get("heddle-session");

    await browser.submit(await browser.open("/"), "/sign-out");

    const stolen = await new Browser(web.url).open("/", { cookie: `heddle-session=${secret}` });
    expect(stolen.status).toBe(303);
    const { records } = await web.engine.audit.list({ action: "session", limit: 10 }, "api");
    expect(records.map(({ surface, detail }) => [surface, Object.keys(detail ?? {})[0]])).toEqual([
      ["console", "began"],
      ["console", "ended"],
    ]);
  });

  test("by a person's token ends with the token", async () => {
    await using web = await startWeb({ apiToken: API_TOKEN });
    const browser = new Browser(web.url);
    await signIn(browser, await tokenOf(web, "U0ALICE", ["read"]));
    const [token] = await web.engine.tokens.list("U0ALICE");

    await web.engine.tokens.revoke(token?.id ?? "", "U0ALICE");

    expect((await browser.open("/")).headers.get("location")).toMatch(/^\/sign-in/);
  });

  test("is stored as a hash alone", async () => {
    await using web = await startWeb({ apiToken: API_TOKEN });
    const browser = new Browser(web.url);
    await signIn(browser, API_TOKEN);

    const stored = await web.store.kv.list("session:");

    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain(browser.cookies.get("heddle-session"));
    expect(JSON.stringify(stored)).not.toContain(API_TOKEN);
  });

  test("reads the API, and changes nothing there without the token of the page", async () => {
    await using web = await startWeb({ apiToken: API_TOKEN });
    const browser = new Browser(web.url);
    await signIn(browser, API_TOKEN);
    const cookie = `heddle-session=${browser.cookies.get("heddle-session")}; heddle-form=${browser.cookies.get("heddle-form")}`;
    const { formToken } = await browser.open("/");
    const pause = (headers: Record<string, string>) =>
      web.call("POST", "/api/pause", undefined, { cookie, ...headers });

    expect((await web.call("GET", "/api/executions", undefined, { cookie })).status).toBe(200);
    expect((await pause({})).status).toBe(403);
    expect((await pause({ origin: web.url })).status).toBe(403);
    expect(
      (await pause({ origin: "https://evil.example", "x-heddle-form": formToken })).status,
    ).toBe(403);
    expect(web.engine.workflows.pauseOf(null)).toBeNull();
    expect((await pause({ origin: web.url, "x-heddle-form": formToken })).status).toBe(200);
    expect(web.engine.workflows.pauseOf(null)).not.toBeNull();
  });

  test("by a token has its scopes and no others", async () => {
    await using web = await startWeb({ apiToken: API_TOKEN });
    const browser = new Browser(web.url);
    await signIn(browser, await tokenOf(web, "U0ALICE", ["read"]));
    const { formToken } = await browser.open("/");
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const call = (method: string, path: string) =>
      web.call(method, path, undefined, { cookie, origin: web.url, "x-heddle-form": formToken });

    expect((await call("GET", "/api/executions")).status).toBe(200);
    expect((await call("POST", "/api/pause")).body.code).toBe("scope_missing");
    expect((await call("GET", "/api/audit")).status).toBe(403);
  });
});

describe("a form", () => {
  test.for([
    ["another origin", { origin: "https://evil.example" }],
    ["a hidden origin", { origin: "null" }],
    ["another port of this machine", { origin: "http://127.0.0.1:1" }],
  ] as const)("is not taken from %s", async ([, headers]) => {
    await using web = await startWeb({ apiToken: API_TOKEN });
    const browser = new Browser(web.url);
    const page = await browser.open("/sign-in");

    const { status } = await browser.submit(page, "/sign-in", { token: API_TOKEN }, headers);

    expect(status).toBe(403);
    expect(browser.cookies.has("heddle-session")).toBe(false);
  });

  test("is not taken without the token of this browser's page", async () => {
    await using web = await startWeb({ apiToken: API_TOKEN });
    const [browser, other] = [new Browser(web.url), new Browser(web.url)];
    await browser.open("/sign-in");

    const { status } = await browser.submit(await other.open("/sign-in"), "/sign-in", {
      token: API_TOKEN,
    });

    expect(status).toBe(403);
  });
});
