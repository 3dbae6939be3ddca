import { TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import type { StoredFile } from "../workspace/files.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** A file as methods and messages show it. */
export function wireFile(workspace: Workspace, file: StoredFile): JsonObject {
  const address = `${workspace.url}/files/${file.id}/${encodeURIComponent(file.name)}`;
  const extension = /\.(\w+)$/.exec(file.name)?.[1] ?? "binary";
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: extension.toLowerCase(),
    pretty_type: extension.toUpperCase(),
    user: file.user,
    user_team: TEAM.id,
    editable: false,
    size: file.size,
    mode: "hosted",
    is_external: false,
    external_type: "",
    is_public: (file.channels ?? []).some((channel) => channel.startsWith("C")),
    public_url_shared: false,
    display_as_bot: false,
    username: "",
    url_private: address,
    url_private_download: address,
    permalink: address,
    permalink_public: address,
    is_starred: false,
    has_rich_preview: false,
    file_access: "visible",
  };
}
