import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Icon } from "./Icon";
import { Seal } from "./Seal";

export interface TileProps {
  participantId: string;
  name: string;
  side: string;
  video: MediaStreamTrack | null;
  /** Their camera is on and there is no picture here: it has not arrived yet, or this device takes sound only. */
  awaited?: "coming" | "soundOnly" | null;
  /** Whether their microphone is open: null when it is not known. */
  microphone: boolean | null;
  speaking?: boolean;
  dropped?: boolean;
  /** On the other side of the wall of a private talk: `away` in one, `outside` seen from within one. */
  apart?: "away" | "outside" | null;
  poor?: boolean;
  hand?: boolean;
  mutedByHost?: boolean;
  small?: boolean;
  /** One's own picture, shown as in a mirror. */
  self?: boolean;
}

/** A picture that plays as soon as there is a track. Sound comes from `Sounds`, so this one is always mute. */
function Picture({
  participantId,
  track,
  mirrored,
}: {
  participantId: string;
  track: MediaStreamTrack;
  mirrored: boolean;
}) {
  const element = useRef<HTMLVideoElement>(null);
  const [arrived, setArrived] = useState(false);
  useEffect(() => {
    const video = element.current;
    if (!video) return;
    setArrived(false);
    video.srcObject = new MediaStream([track]);
    // Some browsers refuse to start until the page is touched; the next touch then starts it (autoplay).
    video.play().catch(() => undefined);
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  return (
    <>
      <video
        ref={element}
        class={mirrored ? "tile__video tile__video--mirrored" : "tile__video"}
        data-participant={participantId}
        data-kind="video"
        muted
        autoplay
        playsInline
        onLoadedData={() => setArrived(true)}
      />
      {!arrived && <Absent reason="coming" />}
    </>
  );
}

const ABSENT = {
  away: { icon: "lock", word: "tile.away" },
  outside: { icon: "cup", word: "tile.outside" },
  dropped: { icon: "replay", word: "tile.dropped" },
  coming: { icon: "cam", word: "tile.coming" },
  soundOnly: { icon: "speaker", word: "tile.soundOnly" },
  off: { icon: "cam-off", word: "tile.cameraOff" },
} as const;

/** Why there is no picture. */
function Absent({ reason }: { reason: keyof typeof ABSENT }) {
  const { icon, word } = ABSENT[reason];
  return (
    <span class="tile__absent" data-reason={reason}>
      <Icon name={icon} large />
      <span>{t(word)}</span>
    </span>
  );
}

/** One person: picture or the reason why there is none, name, side, microphone. */
export function Tile(props: TileProps) {
  const { participantId, name, side, video, microphone, speaking, dropped, poor, hand, small, self } = props;
  const showsPicture = video !== null && !dropped && !props.apart;
  const names = ["tile"];
  if (small) names.push("tile--small");
  if (speaking && !dropped) names.push("tile--speaking");
  if (dropped) names.push("tile--dropped");
  return (
    <figure
      class={names.join(" ")}
      data-testid="tile"
      data-participant={participantId}
      data-kind={showsPicture ? "video" : "audio"}
      data-self={self ? "true" : undefined}
    >
      {showsPicture && <Picture participantId={participantId} track={video} mirrored={self ?? false} />}
      {!showsPicture && <Absent reason={props.apart ?? (dropped ? "dropped" : (props.awaited ?? "off"))} />}
      <figcaption class="tile__name">
        <Seal side={side} />
        <span class="tile__who">{name}</span>
        {microphone !== null && <Icon name={microphone ? "mic" : "mic-off"} />}
        {microphone !== null && (
          <span class="visually-hidden">
            {t(props.mutedByHost ? "tile.mutedByHost" : microphone ? "tile.micOn" : "tile.micOff")}
          </span>
        )}
      </figcaption>
      <span class="tile__top">
        {hand && <Pill icon="hand" word={t("tile.hand")} small={small} />}
        {poor && !dropped && <Pill icon="signal" word={t("tile.poor")} small={small} />}
        {speaking && !dropped && !hand && <Pill icon="wave" word={t("tile.speaking")} small={small} />}
      </span>
    </figure>
  );
}

function Pill({ icon, word, small }: { icon: "hand" | "signal" | "wave"; word: string; small?: boolean }) {
  return (
    <span class="pill">
      <Icon name={icon} />
      <span class={small ? "visually-hidden" : undefined}>{word}</span>
    </span>
  );
}
