/** A thing that texts are about: what allowed values call it, and the words that show it. */
export interface Concept {
  readonly names: readonly string[];
  /** Count three points each. */
  readonly strong: readonly string[];
  /** Count one point each. */
  readonly weak: readonly string[];
}

/** The concepts that the stand-in model knows; the first of two equal matches wins. */
export const CONCEPTS: readonly Concept[] = [
  {
    names: ["outage", "urgent", "incident", "emergency", "down"],
    strong: ["down", "outage", "all users", "everyone", "nobody can", "unreachable", "data loss"],
    weak: ["production", "urgent", "urgently", "asap", "immediately", "offline", "emergency"],
  },
  {
    names: ["billing", "payment", "finance", "invoice", "refund", "accounting"],
    strong: [
      "invoice",
      "refund",
      "charged",
      "billing",
      "billed",
      "overcharged",
      "payment",
      "credit card",
    ],
    weak: [
      "card",
      "twice",
      "price",
      "subscription",
      "receipt",
      "money",
      "paid",
      "fee",
      "vat",
      "plan",
    ],
  },
  {
    names: ["technical", "tech", "bug", "defect", "error", "engineering", "problem", "issue"],
    strong: [
      "error",
      "500",
      "502",
      "503",
      "crash",
      "crashed",
      "bug",
      "api",
      "exception",
      "timeout",
      "broken",
    ],
    weak: [
      "login",
      "log in",
      "fails",
      "failing",
      "slow",
      "cannot",
      "not working",
      "load",
      "upload",
      "server",
      "page",
      "integration",
    ],
  },
  {
    names: ["feature", "enhancement", "idea", "suggestion", "improvement", "wish"],
    strong: [
      "feature",
      "would be nice",
      "would love",
      "support for",
      "dark mode",
      "please add",
      "could you add",
      "suggestion",
    ],
    weak: ["add", "wish", "option", "ability", "allow", "export", "integrate", "roadmap"],
  },
  {
    names: ["cancellation", "cancel", "churn"],
    strong: ["cancel", "unsubscribe", "close my account", "terminate"],
    weak: ["leaving", "switch", "competitor"],
  },
  {
    names: ["account", "access", "password", "login", "authentication"],
    strong: ["password", "locked out", "two-factor", "reset my"],
    weak: ["account", "access", "login", "sign in", "username", "permission"],
  },
  {
    names: ["security", "phishing", "breach", "abuse"],
    strong: ["phishing", "breach", "hacked", "vulnerability", "leaked", "malware"],
    weak: ["suspicious", "security", "stolen"],
  },
  {
    names: ["shipping", "delivery", "logistics", "order"],
    strong: ["shipping", "delivery", "package", "courier", "tracking number"],
    weak: ["order", "arrived", "parcel", "late", "shipped"],
  },
  {
    names: ["sales", "lead", "pricing", "purchase"],
    strong: ["demo", "quote", "pricing", "enterprise plan", "trial"],
    weak: ["buy", "seats", "license", "discount", "interested"],
  },
  {
    names: ["legal", "compliance", "privacy", "gdpr"],
    strong: ["gdpr", "lawyer", "contract", "legal", "subpoena"],
    weak: ["privacy", "terms", "agreement"],
  },
  {
    names: ["hr", "people", "vacation", "leave"],
    strong: ["vacation", "parental leave", "payroll", "sick leave"],
    weak: ["holiday", "salary", "manager"],
  },
  {
    names: ["complaint", "negative", "unhappy", "angry", "dissatisfied", "detractor"],
    strong: [
      "terrible",
      "awful",
      "worst",
      "unacceptable",
      "disappointed",
      "hate",
      "angry",
      "useless",
    ],
    weak: ["bad", "slow", "frustrating", "annoyed", "broken", "poor", "never again", "not happy"],
  },
  {
    names: ["positive", "praise", "happy", "satisfied", "compliment", "promoter"],
    strong: ["love", "great", "excellent", "amazing", "fantastic", "wonderful", "thank you"],
    weak: ["good", "thanks", "helpful", "happy", "nice", "fast", "perfect"],
  },
  {
    names: ["spam", "junk", "scam"],
    strong: [
      "free money",
      "lottery",
      "winner",
      "viagra",
      "click here",
      "act now",
      "casino",
      "crypto giveaway",
      "prize",
    ],
    weak: ["free", "buy now", "limited offer", "guarantee", "earn", "cheap"],
  },
  {
    names: ["ham", "legitimate", "legit", "genuine"],
    strong: ["meeting", "agenda", "attached", "minutes"],
    weak: ["regards", "tomorrow", "project", "lunch", "team", "report"],
  },
  {
    names: ["question", "howto", "inquiry", "documentation"],
    strong: ["how do i", "how can i", "where can i find", "do you have"],
    weak: ["how", "what", "where", "documentation", "question"],
  },
];

/** Values for what fits nowhere else, best first. */
export const CATCH_ALL =
  /^(general|other|others|unknown|none|misc|miscellaneous|neutral|mixed|unclear|n\/?a|default)\b/i;
