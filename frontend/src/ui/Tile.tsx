import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Device, PublicationId, Quality, Trouble } from "../generated/messages";
import { t } from "../i18n";
import type { Apart } from "../room/caucus";
import type { RemoteTrack, TileSize } from "../room/media";
import { Icon } from "./Icon";
import { startsWhenTouched } from "./playing";
import { Seal } from "./Seal";
import { useTileSize } from "./tileSize";
import { Watermark } from "./Watermark";

export type Troubles = Readonly<Record<Device, Trouble | null>>;

export interface TileProps {
  participantId: string;
  name: string;
  side: string;
  /** What is shown, or will be as soon as it arrives; not of one's own picture. */
  publicationId?: PublicationId;
  /** A received picture, or one's own. */
  video: RemoteTrack | MediaStreamTrack | null;
  /** Their camera is on and there is no picture here: it has not arrived yet, or this device takes sound only. They
   * have just come: it is not known yet whether it is on. */
  awaited?: "coming" | "soundOnly" | "connecting" | null;
  /** Whether their microphone is open: null when it is not known. */
  microphone: boolean | null;
  speaking?: boolean;
  dropped?: boolean;
  /** How well their connection is. */
  quality?: Quality;
  /** On the other side of the wall of a private talk, and where. */
  apart?: Apart | null;
  hand?: boolean;
  mutedByHost?: boolean;
  /** Why nothing comes from their devices, as these say. */
  troubles?: Troubles;
  small?: boolean;
  /** One's own picture, shown as in a mirror. */
  self?: boolean;
  /** A shared screen: all of it is shown, and its letters need every pixel. */
  screen?: boolean;
  /** Shown large to everybody by the mediator. */
  spotlit?: boolean;
  /** Told how large a received picture is shown, so that no larger one is sent. */
  onShown?: (publication: PublicationId, size: TileSize) => void;
  /** What whoever looks can do about this person. */
  children?: ComponentChildren;
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
    // Some phones start not even a mute picture before the page is touched (saving power).
    const gone = startsWhenTouched(video, document);
    return () => {
      gone();
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

function lacking(trouble: Trouble) {
  return { icon: "cam-off", word: `tile.trouble.camera.${trouble}` } as const;
}

const ABSENT = {
  away: { icon: "lock", word: "tile.away" },
  withOther: { icon: "lock", word: "tile.withOther" },
  joint: { icon: "users", word: "tile.joint" },
  outside: { icon: "users", word: "tile.outside" },
  dropped: { icon: "replay", word: "tile.dropped" },
  coming: { icon: "cam", word: "tile.coming" },
  connecting: { icon: "replay", word: "tile.connecting" },
  soundOnly: { icon: "speaker", word: "tile.soundOnly" },
  givenUp: { icon: "signal", word: "tile.givenUp" },
  off: { icon: "cam-off", word: "tile.cameraOff" },
} as const;

/** Why there is no picture. */
function Absent({ reason, also }: { reason: keyof typeof ABSENT | Trouble; also?: Trouble | null }) {
  const { icon, word } = reason in ABSENT ? ABSENT[reason as keyof typeof ABSENT] : lacking(reason as Trouble);
  return (
    <span class="tile__absent" data-reason={reason}>
      <Icon name={icon} large />
      <span>{t(word)}</span>
      {also && <span>{t(`tile.trouble.microphone.${also}`)}</span>}
    </span>
  );
}

const QUALITY = { poor: "tile.poor", lost: "tile.lost" } as const;

const NO_TROUBLE: Troubles = { microphone: null, camera: null };

/** One person: picture or the reason why there is none, name, side, microphone. */
export function Tile(props: TileProps) {
  const { participantId, name, side, video, microphone, speaking, dropped, quality, hand, small, self, screen } = props;
  const figure = useRef<HTMLElement>(null);
  const remote = video !== null && "track" in video ? video : null;
  const track = remote ? remote.track : (video as MediaStreamTrack | null);
  useTileSize(figure, props.publicationId, props.onShown);
  const lacks = dropped || props.apart ? NO_TROUBLE : (props.troubles ?? NO_TROUBLE);
  const shown = track !== null && !dropped && !props.apart && !lacks.camera;
  // A small tile without a picture has its words in one place: a line above them would lie over them.
  const said = shown || !small;
  const givenUp = shown && (remote?.givenUp ?? false);
  const names = ["tile"];
  if (small) names.push("tile--small");
  if (screen) names.push("tile--screen");
  if (speaking && !dropped) names.push("tile--speaking");
  if (dropped) names.push("tile--dropped");
  if (props.spotlit) names.push("tile--spotlit");
  const weak = quality === "poor" || quality === "lost" ? QUALITY[quality] : null;
  return (
    <figure
      ref={figure}
      class={names.join(" ")}
      data-testid={screen ? "screen-tile" : "tile"}
      data-participant={participantId}
      data-kind={shown && !givenUp ? "video" : "audio"}
      data-self={self ? "true" : undefined}
      data-tools={props.children ? "" : undefined}
      data-layer={remote?.layer ?? undefined}
    >
      {shown && <Picture participantId={participantId} track={track} mirrored={self ?? false} />}
      {shown && !self && <Watermark over="picture" />}
      {givenUp && <Absent reason="givenUp" />}
      {!shown && (
        <Absent
          reason={props.apart ?? (dropped ? "dropped" : (lacks.camera ?? props.awaited ?? "off"))}
          also={said ? null : lacks.microphone}
        />
      )}
      <figcaption class="tile__name">
        <Seal side={side} />
        <span class="tile__who">{name}</span>
        {microphone !== null && <Icon name={microphone && !lacks.microphone ? "mic" : "mic-off"} />}
        {microphone !== null && !lacks.microphone && (
          <span class="visually-hidden">
            {t(props.mutedByHost ? "tile.mutedByHost" : microphone ? "tile.micOn" : "tile.micOff")}
          </span>
        )}
      </figcaption>
      <span class="tile__top">
        {lacks.microphone && said && !(self && small) && (
          <span class="pill">
            {!small && <Icon name="mic-off" />}
            {t(`tile.trouble.microphone.${lacks.microphone}`)}
          </span>
        )}
        {hand && <Pill icon="hand" word={t("tile.hand")} small={small} />}
        {weak && !dropped && !(givenUp && small) && <Pill icon="signal" word={t(weak)} small={small} />}
        {props.spotlit && <Pill icon="spot" word={t(self ? "room.spotlit" : "conduct.spotlightOn")} small={small} />}
        {speaking && !dropped && <Pill icon="wave" word={t("tile.speaking")} small={small} />}
      </span>
      {props.children && <span class="tile__tools">{props.children}</span>}
    </figure>
  );
}

function Pill({ icon, word, small }: { icon: "hand" | "signal" | "spot" | "wave"; word: string; small?: boolean }) {
  return (
    <span class="pill">
      <Icon name={icon} />
      <span class={small ? "visually-hidden" : undefined}>{word}</span>
    </span>
  );
}
