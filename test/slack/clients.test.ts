import { pino } from "pino";
import { expect, test } from "vitest";
import { toSlackLogger } from "../../src/slack/clients.ts";

/** The log at its most talkative, of what Slack's libraries say at their most talkative. */
function logged(...parts: unknown[]): string {
  let log = "";
  const logger = pino({ level: "trace" }, { write: (line) => (log += line) });
  toSlackLogger(logger).debug(...parts);
  return log;
}

test.for(["view_submission", "block_actions"])(
  "what a person filled into a dialog is in no line of Slack's libraries (%s)",
  (type) => {
    const values = { "field:token": { value: { type: "plain_text_input", value: "s3cret" } } };
    const body = { type, view: { id: "V1", state: { values } } };

    // As the client of web sockets reports each payload.
    const compact = logged(`Received a message on the WebSocket: ${JSON.stringify(body)}`);
    const indented = logged("Received:", JSON.stringify(body, null, 2));
    const asObject = logged("Received:", body);

    for (const log of [compact, indented, asObject]) {
      expect(log).not.toContain("s3cret");
      expect(log).toContain("left out here");
    }
  },
);

test("other lines stay as they are", () => {
  expect(logged("Received a message on the WebSocket:", { type: "hello", state: {} })).toContain(
    'Received a message on the WebSocket: {\\"type\\":\\"hello\\",\\"state\\":{}}',
  );
});
