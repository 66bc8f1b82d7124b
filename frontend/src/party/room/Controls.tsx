import { useState } from "preact/hooks";
import type { Device } from "../../generated/messages";
import { type Key, t } from "../../i18n";
import type { MediaSession, MediaState } from "../../room/media";
import { givesNow, type LocalTrack } from "../../room/publications";
import { useStore } from "../../ui/hooks";
import { Icon, type IconName } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { problemAdvice } from "../advice";

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
  /** In the line of the recording, where a page has no foot of its own for them. */
  small?: boolean;
  onPress: () => void;
}

/** One of the labelled buttons at the foot of the room; its label names the state. */
export function Control(props: ControlProps) {
  const { icon, word, testId, off, on, pressed, stopped, expanded, badge, small, onPress } = props;
  return (
    <button
      class={small ? "strip__btn" : "ctrl__btn"}
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
      <span class="ctrl__word">{word}</span>
      {badge && <span class="ctrl__news" aria-hidden="true" />}
    </button>
  );
}

interface DeviceProps {
  media: MediaSession;
  muted?: boolean;
  small?: boolean;
}

const ON = { microphone: "room.micOn", camera: "room.cameraOn" } as const;
const OFF = { microphone: "room.micOff", camera: "room.cameraOff" } as const;
const MUTED = { microphone: "room.micMuted", camera: "room.cameraMuted" } as const;

/** How a device is, for its button. While it opens, or the phone asks whether it may, nobody hears or sees anything yet. */
function wordOf(device: Device, local: LocalTrack, muted: boolean): Key {
  const { wanted, track, problem } = local;
  if (muted) return MUTED[device];
  if (problem === "absent" || problem === "interrupted") return `tile.trouble.${device}.${problem}`;
  if (wanted && track === null) return "room.opening";
  return wanted ? ON[device] : OFF[device];
}

export function MicrophoneButton({ media, muted = false, small }: DeviceProps) {
  const { microphone } = useStore(media.state);
  const { wanted, problem } = microphone;
  const on = givesNow(microphone) && !muted;
  return (
    <Control
      icon={on ? "mic" : "mic-off"}
      word={t(wordOf("microphone", microphone, muted))}
      testId="ctrl-mic"
      off={!on}
      pressed={wanted && !muted}
      stopped={muted || problem === "absent"}
      small={small}
      // While the connection is away it is kept, and sent when that is back.
      onPress={() => void media.setMicrophone(!wanted).catch(() => undefined)}
    />
  );
}

export function CameraButton({ media, muted = false, small }: DeviceProps) {
  const { camera, soundOnly } = useStore(media.state);
  const toggle = async () => {
    if (soundOnly) await media.setSoundOnly(false);
    await media.setCamera(!camera.wanted);
  };
  const { problem } = camera;
  const on = givesNow(camera) && !muted;
  return (
    <Control
      icon={on ? "cam" : "cam-off"}
      word={t(wordOf("camera", camera, muted))}
      testId="ctrl-camera"
      off={!on}
      pressed={camera.wanted && !muted}
      stopped={muted || problem === "absent"}
      small={small}
      onPress={() => void toggle().catch(() => undefined)}
    />
  );
}

/** Why the microphone or the camera could not be had, in words that help; what has the same remedy is named together. */
export function DeviceNotes({ media }: { media: MediaState }) {
  // Nothing can be done about what is not there: once read, the faces have the room, and the button says it.
  const [seen, setSeen] = useState<Key[]>([]);
  const all = problemAdvice(media.microphone.problem, media.camera.problem);
  return (
    <>
      {all
        .filter(({ todo }) => !seen.includes(todo))
        .map(({ wrong, todo }) => {
          const found = todo === "device.help.plugged";
          return (
            <Note key={todo} tone={found ? "ok" : "warn"} alert testId="device-note">
              {wrong.map((one) => (
                <p class="strong" key={one}>
                  {t(one)}
                </p>
              ))}
              <p class="meta">{t(todo === "device.help.denied" ? "device.help.deniedInside" : todo)}</p>
              {todo.startsWith("device.help.absent") && (
                <button
                  class="link link--button"
                  type="button"
                  data-testid="device-note-seen"
                  onClick={() => setSeen([...seen, todo])}
                >
                  {t("common.seen")}
                </button>
              )}
            </Note>
          );
        })}
    </>
  );
}
