import { useEffect, useRef, useState } from "preact/hooks";
import type { Device, ParticipantView } from "../generated/messages";
import { listed, pick, t } from "../i18n";
import { apart, myCaucus } from "../room/caucus";
import { inOrder } from "../room/conduct";
import { givesNow } from "../room/publications";
import { publicationOf } from "../room/state";
import { Button } from "../ui/Button";
import { answersOf, declinedOf, notRecorded } from "../ui/consents";
import { useStore, useUnknownCameras } from "../ui/hooks";
import { Icon, type IconName } from "../ui/Icon";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { rollLineOf } from "../ui/roll";
import { Seal, sideName } from "../ui/Seal";
import { Balance } from "./Balance";
import { PrivateTalks } from "./CaucusControls";
import { Lock } from "./Conducting";
import { Isolation } from "./Isolation";
import { Links } from "./Links";
import { conductWords, DeviceTool, SharingTool, SpotlightTool } from "./PersonTools";
import { Queue } from "./Queue";
import { useTools } from "./tools";
import { DenyButtons, Greet } from "./WaitingTools";

const SIDES = ["applicant", "respondent"];

interface Props {
  /** Whether private talks are begun from here: beside paper the stage has no room for it. */
  talks: boolean;
  onClose: () => void;
}

/** One waiting room a side, everybody in the room, and their links. Narrow screens show it as a drawer. */
export function PeoplePane({ talks, onClose }: Props) {
  const { state } = useTools();
  const people = [...state.participants.values()];
  const waiting = people.filter((one) => one.presence === "waiting");
  const inside = inOrder(people.filter((one) => one.presence !== "waiting"));
  const unknown = useUnknownCameras(state);
  const sides = [...new Set([...SIDES, ...waiting.map((one) => one.side)])];
  // One person's tools at a time: the column stays short.
  const [toolsOf, setToolsOf] = useState("");
  // Whether a private talk is sealed comes into sight as it begins, wherever the column was scrolled to.
  const pane = useRef<HTMLElement>(null);
  useEffect(() => pane.current?.scrollTo(0, 0), [myCaucus(state)?.caucus_id]);
  return (
    <aside class="people" id="people" aria-label={t("staff.people")} ref={pane}>
      <button class="btn btn--dense people__close" type="button" onClick={onClose}>
        <Icon name="x" />
        {t("common.close")}
      </button>
      <Isolation />
      <section class="stack stack--2">
        <h2 class="section-title">
          {t("staff.waitingRooms")} <span class="tiny">{t("staff.waitingRoomsHint")}</span>
        </h2>
        {waiting.length === 0 ? (
          <NobodyWaits sides={sides} />
        ) : (
          sides.map((side) => (
            <WaitingRoom key={side} side={side} waiting={waiting.filter((one) => one.side === side)} />
          ))
        )}
        <Declined />
        <div class="people__door">
          <Lock />
          <Greet sides={SIDES} />
        </div>
      </section>
      <section class="stack stack--2">
        <h2 class="section-title">
          {t("staff.inside")} <span class="tiny">{t("staff.peopleCount", { count: inside.length })}</span>
        </h2>
        <div class="side">
          {inside.map((one) => (
            <Inside
              key={one.participant_id}
              person={one}
              unknown={unknown.has(one.participant_id)}
              open={one.participant_id === toolsOf}
              onOpen={(open) => setToolsOf(open ? one.participant_id : "")}
            />
          ))}
        </div>
        {talks && <PrivateTalks />}
      </section>
      <Queue />
      <Balance />
      <Links />
      <LanguageSwitch />
    </aside>
  );
}

/** The rooms of all sides on one line. */
function NobodyWaits({ sides }: { sides: string[] }) {
  return (
    <div class="side">
      <div class="side__head">
        {sides.map((side) => (
          <Seal key={side} side={side} />
        ))}
        <span class="people__right tiny">{t("staff.nobodyWaits")}</span>
      </div>
    </div>
  );
}

function WaitingRoom({ side, waiting }: { side: string; waiting: ParticipantView[] }) {
  const { command } = useTools();
  return (
    <div class="side" data-side={side}>
      <div class="side__head">
        <Seal side={side} />
        {sideName(side)}
        <span class="people__right">
          {waiting.length > 0 ? (
            <span class="badge badge--accent badge--sm">{t("staff.waitingCount", { count: waiting.length })}</span>
          ) : (
            <span class="tiny">{t("staff.nobodyWaits")}</span>
          )}
        </span>
      </div>
      {waiting.map((one) => (
        <div class="person person--waiting" key={one.participant_id}>
          <div class="grow">
            <b>{one.display_name}</b>
            <PersonNote participantId={one.participant_id} />
          </div>
          <DenyButtons person={one} />
          <Button
            dense
            look="primary"
            icon="in"
            testId="admit"
            data-participant={one.participant_id}
            onClick={() => void command("admit", { participant_id: one.participant_id })}
          >
            {t("staff.admit")}
          </Button>
        </div>
      ))}
    </div>
  );
}

/** Who said no to something that is required: nobody waits for them in vain, and the mediator knows why. */
function Declined() {
  const { state } = useTools();
  return (
    <div role="status">
      {declinedOf(state).map((one) => (
        <div class="side" key={one.participantId} data-testid="declined-person">
          <div class="side__head">
            <Seal side={one.side} />
            {one.name}
          </div>
          <div class="person">
            <div class="grow">
              <p class="tiny">
                {t("staff.waiting.declined", { items: listed(one.items.map((item) => pick(item.zh, item.en))) })}
              </p>
              <p class="tiny">{t("staff.waiting.declinedHint")}</p>
            </div>
          </div>
        </div>
      ))}
    </div>
  );
}

/** Whether the identity was checked and the recording agreed to, in words. */
function PersonNote({ participantId }: { participantId: string }) {
  const { detail, state } = useTools();
  const person = detail.people.find((one) => one.participant_id === participantId);
  if (!person) return null;
  const line = rollLineOf(state, participantId);
  const words = [person.identity_checked_at ? t("staff.identityChecked") : t("staff.identityOpen")];
  if (line?.identity?.method === "document_asked") words[0] = t("staff.waiting.documentAsked");
  if (line?.company && !line.company.alone) words.push(t("staff.waiting.company", { who: line.company.who }));
  const answers = answersOf(state, participantId);
  if (answers && notRecorded(state, participantId)) words.push(t("staff.recordingRefused"));
  if (answers?.esign === false) words.push(t("staff.waiting.onPaper"));
  return <p class="tiny">{words.join(" · ")}</p>;
}

interface InsideProps {
  person: ParticipantView;
  /** They have just come, and it is not known yet what they send. */
  unknown: boolean;
  /** Whether the tools that are needed now and then are shown. */
  open: boolean;
  onOpen: (open: boolean) => void;
}

function Inside({ person, unknown, open, onOpen }: InsideProps) {
  const { state } = useTools();
  const me = person.participant_id === state.me;
  const wall = me ? null : apart(state, person);
  const reachable = !me && wall === null;
  const words = conductWords(state, person);
  const tools = t("conduct.tools", { name: person.display_name });
  return (
    <div class="person people__inside" data-participant={person.participant_id} data-bare={me ? "" : undefined}>
      <Seal side={person.side} />
      <b class="grow" title={person.display_name}>
        {person.display_name}
      </b>
      {reachable ? (
        <>
          <DeviceTool person={person} device="microphone" unknown={unknown} />
          <DeviceTool person={person} device="camera" unknown={unknown} />
        </>
      ) : wall ? (
        <Sign icon={wall === "away" || wall === "withOther" ? "lock" : "users"} word={t(`tile.${wall}`)} />
      ) : (
        <>
          <OwnState source="microphone" />
          <OwnState source="camera" />
        </>
      )}
      {!me && (
        <button
          class="btn btn--dense btn--icon people__mute"
          type="button"
          data-testid="person-tools"
          data-participant={person.participant_id}
          aria-expanded={open}
          aria-label={tools}
          title={tools}
          onClick={() => onOpen(!open)}
        >
          <Icon name="more" />
        </button>
      )}
      {person.role === "host" ? (
        <p class="tiny">{me ? t("conduct.you", { side: sideName(person.side) }) : sideName(person.side)}</p>
      ) : (
        <PersonNote participantId={person.participant_id} />
      )}
      {words.length > 0 && (
        <p
          class="tiny people__conduct"
          role="status"
          data-testid="conduct-words"
          data-participant={person.participant_id}
        >
          {words.join(" · ")}
        </p>
      )}
      {person.presence === "away" && <p class="tiny">{t("tile.away")}</p>}
      {person.presence === "dropped" && <p class="tiny people__dropped">{t("tile.dropped")}</p>}
      {open && (
        <div class="people__tools">
          {reachable && <SpotlightTool person={person} />}
          {reachable && person.role !== "host" && <SharingTool person={person} />}
          {person.role !== "host" && <RemoveTool person={person} />}
        </div>
      )}
    </div>
  );
}

function RemoveTool({ person }: { person: ParticipantView }) {
  const { command, ask } = useTools();
  const remove = () =>
    ask({
      title: t("staff.remove.title", { name: person.display_name }),
      consequences: [
        { icon: "x", text: t("staff.remove.link") },
        { icon: "msg", text: t("staff.remove.told") },
        { icon: "doc", text: t("staff.remove.logged") },
      ],
      act: t("staff.remove.act", { name: person.display_name }),
      onAct: () => void command("remove", { participant_id: person.participant_id }),
    });
  return (
    <Button dense look="danger" icon="exit" testId="remove" data-participant={person.participant_id} onClick={remove}>
      {t("staff.remove.button", { name: person.display_name })}
    </Button>
  );
}

/** One's own device as it is here: what it sends is on its way to another place for a moment after a move. */
function OwnState({ source }: { source: Device }) {
  const { desk, state } = useTools();
  const media = useStore(desk.media.state);
  const on = givesNow(media[source]) && !publicationOf(state, state.me, source)?.muted_by_host;
  const word = t(
    source === "microphone" ? (on ? "tile.micOn" : "tile.micOff") : on ? "staff.cameraOn" : "tile.cameraOff",
  );
  return (
    <Sign icon={source === "microphone" ? (on ? "mic" : "mic-off") : on ? "cam" : "cam-off"} word={word} off={!on} />
  );
}

function Sign({ icon, word, off }: { icon: IconName; word: string; off?: boolean }) {
  return (
    <span class={off ? "people__device people__device--off" : "people__device"} title={word}>
      <Icon name={icon} />
      <span class="visually-hidden">{word}</span>
    </span>
  );
}
