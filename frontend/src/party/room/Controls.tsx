import { t } from "../../i18n";
import type { MediaSession, MediaState } from "../../room/media";
import { useStore } from "../../ui/hooks";
import { Icon, type IconName } from "../../ui/Icon";
import { Note } from "../../ui/Note";

interface ControlProps {
  icon: IconName;
  word: string;
  testId: string;
  /** Switched off: drawn with the slashed icon in the warning colour. */
  off?: boolean;
  /** The one that is open now. */
  on?: boolean;
  pressed?: boolean;
  /** A host has switched it off: pressing does nothing, and a sentence nearby says why. */
  stopped?: boolean;
  /** Opens something: whether it is open. */
  expanded?: boolean;
  badge?: boolean;
  onPress: () => void;
}

/** One of the labelled buttons at the foot of the room; its label names the state. */
export function Control(props: ControlProps) {
  const { icon, word, testId, off, on, pressed, stopped, expanded, badge, onPress } = props;
  return (
    <button
      class="ctrl__btn"
      type="button"
      data-testid={testId}
      data-off={off ? "" : undefined}
      data-on={on ? "" : undefined}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-disabled={stopped || undefined}
      onClick={stopped ? undefined : onPress}
    >
      <Icon name={icon} />
      {word}
      {badge && <span class="ctrl__news" aria-hidden="true" />}
    </button>
  );
}

export function MicrophoneButton({ media, muted = false }: { media: MediaSession; muted?: boolean }) {
  const { wanted } = useStore(media.state).microphone;
  return (
    <Control
      icon={wanted && !muted ? "mic" : "mic-off"}
      word={t(muted ? "room.micMuted" : wanted ? "room.micOn" : "room.micOff")}
      testId="ctrl-mic"
      off={!wanted || muted}
      pressed={wanted && !muted}
      stopped={muted}
      // While the connection is away it is kept, and sent when that is back.
      onPress={() => void media.setMicrophone(!wanted).catch(() => undefined)}
    />
  );
}

export function CameraButton({ media, muted = false }: { media: MediaSession; muted?: boolean }) {
  const { camera, soundOnly } = useStore(media.state);
  const toggle = async () => {
    if (soundOnly) await media.setSoundOnly(false);
    await media.setCamera(!camera.wanted);
  };
  return (
    <Control
      icon={camera.wanted && !muted ? "cam" : "cam-off"}
      word={t(muted ? "room.cameraMuted" : camera.wanted ? "room.cameraOn" : "room.cameraOff")}
      testId="ctrl-camera"
      off={!camera.wanted || muted}
      pressed={camera.wanted && !muted}
      stopped={muted}
      onPress={() => void toggle().catch(() => undefined)}
    />
  );
}

/** Why the microphone or the camera could not be had, in words that help. */
export function DeviceNotes({ media }: { media: MediaState }) {
  const { microphone, camera } = media;
  return (
    <>
      {microphone.problem && (
        <Note tone="warn" alert title={t(`device.mic.${microphone.problem}`)}>
          <p class="meta">{t(`device.help.${microphone.problem}`)}</p>
        </Note>
      )}
      {camera.problem && (
        <Note tone="warn" alert title={t(`device.cam.${camera.problem}`)}>
          <p class="meta">{t(`device.help.${camera.problem}`)}</p>
        </Note>
      )}
    </>
  );
}
