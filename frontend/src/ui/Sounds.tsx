import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import type { MediaState, RemoteTrack } from "../room/media";
import { Button } from "./Button";
import { allStart, starts } from "./playing";

interface SoundProps {
  remote: RemoteTrack;
  speaker: string | null;
  blocked: () => void;
}

type Sinking = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

function Sound({ remote, speaker, blocked }: SoundProps) {
  const element = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = element.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([remote.track]);
    let gone = false;
    const start = () => void starts(audio).then((started) => started || gone || blocked());
    start();
    // A telephone call stops what plays, and some phones do not start it again.
    const goOn = () => {
      if (document.visibilityState === "visible" && audio.paused) start();
    };
    document.addEventListener("visibilitychange", goOn);
    return () => {
      gone = true;
      document.removeEventListener("visibilitychange", goOn);
      audio.srcObject = null;
    };
  }, [remote.track, blocked]);
  useEffect(() => {
    // One that was unplugged meanwhile: the sound goes on where it came from.
    if (speaker !== null) (element.current as Sinking | null)?.setSinkId?.(speaker).catch(() => undefined);
  }, [speaker]);
  // biome-ignore lint/a11y/useMediaCaption: a live voice has no caption track; spoken words are on the minutes
  return <audio ref={element} data-participant={remote.participantId} data-kind="audio" autoplay />;
}

/** Everybody's voice. A browser that wants a touch before it plays gets a button for it. */
export function Sounds({ remote, speaker }: { remote: MediaState["remote"]; speaker: string | null }) {
  const box = useRef<HTMLDivElement>(null);
  const [silent, setSilent] = useState(false);
  const blocked = useRef(() => setSilent(true)).current;
  const listen = () => {
    const all = [...(box.current?.querySelectorAll("audio") ?? [])];
    void allStart(all).then((started) => setSilent(!started));
  };
  return (
    <div class="sounds" ref={box}>
      {[...remote.values()]
        .filter((one) => one.kind === "audio")
        .map((one) => (
          <Sound key={one.publicationId} remote={one} speaker={speaker} blocked={blocked} />
        ))}
      {silent && (
        <Button look="primary" big block icon="speaker" testId="listen" onClick={listen}>
          {t("connection.listen")}
        </Button>
      )}
    </div>
  );
}
