import { NoParams, NoQuery } from "../endpoints/parts.ts";
import type { Route } from "../http/route.ts";
import { html } from "../pages/html.ts";
import { assetRoutes } from "./assets.ts";
import { costRoutes } from "./costs/routes.ts";
import { pageAt } from "./page-route.ts";
import { runRoutes } from "./run/routes.ts";
import { runsRoutes } from "./runs/routes.ts";
import { type SignInParts, signInRoutes } from "./sign-in/routes.ts";
import { workflowPages } from "./workflows/routes.ts";

/** The console: pages for people, at `/`. */
export function consoleRoutes(parts: SignInParts): readonly Route[] {
  return [
    ...assetRoutes(),
    ...signInRoutes(parts),
    ...runsRoutes(parts),
    ...runRoutes(parts),
    ...workflowPages(parts),
    ...costRoutes(parts),
    pageAt(
      parts,
      { id: "overviewPage", path: "/", params: NoParams, query: NoQuery },
      async () => ({
        title: "Overview",
        place: "overview",
        content: html`<h1>Overview</h1>`,
      }),
    ),
  ];
}
