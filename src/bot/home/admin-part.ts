import type { Button, KnownBlock, SectionBlock } from "@slack/types";
import { counted } from "../../shared/counted.ts";
import { showHiddenInLine } from "../../shared/visible-text.ts";
import { refusalOf } from "../../slack/refusals.ts";
import {
  escapeText,
  mentionChannel,
  mentionPerson,
  shortRunId,
  showTime,
  showValue,
} from "../../slack/text.ts";
import { toDraftValue, toPreviewValue, toResumeValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, contextBlock, header, section } from "../views/blocks/build.ts";
import type { HomeAdmin, HomeDraft } from "./home-content.ts";

/** Of each kind. */
const SHOWN = 4;
const FAILURE_CHARS = 300;

/** What waits for an admin, each with the button that mends it. */
export function adminBlocks(admin: HomeAdmin, command: string): KnownBlock[] {
  const parts = [
    ...pauseBlocks(admin, command),
    ...switchBlocks(admin, command),
    ...some(admin.outages.map(outageBlock), (more) =>
      counted(more, "more system left alone", "more systems left alone"),
    ),
    ...some(admin.refusals.map(refusalBlock), (more) =>
      counted(more, "more kind of refusal", "more kinds of refusal"),
    ),
    ...draftBlocks(admin.drafts),
    ...(admin.isIncomplete ? [contextBlock(INCOMPLETE)] : []),
  ];
  return [
    header("For admins"),
    ...(parts.length === 0
      ? [section("Nothing is paused, refused or waits for a review.")]
      : parts),
  ];
}

const INCOMPLETE =
  ":warning: Workflows or drafts could not be read; what is paused or waits for a review may be missing.";

function pauseBlocks({ everything, paused }: HomeAdmin, command: string): readonly KnownBlock[] {
  const resume = (value: string): Button =>
    button({ actionId: ACTION_IDS.resumeWorkflow, label: "Resume", value });
  if (everything !== null) {
    const text = `:double_vertical_bar: *Everything* is paused by ${mentionPerson(everything.by)} since ${showTime(everything.at)}.`;
    return [withButton(text, resume(toResumeValue({ w: null })))];
  }
  const blocks = paused.map(({ workflow, pause }) =>
    withButton(
      `:double_vertical_bar: *${escapeText(workflow.name)}* is paused by ${mentionPerson(pause.by)} since ${showTime(pause.at)}.`,
      resume(toResumeValue({ w: workflow.id })),
    ),
  );
  return some(
    blocks,
    (more) => `${counted(more, "more paused workflow")}; \`${command} list\` shows all`,
  );
}

function switchBlocks({ switchedOff }: HomeAdmin, command: string): readonly KnownBlock[] {
  const blocks = switchedOff.map(({ workflow, trigger, pause }) =>
    withButton(
      `:double_vertical_bar: The trigger \`${escapeText(trigger)}\` of *${escapeText(workflow.name)}* is switched off by ${mentionPerson(pause.by)} since ${showTime(pause.at)}.`,
      button({
        actionId: ACTION_IDS.resumeWorkflow,
        label: "Switch on",
        value: toResumeValue({ w: workflow.id, t: trigger }),
      }),
    ),
  );
  return some(
    blocks,
    (more) =>
      `${counted(more, "more trigger")} switched off; \`${command} show &lt;id&gt;\` shows those of a workflow`,
  );
}

function outageBlock({ id, name, since, lastFailure }: HomeAdmin["outages"][number]) {
  return withButton(
    `:electric_plug: *${escapeText(name)}* failed repeatedly and is left alone since ${showTime(since)}; it is tried again by itself. The last time: ${showValue(lastFailure, FAILURE_CHARS)}`,
    button({ actionId: ACTION_IDS.endOutage, label: "Call it again", value: id }),
  );
}

function refusalBlock({
  code,
  count,
  channel,
  executionId,
  last,
  isGivenUp,
}: HomeAdmin["refusals"][number]) {
  const what = count === 1 ? "a message" : `${count} messages`;
  const fate = isGivenUp ? "Some are given up." : "They are tried again by themselves.";
  return withButton(
    `:no_entry: Slack refused ${what} of workflows (\`${escapeText(code)}\`), the last ${showTime(last)} in ${mentionChannel(channel)}, of run \`${shortRunId(executionId)}\`. ${escapeText(refusalOf(code).remedy)} ${fate}`,
    button({ actionId: ACTION_IDS.resendRefused, label: "Try again now", value: code }),
  );
}

function draftBlocks(drafts: readonly HomeDraft[]): KnownBlock[] {
  const shown = drafts.slice(0, SHOWN).flatMap((draft, index): KnownBlock[] => {
    const { id, round, name, ownerId, at, changes } = draft;
    const value = toDraftValue({ d: id, n: round });
    const what = changes === null ? "a new workflow" : `a change of \`${escapeText(changes)}\``;
    return [
      section(
        `:memo: Draft *${escapeText(showHiddenInLine(name))}* by ${mentionPerson(ownerId)}: ${what}, round ${round}, ${showTime(at)}`,
      ),
      buttons(`draft_${index}`, [
        button({
          actionId: ACTION_IDS.showPreview,
          label: "Review",
          value: toPreviewValue({ d: id, n: round }),
        }),
        button({
          actionId: ACTION_IDS.deployDraft,
          label: "Deploy",
          value,
          style: "primary",
          confirm: {
            title: "Deploy this draft?",
            text: "People can run it from then on. Review it first.",
            confirm: "Deploy",
            deny: "Not yet",
          },
        }),
        button({ actionId: ACTION_IDS.discardDraft, label: "Discard", value, style: "danger" }),
      ]),
    ];
  });
  const more = drafts.length - SHOWN;
  return [...shown, ...(more > 0 ? [contextBlock(`and ${counted(more, "more draft")}`)] : [])];
}

function withButton(text: string, accessory: Button): SectionBlock {
  return { ...section(text), accessory };
}

/** The first ones, and in words how many more there are. */
function some(
  blocks: readonly KnownBlock[],
  describe: (more: number) => string,
): readonly KnownBlock[] {
  const more = blocks.length - SHOWN;
  return [...blocks.slice(0, SHOWN), ...(more > 0 ? [contextBlock(`and ${describe(more)}`)] : [])];
}
