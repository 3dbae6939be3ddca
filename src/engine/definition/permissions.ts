import { z } from "zod";
import { externalNames } from "./param-traits.ts";

/** A person (`U…`), a user group (`@finance`, `S…`) or a channel (`#expenses`, `C…`: its members); as mentions, too. */
const Holder = z
  .string()
  .max(120)
  .regex(
    /^(?:(?:U|W|S|C|G)[A-Z0-9]{4,}|<[@#][A-Z0-9]+(?:\|[^>]*)?>|<!subteam\^[A-Z0-9]+(?:\|[^>]*)?>|@[^\s@#<>{}]+|#[^\s@#<>{}]+)$/,
    "must be a person (U012ABCDEF), a user group (@finance) or a channel (#expenses), written in full",
  );

const holders = () =>
  z.array(Holder).max(50).optional().register(externalNames, { kind: "permission" });

/** Who may do what with a workflow, besides admins, who may do all. A member that is absent leaves it as it is by default. */
export const Permissions = z.strictObject({
  /** Start it. @default members of the workspace */
  run: holders(),
  /** Draft it and evaluate its decisions. @default admins */
  edit: holders(),
  /** Deploy and activate versions of it, migrate its runs, pause it. @default admins */
  deploy: holders(),
  /** See all of its runs and what they cost. @default of a run who started it and who decides in it; of costs members */
  view: holders(),
});
export type Permissions = z.output<typeof Permissions>;

/** What is permitted by workflow. */
export type PermittedAction = keyof Permissions;
