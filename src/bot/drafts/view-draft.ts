import type { Caller } from "../../engine/api/access.ts";
import type { DraftView } from "../../engine/api/drafts.ts";
import type { Engine } from "../../engine/api/engine.ts";
import { AppError } from "../../shared/errors.ts";

/** A draft for its author or an admin. @throws {AppError} `draft_not_found`, also for all other people. */
export async function viewDraft(engine: Engine, id: string, caller: Caller): Promise<DraftView> {
  const view = await engine.drafts.view(id);
  if (view.draft.ownerId === caller.userId || caller.role === "admin") return view;
  throw new AppError({
    code: "draft_not_found",
    message: "Drafts are shown to those who described them and to admins.",
  });
}
