import { expect, test } from "vitest";
import { FUZZ_TIMEOUT_MS, fuzz } from "../support/fuzz/fuzz.ts";
import {
  oddDelivery,
  payloadOf,
  recordSlack,
  sendFrame,
  sendSigned,
} from "../support/fuzz/slack-payloads.ts";
import { Stage } from "../support/fuzz/stage.ts";
import { STAGE_WORKFLOWS } from "../support/fuzz/stage-workflows.ts";

test.for(["http", "socket"] as const)(
  "nothing that Slack sends makes the bot fail, over %s",
  { timeout: FUZZ_TIMEOUT_MS },
  async (mode) => {
    await using stage = await Stage.open({ mode, definitions: STAGE_WORKFLOWS });
    const recorded = await recordSlack(stage);
    expect(recorded.length).toBeGreaterThan(60);
    stage.assertSound();
    const failures: string[] = [];

    await fuzz(
      `slack (${mode})`,
      oddDelivery,
      async (delivery) => {
        const original = recorded[delivery.which % recorded.length];
        if (original === undefined) return;
        const payload = payloadOf(original.payload, delivery);
        const onStatus = (status: number, text: string): void => {
          if (status >= 500) failures.push(`${status} ${text} for ${JSON.stringify(payload)}`);
        };
        if (mode === "socket") await sendFrame(stage, original, payload, delivery);
        else await sendSigned(stage.url, original, payload, delivery, onStatus);
        stage.assertSound();
        expect(failures.splice(0)).toEqual([]);
      },
      { share: 0.5 },
    );

    await stage.call("POST", "/api/resume", {});
    await stage.finish();
    // Of answers that came after the next input was sent.
    expect(failures).toEqual([]);
  },
);
