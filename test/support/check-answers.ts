/**
 * Holds every answer of the HTTP API that a test gets against what its endpoint declares: loaded before each test file, it looks at what
 * `fetch` brings. An answer that is not declared makes the call fail.
 */

/** The server's own reference of a request: by it an answer is known as one of the API, whatever its address. */
const REFERENCE = /^req_[\da-f]{12}$/;
/** The console is for people: its pages are no part of the API. */
const CONSOLE = /^\/(?:$|(?:runs|workflows|costs|sign-in|sign-out|assets)(?:\/|$))/;
const CHECKS = Symbol.for("heddle.checks-answers");

const plainFetch = globalThis.fetch;

async function checkedFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const response = await plainFetch(input, init);
  if (!REFERENCE.test(response.headers.get("x-request-id") ?? "")) return response;
  const { pathname, search } = new URL(response.url);
  const contentType = response.headers.get("content-type");
  // So are the pages that say to a person that there is nothing.
  const isPage = pathname !== "/dashboard" && contentType?.startsWith("text/html") === true;
  if (isPage || CONSOLE.test(pathname)) return response;
  const { assertDeclared } = await import("./declared-answers.ts");
  assertDeclared({
    method: init?.method ?? "GET",
    target: `${pathname}${search}`,
    status: response.status,
    contentType,
    // Others may be large, or never end.
    body: contentType?.startsWith("application/json") ? await response.clone().text() : "",
  });
  return response;
}

// Test files of one worker share their globals.
if (!Object.hasOwn(globalThis, CHECKS)) {
  Object.defineProperty(globalThis, CHECKS, { value: true });
  globalThis.fetch = checkedFetch;
}
