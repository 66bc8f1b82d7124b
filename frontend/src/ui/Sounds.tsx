import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import type { RemoteTrack } from "../room/media";
import { Button } from "./Button";

function Sound({ remote, blocked }: { remote: RemoteTrack; blocked: () => void }) {
  const element = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = element.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([remote.track]);
    audio.play().catch((error: unknown) => {
      if ((error as { name?: string }).name === "NotAllowedError") blocked();
    });
    // A telephone call stops what plays, and some phones do not start it again.
    const goOn = () => {
      if (document.visibilityState === "visible" && audio.paused) audio.play().catch(() => blocked());
    };
    document.addEventListener("visibilitychange", goOn);
    return () => {
      document.removeEventListener("visibilitychange", goOn);
      audio.srcObject = null;
    };
  }, [remote.track, blocked]);
  // biome-ignore lint/a11y/useMediaCaption: a live voice has no caption track; spoken words are on the minutes
  return <audio ref={element} data-participant={remote.participantId} data-kind="audio" autoplay />;
}

/** Everybody's voice. A browser that wants a touch before it plays gets a button for it. */
export function Sounds({ remote }: { remote: Iterable<RemoteTrack> }) {
  const box = useRef<HTMLDivElement>(null);
  const [silent, setSilent] = useState(false);
  const blocked = useRef(() => setSilent(true)).current;
  const listen = () => {
    const all = [...(box.current?.querySelectorAll("audio") ?? [])];
    Promise.all(all.map((one) => one.play())).then(
      () => setSilent(false),
      () => setSilent(true),
    );
  };
  return (
    <div class="sounds" ref={box}>
      {[...remote]
        .filter((one) => one.kind === "audio")
        .map((one) => (
          <Sound key={one.publicationId} remote={one} blocked={blocked} />
        ))}
      {silent && (
        <Button look="primary" big block icon="speaker" onClick={listen}>
          {t("connection.listen")}
        </Button>
      )}
    </div>
  );
}
