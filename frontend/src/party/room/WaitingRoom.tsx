import { useRef, useState } from "preact/hooks";
import { useRenewal } from "../../build";
import { t } from "../../i18n";
import type { RoomClient } from "../../room/client";
import type { MediaSession } from "../../room/media";
import { givesNow } from "../../room/publications";
import type { RoomState } from "../../room/state";
import { ownTroubles } from "../../room/troubles";
import { LinkButton } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { Dock } from "../../ui/Dock";
import { scrollable, useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Newer } from "../../ui/Newer";
import { Note } from "../../ui/Note";
import { RecStrip } from "../../ui/RecStrip";
import { rollLineOf } from "../../ui/roll";
import { Seal } from "../../ui/Seal";
import { Tile } from "../../ui/Tile";
import type { Me } from "../api";
import { Head } from "../Frame";
import { QuietHelp } from "../QuietCall";
import type { Visit } from "../visit";
import { Banner } from "./Banner";
import { ConsentsPanel } from "./ConsentsPanel";
import { CameraButton, DeviceNotes, MicrophoneButton } from "./Controls";
import { Greeting } from "./Greeting";
import { CONSENTS, usePanelFocus } from "./panelFocus";

interface Props {
  visit: Visit;
  client: RoomClient;
  media: MediaSession;
  me: Me;
  state: RoomState;
  onLeave: () => void;
}

/** Only the own side is here. Nothing is recorded and nothing is sent. */
export function WaitingRoom({ visit, client, media, me, state, onLeave }: Props) {
  const local = useStore(media.state);
  useRenewal();
  const [leaving, setLeaving] = useState(false);
  const [reading, setReading] = useState(false);
  const page = useRef<HTMLDivElement>(null);
  usePanelFocus(page, reading ? "consents" : "", CONSENTS);
  const people = [...state.participants.values()];
  const hosts = people.filter((one) => one.role === "host" && one.presence === "present");
  const beside = people.filter((one) => one.role !== "host" && one.participant_id !== state.me);
  const promises = [t("waiting.apart"), t("waiting.notRecorded"), t("waiting.comesByItself")];
  const steps = [t("waiting.next1"), t("waiting.next2"), t("waiting.next3")];
  const toShow = rollLineOf(state)?.identity?.method === "document_asked";
  return (
    <div class="phone" data-testid="waiting-room" ref={page}>
      <RecStrip recording={state.recording} clockOffset={state.clockOffset} />
      <Banner client={client} media={media} state={state} />
      <Newer />
      <Head />
      {reading && (
        <main class="phone__paper">
          <ConsentsPanel {...{ client, media, visit, me, state }} onClose={() => setReading(false)} />
        </main>
      )}
      <main class="phone__main" hidden={reading} {...scrollable}>
        <div class="stack stack--2">
          <p class="badge badge--accent badge--start">
            <Icon name="lock" />
            {t("waiting.badge")}
          </p>
          <h1 class="h1 h1--page">{t("waiting.title")}</h1>
          <p class="lead" role="status">
            {hosts.length > 0
              ? t("waiting.hostHere", { mediator: me.session.mediator_name })
              : t("waiting.hostComing", { mediator: me.session.mediator_name })}
          </p>
        </div>
        <Greeting state={state} me={me} here={hosts.length > 0} />
        {toShow && (
          <Note tone="warn" icon="user" title={t("waiting.document")} testId="waiting-document">
            <p class="meta">{t("waiting.documentText")}</p>
          </Note>
        )}
        <div class="waiting__tile" data-theme="stage">
          <Tile
            participantId={state.me}
            name={t("common.you")}
            side={me.participant.side}
            video={local.camera.track}
            microphone={givesNow(local.microphone)}
            troubles={ownTroubles(local)}
            self
          />
        </div>
        {beside.length > 0 && (
          <ul class="card card--flush list">
            {beside.map((one) => (
              <li key={one.participant_id}>
                <Seal side={one.side} />
                <span class="grow">{one.display_name}</span>
                <span class="meta">{t("waiting.alsoHere")}</span>
              </li>
            ))}
          </ul>
        )}
        <ul class="stack stack--2">
          {promises.map((one) => (
            <li class="row row--top" key={one}>
              <span class="mark mark--sm mark--ok">
                <Icon name="check" />
              </span>
              <span>{one}</span>
            </li>
          ))}
        </ul>
        <section class="stack stack--2">
          <h2 class="h2">{t("waiting.next")}</h2>
          <ol class="stack stack--2">
            {steps.map((one, index) => (
              <li class="row row--top" key={one}>
                <span class="bullet" aria-hidden="true">
                  {index + 1}
                </span>
                <span>{one}</span>
              </li>
            ))}
          </ol>
        </section>
        <QuietHelp visit={visit} me={me} />
        <DeviceNotes media={local} />
      </main>
      <Dock>
        <div class="ctrl">
          <MicrophoneButton media={media} />
          <CameraButton media={media} />
        </div>
        <div class="row row--wrap between">
          <LinkButton icon="list" testId="ctrl-consents" aria-expanded={reading} onClick={() => setReading(!reading)}>
            {t("consentPanel.panel")}
          </LinkButton>
          <LinkButton icon="exit" testId="ctrl-leave" onClick={() => setLeaving(true)}>
            {t("room.leave")}
          </LinkButton>
        </div>
      </Dock>
      {leaving && (
        <Confirm
          title={t("room.leaveTitle")}
          consequences={[{ text: t("room.leaveText") }]}
          act={t("room.leaveAct")}
          testId="leave"
          immediate
          onAct={onLeave}
          onCancel={() => setLeaving(false)}
        />
      )}
    </div>
  );
}
