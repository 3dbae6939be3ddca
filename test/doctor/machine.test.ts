import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openMongoStore } from "../../src/store/mongodb/open.ts";
import { lockDataDir } from "../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { type MongoServer, mongoMissing, startMongoServer } from "../support/mongo-server.ts";
import { type PostgresServer, postgresMissing, startPostgres } from "../support/postgres.ts";
import { Examination } from "./examination.ts";

const ROOT = resolve(import.meta.dirname, "../..");

describe("the store", () => {
  test("a database that a bot left is sound, and the folder stays as it was", async () => {
    await using doctor = await Examination.open();
    const path = join(doctor.dataDir, "heddle.db");
    {
      await using _store = await openSqliteStore({ path });
    }
    const before = await readdir(doctor.dataDir);

    const results = await doctor.run();

    expect(results.text("store")).toMatch(/ok: .*heddle\.db, 0\.\d MB, sound/);
    expect(await readdir(doctor.dataDir)).toEqual(before);
  });

  test("a database that other users can read is named, and left as it is", async () => {
    await using doctor = await Examination.open();
    const path = join(doctor.dataDir, "heddle.db");
    {
      await using _store = await openSqliteStore({ path });
    }
    expect((await doctor.run()).text("data_dir")).not.toContain("Other users");
    await chmod(path, 0o644);

    const results = await doctor.run();

    expect(results.text("data_dir")).toContain(
      `warning: Other users can read what is stored: ${path}.`,
    );
    expect((await stat(path)).mode & 0o777).toBe(0o644);
  });

  test("a folder that another process has is named with that process; the lock is not disturbed", async () => {
    await using doctor = await Examination.open();
    await using lock = await lockDataDir(doctor.dataDir);

    const results = await doctor.run();

    expect(results.text("store")).toContain(`in use by process ${process.pid}`);
    await lock[Symbol.asyncDispose]();
    const after = await doctor.run();
    expect(after.text("store")).not.toContain("in use");
  });

  test.for([
    ["is empty", ""],
    ["is not a database of Heddle's", "x".repeat(5000)],
  ] as const)("a file that %s", async ([what, content]) => {
    await using doctor = await Examination.open();
    await mkdir(doctor.dataDir);
    await writeFile(join(doctor.dataDir, "heddle.db"), content);

    const results = await doctor.run();

    expect(results.with("problem")).toEqual(["store"]);
    expect(results.text("store")).toContain(what);
  });

  test("one that a newer version wrote", async () => {
    await using doctor = await Examination.open();
    const path = join(doctor.dataDir, "heddle.db");
    {
      await using _store = await openSqliteStore({ path });
    }
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 4711");
    database.close();

    const stopped = await doctor.run();
    // As beside the database of a bot that runs.
    await writeFile(`${path}-wal`, "");
    const underWay = await doctor.run();

    for (const results of [stopped, underWay])
      expect(results.text("store")).toContain("written by a newer Heddle (format 4711");
  });

  describe.skipIf(mongoMissing !== null)("in MongoDB", () => {
    let server: MongoServer;
    beforeAll(async () => {
      server = await startMongoServer();
    });
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
    });

    test("answers, and nothing is created in it", async () => {
      await using doctor = await Examination.open();
      const uri = server.uri();

      const fresh = await doctor.run({ MONGODB_URI: uri });
      const again = await doctor.run({ MONGODB_URI: uri });
      {
        await using _store = await openMongoStore(uri);
      }
      const after = await doctor.run({ MONGODB_URI: uri });

      expect(fresh.with("problem")).toEqual([]);
      expect(fresh.text("store")).toMatch(/ok: mongodb .*, no bot works on it/);
      expect(fresh.text("store")).toMatch(/\d+ indexes are missing: the next start creates them/);
      expect(again.text("store")).toBe(fresh.text("store"));
      expect(after.text("store")).not.toContain("indexes are missing");
    });
  });

  test("a MongoDB that does not answer", async () => {
    await using doctor = await Examination.open();

    const results = await doctor.run({
      MONGODB_URI: "mongodb://bot:s3cret-word@127.0.0.1:9/heddle?serverSelectionTimeoutMS=200",
    });

    expect(results.text("store")).toContain("problem: No database answers at mongodb 127.0.0.1:9");
    expect(JSON.stringify(results.all)).not.toContain("s3cret-word");
  });
});

describe("the port", () => {
  test("that another program has", async () => {
    await using doctor = await Examination.open();
    const other = createServer((_request, response) => response.end("another program"));
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;

    const results = await doctor.run({ PORT: String(port) });
    other.closeAllConnections();
    other.close();
    await once(other, "close");
    const free = await doctor.run({ PORT: String(port) });

    expect(results.text("port")).toContain(`127.0.0.1:${port} is taken by another program`);
    expect(free.text("port")).toContain(`ok: 127.0.0.1:${port} is free`);
  });

  test("at an address that is not this machine's", async () => {
    await using doctor = await Examination.open();

    const results = await doctor.run({ HOST: "192.0.2.1", PORT: "3000" });

    expect(results.with("problem")).toEqual(["port"]);
    expect(results.text("port")).toContain(
      "This machine cannot listen on 192.0.2.1:3000 (EADDRNOTAVAIL).",
    );
  }, 15_000);
});

describe("the model", () => {
  test("answers once, and its price is shown", async () => {
    await using doctor = await Examination.open();

    const results = await doctor.run();

    expect(results.text("model")).toMatch(
      /ok: gpt-4o-mini answered in \d+ ms \(\d+ tokens, \$0\.0000\d\d\)/,
    );
  });

  test("refuses the key", async () => {
    await using doctor = await Examination.open();
    await doctor.fault({ target: "model", status: 401, error: "invalid_api_key" });

    const results = await doctor.run({ OPENAI_API_KEY: "sk-a-secret-key" });

    expect(results.with("problem")).toEqual(["model"]);
    expect(results.text("model")).toContain(
      "did not accept the API key (401). Check OPENAI_API_KEY.",
    );
  });

  test("has no known price", async () => {
    await using doctor = await Examination.open();

    const results = await doctor.run({ DEFAULT_MODEL: "local-thing" });

    expect(results.with("warning")).toEqual(["model"]);
    expect(results.text("model")).toContain("PRICES_FILE");
  });
});

describe("the mail server", () => {
  test("takes the login, and gets no mail", async () => {
    await using doctor = await Examination.open({ smtpPort: 0 });
    const mail = {
      SMTP_HOST: "127.0.0.1",
      SMTP_PORT: String(doctor.simulator.smtpPort),
      EMAIL_FROM: "bot@example.com",
      SMTP_USER: "bot",
      SMTP_PASS: "s3cret-word",
    };

    const results = await doctor.run(mail);

    expect(results.text("mail")).toMatch(/ok: 127\.0\.0\.1:\d+ answers, logged in/);
    const inbox = await (await fetch(`${doctor.simulator.url}/sim/mail`)).json();
    expect(inbox).toMatchObject({ messages: [] });
  });

  test("refuses the login, or is not there", async () => {
    await using doctor = await Examination.open();
    const server = new SMTPServer({
      allowInsecureAuth: true,
      disabledCommands: ["STARTTLS"],
      onAuth: (_auth, _session, callback) => callback(new Error("no")),
    });
    const listening = server.listen(0, "127.0.0.1");
    await once(listening, "listening");
    const { port } = listening.address() as AddressInfo;
    const mail = { SMTP_HOST: "127.0.0.1", EMAIL_FROM: "bot@example.com" };
    const login = { SMTP_USER: "bot", SMTP_PASS: "s3cret-word" };

    const refused = await doctor.run({ ...mail, ...login, SMTP_PORT: String(port) });
    const absent = await doctor.run({ ...mail, SMTP_PORT: "9" });
    await new Promise((done) => server.close(() => done(null)));

    expect(refused.text("mail")).toContain("did not accept the login");
    expect(refused.text("mail")).toContain("SMTP_USER and SMTP_PASS");
    expect(JSON.stringify(refused.all)).not.toContain("s3cret-word");
    expect(absent.text("mail")).toContain("cannot be reached (ECONNREFUSED)");
  });
});

describe("databases of workflows", () => {
  test("one file answers, one is missing and stays so", async () => {
    await using doctor = await Examination.open();
    await using folder = await tempFolder();
    const there = join(folder.path, "there.db");
    new DatabaseSync(there).exec("CREATE TABLE t (a)");

    const results = await doctor.run({
      DATABASE_URL: `sqlite:${there}`,
      DATABASE_URL_CRM: `sqlite:${join(folder.path, "missing.db")}`,
    });

    expect(results.text("databases")).toContain('ok: "default" answers (steps may change it)');
    expect(results.text("databases")).toMatch(/problem: .*"crm"[^]*Check DATABASE_URL_CRM/);
    expect(await readdir(folder.path)).toEqual(["there.db"]);
  });

  describe.skipIf(postgresMissing !== null)("in PostgreSQL", () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
    });

    test("answers, and a wrong name is refused", async () => {
      await using doctor = await Examination.open();

      const results = await doctor.run({
        DATABASE_URL: server.url,
        DATABASE_URL_CRM: server.url.replace(/\/[^/]*$/, "/no_such_database"),
      });

      expect(results.text("databases")).toContain('ok: "default" answers');
      expect(results.text("databases")).toContain('database "crm" does not let the bot in (3D000)');
    });
  });
});

describe("the workflows folder", () => {
  test("definitions that cannot be deployed, and names that are not in the workspace", async () => {
    await using doctor = await Examination.open();
    await using folder = await tempFolder();
    const ask = {
      id: "ask",
      name: "Ask",
      steps: [
        {
          id: "ask",
          type: "approval",
          config: {
            channel: "#no-such-channel",
            title: "?",
            message: "?",
            approvers: ["@finance"],
          },
          next: { approve: "end", reject: "end" },
        },
      ],
    };
    await writeFile(join(folder.path, "ask.json"), JSON.stringify(ask));
    await writeFile(join(folder.path, "broken.json"), "{");
    await writeFile(join(folder.path, "odd.json"), JSON.stringify({ id: "odd", name: "Odd" }));

    await mkdir(join(folder.path, "prompts"));
    await writeFile(join(folder.path, "prompts/urgency.md"), "Is it urgent? {{variables.text}}");
    await writeFile(join(folder.path, "prompts/torn.md"), "Is it urgent? {{variables.text");

    const results = await doctor.run({ WORKFLOWS_DIR: folder.path });

    expect(results.text("workflows")).toContain("problem: prompts/torn.md is not a prompt");
    expect(results.text("workflows")).not.toContain("urgency.md");
    expect(results.text("workflows")).toContain(`ok: 1 of 3 in ${folder.path} can be deployed`);
    expect(results.text("workflows")).toMatch(/warning: ask\.json: .*no-such-channel/);
    expect(results.text("workflows")).toContain(
      "problem: broken.json cannot be deployed: The content is not valid JSON: at line 1, column 2",
    );
    expect(results.text("workflows")).toContain("problem: odd.json cannot be deployed: ");
  });

  test("a folder that is not there", async () => {
    await using doctor = await Examination.open();

    const results = await doctor.run({ WORKFLOWS_DIR: "/nowhere" });

    expect(results.with("warning")).toEqual(["workflows"]);
  });
});

describe("the configuration", () => {
  test("every problem at once; what does not need it is checked all the same", async () => {
    await using doctor = await Examination.open();

    const results = await doctor.run({
      SLACK_BOT_TOKEN: "",
      PORT: "70000",
      OPENAI_BASE_URL: "",
      SQLITE_SYNCHRONUS: "normal",
    });

    expect(results.of("configuration").map(({ level }) => level)).toEqual([
      "problem",
      "problem",
      "problem",
      "unknown",
      "warning",
    ]);
    expect(results.text("configuration")).toContain("Is it SQLITE_SYNCHRONOUS?");
    expect(results.text("time_zones")).toContain("known");
  });
});

test("no line shows a secret, wherever it stands", async () => {
  await using doctor = await Examination.open();

  const results = await doctor.run({
    WORKFLOWS_DIR: "/nowhere/s3cret-word/xoxb-1234567890",
    SECRET_CRM_TOKEN: "s3cret-word",
  });

  expect(results.text("workflows")).toContain("/nowhere/[redacted]/xoxb-[redacted]");
});

describe("the command", () => {
  const run = async (env: NodeJS.ProcessEnv, ...args: readonly string[]) => {
    const script = join(ROOT, "scripts/doctor.ts");
    const options = { env: { PATH: process.env["PATH"], ...env }, cwd: ROOT };
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], options);
      return { code: 0, stdout, stderr: "" };
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  };

  test("ends with 1 for problems, which come with what to do", async () => {
    const { code, stdout } = await run({ SLACK_BOT_TOKEN: "xoxb-1" });

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✘ Configuration {3}SLACK_APP_TOKEN is missing\. Make an app-level token/,
    );
    expect(stdout).toMatch(/\nCorrect the problems first\. 2 problems, 1 not checked\.\n$/);
  });

  test("ends with 0 for warnings alone, and speaks JSON", async () => {
    await using doctor = await Examination.open();
    const env = {
      SLACK_API_URL: doctor.simulator.apiUrl,
      SLACK_BOT_TOKEN: "xoxb-simulator",
      SLACK_APP_TOKEN: "xapp-simulator",
      OPENAI_BASE_URL: doctor.simulator.modelUrl,
      DATA_DIR: doctor.dataDir,
      WORKFLOWS_DIR: "/nowhere",
      PORT: "0",
    };

    const { code, stdout } = await run(env, "--json");

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, problems: 0, warnings: 1 });
  });

  test("ends with 64 for arguments that it does not know", async () => {
    const { code, stderr } = await run({}, "--fix");

    expect(code).toBe(64);
    expect(stderr).toContain("npm run doctor -- [options]");
  });
});
