import type { Quality } from "../../generated/messages";
import { t } from "../../i18n";
import type { RoomClient } from "../../room/client";
import type { MediaSession, MediaState } from "../../room/media";
import { myself, type RoomState } from "../../room/state";
import { Button } from "../../ui/Button";
import { useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";

type BannerState = "open" | "reconnecting" | "restoring" | "givenUp" | "poor" | "soundOnly" | "better";

/** Says what is wrong with the connection, in the flow of the page, only while something is. */
export function Banner({ client, media, state }: { client: RoomClient; media: MediaSession; state: RoomState }) {
  const connection = useStore(client.connection);
  const local = useStore(media.state);
  const banner = bannerState(connection.phase, local, myself(state)?.quality ?? "good");
  return (
    <div class="banner" role="status" data-testid="connection-banner" data-state={banner} hidden={banner === "open"}>
      {banner === "reconnecting" && <Line icon="replay" words={t("connection.reconnecting")} />}
      {banner === "restoring" && <Line icon="replay" words={t("connection.media")} />}
      {/* Nothing to press: the server gives the pictures back when the network carries them. */}
      {banner === "givenUp" && <Line icon="signal" words={t("connection.givenUp")} />}
      {banner === "soundOnly" && <Line icon="signal" words={t("connection.soundOnly")} />}
      {banner === "poor" && (
        <>
          <Line icon="signal" words={t("room.poor")} />
          <Button testId="sound-only" onClick={() => void media.setSoundOnly(true, true)}>
            {t("room.soundOnly")}
          </Button>
        </>
      )}
      {banner === "better" && (
        <>
          <Line icon="signal" words={t("room.better")} />
          <Button testId="pictures-again" onClick={() => void media.setSoundOnly(false)}>
            {t("room.picturesAgain")}
          </Button>
        </>
      )}
    </div>
  );
}

function Line({ icon, words }: { icon: "replay" | "signal"; words: string }) {
  return (
    <span class="row grow">
      <Icon name={icon} />
      <span>{words}</span>
    </span>
  );
}

/** What a weak way down costs the server decides by itself (the picture); the offer is for a weak way up, where only
 * this device can save, and for those who want to. */
export function bannerState(connection: string, media: MediaState, quality: Quality): BannerState {
  if (connection !== "open") return "reconnecting";
  if (media.phase === "restoring" || media.phase === "connecting") return "restoring";
  const weak = quality !== "good";
  if (media.soundOnlyForNow) return weak ? "soundOnly" : "better";
  if (media.soundOnly) return weak ? "soundOnly" : "open";
  if ([...media.remote.values()].some((one) => one.givenUp)) return "givenUp";
  return weak ? "poor" : "open";
}
