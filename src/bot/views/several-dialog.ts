import type { InputBlock, KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import type { OpenRequest } from "../../engine/api/approvals.ts";
import { cut, LIMITS } from "../../slack/limits.ts";
import { escapeText } from "../../slack/text.ts";
import { DIALOG_IDS } from "../ids.ts";
import { contextBlock, divider, section } from "./blocks/build.ts";
import { noticeDialog, plain } from "./dialog.ts";

const TITLE = "Decide several";
/** The choice that can be made for several requests at once. */
export const COMMON_CHOICE = "approve";
/** More could not be read before they are decided, and what the dialog carries has at most 3,000 characters. */
const MOST = 10;
/** Of one request; longer ones are read and decided on their cards. */
const REQUEST_CHARS = 4000;
const REQUEST_BLOCKS = 8;
const NAME_CHARS = 80;

/** What the dialog carries of each request: as buttons do. */
const Carried = z.array(z.object({ e: z.string(), r: z.string(), n: z.int(), h: z.string() }));
export type CarriedRequest = z.output<typeof Carried>[number];

/** A request with everything that it asks. */
export interface ReadRequest {
  readonly open: OpenRequest;
  readonly blocks: readonly KnownBlock[];
}

/** Can it be approved with others: by a click that needs nothing else? */
export function isSimple({ request: { opened } }: OpenRequest): boolean {
  const choice = opened.choices.find(({ id }) => id === COMMON_CHOICE);
  const isApproval = opened.budget === undefined && opened.doubt === undefined;
  return isApproval && choice?.comment !== "required" && (opened.editable ?? []).length === 0
    ? choice !== undefined
    : false;
}

export function loadingSeveral(): ModalView {
  return noticeDialog(TITLE, [section("Reading the requests …")]);
}

/** Why nothing can be decided in the dialog. */
export function severalNotice(text: string): ModalView {
  return noticeDialog(TITLE, [section(text)]);
}

/** Every request with all that it asks and a box to tick; submitting it approves those that are ticked. */
export function severalDialog(requests: readonly ReadRequest[]): ModalView {
  const fitting = requests.filter(fits).slice(0, MOST);
  if (fitting.length === 0)
    return noticeDialog(TITLE, [
      section("Nothing can be decided here. Use the buttons of each request."),
    ]);
  const left = requests.filter((one) => !fitting.includes(one)).map(({ open }) => open);
  const carried = fitting.map(({ open: { executionId, request } }) => {
    const { id, round, hash } = request.opened;
    return { e: executionId, r: shorten(id, executionId), n: round, h: hash };
  });
  return {
    type: "modal",
    callback_id: DIALOG_IDS.several,
    private_metadata: JSON.stringify(carried),
    title: plain(TITLE, LIMITS.viewTitle),
    submit: plain("Approve selected", LIMITS.viewTitle),
    close: plain("Cancel", LIMITS.viewTitle),
    blocks: [
      ...fitting.flatMap(({ blocks }, index) => [...blocks, tickBox(index), divider]),
      ...(left.length === 0
        ? []
        : [
            contextBlock(
              `Too long for this list, or more than ten; decide these by their own buttons: ${listNames(left)}`,
            ),
          ]),
    ],
  };
}

/** What a submitted dialog carries, in the order of its boxes; `null`: the bot never wrote it. */
export function parseSeveral(metadata: string): readonly CarriedRequest[] | null {
  try {
    const carried = Carried.safeParse(JSON.parse(metadata)).data;
    return carried?.map((one) => ({ ...one, r: `${one.e}/${one.r}` })) ?? null;
  } catch {
    return null;
  }
}

/** Id of the block with the box of a request. */
export function tickBlockId(index: number): string {
  return `request_${index}`;
}

/** Title of a request in a list. */
export function nameOf(title: string): string {
  return cut(escapeText(title), NAME_CHARS);
}

function listNames(requests: readonly OpenRequest[]): string {
  return requests.map(({ request }) => nameOf(request.opened.title)).join("; ");
}

/** Ids of requests begin with that of their execution. */
function shorten(requestId: string, executionId: string): string {
  return requestId.slice(executionId.length + 1);
}

function fits({ open, blocks }: ReadRequest): boolean {
  const begins = open.request.opened.id.startsWith(`${open.executionId}/`);
  return (
    begins && blocks.length <= REQUEST_BLOCKS && JSON.stringify(blocks).length <= REQUEST_CHARS
  );
}

function tickBox(index: number): InputBlock {
  return {
    type: "input",
    block_id: tickBlockId(index),
    optional: true,
    label: plain("Your decision", LIMITS.buttonText),
    element: {
      type: "checkboxes",
      action_id: "tick",
      options: [{ text: plain("Approve this", LIMITS.optionText), value: COMMON_CHOICE }],
    },
  };
}
