import { AppError } from "../../shared/errors.ts";
import type { Access as AccessApi, Caller, Role } from "../api/access.ts";
import type { Directory, Person } from "../ports/directory.ts";

export interface AccessOptions {
  readonly directory: Directory;
  /** User ids that are admins whatever their role in Slack. */
  readonly admins: readonly string[];
}

/** Who acts when no person does: the holder of the API token, or a program on this machine. */
const OPERATOR = "api";

/** Who may do what: the one place that Slack, HTTP and the command line share. */
export class Access implements AccessApi {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  get admins(): readonly string[] {
    return this.#options.admins;
  }

  async caller(userId: string): Promise<Caller> {
    const person = await this.#options.directory.person(userId);
    const role = this.#roleOf(person);
    if (person !== null && role !== null) return { userId, name: person.name, role };
    throw new AppError({
      code: "not_allowed",
      message:
        "Workflows are for members of this workspace. Guests and people of other organizations cannot use them; ask a member.",
    });
  }

  async isAdmin(by: string): Promise<boolean> {
    if (by === OPERATOR) return true;
    return this.#roleOf(await this.#options.directory.person(by)) === "admin";
  }

  /** Whether this person has a role at all: guests, strangers and bots have none. @throws {AppError} `slack_unavailable`. */
  async mayUse(userId: string): Promise<boolean> {
    return this.#roleOf(await this.#options.directory.person(userId)) !== null;
  }

  #roleOf(person: Person | null): Role | null {
    if (person === null || person.isBot || person.isGuest || person.isStranger) return null;
    return person.isAdmin || this.#options.admins.includes(person.id) ? "admin" : "member";
  }
}
