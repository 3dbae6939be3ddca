import { isUserId } from "../../shared/slack-ids.ts";
import type { Exclusion } from "../model/answerable.ts";
import type { RequestOpened } from "../model/requests.ts";
import type { Directory } from "../ports/directory.ts";

/** Why a person may not decide a request. */
export interface Excluded {
  /** They asked for the run themselves. */
  readonly isStarter: boolean;
  /** A sentence for the person. */
  readonly message: string;
}

/**
 * Says why a person may not decide; `null`: nothing keeps them from it.
 *
 * A group that cannot be read keeps every person from deciding: it is not known who is in it.
 */
export async function findExclusion(
  opened: Pick<RequestOpened, "excluded" | "exclusions">,
  userId: string,
  members: Directory["groupMembers"],
): Promise<Excluded | null> {
  const exclusions = opened.exclusions ?? opened.excluded.map(asStarter);
  const own = exclusions.find(({ person }) => person === userId);
  if (own) return excludedFor(own);
  for (const { person: group } of exclusions.filter(({ person }) => !isUserId(person))) {
    const people = await members(group);
    if (people === null) return cannotRead(group);
    if (people.includes(userId)) return excludedFor({ person: group, why: "named" });
  }
  return null;
}

/** Of old logs, which kept the starter alone from deciding. */
function asStarter(person: string): Exclusion {
  return { person, why: "started" };
}

const NOTHING_CHANGED = "Your click changed nothing.";

function excludedFor(exclusion: Exclusion): Excluded {
  const { why, of } = exclusion;
  return {
    isStarter: why === "started" && of === undefined,
    message: `${reasonFor(exclusion)}, so another person has to decide. ${NOTHING_CHANGED}`,
  };
}

/** The beginning of a sentence to the person. */
function reasonFor({ person, why, of, step }: Exclusion): string {
  const run = of === undefined ? "this run" : `run ${of}, which led to this one`;
  switch (why) {
    case "started":
      return of === undefined ? "You asked for this run" : `You started ${run}`;
    case "retried":
      return `You retried ${run}`;
    case "edited":
      return `You changed values of ${run}`;
    case "migrated":
      return `You moved ${run} to another version`;
    case "token":
      return of === undefined
        ? "A program acted on this run with the API token that belongs to you"
        : `A program acted on ${run}, with the API token that belongs to you`;
    case "deployed":
      return `You deployed the version of ${run} that no person asked for`;
    case "named":
      return isUserId(person)
        ? "The workflow names you as a person who must not decide this"
        : `You are in ${mentionGroup(person)}, whose members must not decide this`;
    case "decided":
      return `You decided "${step ?? ""}" of this run already`;
  }
}

function mentionGroup(group: string): string {
  return group.startsWith("@") ? group : `<!subteam^${group}>`;
}

function cannotRead(group: string): Excluded {
  const message = `The members of ${mentionGroup(group)} must not decide this, and Slack does not say who they are, so no one can decide now. Ask the owner of the workflow to correct "exclude". ${NOTHING_CHANGED}`;
  return { isStarter: false, message };
}
