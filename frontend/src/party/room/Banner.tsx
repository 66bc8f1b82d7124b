import { t } from "../../i18n";
import type { RoomClient } from "../../room/client";
import type { MediaSession } from "../../room/media";
import { myself, type RoomState } from "../../room/state";
import { Button } from "../../ui/Button";
import { useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";

type BannerState = "open" | "reconnecting" | "restoring" | "poor";

/** Says what is wrong with the connection, in the flow of the page, only while something is. */
export function Banner({ client, media, state }: { client: RoomClient; media: MediaSession; state: RoomState }) {
  const connection = useStore(client.connection);
  const local = useStore(media.state);
  const banner = bannerState(connection.phase, local.phase, myself(state)?.quality ?? "good");
  return (
    <div class="banner" role="status" data-testid="connection-banner" data-state={banner} hidden={banner === "open"}>
      {banner === "reconnecting" && <Line icon="replay" words={t("connection.reconnecting")} />}
      {banner === "restoring" && <Line icon="replay" words={t("connection.media")} />}
      {banner === "poor" && (
        <>
          <Line icon="signal" words={t("room.poor")} />
          {!local.soundOnly && (
            <Button dense onClick={() => void media.setSoundOnly(true)}>
              {t("room.soundOnly")}
            </Button>
          )}
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

function bannerState(connection: string, media: string, quality: string): BannerState {
  if (connection !== "open") return "reconnecting";
  if (media === "restoring" || media === "connecting") return "restoring";
  return quality === "good" ? "open" : "poor";
}
