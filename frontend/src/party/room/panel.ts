/** Something that a party opens from "More": what it is given, and how it is announced there. */
import type { ComponentType } from "preact";
import type { RoomClient } from "../../room/client";
import type { MediaSession } from "../../room/media";
import type { RoomState } from "../../room/state";
import type { IconName } from "../../ui/Icon";
import type { Me } from "../api";
import type { Visit } from "../visit";

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
