import { expect, test } from "vitest";
import { secretValues } from "../../src/app/build-engine.ts";
import { loadConfig } from "../../src/app/config.ts";

test("the password in the address that traces are sent to is hidden", () => {
  const config = loadConfig({
    SLACK_BOT_TOKEN: "xoxb-1",
    SLACK_APP_TOKEN: "xapp-1",
    OPENAI_API_KEY: "sk-1",
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://heddle:pass%20word-77@collector.example",
  });

  expect(secretValues(config)).toEqual(expect.arrayContaining(["pass%20word-77", "pass word-77"]));
});
