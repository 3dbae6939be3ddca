// @ts-check
/** Types of the functions that show blocks and elements. */

/** @typedef {import("../dom/h.js").Child} Child */
/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {{app: import("../state/app.js").App, origin: import("../state/app.js").Origin}} Stage */
/** @typedef {(stage: Stage, block: Data, inner: (blocks: readonly Data[]) => Child[]) => Child} BlockView shows a block; `inner` shows the blocks inside it */
/**
 * @typedef {object} Place where an element stands
 * @property {import("../state/app.js").App} app
 * @property {import("../state/app.js").Origin} origin
 * @property {string} blockId
 * @property {boolean} dispatches whether a change is sent at once
 * @property {boolean} optional whether it may be left empty
 * @property {string | undefined} labelId of the text that names it, inside an input block
 * @property {string | undefined} problemId of the problem shown for it
 */
/** @typedef {(place: Place, element: Data) => Child} ElementView */

export {};
