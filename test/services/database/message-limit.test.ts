import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageMeter } from "../../../src/services/database/postgres/message-limit.ts";

/** A message of PostgreSQL with so many bytes behind its header. */
function message(size: number): Buffer {
  const header = Buffer.from("D\0\0\0\0", "latin1");
  header.writeUInt32BE(size + 4, 1);
  return Buffer.concat([header, Buffer.alloc(size, 0xff)]);
}

test("the longest message is known at its header, however the stream is cut", () => {
  const sizes = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(sizes, fc.array(fc.integer({ min: 1, max: 30 })), (lengths, cuts) => {
      const bytes = Buffer.concat(lengths.map(message));
      const meter = new MessageMeter();
      const found: number[] = [];
      for (let at = 0, next = 0; at < bytes.length; next += 1) {
        const size = cuts[next] ?? bytes.length;
        found.push(meter.add(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(Math.max(...found)).toBe(Math.max(...lengths) + 4);
    }),
  );
});

test("a message is judged before any of it is there", () => {
  const meter = new MessageMeter();
  const header = message(300).subarray(0, 5);
  header.writeUInt32BE(300_000_000, 1);

  expect(meter.add(header.subarray(0, 3))).toBe(0);
  expect(meter.add(header.subarray(3))).toBe(300_000_000);
});
