import { AppError } from "../../shared/errors.ts";
import { findFirst } from "../../shared/find-first.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import type { Caller, Role } from "../api/access.ts";
import type { Permissions, PermittedAction } from "../definition/permissions.ts";
import { OPERATOR } from "../model/actor.ts";
import type { Directory, Freshness, Person } from "../ports/directory.ts";

export interface AccessOptions {
  readonly directory: Directory;
  /** User ids that are admins whatever their role in Slack. */
  readonly admins: readonly string[];
  /** The person in whose name the API (`api`) acts; absent: it acts as the operator, who may do all. */
  readonly tokenOwner?: string;
}

/** Whether a person may do something, and why. */
export interface Verdict {
  readonly allowed: boolean;
  readonly because:
    | { readonly kind: "operator" | "admin" | "default" | "outsider" }
    /** They, or a group or channel that they are in, are named. */
    | { readonly kind: "named"; readonly holder: string }
    /** Others are named, or admins alone may. */
    | { readonly kind: "not_named" };
  /** Who may, besides admins, as the definition names them; empty: admins alone. */
  readonly holders: readonly string[];
}

/** What is only seen may be decided by what was known a moment ago; what changes something may not. */
const FRESHNESS: Readonly<Record<PermittedAction, Freshness>> = {
  view: "recent",
  run: "now",
  edit: "now",
  deploy: "now",
};

/** Who may do what: the one place that Slack, HTTP and the command line share. People and groups are read at each call. */
export class Access {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  get admins(): readonly string[] {
    return this.#options.admins;
  }

  /**
   * The person who acts: the owner of the token for `api`; `null`: the operator, who may do all. What is no user id is a program of
   * the operator: a file of the workflows folder, a script.
   */
  personOf(by: string): string | null {
    if (by === OPERATOR) return this.#options.tokenOwner ?? null;
    return isUserId(by) ? by : null;
  }

  /** @see Access.caller of the engine's contract */
  async caller(userId: string): Promise<Caller> {
    const person = await this.#options.directory.person(userId, "recent");
    const role = this.#roleOf(person);
    if (person !== null && role !== null) return { userId, name: person.name, role };
    throw new AppError({
      code: "not_allowed",
      message:
        "Workflows are for members of this workspace. Guests and people of other organizations cannot use them; ask a member.",
    });
  }

  /** @see Access.isAdmin of the engine's contract */
  async isAdmin(by: string, freshness?: Freshness): Promise<boolean> {
    const person = this.personOf(by);
    return person === null || (await this.#role(person, freshness)) === "admin";
  }

  /** Whether this person has a role at all: guests, strangers and bots have none. @throws {AppError} `slack_unavailable`. */
  async mayUse(userId: string, freshness?: Freshness): Promise<boolean> {
    return (await this.#role(userId, freshness)) !== null;
  }

  /**
   * Whether a person, or the operator, may do something with a workflow.
   *
   * @param permissions - of the workflow's active version; absent: the defaults.
   * @throws {AppError} `slack_unavailable` if Slack does not answer.
   */
  async may(
    by: string,
    action: PermittedAction,
    permissions: Permissions | undefined,
  ): Promise<Verdict> {
    const holders = permissions?.[action] ?? [];
    const person = this.personOf(by);
    if (person === null) return { allowed: true, because: { kind: "operator" }, holders };
    const freshness = FRESHNESS[action];
    const role = await this.#role(person, freshness);
    if (role === null) return { allowed: false, because: { kind: "outsider" }, holders };
    if (role === "admin") return { allowed: true, because: { kind: "admin" }, holders };
    if (permissions?.[action] === undefined && action === "run")
      return { allowed: true, because: { kind: "default" }, holders };
    const holder = await this.amongWhich(person, holders, freshness);
    if (holder === null) return { allowed: false, because: { kind: "not_named" }, holders };
    return { allowed: true, because: { kind: "named", holder }, holders };
  }

  /**
   * By which of these names a person is meant; `null`: by none. A group that cannot be read does not matter where another
   * name means them.
   *
   * @throws {AppError} `slack_unavailable`, `slack_rejected` if it is unknown because of such a group.
   */
  amongWhich(
    userId: string,
    holders: Iterable<string>,
    freshness?: Freshness,
  ): Promise<string | null> {
    return findFirst(holders, (holder) => this.isAmong(userId, holder, freshness));
  }

  /** Whether a person is named, or is in the user group or channel that is named. What does not exist has no members. */
  async isAmong(userId: string, holder: string, freshness?: Freshness): Promise<boolean> {
    const { directory } = this.#options;
    const name = /^<@([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(holder)?.[1] ?? holder;
    if (isUserId(name)) return name === userId;
    const isChannel = /^(?:#|<#|[CG][A-Z0-9]{4,}$)/.test(name);
    const members = await (isChannel
      ? directory.channelMembers(name, freshness)
      : directory.groupMembers(name, freshness));
    return members?.includes(userId) ?? false;
  }

  async #role(userId: string, freshness?: Freshness): Promise<Role | null> {
    return this.#roleOf(await this.#options.directory.person(userId, freshness));
  }

  #roleOf(person: Person | null): Role | null {
    if (person === null || person.isBot || person.isGuest || person.isStranger) return null;
    return person.isAdmin || this.#options.admins.includes(person.id) ? "admin" : "member";
  }
}
