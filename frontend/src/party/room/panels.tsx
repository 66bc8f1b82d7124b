/** What a party opens from "More" besides the agreement: one line here for each panel. */
import type { ComponentType } from "preact";
import { awaiting } from "../../exhibits/model";
import { t } from "../../i18n";
import { awaitingAnswer } from "../../offers/model";
import type { RoomClient } from "../../room/client";
import type { MediaSession } from "../../room/media";
import { myself, type RoomState } from "../../room/state";
import { askedOf } from "../../room/talk";
import { unread } from "../../talk/unread";
import type { IconName } from "../../ui/Icon";
import type { Me } from "../api";
import type { Visit } from "../visit";
import { ChatPanel } from "./ChatPanel";
import { ConsentsPanel } from "./ConsentsPanel";
import { Devices } from "./Devices";
import { ExhibitsPanel } from "./ExhibitsPanel";
import { OffersPanel } from "./OffersPanel";
import { openQuestions, RollPanel } from "./RollPanel";
import { TalkPanel } from "./TalkPanel";
import { hasTickets, TicketsPanel } from "./Tickets";

export interface PanelProps {
  client: RoomClient;
  media: MediaSession;
  visit: Visit;
  me: Me;
  state: RoomState;
  onClose: () => void;
}

export interface Panel {
  id: string;
  icon: IconName;
  word: () => string;
  /** What waits to be looked at there; 0: nothing. */
  count?: (state: RoomState) => number;
  /** Whether there is anything to open; left out: always. */
  offered?: (state: RoomState) => boolean;
  View: ComponentType<PanelProps>;
}

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
