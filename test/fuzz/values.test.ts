import { expect, test } from "vitest";
import { isAppError } from "../../src/shared/errors.ts";
import type { Json } from "../../src/shared/json.ts";
import { parseJsonBody } from "../../src/shared/parse-json.ts";
import { openCarriers } from "../support/fuzz/carriers.ts";
import { assertForPeople } from "../support/fuzz/for-people.ts";
import { FUZZ_TIMEOUT_MS, fuzz } from "../support/fuzz/fuzz.ts";
import { CANARY, oddJson } from "../support/fuzz/odd-values.ts";

const MAX_LENGTH = 5000;

/** What a sender's JSON is read as; `undefined`: it is refused. */
function received(value: Json): Json | undefined {
  return unlessRefused(() => parseJsonBody(Buffer.from(JSON.stringify(value))));
}

function unlessRefused<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    assertRefusal(error);
    return undefined;
  }
}

function assertRefusal(error: unknown): void {
  if (!isAppError(error) || error.code === "internal") throw error;
  assertForPeople(error.message);
}

test("every value arrives as it was, or is refused", { timeout: FUZZ_TIMEOUT_MS }, async () => {
  await using stack = new AsyncDisposableStack();
  const carriers = await openCarriers(stack);
  // Else a carrier that refuses everything would pass.
  for (const { name, carry, expected } of carriers)
    expect({ [name]: await carry("plain") }).toEqual({ [name]: expected("plain") });

  // Longer messages are cut, which they say.
  const values = oddJson.filter((value) => JSON.stringify(value).length < MAX_LENGTH);

  await fuzz("values", values, async (value) => {
    const v = received(value);
    if (v === undefined) return;
    await Promise.all(
      carriers.map(async ({ name, carry, expected }) => {
        const carried = await carry(v).catch(assertRefusal);
        if (carried === undefined) return;
        expect({ [name]: carried }).toEqual({ [name]: expected(v) });
        expect(JSON.stringify(carried)).not.toContain(CANARY);
      }),
    );
  });
});
