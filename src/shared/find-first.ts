/**
 * The first item that passes a test, one after the other; `null`: none does. An item whose test fails is passed over.
 *
 * @throws what the first test that failed threw, if no item passes: then it is not known whether that one would.
 */
export async function findFirst<Item>(
  items: Iterable<Item>,
  test: (item: Item) => Promise<boolean>,
): Promise<Item | null> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      if (await test(item)) return item;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return null;
}
