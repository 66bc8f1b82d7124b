/** What the mediator asks of this person, and what a host has switched off, in words. Nothing is done for them. */
import { useState } from "preact/hooks";
import type { Device } from "../../generated/messages";
import { t } from "../../i18n";
import type { RoomClient } from "../../room/client";
import { askedOfMe } from "../../room/conduct";
import type { MediaSession } from "../../room/media";
import { publicationOf, type RoomState } from "../../room/state";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";

interface Props {
  client: RoomClient;
  media: MediaSession;
  state: RoomState;
}

export function Asked({ client, media, state }: Props) {
  const ask = askedOfMe(state);
  const [busy, setBusy] = useState(false);
  if (!ask) return <Muted state={state} />;
  const { source } = ask;
  const agree = async () => {
    setBusy(true);
    try {
      if (source === "camera") await media.setSoundOnly(false);
      await (source === "microphone" ? media.setMicrophone(true) : media.setCamera(true));
    } catch {
      return; // The connection broke: the wish is still there when it is back.
    } finally {
      setBusy(false);
    }
  };
  const decline = () => {
    client.command("answer_ask", { source, agreed: false }).catch(() => undefined);
  };
  return (
    <section class="asked" data-testid="asked" data-source={source} role="alert">
      <p class="row strong">
        <Icon name={source === "microphone" ? "mic" : "cam"} />
        {t(`room.asked.${source}`)}
      </p>
      <p class="meta">{t("room.asked.hint")}</p>
      <div class="asked__answers">
        <Button testId="asked-no" disabled={busy} onClick={decline}>
          {t("room.asked.no")}
        </Button>
        <Button testId="asked-yes" disabled={busy} onClick={() => void agree()}>
          {t(`room.asked.${source}.yes`)}
        </Button>
      </div>
    </section>
  );
}

function Muted({ state }: { state: RoomState }) {
  const muted = (device: Device) => publicationOf(state, state.me, device)?.muted_by_host ?? false;
  return (
    <>
      {(["microphone", "camera"] as const).filter(muted).map((device) => (
        <Note
          key={device}
          tone="plain"
          icon={device === "microphone" ? "mic-off" : "cam-off"}
          alert
          small
          testId={`muted-${device}`}
        >
          {t(`room.muted.${device}`)}
        </Note>
      ))}
    </>
  );
}
