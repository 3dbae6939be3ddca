import { expect, test } from "vitest";
import { BodySlots } from "../../src/shared/body-slots.ts";

/** Opens bodies by name; the names of those that lost their place. */
function open(slots: BodySlots, ...names: readonly string[]) {
  const evicted: string[] = [];
  const bodies = names.map((name) => slots.open(() => evicted.push(name)));
  return { evicted, bodies };
}

test("one body more than there are places takes that of the oldest", () => {
  const { evicted } = open(new BodySlots({ count: 2, bytes: 100 }), "a", "b", "c", "d");
  expect(evicted).toEqual(["a", "b"]);
});

test("bodies that hold too much together lose their places, the oldest first", () => {
  const { evicted, bodies } = open(new BodySlots({ count: 9, bytes: 100 }), "a", "b", "c");
  bodies[0]?.grow(40);
  bodies[1]?.grow(40);
  bodies[2]?.grow(40);
  expect(evicted).toEqual(["a"]);
  bodies[2]?.grow(100);
  expect(evicted).toEqual(["a", "b"]);
});

test("a body that has ended leaves its place, and can be ended twice", () => {
  const slots = new BodySlots({ count: 2, bytes: 100 });
  const { evicted, bodies } = open(slots, "a", "b");
  bodies[0]?.grow(90);
  bodies[0]?.release();
  bodies[0]?.release();
  bodies[0]?.grow(90);
  bodies[1]?.grow(90);
  open(slots, "c");
  expect(evicted).toEqual([]);
});

test("a body that is alone may be larger, until another one comes", () => {
  const slots = new BodySlots({ count: 9, bytes: 100 });
  const large = open(slots, "large");
  large.bodies[0]?.grow(1000);
  expect(large.evicted).toEqual([]);
  open(slots, "small").bodies[0]?.grow(1);
  expect(large.evicted).toEqual(["large"]);
});
