import type { Route } from "../http/route.ts";
import { assetRoutes } from "./assets.ts";
import { costRoutes } from "./costs/routes.ts";
import { overviewRoutes } from "./overview/routes.ts";
import { runRoutes } from "./run/routes.ts";
import { runsRoutes } from "./runs/routes.ts";
import { type SignInParts, signInRoutes } from "./sign-in/routes.ts";
import { workflowPages } from "./workflows/routes.ts";

/** The console: pages for people, at `/`. */
export function consoleRoutes(parts: SignInParts): readonly Route[] {
  return [
    ...assetRoutes(),
    ...signInRoutes(parts),
    ...overviewRoutes(parts),
    ...runsRoutes(parts),
    ...runRoutes(parts),
    ...workflowPages(parts),
    ...costRoutes(parts),
  ];
}
