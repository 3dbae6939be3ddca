import { expect, test } from "vitest";
import { eachPage } from "../../src/shared/pages.ts";

const PAGES = new Map([
  [undefined, { items: [1, 2], nextCursor: "b" }],
  ["b", { items: [], nextCursor: "c" }],
  ["c", { items: [3], nextCursor: null }],
]);

function reader() {
  const read: (string | undefined)[] = [];
  return {
    read,
    page: async (cursor: string | undefined) => {
      read.push(cursor);
      return PAGES.get(cursor) ?? { items: [], nextCursor: null };
    },
  };
}

test("pages come in order until one names no next", async () => {
  const { read, page } = reader();
  const items: number[] = [];
  for await (const one of eachPage(page)) items.push(...one.items);

  expect(items).toEqual([1, 2, 3]);
  expect(read).toEqual([undefined, "b", "c"]);
});

test("a page is read only when the consumer requests it", async () => {
  const { read, page } = reader();
  for await (const one of eachPage(page)) if (one.items.includes(1)) break;

  expect(read).toEqual([undefined]);
});

test("the error of a read reaches the consumer", async () => {
  const pages = eachPage(async () => {
    throw new Error("no page");
  });

  await expect(pages.next()).rejects.toThrow("no page");
});
