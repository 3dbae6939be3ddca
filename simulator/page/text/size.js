// @ts-check
/** Sizes of files, for people. */

const KILO = 1000;

/** @param {number} bytes @returns {string} `420 B`, `12 kB`, `3.4 MB` */
export function sizeText(bytes) {
  if (bytes < KILO) return `${bytes} B`;
  if (bytes < KILO * KILO) return `${Math.round(bytes / KILO)} kB`;
  return `${(bytes / KILO / KILO).toFixed(1)} MB`;
}
