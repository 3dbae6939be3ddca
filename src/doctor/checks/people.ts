import type { Config } from "../../app/config.ts";
import { asAppError } from "../../shared/errors.ts";
import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok, problem, unknown } from "../finding.ts";
import { withIdentity } from "../with-identity.ts";

/** Whether the people whom the configuration names are members of the workspace. */
export function peopleCheck(context: DoctorContext): Check {
  return {
    id: "people",
    title: "People",
    run: async () =>
      peopleOf(context.config).length === 0
        ? []
        : withIdentity(context, () => checkPeople(context)),
  };
}

async function checkPeople({ config, slack }: DoctorContext): Promise<readonly Finding[]> {
  const named = peopleOf(config);
  const findings = await Promise.all(
    named.map(async ({ variable, id }): Promise<Finding> => {
      try {
        const person = await slack.directory.person(id);
        const isMember = person !== null && !person.isGuest && !person.isStranger && !person.isBot;
        if (isMember) return ok(`${variable}: ${id} is a member`);
        return problem(
          `${variable} names ${id}, who is not a member of this workspace.`,
          "Copy the member id from the person's profile in Slack (⋮ → Copy member ID).",
        );
      } catch (error) {
        return unknown(`${variable}: ${asAppError(error).message}`, "Try again in a minute.");
      }
    }),
  );
  const wrong = findings.filter(({ level }) => level !== "ok");
  return wrong.length > 0 ? wrong : [ok(`${named.length} named, all are members`)];
}

function peopleOf({ slack, web }: Config) {
  const owner =
    web.tokenOwner === null ? [] : [{ variable: "API_TOKEN_OWNER", id: web.tokenOwner }];
  return [...slack.admins.map((id) => ({ variable: "ADMINS", id })), ...owner];
}
