/** What lies on the mediator's right besides the agreement: one line here for each tab, in the order of a session. */
import type { ComponentType } from "preact";
import { unsettled } from "../exhibits/model";
import { t } from "../i18n";
import { unanswered } from "../offers/model";
import { ExhibitsTab } from "./ExhibitsTab";
import { OffersTab } from "./OffersTab";
import type { ConsoleTools } from "./tools";

export interface ConsoleTab {
  id: string;
  word: () => string;
  /** What waits to be looked at there; 0: nothing. */
  count?: (tools: ConsoleTools) => number;
  View: ComponentType;
}

/** Before and after the tab of the agreement. */
export const TABS_BEFORE: readonly ConsoleTab[] = [
  {
    id: "exhibits",
    word: () => t("exhibit.tab"),
    count: ({ state }) => unsettled(state),
    View: ExhibitsTab,
  },
  {
    id: "offers",
    word: () => t("offer.tab"),
    count: ({ state }) => unanswered(state, Date.now() / 1000 + state.clockOffset),
    View: OffersTab,
  },
];
export const TABS_AFTER: readonly ConsoleTab[] = [];
