import type { EdgeKind } from "./diagram.ts";
import type { StepState } from "./overlay.ts";

export type ThemeName = "light" | "dark";

/** Colors of a picture; text has a contrast of at least 4.5 to 1 on what it stands on. */
export interface Theme {
  readonly page: string;
  readonly box: string;
  readonly inner: string;
  readonly line: string;
  readonly text: string;
  readonly faint: string;
  readonly edges: Readonly<Record<EdgeKind, string>>;
  readonly states: Readonly<Record<StepState, string>>;
  /** By type of step. */
  readonly types: Readonly<Record<string, string>>;
}

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  light: {
    page: "#ffffff",
    box: "#ffffff",
    inner: "#f4f5f7",
    line: "#8a919c",
    text: "#1c2026",
    faint: "#555c68",
    edges: { route: "#5b6370", failure: "#b3261e", timeout: "#8a5a00", doubt: "#6d3fb0" },
    states: {
      completed: "#1a6e3c",
      failed: "#b3261e",
      skipped: "#555c68",
      running: "#0b5cad",
      retrying: "#8a5a00",
      waiting: "#8a5a00",
    },
    types: {
      "ai-decision": "#6d3fb0",
      approval: "#c2570c",
      service: "#0b5cad",
      wait: "#8a5a00",
      workflow: "#0a6b6b",
      parallel: "#3d5a80",
      foreach: "#3d5a80",
    },
  },
  dark: {
    page: "#14171c",
    box: "#1f242c",
    inner: "#191d24",
    line: "#6c7686",
    text: "#eef1f5",
    faint: "#a9b2c0",
    edges: { route: "#9aa4b3", failure: "#ff8a80", timeout: "#f0b95a", doubt: "#c3a3f5" },
    states: {
      completed: "#6fd694",
      failed: "#ff8a80",
      skipped: "#a9b2c0",
      running: "#7db8ff",
      retrying: "#f0b95a",
      waiting: "#f0b95a",
    },
    types: {
      "ai-decision": "#c3a3f5",
      approval: "#ffab70",
      service: "#7db8ff",
      wait: "#f0b95a",
      workflow: "#6fd6d6",
      parallel: "#9db9dd",
      foreach: "#9db9dd",
    },
  },
};
