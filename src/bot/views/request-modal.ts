import type { KnownBlock, ModalView } from "@slack/types";
import { type ShowValue, toShowValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { section } from "./blocks/build.ts";
import { pagedDialog } from "./blocks/pages.ts";
import { noticeDialog } from "./dialog.ts";

const TITLE = "What is asked";

/** Instead of the request: that it is being read, or why it cannot be shown. @param text - mrkdwn. */
export function requestNotice(text: string): ModalView {
  return noticeDialog(TITLE, [section(text)]);
}

/** Everything that a request asks, on as many pages as Slack makes necessary. @param blocks - all of them. */
export function requestModal(blocks: readonly KnownBlock[], value: ShowValue): ModalView {
  return pagedDialog(TITLE, blocks, {
    page: value.p ?? 0,
    actionId: ACTION_IDS.showRequestPage,
    valueFor: (p) => toShowValue({ ...value, p }),
  });
}
