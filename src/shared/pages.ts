/** A part of a list, and where the next part begins; `null`: this is the last. */
interface Page {
  readonly nextCursor: string | null;
}

/**
 * Reads a list page by page, each page when the consumer requests it.
 *
 * @yields each page in order.
 */
export async function* eachPage<P extends Page>(
  read: (cursor: string | undefined) => Promise<P>,
): AsyncGenerator<P> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield page;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
