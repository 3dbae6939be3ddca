/**
 * What is known of Block Kit from other sources than the simulator: the members from Slack's own types (the compiler refuses a table
 * that lacks one or has one too many), required members, lengths, counts and forms from the JSON schema of the public project
 * slack-block-kit-validator, which its authors compiled from Slack's documentation in April 2026.
 */
export interface Fact {
  readonly required?: true;
  /** A value that Slack takes. */
  readonly good: unknown;
  /** The most that Slack takes, and how to make a value of a size. */
  readonly most?: readonly [number, (size: number) => unknown];
  /** Values that Slack refuses. */
  readonly bad?: readonly unknown[];
}

/** A fact for every member of Slack's type. */
export type Facts<T> = { readonly [Member in Exclude<keyof T, "type">]-?: Fact };
export type Table = Readonly<Record<string, Fact>>;

export const text = (size: number): string => "x".repeat(size);
export const plain = (size: number) => ({ type: "plain_text", text: text(size) });
export const mrkdwn = (size: number) => ({ type: "mrkdwn", text: text(size) });
export const link = (size: number): string => `https://${text(size - 8)}`;
export const times =
  <T>(item: (index: number) => T) =>
  (size: number): readonly T[] =>
    Array.from({ length: size }, (_none, index) => item(index));
export const option = (index: number) => ({ text: plain(1), value: `${index}` });
export const richText = {
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "x" }] }],
};
export const image = { type: "image", alt_text: "x", image_url: "https://x.example/y.png" };

export const id: Fact = { good: "a", most: [255, text], bad: ["", 1] };
export const block = { block_id: id };
export const actionable = { action_id: id };
export const flag: Fact = { good: true, bad: ["true"] };
export const confirmGood = { title: plain(1), text: mrkdwn(1), confirm: plain(1), deny: plain(1) };
export const confirm: Fact = { good: confirmGood, bad: [{ text: mrkdwn(1) }, {}] };
const placeholder: Fact = { good: plain(1), most: [150, plain], bad: [mrkdwn(1)] };
export const focusable = { focus_on_load: flag };
const dispatching = {
  dispatch_action_config: {
    good: { trigger_actions_on: ["on_enter_pressed"] },
    bad: [{ trigger_actions_on: [] }, { trigger_actions_on: ["on_blur"] }],
  },
};
export const menu = { ...actionable, ...focusable, confirm, placeholder };
export const input = { ...actionable, ...focusable, ...dispatching, placeholder };
export const many = { max_selected_items: { good: 1, bad: [0, "1"] } };
export const style: Fact = { good: "danger", bad: ["warning"] };
export const label: Fact = { good: "x", most: [75, text], bad: [""] };
export const value: Fact = { good: "v", most: [2_000, text], bad: ["", 1] };
export const buttonText: Fact = {
  required: true,
  good: plain(1),
  most: [75, plain],
  bad: [mrkdwn(1)],
};
export const menuOptions: Fact = {
  required: true,
  good: times(option)(1),
  most: [100, times(option)],
  bad: [[]],
};
export const options: Fact = {
  required: true,
  good: times(option)(1),
  most: [10, times(option)],
  bad: [[]],
};
export const user: Fact = { good: "U1", bad: ["C1", "alice"] };
export const channel: Fact = { good: "C1", bad: ["U1", "#general"] };
export const conversation: Fact = { good: "D1", bad: [""] };
export const filter: Fact = {
  good: { include: ["im"] },
  bad: [{}, { include: [] }, { include: ["group"] }],
};
export const decimal: Fact = { good: "1.5", bad: [1.5, "a"] };
export const query: Fact = { good: 0, bad: [-1, "1"] };
export const feedback: Fact = {
  required: true,
  good: { text: plain(1), value: "v" },
  most: [75, (size) => ({ text: plain(size), value: "v" })],
  bad: [{ text: plain(1) }],
};
