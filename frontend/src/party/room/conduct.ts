/** What a party can ask for from behind "More": a break, and their screen when the mediator lets them share it. */
import { t } from "../../i18n";
import type { RoomClient } from "../../room/client";
import { screenReachable } from "../../room/devices";
import type { MediaSession, MediaState } from "../../room/media";
import { myself, type RoomState } from "../../room/state";
import type { Choice } from "./More";

interface Given {
  client: RoomClient;
  media: MediaSession;
  state: RoomState;
  local: MediaState;
  /** After the press: the sheet goes. */
  done: () => void;
}

/** Whether this person may show their screen, and this device can. */
export function mayShare(state: RoomState): boolean {
  return (myself(state)?.may_share ?? false) && screenReachable();
}

export function conductChoices({ client, media, state, local, done }: Given): Choice[] {
  const wanted = myself(state)?.wants_break ?? false;
  const sharing = local.screen.wanted;
  const choices: Choice[] = [
    {
      testId: "ctrl-break",
      icon: "cup",
      word: t(wanted ? "room.breakAsked" : "room.break"),
      onPress: () => {
        client.command("want_break", { wanted: !wanted }).catch(() => undefined);
        done();
      },
    },
  ];
  if (mayShare(state) || sharing) {
    choices.unshift({
      testId: "ctrl-share",
      icon: "screen",
      word: t(sharing ? "room.shareEnd" : "room.share"),
      onPress: () => {
        void media.setScreen(!sharing).catch(() => undefined);
        done();
      },
    });
  }
  return choices;
}
