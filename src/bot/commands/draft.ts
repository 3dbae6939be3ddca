import { AppError } from "../../shared/errors.ts";
import { viewDraft } from "../drafts/view-draft.ts";
import { draftCard, settledDraftCard } from "../views/draft-card.ts";
import { assertNoMore } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

/** Shows a draft to the people who may deploy it: a direct message is seen by its author alone. */
export const draftCommand: Subcommand = {
  name: "draft",
  usage: "<id>",
  summary: "look at a workflow that a person described to me; admins deploy it there",
  roles: EVERY_ROLE,
  run: async ({ words, caller }, context) => {
    const { engine, command } = context;
    const [id, ...rest] = words;
    assertNoMore(rest, context, draftCommand);
    if (id === undefined) {
      throw new AppError({
        code: "command_invalid",
        message: `Say which draft: \`${command} draft <id>\`. To begin one, write me in a direct message: \`build me a workflow that …\``,
      });
    }
    const view = await viewDraft(engine, id, caller);
    return view.draft.status === "open" ? draftCard(view) : settledDraftCard(view, command);
  },
};
