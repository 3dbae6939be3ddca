/** Lets the event loop serve others before long work without input or output continues. */
export async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
