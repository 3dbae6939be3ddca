import { registerAgentSessions } from "./agent-sessions.ts";
import { registerAssistant } from "./assistant.ts";
import { registerAuth } from "./auth.ts";
import { registerChat } from "./chat.ts";
import { registerConversations } from "./conversations.ts";
import { registerFiles } from "./files.ts";
import { MethodRegistry } from "./method.ts";
import { registerOpenId } from "./openid.ts";
import { registerReactions } from "./reactions.ts";
import { registerUsergroups } from "./usergroups.ts";
import { registerUsers } from "./users.ts";
import { registerViews } from "./views.ts";

/** All methods that the simulator answers. */
export function createMethods(): MethodRegistry {
  const methods = new MethodRegistry();
  registerAuth(methods);
  registerChat(methods);
  registerConversations(methods);
  registerUsers(methods);
  registerUsergroups(methods);
  registerViews(methods);
  registerReactions(methods);
  registerAssistant(methods);
  registerAgentSessions(methods);
  registerFiles(methods);
  registerOpenId(methods);
  return methods;
}
