import type { ParticipantId, ParticipantView, PublicationId, Source } from "../../generated/messages";
import { t } from "../../i18n";
import { apart } from "../../room/caucus";
import { inOrder } from "../../room/conduct";
import type { MediaState, RemoteTrack, TileSize } from "../../room/media";
import { givesNow } from "../../room/publications";
import { myself, publicationOf, type RoomState } from "../../room/state";
import { ownTroubles, troublesOf } from "../../room/troubles";
import { scrollable, useUnknownCameras } from "../../ui/hooks";
import { sideName } from "../../ui/Seal";
import { HideSelf, SelfHidden } from "../../ui/SelfView";
import { isSelfHidden } from "../../ui/selfHidden";
import { Tile } from "../../ui/Tile";
import type { Me } from "../api";

interface Props {
  media: MediaState;
  state: RoomState;
  me: Me;
  /** One row of small tiles, because a text has the room. */
  compact: boolean;
  onShown: (publication: PublicationId, size: TileSize) => void;
}

/** More than these beside oneself, and the row scrolls. */
const FEW = 3;

/** In small tiles the seal alone says the side: a name must never be cut to make room for a word. */
function nameFor(person: ParticipantView, small: boolean): string {
  if (person.role === "host" && !small) return `${sideName(person.side)} ${person.display_name}`;
  return person.display_name;
}

function pictureOf(person: string, source: Source, media: MediaState): RemoteTrack | null {
  for (const one of media.remote.values()) {
    if (one.participantId === person && one.source === source && one.kind === "video") return one;
  }
  return null;
}

interface OtherProps {
  person: ParticipantView;
  props: Props & { unknown: ReadonlySet<ParticipantId> };
  small: boolean;
}

function Other({ person, props, small }: OtherProps) {
  const { media, state } = props;
  const wall = apart(state, person);
  const sound = publicationOf(state, person.participant_id, "microphone");
  const picture = publicationOf(state, person.participant_id, "camera");
  const shown = picture !== null && !picture.paused && !picture.muted_by_host;
  const unknown = props.unknown.has(person.participant_id);
  return (
    <Tile
      participantId={person.participant_id}
      name={nameFor(person, small)}
      side={person.side}
      publicationId={picture?.publication_id}
      video={shown ? pictureOf(person.participant_id, "camera", media) : null}
      awaited={shown ? (media.soundOnly ? "soundOnly" : "coming") : unknown ? "connecting" : null}
      microphone={wall || (unknown && !sound) ? null : sound !== null && !sound.paused && !sound.muted_by_host}
      mutedByHost={sound?.muted_by_host}
      troubles={troublesOf(person)}
      speaking={state.speakers.includes(person.participant_id)}
      dropped={person.presence === "dropped"}
      apart={wall}
      quality={person.quality}
      hand={person.hand_raised}
      small={small}
      spotlit={state.stage.spotlight === person.participant_id}
      onShown={props.onShown}
    />
  );
}

/** What somebody shows of their screen. */
function SharedScreen({ person, props, small }: { person: ParticipantView; props: Props; small?: boolean }) {
  const { media, state } = props;
  return (
    <Tile
      participantId={person.participant_id}
      publicationId={publicationOf(state, person.participant_id, "screen", "video")?.publication_id}
      name={t("tile.screenOf", { name: person.display_name })}
      side={person.side}
      video={pictureOf(person.participant_id, "screen", media)}
      awaited={media.soundOnly ? "soundOnly" : "coming"}
      microphone={null}
      dropped={person.presence === "dropped"}
      small={small}
      screen
      onShown={props.onShown}
    />
  );
}

function cameraShown(state: RoomState, media: MediaState): boolean {
  return givesNow(media.camera) && !publicationOf(state, state.me, "camera")?.muted_by_host;
}

/** A shared screen, whom the mediator shows large, or the mediator takes the height that is left; the rest one row. */
export function Faces(given: Props) {
  const { media, state, me, compact } = given;
  const props = { ...given, unknown: useUnknownCameras(state) };
  const others = inOrder(
    [...state.participants.values()].filter((one) => one.participant_id !== state.me && one.presence !== "waiting"),
  );
  const spotlit = others.find((one) => one.participant_id === state.stage.spotlight);
  const host = others.find((one) => one.role === "host" && apart(state, one) === null);
  const sharing = others.find((one) => publicationOf(state, one.participant_id, "screen", "video"));
  const large = compact || sharing ? undefined : (spotlit ?? host ?? others[0]);
  const small = others.filter((one) => one !== large);
  const mine = publicationOf(state, state.me, "microphone");
  const own = {
    microphone: givesNow(media.microphone) && !mine?.muted_by_host,
    troubles: ownTroubles(media),
    mutedByHost: mine?.muted_by_host,
    quality: myself(state)?.quality,
    spotlit: state.stage.spotlight === state.me,
  };
  const hidden = isSelfHidden(state.me);
  return (
    <div class={compact ? "faces faces--compact" : "faces"}>
      {large && (
        <div class="faces__large">
          <Other key={large.participant_id} person={large} props={props} small={false} />
        </div>
      )}
      {sharing && !compact && (
        <div class="faces__large">
          <SharedScreen key={sharing.participant_id} person={sharing} props={props} />
        </div>
      )}
      {!large && !sharing && !compact && <p class="faces__empty lead">{t("room.alone")}</p>}
      <div class="faces__row" {...(small.length > FEW ? scrollable : {})}>
        {sharing && compact && <SharedScreen key={sharing.participant_id} person={sharing} props={props} small />}
        {small.map((one) => (
          <Other key={one.participant_id} person={one} props={props} small />
        ))}
        {!hidden && (
          <Tile
            {...own}
            participantId={state.me}
            name={t("common.you")}
            side={me.participant.side}
            video={media.camera.wanted ? media.camera.track : null}
            speaking={state.speakers.includes(state.me)}
            small
            self
          >
            <HideSelf me={state.me} />
          </Tile>
        )}
      </div>
      {hidden && <SelfHidden {...own} camera={cameraShown(state, media)} compact={compact} />}
    </div>
  );
}
