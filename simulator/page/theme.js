// @ts-check
/** Light or dark: as the system wants it, until the person chooses. */

import { recall, remember } from "./state/storage.js";

/** @returns {void} */
export function applyTheme() {
  const chosen = recall("local", "theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset["theme"] = chosen;
}

/** @returns {void} */
export function toggleTheme() {
  const { theme } = document.documentElement.dataset;
  const isDark =
    theme === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
  remember("local", "theme", isDark ? "light" : "dark");
  applyTheme();
}
