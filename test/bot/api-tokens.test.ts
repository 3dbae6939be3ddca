import { describe, expect, test } from "vitest";
import { isApiToken } from "../../src/shared/api-token.ts";
import { contentOf, TestBot } from "../support/bot.ts";

const GENERAL = "C0GENERAL";

/** The token in what a person was sent by direct message. */
async function sentToken(bot: TestBot, user: string): Promise<string> {
  return bot.until(async () => {
    const { workspace } = bot.simulator;
    const posts = workspace.traffic.calls().filter(({ method }) => method === "chat.postMessage");
    const sent = posts.filter(({ args }) => args["channel"] === user);
    return /heddle_[0-9A-Za-z]+/.exec(JSON.stringify(sent))?.[0];
  });
}

describe("/workflow token", () => {
  test("sends the token to the person by direct message alone, and it works in their name", async () => {
    await using bot = await TestBot.start({ definitions: [] });

    const answer = await bot.slash("U0BOB", "token create nightly report scopes=run,read days=30");
    const token = await sentToken(bot, "U0BOB");

    expect(answer).toContain("by direct message");
    expect(isApiToken(token)).toBe(true);
    expect(answer).not.toContain(token);
    expect(JSON.stringify(await bot.messages(GENERAL))).not.toContain(token);
    expect(await bot.engine.tokens.identify(token, true)).toMatchObject({
      owner: "U0BOB",
      name: "nightly report",
      scopes: ["read", "run"],
    });
    const list = await bot.slash("U0BOB", "token");
    expect(list).toMatch(/nightly report.*read, run.*until.*last used/s);
    expect(list).not.toContain(token);
  });

  test("ends it after a confirmation, in the same moment", async () => {
    await using bot = await TestBot.start({ definitions: [] });
    await bot.slash("U0BOB", "token create report");
    const token = await sentToken(bot, "U0BOB");
    const [view] = await bot.engine.tokens.list("U0BOB");

    const asked = await bot.slash("U0BOB", `token revoke ${view?.id}`);
    expect(asked).toContain("Revoke the token?");
    expect(await bot.engine.tokens.list("U0BOB")).toHaveLength(1);
    const [card] = await bot.until(async () => {
      const messages = await bot.messages(GENERAL, undefined, "U0BOB");
      const cards = messages.filter((one) => contentOf(one).includes("revoke_token"));
      return cards.length > 0 ? cards : undefined;
    });
    await bot.click("U0BOB", GENERAL, card ?? {}, "revoke_token");

    await bot.until(async () =>
      (await bot.engine.tokens.list("U0BOB")).length === 0 ? true : undefined,
    );
    await expect(bot.engine.tokens.identify(token, false)).rejects.toMatchObject({
      code: "token_invalid",
      message: expect.stringContaining("revoked"),
    });
  });

  test("shows a person their own alone, and admins all", async () => {
    await using bot = await TestBot.start({ definitions: [], admins: ["U0ALICE"] });
    await bot.slash("U0BOB", "token create report");

    expect(await bot.slash("U0CAROL", "token")).toContain("You have no token.");
    expect(await bot.slash("U0ALICE", "token")).toContain("<@U0BOB>");
    const [view] = await bot.engine.tokens.list("U0BOB");
    expect(await bot.slash("U0CAROL", `token revoke ${view?.id}`)).toContain("Say which token");
  });

  test.for([
    { typed: "token create", says: "Say what the token is for" },
    { typed: "token create report scopes=write", says: "“write” is no scope" },
    { typed: "token create report days=never", says: "is no number of days" },
    { typed: "token create report days=9000", says: "days must be a whole number from 1 to 365" },
    { typed: "token remove x", says: "“remove” is not known here" },
  ])("says what is wrong with “$typed”", async ({ typed, says }) => {
    await using bot = await TestBot.start({ definitions: [] });

    expect(await bot.slash("U0BOB", typed)).toContain(says);
    expect(await bot.engine.tokens.list("api")).toEqual([]);
  });
});
