import { type Json, type JsonObject, member, toText } from "../json.ts";
import type { Channel, User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused } from "./action.ts";

/** The body of a person's action, read with errors that name the member. */
export class ActionBody {
  readonly #workspace: Workspace;
  readonly #body: JsonObject;

  constructor(workspace: Workspace, body: JsonObject) {
    this.#workspace = workspace;
    this.#body = body;
  }

  text(name: string): string | undefined {
    return toText(member(this.#body, name));
  }

  /** @throws {ActionRefused} `invalid_arguments` when it is absent or no text. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === "") {
      throw new ActionRefused("invalid_arguments", `"${name}" is missing or not a text.`);
    }
    return value;
  }

  json(name: string): Json | undefined {
    return this.#body[name];
  }

  /** @throws {ActionRefused} `user_not_found`. */
  user(): User {
    const id = this.required("user");
    const user = this.#workspace.state.directory.user(id);
    if (user === undefined || user.isBot || user.isDeleted === true) {
      throw new ActionRefused("user_not_found", `There is no person ${id}.`);
    }
    return user;
  }

  /**
   * The channel, by id or `#name`.
   *
   * @throws {ActionRefused} `channel_not_found`, also when the person does not see it.
   */
  channel(user: User): Channel {
    const wanted = this.required("channel");
    const { directory } = this.#workspace.state;
    const channel = directory.channel(wanted) ?? directory.channelByName(wanted.replace(/^#/, ""));
    if (channel === undefined || !directory.sees(user.id, channel.id)) {
      throw new ActionRefused("channel_not_found", `${user.name} sees no channel ${wanted}.`);
    }
    return channel;
  }

  /**
   * The channel of something that cannot be done in an archived one: Slack's clients take away its composer and its buttons.
   *
   * @throws {ActionRefused} `channel_not_found` or `is_archived`.
   */
  openChannel(user: User): Channel {
    const channel = this.channel(user);
    if (channel.isArchived !== true) return channel;
    throw new ActionRefused("is_archived", `#${channel.name} is archived.`);
  }
}
