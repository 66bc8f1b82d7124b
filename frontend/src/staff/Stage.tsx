import { useState } from "preact/hooks";
import type { Device, ParticipantView, Quality } from "../generated/messages";
import { hasKey, t } from "../i18n";
import { apart } from "../room/caucus";
import { inOrder } from "../room/conduct";
import { screenReachable } from "../room/devices";
import type { LocalTrack, MediaState } from "../room/media";
import { myself, publicationOf, type RoomState } from "../room/state";
import { ownTroubles, troublesOf } from "../room/troubles";
import { Button } from "../ui/Button";
import { scrollable, useStore, useUnknownCameras } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { HideSelf, SelfHidden } from "../ui/SelfView";
import { isSelfHidden } from "../ui/selfHidden";
import { Tile } from "../ui/Tile";
import { Captioning, CaptionsButton } from "./Captioning";
import { PrivateTalks } from "./CaucusControls";
import { MuteAll, Timers } from "./Conducting";
import { DeviceTool, SpotlightTool } from "./PersonTools";
import { useTools } from "./tools";

/** From so many pictures on, the stage has three in a row. */
const MANY = 7;

/** Everybody who is in the room, the mediator too, and the mediator's own microphone and camera. */
export function Stage({ small }: { small: boolean }) {
  const { desk, state } = useTools();
  const media = useStore(desk.media.state);
  const unknown = useUnknownCameras(state);
  const [captioning, setCaptioning] = useState(false);
  const people = inOrder([...state.participants.values()].filter((one) => one.presence !== "waiting"));
  const large = people.find((one) => one.participant_id === state.stage.spotlight);
  const inside = large ? [large, ...people.filter((one) => one !== large)] : people;
  // Alone, one's own picture stays: an empty stage tells nothing.
  const hidden = isSelfHidden(state.me) && inside.length > 1;
  const seen = inside.filter((one) => !hidden || one.participant_id !== state.me);
  const screens = inside.filter(
    (one) => one.participant_id !== state.me && publicationOf(state, one.participant_id, "screen", "video"),
  );
  /** Another host may have stopped it: a host takes that back for themselves. */
  const switchOwn = async (device: Device, on: boolean) => {
    const own = publicationOf(state, state.me, device);
    if (on && own?.muted_by_host) {
      await desk.client.command("mute_publication", { publication_id: own.publication_id, muted: false });
    }
    await (device === "microphone" ? desk.media.setMicrophone(on) : desk.media.setCamera(on));
  };
  return (
    <main class="stage" aria-label={t("staff.room")}>
      <div
        class="stage__tiles"
        data-count={Math.min(seen.length + screens.length, MANY)}
        data-spotlight={large && screens.length === 0 ? "" : undefined}
        {...(small ? scrollable : {})}
      >
        {screens.map((one) => (
          <ScreenTile key={one.participant_id} person={one} state={state} media={media} small={small} />
        ))}
        {seen.map((one) => (
          <PersonTile
            key={one.participant_id}
            unknown={unknown.has(one.participant_id)}
            person={one}
            state={state}
            media={media}
            small={small}
            alone={inside.length === 1}
          />
        ))}
      </div>
      <Captioning open={captioning} />
      {!small && <PrivateTalks />}
      <div class="stage__controls">
        {hidden && <OwnLine state={state} media={media} small={small} />}
        <OwnDevice
          local={media.microphone}
          icons={["mic", "mic-off"]}
          words={[t("staff.microphoneOn"), t("staff.microphoneOff")]}
          set={(on) => switchOwn("microphone", on)}
          testId="own-microphone"
        />
        <OwnDevice
          local={media.camera}
          icons={["cam", "cam-off"]}
          words={[t("staff.cameraOn"), t("tile.cameraOff")]}
          set={(on) => switchOwn("camera", on)}
          testId="own-camera"
        />
        <OwnScreen />
        <MuteAll />
        <Timers />
        <CaptionsButton open={captioning} onToggle={() => setCaptioning(!captioning)} />
        {inside.length === 1 ? (
          <span class="meta stage__aside">{t("staff.alone")}</span>
        ) : (
          <OwnNetwork quality={myself(state)?.quality ?? "good"} />
        )}
      </div>
    </main>
  );
}

function OwnLine({ state, media, small }: { state: RoomState; media: MediaState; small: boolean }) {
  const microphone = publicationOf(state, state.me, "microphone");
  const camera = publicationOf(state, state.me, "camera");
  return (
    <SelfHidden
      microphone={media.microphone.wanted && media.microphone.track !== null && !microphone?.muted_by_host}
      mutedByHost={microphone?.muted_by_host}
      troubles={ownTroubles(media)}
      camera={media.camera.wanted && media.camera.track !== null && !camera?.muted_by_host}
      quality={myself(state)?.quality}
      spotlit={state.stage.spotlight === state.me}
      compact={small}
    />
  );
}

interface PersonTileProps {
  person: ParticipantView;
  state: RoomState;
  media: MediaState;
  small: boolean;
}

interface SomebodyProps extends PersonTileProps {
  alone: boolean;
  /** They have just come, and it is not known yet whether their camera is on. */
  unknown: boolean;
}

function ScreenTile({ person, state, media, small }: PersonTileProps) {
  const { desk } = useTools();
  const id = person.participant_id;
  const received = [...media.remote.values()].find(
    (one) => one.participantId === id && one.source === "screen" && one.kind === "video",
  );
  return (
    <Tile
      participantId={id}
      publicationId={publicationOf(state, id, "screen", "video")?.publication_id}
      name={t("tile.screenOf", { name: person.display_name })}
      side={person.side}
      video={received ?? null}
      awaited="coming"
      microphone={null}
      dropped={person.presence === "dropped"}
      small={small}
      screen
      onShown={(publication, size) => desk.media.show(publication, size)}
    />
  );
}

function PersonTile({ person, state, media, small, alone, unknown }: SomebodyProps) {
  const { desk } = useTools();
  const id = person.participant_id;
  const me = id === state.me;
  const wall = apart(state, person);
  const microphone = publicationOf(state, id, "microphone");
  const camera = publicationOf(state, id, "camera");
  const received = [...media.remote.values()].find((one) => one.participantId === id && one.source === "camera");
  const shown = camera !== null && !camera.paused && !camera.muted_by_host;
  const open = microphone !== null && !microphone.paused && !microphone.muted_by_host;
  return (
    <Tile
      participantId={id}
      publicationId={me ? undefined : camera?.publication_id}
      name={me ? (small ? t("common.you") : t("staff.nameYou", { name: person.display_name })) : person.display_name}
      side={person.side}
      video={me ? media.camera.track : shown ? (received ?? null) : null}
      awaited={me ? null : shown ? "coming" : unknown ? "connecting" : null}
      microphone={
        wall || (unknown && !microphone) ? null : me ? media.microphone.wanted && media.microphone.track !== null : open
      }
      speaking={state.speakers.includes(id)}
      dropped={person.presence === "dropped"}
      apart={wall}
      quality={person.quality}
      hand={person.hand_raised}
      mutedByHost={microphone?.muted_by_host}
      troubles={me ? ownTroubles(media) : troublesOf(person)}
      small={small}
      self={me}
      spotlit={state.stage.spotlight === id}
      onShown={(publication, size) => desk.media.show(publication, size)}
    >
      {!small && wall === null && (
        <>
          {!me && <DeviceTool person={person} device="microphone" unknown={unknown} />}
          {!me && <DeviceTool person={person} device="camera" unknown={unknown} />}
          {me && !alone && <HideSelf me={id} />}
          <SpotlightTool person={person} bare />
        </>
      )}
    </Tile>
  );
}

/** The mediator shows a page or a window to everybody. */
function OwnScreen() {
  const { desk, attempt } = useTools();
  const { screen } = useStore(desk.media.state);
  if (!screenReachable()) return null;
  const on = screen.track !== null;
  const problem = `staff.device.${screen.problem}`;
  return (
    <>
      <Button
        dense
        icon="screen"
        class={on ? "btn--on" : undefined}
        aria-pressed={on}
        testId="own-screen"
        onClick={() => void attempt(() => desk.media.setScreen(!screen.wanted))}
      >
        {t(on ? "staff.screenOn" : "staff.screenOff")}
      </Button>
      {screen.problem && hasKey(problem) && <span class="meta stage__problem">{t(problem)}</span>}
    </>
  );
}

function OwnNetwork({ quality }: { quality: Quality }) {
  return (
    <span
      class={
        quality === "good" ? "meta stage__aside stage__network" : "meta stage__aside stage__network stage__problem"
      }
      role="status"
      title={t(`staff.network.${quality}`)}
      data-testid="own-network"
      data-quality={quality}
    >
      <Icon name="signal" /> <span class="stage__network-word">{t(`staff.network.${quality}`)}</span>
    </span>
  );
}

interface OwnDeviceProps {
  local: LocalTrack;
  icons: ["mic", "mic-off"] | ["cam", "cam-off"];
  words: [string, string];
  set: (on: boolean) => Promise<void>;
  testId: string;
}

/** The label is the state, as everywhere; pressing changes it. */
function OwnDevice({ local, icons, words, set, testId }: OwnDeviceProps) {
  const { attempt } = useTools();
  const on = local.wanted && local.track !== null;
  const problem = `staff.device.${local.problem}`;
  return (
    <>
      <Button
        dense
        icon={on ? icons[0] : icons[1]}
        class={on ? undefined : "btn--off"}
        aria-pressed={on}
        testId={testId}
        onClick={() => void attempt(() => set(!local.wanted))}
      >
        {on ? words[0] : words[1]}
      </Button>
      {local.problem && hasKey(problem) && <span class="meta stage__problem">{t(problem)}</span>}
    </>
  );
}
