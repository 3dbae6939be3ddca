import type { KnownBlock, ModalView } from "@slack/types";
import { LIMITS } from "../../slack/limits.ts";
import { type ShowValue, toShowValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, contextBlock, section } from "./blocks/build.ts";
import { noticeDialog } from "./dialog.ts";

/** A page also has a line that says which it is, and buttons. */
const PAGE_BLOCKS = LIMITS.viewBlocks - 2;

/** What is seen while the request is being read: a trigger is good for three seconds only. */
export function loadingModal(): ModalView {
  return modal([section("Reading the request …")]);
}

/** Why the request cannot be shown. */
export function requestNotice(text: string): ModalView {
  return modal([section(text)]);
}

/** Everything that a request asks, on as many pages as Slack makes necessary. @param blocks - all of them. */
export function requestModal(blocks: readonly KnownBlock[], value: ShowValue): ModalView {
  const pages = pagesOf(blocks);
  const number = Math.min(value.p ?? 0, pages.length - 1);
  const page = pages[number] ?? [];
  if (pages.length <= 1) return modal(page);
  return modal([
    ...page,
    contextBlock(`Page ${number + 1} of ${pages.length}`),
    buttons("pages", [
      ...(number > 0 ? [toPage("Previous page", value, number - 1)] : []),
      ...(number < pages.length - 1 ? [toPage("Next page", value, number + 1)] : []),
    ]),
  ]);
}

function toPage(label: string, value: ShowValue, p: number) {
  return button({
    // Ids of actions are unique within a block.
    actionId: `${ACTION_IDS.showRequestPage}_${p}`,
    label,
    value: toShowValue({ ...value, p }),
  });
}

/** Within both of Slack's limits, of blocks and of bytes. */
function pagesOf(blocks: readonly KnownBlock[]): KnownBlock[][] {
  const pages: KnownBlock[][] = [];
  let page: KnownBlock[] = [];
  let bytes = 0;
  for (const block of blocks) {
    const size = Buffer.byteLength(JSON.stringify(block));
    if (page.length === PAGE_BLOCKS || (page.length > 0 && bytes + size > LIMITS.viewBytes)) {
      pages.push(page);
      page = [];
      bytes = 0;
    }
    page.push(block);
    bytes += size;
  }
  return page.length > 0 ? [...pages, page] : pages;
}

function modal(blocks: readonly KnownBlock[]): ModalView {
  return noticeDialog("What is asked", blocks);
}
