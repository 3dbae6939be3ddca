import { MongoClient, MongoServerError } from "mongodb";
import { describe, expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { toStoreError } from "../../src/store/mongodb/failure.ts";
import { BotProcess, runUntilExit } from "../support/bot-process.ts";
import { mongoMissing, startMongoServer } from "../support/mongo-server.ts";
import { until } from "../support/until.ts";

const BOT = {
  SLACK_BOT_TOKEN: "xoxb-nobody",
  SLACK_SIGNING_SECRET: "nothing",
  OPENAI_API_KEY: "none",
};

describe("a MONGODB_URI that leads nowhere ends the start with a sentence and without its password", () => {
  test.for([
    { what: "is no address", uri: "hunter2", code: 78, says: "MONGODB_URI must be an address" },
    {
      what: "cannot be read",
      uri: "mongodb://bob:hunter2@/x",
      code: 78,
      says: "MONGODB_URI",
    },
    {
      what: "names options that do not exist",
      uri: "mongodb://bob:hunter2@127.0.0.1:1/x?bogus=hunter2",
      code: 78,
      says: "percent-encoded",
    },
    {
      what: "names a server that does not answer",
      uri: "mongodb://bob:hunter2@127.0.0.1:1/x?serverSelectionTimeoutMS=300",
      code: 69,
      says: "No database answers at mongodb 127.0.0.1:1/x",
    },
  ])("$what", async ({ uri, code, says }) => {
    const result = await runUntilExit({ ...BOT, MONGODB_URI: uri });

    expect(result).toMatchObject({ code, output: expect.stringContaining(says) });
    expect(result.output).not.toContain("hunter2");
    expect(result.output).not.toMatch(/\n\s+at /);
  });

  test("refused credentials are told apart from a server that is away", () => {
    const refused = new MongoServerError({ message: "bob hunter2", code: 18 });

    const error = toStoreError(refused, "mongodb db/x");

    expect(error).toMatchObject({ code: "store_unavailable", retryable: false });
    expect(error.message).toContain("refuses the user or the password of MONGODB_URI");
    expect(error.message).not.toContain("hunter2");
  });
});

test.skipIf(mongoMissing !== null)(
  "a bot whose data a newer version takes over hands its work back, says why, and ends",
  async () => {
    await using server = await startMongoServer();
    const uri = server.uri();
    await using simulator = await openSimulator({ realistic: false });
    await using bot = await BotProcess.start(simulator, { MONGODB_URI: uri });
    await using client = new MongoClient(uri);
    const database = client.db();
    expect(await database.collection("processes").countDocuments()).toBe(1);

    await database.collection("schema").updateOne({}, { $set: { version: 999 } });
    const code = await until(async () => bot.exitCode ?? undefined);

    expect(code).toBe(78);
    expect(bot.output).toMatch(/written by a newer version of Heddle \(form 999/);
    expect(await database.collection("processes").countDocuments()).toBe(0);
  },
  60_000,
);
