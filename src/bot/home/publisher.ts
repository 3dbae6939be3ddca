import type { HomeView, KnownBlock } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Access } from "../../engine/api/access.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import { asAppError, isAppError } from "../../shared/errors.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { toSlackError, toSlackFailure } from "../../slack/errors.ts";
import { CostPictures, type PictureOptions } from "./cost-pictures.ts";
import type { HomeContent, HomeDecisions, HomePicture } from "./home-content.ts";
import { closedHomeView, homeView } from "./home-view.ts";
import { type HomeReaderOptions, readDecisions, readRest, STILL_READING } from "./read-content.ts";
import { HomeWatch } from "./watch.ts";

export interface HomePublisherOptions extends HomeReaderOptions, Omit<PictureOptions, "client"> {
  readonly permissions: Access;
  readonly client: WebClient;
}

/** Shows App Home to one person at a time: when they open it, after their own click, and when something that they see has changed. */
export interface HomePublisher {
  /**
   * @param hash - of the view that the person sees, so that a newer one is not overwritten by what is older by now.
   * @param notice - what stands at the top.
   * @throws {AppError} `slack_unavailable`, `slack_rejected`; what it may be tried again for is, later.
   */
  publish(userId: string, hash: string | undefined, notice?: readonly KnownBlock[]): Promise<void>;
  /** The person opened it: like `publish`, from the first page and without what stood at the top. @throws {AppError} as `publish`. */
  open(userId: string, hash: string | undefined): Promise<void>;
  /** Shows other decisions. @param from - the first of them, counted from 0. @throws {AppError} as `publish`. */
  turn(userId: string, hash: string | undefined, from: number): Promise<void>;
  /** Begins to keep open pages up to date. */
  start(): void;
  stop(): Promise<void>;
}

/** For so long the page waits for what may be decided; then it is shown without that, and again when it is known. In milliseconds. */
const PATIENCE_MS = 500;
/** For so long the answer to a click stays at the top, in milliseconds. */
const NOTICE_MS = 60_000;
/** For so long a view is shown without what Slack refused in it, in milliseconds. */
const PLAIN_MS = 60 * 60_000;
/** People of whom is known what they see; those who opened it longest ago go first. */
const MAX_SEEN = 1000;

/** What a person sees. */
interface Seen {
  /** The first decision of the page. */
  readonly from: number;
  readonly notice: readonly KnownBlock[];
  readonly noticeAt: number;
  /** What was published last, without the time; `null`: nothing yet. */
  readonly shown: string | null;
  /** Slack's mark of it. */
  readonly hash: string | undefined;
}

const UNSEEN: Seen = { from: 0, notice: [], noticeAt: 0, shown: null, hash: undefined };

export function createHomePublisher(options: HomePublisherOptions): HomePublisher {
  const publisher = new Publisher(options);
  return {
    publish: (userId, hash, notice = []) =>
      publisher.show(userId, hash, { notice, noticeAt: options.clock.now() }),
    open: (userId, hash) => publisher.show(userId, hash, { from: 0, notice: [] }),
    turn: (userId, hash, from) => publisher.show(userId, hash, { from, notice: [] }),
    start: () => publisher.watch.start(),
    stop: () => publisher.stop(),
  };
}

class Publisher {
  readonly watch: HomeWatch;
  readonly #options: HomePublisherOptions;
  readonly #pictures: CostPictures;
  readonly #seen = new LruMap<string, Seen>(MAX_SEEN);
  #plainUntil = 0;

  constructor(options: HomePublisherOptions) {
    this.#options = options;
    this.#pictures = new CostPictures(options);
    this.watch = new HomeWatch({
      ...options,
      onChange: (listener) => options.engine.executions.onCommitted(listener),
      refresh: (userId) => this.#refresh(userId),
    });
  }

  async stop(): Promise<void> {
    this.#pictures.stop();
    await this.watch.stop();
  }

  /** @throws {AppError} as `HomePublisher.publish`. */
  async show(userId: string, hash: string | undefined, change: Partial<Seen>): Promise<void> {
    this.#note(userId, change);
    this.watch.opened(userId);
    try {
      await this.#show(userId, hash);
    } catch (error) {
      if (isAppError(error) && error.retryable) this.watch.changed(userId);
      throw error;
    }
  }

  #note(userId: string, change: Partial<Seen>): Seen {
    const seen = { ...UNSEEN, ...this.#seen.get(userId), ...change };
    this.#seen.set(userId, seen);
    return seen;
  }

  /** Publishes for a person who has it open, unless it would look the same. */
  async #refresh(userId: string): Promise<void> {
    const { shown, hash } = this.#note(userId, {});
    await this.#show(userId, hash, shown);
  }

  /** @param unless - what need not be published once more. */
  async #show(
    userId: string,
    hash: string | undefined,
    unless: string | null = null,
  ): Promise<void> {
    const { permissions, clock } = this.#options;
    let caller: Awaited<ReturnType<Access["caller"]>>;
    try {
      caller = await permissions.caller(userId);
    } catch (error) {
      const known = asAppError(error);
      await this.#publish(userId, hash, { view: closedHomeView(known.message), unless });
      if (known.code === "not_allowed") return;
      throw known;
    }
    const { from } = this.#note(userId, {});
    const pending = readDecisions(userId, from, this.#options);
    const key = this.#pictures.keyOf(caller);
    const rest = await readRest(caller, await this.#pictures.last(key), this.#options);
    // A page that is there already is rather replaced late than by one without the decisions.
    const inTime = unless === null ? await withPatience(pending, clock) : await pending;
    const content = (decisions: HomeDecisions): HomeContent => ({
      ...rest,
      notice: this.#noticeOf(userId),
      decisions,
    });
    if (inTime === null) {
      await this.#publishContent(userId, content(STILL_READING), { hash, key, unless: null });
      await this.#publishContent(userId, content(await pending), { key, unless: null });
    } else await this.#publishContent(userId, content(inTime), { hash, key, unless });
    const { costs } = rest;
    if (costs === null) return;
    // A new chart takes a while to reach Slack: the page does not wait for it.
    void this.#pictures.renew(key, costs.summary, (picture) => this.#tryPicture(userId, picture));
  }

  #noticeOf(userId: string): readonly KnownBlock[] {
    const { notice, noticeAt } = this.#note(userId, {});
    return this.#options.clock.now() - noticeAt < NOTICE_MS ? notice : [];
  }

  /** Shows a chart that was just uploaded. @returns whether Slack takes it by now. */
  async #tryPicture(userId: string, picture: HomePicture): Promise<boolean> {
    const caller = await this.#options.permissions.caller(userId);
    const { from, hash } = this.#note(userId, {});
    const decisions = await readDecisions(userId, from, this.#options);
    const rest = await readRest(caller, picture, this.#options);
    const costs = rest.costs && { ...rest.costs, isPlain: this.#isPlain() };
    const view = homeView({ ...rest, costs, notice: this.#noticeOf(userId), decisions });
    return (await this.#call(userId, hash, view)) !== "refused";
  }

  /** Is what Slack refused left out now? */
  #isPlain(): boolean {
    return this.#options.clock.now() < this.#plainUntil;
  }

  /**
   * Publishes as much of it as Slack takes.
   *
   * @param key - of the picture. @param unless - what need not be published once more.
   */
  async #publishContent(
    userId: string,
    content: HomeContent,
    {
      hash,
      key,
      unless,
    }: { readonly hash?: string | undefined; readonly key: string; readonly unless: string | null },
  ): Promise<void> {
    const picture = content.costs?.picture ?? null;
    const isPlain = this.#isPlain();
    const forms = formsOf(content, isPlain);
    for (const [index, form] of forms.entries()) {
      const outcome = await this.#publish(userId, hash, {
        view: homeView(form),
        ...{ shown: fingerprintOf(form), unless, mayRefuse: index < forms.length - 1 },
      });
      if (outcome === "refused") continue;
      if (outcome === "published") {
        if (picture !== null && !form.costs?.picture) await this.#pictures.forget(key, picture);
        if (form.costs?.isPlain && !isPlain)
          this.#plainUntil = this.#options.clock.now() + PLAIN_MS;
      }
      return;
    }
  }

  async #publish(
    userId: string,
    hash: string | undefined,
    {
      view,
      shown = fingerprint(view),
      unless,
      mayRefuse = false,
    }: {
      readonly view: HomeView;
      readonly shown?: string;
      readonly unless: string | null;
      readonly mayRefuse?: boolean;
    },
  ): Promise<Outcome> {
    if (shown === unless) return "published";
    const outcome = await this.#call(userId, hash, view, mayRefuse);
    if (outcome === "published") this.#note(userId, { shown });
    // A newer view was published meanwhile: read everything again and replace it.
    if (outcome === "outdated") await this.#show(userId, undefined);
    return outcome;
  }

  async #call(
    userId: string,
    hash: string | undefined,
    view: HomeView,
    mayRefuse = true,
  ): Promise<Outcome> {
    try {
      const { client } = this.#options;
      const answer = await client.views.publish({
        user_id: userId,
        view,
        ...omitUndefined({ hash }),
      });
      this.#note(userId, { hash: answer.view?.hash });
      return "published";
    } catch (error) {
      const failure = toSlackFailure(error);
      const code = failure.kind === "refused" ? failure.code : null;
      if (code === "hash_conflict" && hash !== undefined) return "outdated";
      if (mayRefuse && code !== null && MALFORMED.has(code)) return "refused";
      throw toSlackError(error, "showing App Home");
    }
  }
}

type Outcome = "published" | "outdated" | "refused";

/** Slack's codes for a view that it does not take as it is (https://docs.slack.dev/reference/methods/views.publish). */
const MALFORMED: ReadonlySet<string> = new Set([
  "invalid_arguments",
  "invalid_blocks",
  "view_too_large",
]);

/** From all that is to be shown down to what Slack takes everywhere: without the picture, with text in place of the table. */
function formsOf(content: HomeContent, isPlain: boolean): readonly HomeContent[] {
  const { costs } = content;
  if (costs === null) return [content];
  const pictures = costs.picture === null ? [null] : [costs.picture, null];
  return (isPlain ? [true] : [false, true]).flatMap((plain) =>
    pictures.map((picture) => ({ ...content, costs: { ...costs, picture, isPlain: plain } })),
  );
}

/** What is seen, whenever that is. */
function fingerprintOf(content: HomeContent): string {
  return fingerprint(homeView({ ...content, now: 0 }));
}

function fingerprint(view: HomeView): string {
  return JSON.stringify(view.blocks);
}

/** @returns `null` if it takes too long. */
function withPatience(
  pending: Promise<HomeDecisions>,
  clock: Clock,
): Promise<HomeDecisions | null> {
  return new Promise((resolve) => {
    const cancel = clock.after(PATIENCE_MS, () => resolve(null));
    void pending.then((known) => {
      cancel();
      resolve(known);
    });
  });
}
