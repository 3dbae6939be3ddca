/** A browser without a screen: keeps cookies, sends what browsers send, follows no redirect. */
export class Browser {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #cookies = new Map<string, string>();

  /** @param headers - that each request has besides. */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies;
  }

  /** Opens an address. */
  open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Opened> {
    return this.#send(path, { headers });
  }

  /** Fills in the form of a page that was opened, and sends it. */
  submit(
    page: Opened,
    action: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Opened> {
    const body = new URLSearchParams({ form: page.formToken, ...fields });
    return this.#send(action, { method: "POST", body, headers: { origin: this.#url, ...headers } });
  }

  async #send(path: string, init: RequestInit): Promise<Opened> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(`${this.#url}${path}`, {
      ...init,
      redirect: "manual",
      headers: {
        accept: "text/html,application/xhtml+xml,*/*;q=0.8",
        ...(cookie !== "" && { cookie }),
        ...this.#headers,
        ...Object.fromEntries(new Headers(init.headers)),
      },
    });
    for (const set of response.headers.getSetCookie()) this.#keep(set);
    const text = await response.text();
    const formToken = /name="form-token" content="([^"]*)"/.exec(text)?.[1] ?? "";
    return { status: response.status, headers: response.headers, text, formToken };
  }

  #keep(set: string): void {
    const [pair = ""] = set.split(";", 1);
    const name = pair.slice(0, pair.indexOf("="));
    const value = pair.slice(pair.indexOf("=") + 1);
    if (/max-age=0(?:;|$)/i.test(set)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

export interface Opened {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What the forms of the page carry. */
  readonly formToken: string;
}
