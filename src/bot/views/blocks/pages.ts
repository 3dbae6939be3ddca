import type { KnownBlock, ModalView } from "@slack/types";
import { LIMITS } from "../../../slack/limits.ts";
import { noticeDialog } from "../dialog.ts";
import { button, buttons, contextBlock } from "./build.ts";

/** A page also has a line that says which it is, and buttons. */
const PAGE_BLOCKS = LIMITS.viewBlocks - 2;

/** What the buttons that turn pages carry. */
export interface PageTurn {
  /** The page that is shown, from 0; a number that is too high is the last one. */
  readonly page: number;
  /** The action of the buttons; each gets the number of its page behind it: ids are unique within a block. */
  readonly actionId: string;
  readonly valueFor: (page: number) => string;
}

/** A dialog with all of the blocks, on as many pages as Slack makes necessary. */
export function pagedDialog(
  title: string,
  blocks: readonly KnownBlock[],
  { page: wanted, actionId, valueFor }: PageTurn,
): ModalView {
  const pages = pagesOf(blocks);
  const number = Math.min(wanted, pages.length - 1);
  const page = pages[number] ?? [];
  if (pages.length <= 1) return noticeDialog(title, page);
  const to = (label: string, n: number) =>
    button({ actionId: `${actionId}_${n}`, label, value: valueFor(n) });
  return noticeDialog(title, [
    ...page,
    contextBlock(`Page ${number + 1} of ${pages.length}`),
    buttons("pages", [
      ...(number > 0 ? [to("Previous page", number - 1)] : []),
      ...(number < pages.length - 1 ? [to("Next page", number + 1)] : []),
    ]),
  ]);
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
