/** What a party opens from "More" besides the agreement: one line here for each panel. */
import { awaiting } from "../../exhibits/model";
import { t } from "../../i18n";
import { awaitingAnswer } from "../../offers/model";
import { myself } from "../../room/state";
import { askedOf } from "../../room/talk";
import { unread } from "../../talk/unread";
import { ChatPanel } from "./ChatPanel";
import { ConsentsPanel } from "./ConsentsPanel";
import { Devices } from "./Devices";
import { ExhibitsPanel } from "./ExhibitsPanel";
import { OffersPanel } from "./OffersPanel";
import type { Panel } from "./panel";
import { openQuestions, RollPanel } from "./RollPanel";
import { TalkPanel } from "./TalkPanel";
import { hasTickets, TicketsPanel } from "./Tickets";

export const PANELS: readonly Panel[] = [
  { id: "roll", icon: "user", word: () => t("roll.panel"), count: openQuestions, View: RollPanel },
  {
    id: "exhibits",
    icon: "folder",
    word: () => t("exhibit.panel"),
    count: (state) => awaiting(state, myself(state)?.side ?? ""),
    View: ExhibitsPanel,
  },
  {
    id: "offers",
    icon: "money",
    word: () => t("offer.panel"),
    count: (state) => awaitingAnswer(state, myself(state)?.side ?? "", Date.now() / 1000 + state.clockOffset),
    View: OffersPanel,
  },
  { id: "chat", icon: "msg", word: () => t("chat.title"), count: unread, View: ChatPanel },
  {
    id: "tickets",
    icon: "carry",
    word: () => t("ticket.mine"),
    count: (state) => askedOf(state).length,
    offered: hasTickets,
    View: TicketsPanel,
  },
  { id: "talk", icon: "user", word: () => t("call.talk"), View: TalkPanel },
  { id: "devices", icon: "speaker", word: () => t("devices.title"), View: Devices },
  { id: "consents", icon: "list", word: () => t("consentPanel.panel"), View: ConsentsPanel },
];
