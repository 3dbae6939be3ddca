import { LogLevel, WebClient } from "@slack/web-api";
import { describe, expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { systemClock } from "../../src/engine/ports/clock.ts";
import { createChannelFinder } from "../../src/slack/channels.ts";
import { createDirectory } from "../../src/slack/directory.ts";
import { createGroupFinder } from "../../src/slack/groups.ts";
import { toPerson } from "../../src/slack/people.ts";

async function setUp() {
  const simulator = await openSimulator({ realistic: false });
  const client = new WebClient("xoxb-simulator", {
    slackApiUrl: simulator.apiUrl,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
  });
  return {
    simulator,
    directory: createDirectory(
      client,
      {
        groups: createGroupFinder(client, systemClock),
        channels: createChannelFinder(client),
      },
      systemClock,
    ),
  };
}

describe("the directory", () => {
  test("knows admins, members and guests, and nobody else", async () => {
    const { simulator, directory } = await setUp();
    await using _ = simulator;
    expect(await directory.person("U0ALICE")).toMatchObject({
      isAdmin: true,
      isGuest: false,
      isStranger: false,
      isBot: false,
    });
    expect(await directory.person("U0BOB")).toMatchObject({ isAdmin: false, isGuest: false });
    expect(await directory.person("U0DAVE")).toMatchObject({ isGuest: true });
    expect(await directory.person("U0NOBODY")).toBeNull();
  });

  test("asks Slack once about a person who clicks several times at once", async () => {
    const { simulator, directory } = await setUp();
    await using _ = simulator;
    await Promise.all([1, 2, 3].map(() => directory.person("U0BOB")));
    expect(simulator.workspace.traffic.calls("users.info")).toHaveLength(1);
  });

  test("finds a group's members by id, handle and mention", async () => {
    const { simulator, directory } = await setUp();
    await using _ = simulator;
    for (const group of ["S0FINANCE", "finance", "@Finance", "<!subteam^S0FINANCE|@finance>"]) {
      expect(await directory.groupMembers(group)).toEqual(["U0BOB", "U0CAROL"]);
    }
    expect(await directory.groupMembers("@nobody")).toBeNull();
    expect(await directory.groupMembers("S0NOBODY")).toBeNull();
  });

  test("reads the members of a channel by name, id and mention", async () => {
    const { simulator, directory } = await setUp();
    await using _ = simulator;
    for (const channel of ["#approvals", "C0APPROVALS", "<#C0APPROVALS|approvals>"]) {
      expect(await directory.channelMembers(channel)).toContain("U0BOB");
    }
    expect(await directory.channelMembers("#nowhere")).toBeNull();
    expect(await directory.channelMembers("C0NOWHERE")).toBeNull();
  });

  test("says that Slack is away instead of guessing", async () => {
    const { simulator, directory } = await setUp();
    await simulator[Symbol.asyncDispose]();
    await expect(directory.person("U0BOB")).rejects.toMatchObject({
      code: "slack_unavailable",
      retryable: true,
    });
    await expect(directory.groupMembers("finance")).rejects.toMatchObject({
      code: "slack_unavailable",
    });
  });
});

const PEOPLE: readonly [string, Parameters<typeof toPerson>[0], boolean][] = [
  ["of another workspace", { team_id: "T2" }, true],
  ["whom Slack calls a stranger", { team_id: "T1", is_stranger: true }, true],
  ["of this workspace", { team_id: "T1" }, false],
  ["of the same organization", { team_id: "T2", enterprise_user: { teams: ["T2", "T1"] } }, false],
];

test.for(PEOPLE)("somebody %s counts as it should", ([, user, isStranger]) => {
  expect(toPerson({ id: "U1", ...user }, "T1")?.isStranger).toBe(isStranger);
});
