import { BOT_USER_ID } from "../identity.ts";
import type { Channel, User, Usergroup } from "./records.ts";

export interface DirectoryData {
  readonly users: readonly User[];
  readonly usergroups: readonly Usergroup[];
  readonly channels: readonly Channel[];
  /** @default "paid" */
  readonly plan?: Plan;
}

/** A free workspace has no user groups. */
export type Plan = "free" | "paid";

/** People, groups and channels: who exists, who sees what. */
export class Directory {
  readonly #users = new Map<string, User>();
  readonly #usergroups = new Map<string, Usergroup>();
  readonly #channels = new Map<string, Channel>();

  plan: Plan;

  constructor(data: DirectoryData) {
    this.plan = data.plan ?? "paid";
    for (const user of data.users) this.#users.set(user.id, user);
    for (const group of data.usergroups) this.#usergroups.set(group.id, group);
    for (const channel of data.channels) this.#channels.set(channel.id, channel);
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
    return this.channels().find((channel) => !channel.isIm && channel.name === name);
  }

  channels(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  /** The direct message between a person and the bot. */
  directMessage(user: string): Channel | undefined {
    return this.channels().find((channel) => channel.isIm && channel.user === user);
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
    this.#channels.set(channel.id, channel);
  }

  /** The channels that the bot is in. */
  botChannels(): readonly Channel[] {
    return this.channels().filter((channel) => channel.members.includes(BOT_USER_ID));
  }

  toData(): DirectoryData {
    return {
      users: this.users(),
      usergroups: [...this.#usergroups.values()],
      channels: this.channels(),
      plan: this.plan,
    };
  }
}
