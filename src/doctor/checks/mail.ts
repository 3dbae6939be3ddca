import { probeMailServer } from "../../services/email/send-mail.ts";
import { isLoopback } from "../../shared/host.ts";
import type { DoctorContext } from "../context.ts";
import { type Check, ok, warning } from "../finding.ts";

/** Whether the mail server answers and takes the login. No mail is sent. */
export function mailCheck({ config }: DoctorContext): Check {
  const { mail } = config;
  return {
    id: "mail",
    title: "E-mail",
    limitMs: 15_000,
    async run(signal) {
      if (mail === null) return [];
      const { isEncrypted } = await probeMailServer(mail, signal);
      const login = mail.login === null ? "no login" : "logged in";
      const where = `${mail.host}:${mail.port} answers, ${login}`;
      if (isEncrypted || isLoopback(mail.host)) {
        return [ok(`${where}, ${isEncrypted ? "encrypted" : "on this machine"}`)];
      }
      return [
        warning(
          `${where}, not encrypted: messages can be read on the way.`,
          "Set SMTP_PORT to 465 or 587, or ask the server's operator for STARTTLS.",
        ),
      ];
    },
  };
}
