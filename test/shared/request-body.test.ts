import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { BodySlots } from "../../src/shared/body-slots.ts";
import { discardRest, readRequestBody } from "../../src/shared/request-body.ts";

/** A request whose body the test writes. */
class Arriving extends PassThrough {
  readonly headers = {};

  /** @returns the memory that the piece arrives in. */
  send(text: string): ArrayBuffer {
    const memory = new ArrayBuffer(text.length);
    const piece = Buffer.from(memory);
    piece.write(text);
    this.emit("data", piece);
    return memory;
  }
}

describe("the memory of a body", () => {
  test("that lost its place is given back at once, also of what still comes", async () => {
    const slots = new BodySlots({ count: 1, bytes: 1000 });
    const request = new Arriving();
    const reading = readRequestBody(request, { maxBytes: 1000, slots });
    const before = request.send("hello");

    void readRequestBody(new Arriving(), { maxBytes: 1000, slots });

    expect(await reading).toBe("crowded");
    const after = request.send("world");
    expect([before.detached, after.detached]).toEqual([true, true]);
  });

  test("that is too large is given back, piece by piece", async () => {
    const request = new Arriving();
    const reading = readRequestBody(request, { maxBytes: 8, drainedBytes: 12 });

    const pieces = ["hello", "world", "and", "others"].map((text) => request.send(text));

    expect(await reading).toBe("huge");
    expect(pieces.every(({ detached }) => detached)).toBe(true);
  });

  test("is not given back twice when two throw it away", () => {
    const request = new Arriving();
    discardRest(request);
    discardRest(request);

    expect(request.send("hello").detached).toBe(true);
  });
});
