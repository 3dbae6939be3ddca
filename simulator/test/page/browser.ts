import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { Simulator } from "../../simulator.ts";

const CANDIDATES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Shorter than a test may take, so that a failure names what was looked for. */
const LOOK_MS = 15_000;

/** Where this machine has a Chromium, if it has one. */
export const chromiumPath = CANDIDATES.find((path) => existsSync(path));

if (chromiumPath === undefined) {
  process.stderr.write(
    "Skipped: the tests of the simulator's page, because no Chromium was found. Install one, for instance: apt-get install chromium\n",
  );
}

/** A browser with a fresh profile, in which several people look at one simulator. */
export interface Audience extends AsyncDisposable {
  /** Opens a tab as a person and waits until the workspace is shown. */
  openAs(user: string, place?: string): Promise<Page>;
  readonly context: BrowserContext;
  /** Addresses of all requests so far, of every tab. */
  readonly requests: readonly string[];
  /** Errors of scripts, in every tab. */
  readonly complaints: readonly string[];
}

/** Starts a browser on a simulator. */
export async function openAudience(simulator: Simulator): Promise<Audience> {
  const browser: Browser = await chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: ARGUMENTS,
  });
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    timezoneId: "UTC",
  });
  context.setDefaultTimeout(LOOK_MS);
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  context.on("weberror", (error) => complaints.push(error.error().message));
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return {
    context,
    requests,
    complaints,
    async openAs(user, place = "C0GENERAL") {
      const page = await openWindow(context);
      await page.goto(`${simulator.url}/?user=${user}#${place}`);
      await page.getByRole("main").waitFor();
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}

/** A tab behind another one is drawn once a second at best; a window of its own is drawn at once. */
async function openWindow(context: BrowserContext): Promise<Page> {
  const first = context.pages()[0];
  if (first === undefined) return context.newPage();
  const opened = context.waitForEvent("page");
  await first.evaluate(
    `void open("about:blank", "_blank", "popup,noopener,width=1280,height=800")`,
  );
  return opened;
}
