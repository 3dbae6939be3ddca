import { BOT_USER_ID } from "../identity.ts";
import type { Channel, User, Usergroup } from "./records.ts";

export interface DirectoryData {
  readonly users: readonly User[];
  readonly usergroups: readonly Usergroup[];
  readonly channels: readonly Channel[];
  /** @default "paid" */
  readonly plan?: Plan;
  /** Whether the workspace is one of several of an organization, on Enterprise Grid. @default false */
  readonly grid?: boolean;
  /** What it was made as. @default "small" */
  readonly size?: Size;
}

export type Size = "small" | "large";

/** A free workspace has no user groups. */
export type Plan = "free" | "paid";

/** People, groups and channels: who exists, who sees what. */
export class Directory {
  readonly #users = new Map<string, User>();
  readonly #usergroups = new Map<string, Usergroup>();
  readonly #channels = new Map<string, Channel>();

  /** Ids by name, and by the person of the direct message with the bot. */
  readonly #channelNames = new Map<string, string>();
  readonly #directMessages = new Map<string, string>();
  readonly grid: boolean;
  readonly size: Size;
  plan: Plan;

  constructor(data: DirectoryData) {
    this.plan = data.plan ?? "paid";
    this.grid = data.grid ?? false;
    this.size = data.size ?? "small";
    for (const user of data.users) this.#users.set(user.id, user);
    for (const group of data.usergroups) this.#usergroups.set(group.id, group);
    for (const channel of data.channels) this.saveChannel(channel);
  }

  user(id: string): User | undefined {
    return this.#users.get(id);
  }

  userByName(name: string): User | undefined {
    const wanted = name.toLowerCase();
    return this.users().find((user) => user.name.toLowerCase() === wanted);
  }

  userByEmail(email: string): User | undefined {
    const wanted = email.toLowerCase();
    return this.users().find((user) => user.email.toLowerCase() === wanted && wanted !== "");
  }

  users(): readonly User[] {
    return [...this.#users.values()];
  }

  usergroup(id: string): Usergroup | undefined {
    return this.plan === "free" ? undefined : this.#usergroups.get(id);
  }

  usergroupByHandle(handle: string): Usergroup | undefined {
    return this.usergroups().find((group) => group.handle === handle.toLowerCase());
  }

  /** None while the plan has none; they are back after an upgrade. */
  usergroups(): readonly Usergroup[] {
    return this.plan === "free" ? [] : [...this.#usergroups.values()];
  }

  channel(id: string): Channel | undefined {
    return this.#channels.get(id);
  }

  channelByName(name: string): Channel | undefined {
    return this.#channels.get(this.#channelNames.get(name) ?? "");
  }

  channels(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  /** The direct message between a person and the bot. */
  directMessage(user: string): Channel | undefined {
    return this.#channels.get(this.#directMessages.get(user) ?? "");
  }

  /** Whether a member sees the channel's messages. */
  sees(user: string, channelId: string): boolean {
    return this.#channels.get(channelId)?.members.includes(user) ?? false;
  }

  /** Adds or replaces a member. */
  saveUser(user: User): void {
    this.#users.set(user.id, user);
  }

  /** Adds or replaces a user group. */
  saveUsergroup(group: Usergroup): void {
    this.#usergroups.set(group.id, group);
  }

  /** Adds or replaces a channel, for instance after a person joined. */
  saveChannel(channel: Channel): void {
    this.#forgetName(channel.id);
    this.#channels.set(channel.id, channel);
    if (!channel.isIm) this.#channelNames.set(channel.name, channel.id);
    else if (channel.user !== undefined) this.#directMessages.set(channel.user, channel.id);
  }

  deleteChannel(id: string): void {
    this.#forgetName(id);
    this.#channels.delete(id);
  }

  /** The channels that the bot is in. */
  botChannels(): readonly Channel[] {
    return this.channels().filter((channel) => channel.members.includes(BOT_USER_ID));
  }

  #forgetName(id: string): void {
    const name = this.#channels.get(id)?.name ?? "";
    if (this.#channelNames.get(name) === id) this.#channelNames.delete(name);
  }

  toData(): DirectoryData {
    return {
      users: this.users(),
      usergroups: [...this.#usergroups.values()],
      channels: this.channels(),
      plan: this.plan,
      grid: this.grid,
      size: this.size,
    };
  }
}
