// Every view: its name, who may see it, and where its code is. What a person may not see is not offered.
import type { ComponentType } from "preact";
import type { View } from "../state/url";
import type { IconName } from "../view/icon";
import type { Place } from "./place";

export type Loaded = ComponentType<{ readonly place: Place }>;

export interface ViewEntry {
  readonly view: View;
  readonly label: string;
  readonly icon: IconName;
  readonly permission: string;
  /** Fetched when it is first opened. The explorer is part of the page: it is what most people open first. */
  readonly load?: () => Promise<Loaded>;
}

export interface ViewGroup {
  readonly title: string;
  readonly views: readonly ViewEntry[];
}

export const GROUPS: readonly ViewGroup[] = [
  {
    title: "Explore",
    views: [
      { view: "search", label: "Search", icon: "search", permission: "search" },
      { view: "tail", label: "Live", icon: "live", permission: "search" },
      { view: "correlate", label: "Correlate", icon: "lanes", permission: "search" },
    ],
  },
  {
    title: "Watch",
    views: [
      { view: "alerts", label: "Alerts", icon: "bell", permission: "see-alerts", load: async () => (await import("../view/alerts/alerts-view")).AlertsView },
      { view: "rules", label: "Rules", icon: "rule", permission: "see-alerts", load: async () => (await import("../view/rules/rules-view")).RulesView },
      { view: "channels", label: "Channels", icon: "send", permission: "see-alerts", load: async () => (await import("../view/channels/channels-view")).ChannelsView },
    ],
  },
  {
    title: "Prove",
    views: [
      { view: "access", label: "Access", icon: "people", permission: "report", load: async () => (await import("../view/access/access-view")).AccessView },
      { view: "reports", label: "Reports", icon: "report", permission: "report", load: async () => (await import("../view/reports/reports-view")).ReportsView },
      { view: "incidents", label: "Incidents", icon: "clock", permission: "report", load: async () => (await import("../view/incidents/incidents-view")).IncidentsView },
      { view: "evidence", label: "Evidence", icon: "shield", permission: "see-evidence", load: async () => (await import("../view/evidence/evidence-view")).EvidenceView },
    ],
  },
  {
    title: "Administer",
    views: [
      { view: "streams", label: "Streams", icon: "list", permission: "report", load: async () => (await import("../view/streams/streams-view")).StreamsView },
      { view: "people", label: "People", icon: "lock", permission: "account", load: async () => (await import("../view/people/people-view")).PeopleView },
      { view: "approvals", label: "Approvals", icon: "equals", permission: "account", load: async () => (await import("../view/approvals/approvals-view")).ApprovalsView },
    ],
  },
];

const ALL = GROUPS.flatMap((group) => group.views);

export const entryOf = (view: View): ViewEntry | undefined => ALL.find((entry) => entry.view === view);

/** The first that a person may see, for whom the one in the address is not meant. */
export const firstAllowed = (may: (permission: string) => boolean): ViewEntry | undefined => ALL.find((entry) => may(entry.permission));
