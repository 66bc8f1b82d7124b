import { t } from "../../i18n";
import type { MediaSession } from "../../room/media";
import type { RoomState } from "../../room/state";
import { Button } from "../../ui/Button";
import { useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { mayShare } from "./conduct";

interface Props {
  media: MediaSession;
  state: RoomState;
  /** A text has the room: only what must be known is said. */
  reading: boolean;
}

/** That this person may show their screen, or that everybody sees it now, with the way to end it. */
export function Sharing({ media, state, reading }: Props) {
  const { screen } = useStore(media.state);
  if (screen.track) {
    return (
      <div class="sharing" role="status" data-testid="sharing">
        <Icon name="screen" />
        <b class="grow">{t("room.sharing")}</b>
        <Button testId="share-end" onClick={() => void media.setScreen(false).catch(() => undefined)}>
          {t("room.shareEnd")}
        </Button>
      </div>
    );
  }
  if (!mayShare(state) || reading) return null;
  return (
    <Note tone="plain" icon="screen" small>
      {t("room.shareAllowed")}
    </Note>
  );
}
