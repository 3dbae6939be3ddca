import { expect, test } from "vitest";
import { KnownSecrets } from "../../src/shared/known-secrets.ts";

const MINUTE = 60_000;

test("tokens that are worthless by now do not add up, and those that are not stay hidden", () => {
  const secrets = new KnownSecrets(["given-secret"]);
  const mask = secrets.mask("•");
  secrets.add(["token-of-this-hour"], Date.now() + MINUTE);
  for (let hour = 0; hour < 100; hour += 1)
    secrets.add([`token-of-hour-${hour}`], Date.now() - MINUTE);
  secrets.add(["token-of-the-next"], Date.now() + MINUTE);

  expect(secrets.derive((values) => values)()).toHaveLength(3);
  expect(mask.text("given-secret token-of-this-hour token-of-the-next")).toBe("• • •");
});

test("what is valid for ever once is not forgotten when it is given for a while, too", () => {
  const secrets = new KnownSecrets(["given-secret"]);
  secrets.add(["given-secret"], Date.now() - MINUTE);
  secrets.add(["another-secret"]);

  expect(secrets.mask("•").text("given-secret")).toBe("•");
});

test("a mask hides what takes the place of something forgotten", () => {
  const secrets = new KnownSecrets();
  const mask = secrets.mask("•");
  secrets.add(["token-before"], Date.now() - MINUTE);
  expect(mask.text("token-before")).toBe("•");

  secrets.add(["token-now"]);

  expect(mask.text("token-now")).toBe("•");
});
