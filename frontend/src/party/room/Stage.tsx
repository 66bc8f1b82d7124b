/** The joint session: the mediator large, the others small, the agreement a press away. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { presentationOf } from "../../exhibits/model";
import type { CaucusView, Device } from "../../generated/messages";
import { t } from "../../i18n";
import { awaitedCaucus, isUnheard, myCaucus } from "../../room/caucus";
import type { RoomClient } from "../../room/client";
import type { MediaSession } from "../../room/media";
import { myself, publicationOf, type RoomState } from "../../room/state";
import { placeOf } from "../../room/talk";
import { chatScope, setDraft } from "../../talk/drafts";
import { CaucusBar, CaucusOutside } from "../../ui/CaucusBar";
import { Confirm } from "../../ui/Confirm";
import { notRecorded } from "../../ui/consents";
import { Dock } from "../../ui/Dock";
import { scrollable, useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Newer } from "../../ui/Newer";
import { RecStrip } from "../../ui/RecStrip";
import { Sounds } from "../../ui/Sounds";
import { TimerBar } from "../../ui/TimerBar";
import { begun, forget, forgetOver, keep, own, type Scope } from "../../ui/unsent";
import type { Me } from "../api";
import { useQuietCall } from "../QuietCall";
import { personOf } from "../unsent";
import type { Visit } from "../visit";
import { AgreementPanel } from "./AgreementPanel";
import { Asked } from "./Asked";
import { agreementOf } from "./agreement";
import { Banner } from "./Banner";
import { Captions, captionChoices } from "./Captions";
import { ChatNews } from "./ChatPanel";
import { CameraButton, Control, DeviceNotes, MicrophoneButton } from "./Controls";
import { conductChoices } from "./conduct";
import { Done } from "./Done";
import { Faces } from "./Faces";
import { type Choice, More } from "./More";
import { OffersNews } from "./OffersPanel";
import { usePanelFocus } from "./panelFocus";
import { PANELS } from "./panels";
import { RollInvitation } from "./RollPanel";
import { Sharing } from "./Sharing";
import { Shown } from "./Shown";
import { Signing, wasSigning } from "./Signing";
import { useSigningSteps } from "./signingSteps";
import { TicketQuestions } from "./Tickets";

interface Props {
  client: RoomClient;
  media: MediaSession;
  visit: Visit;
  me: Me;
  state: RoomState;
  onLeave: () => void;
}

type View = "faces" | "agreement" | "signing" | "done" | `panel-${string}`;

export function Stage({ client, media, visit, me, state, onLeave }: Props) {
  const local = useStore(media.state);
  const [view, setView] = useState<View>(() => viewOf(me, state));
  useLayoutEffect(() => keep(openView(state), view), [view]);
  useEffect(() => forgetOver(state), [state.caucuses]);
  const [more, setMore] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const quiet = useQuietCall(visit, me);
  const agreement = agreementOf(state);
  const mine = agreement?.signers.find((one) => one.participant_id === state.me);
  const toSign = agreement?.state === "signing" && mine !== undefined && mine.signed_at === null;
  const stage = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (toSign) return;
    forget("signing");
    forget("steps");
  }, [toSign]);
  const onSteps = useSigningSteps(visit, {
    text: toSign ? agreement : null,
    owner: personOf(me),
    // A process that was killed knows nothing of it, and nothing is told from inside a private talk.
    anew: [useStore(client.offer), placeOf(state)],
  });
  usePanelFocus(stage, view);
  useAgreementTurns(agreement?.state, agreement?.proposal_id, setView);

  // Into a private talk people go to talk: what lies open on the table, signing too, waits.
  const place = myCaucus(state)?.caucus_id;
  useEffect(() => {
    if (place) setView((now) => (now === "signing" || now === "done" ? "faces" : now));
  }, [place]);

  const muted = (device: Device) => publicationOf(state, state.me, device)?.muted_by_host ?? false;
  const sounds = <Sounds remote={local.remote} speaker={local.speaker} />;
  const awaited = awaitedCaucus(state);
  const strip = <RecStrip recording={state.recording} clockOffset={state.clockOffset} withoutMe={notRecorded(state)} />;
  /** What goes on in the room is on every screen of it, whatever this person reads or signs. */
  const news = (except: CaucusView | null) => (
    <>
      <CaucusBar state={state} except={except} />
      <TimerBar state={state} />
      <Banner client={client} media={media} state={state} />
      <Newer />
    </>
  );
  const lightStrip = (
    <div class="strip">
      {strip}
      <span class="strip__own">
        <MicrophoneButton small media={media} muted={muted("microphone")} />
        <CameraButton small media={media} muted={muted("camera")} />
      </span>
    </div>
  );
  const questions = (
    <>
      <TicketQuestions visit={visit} me={me} state={state} />
      <Asked client={client} media={media} state={state} />
    </>
  );
  if (view === "done" && agreement) {
    return (
      <>
        <Done
          visit={visit}
          me={me}
          agreement={agreement}
          state={state}
          strip={lightStrip}
          news={news(null)}
          questions={questions}
          onBack={() => setView("faces")}
        />
        {sounds}
      </>
    );
  }
  if (view === "signing" && agreement && mine) {
    return (
      <>
        <Signing
          visit={visit}
          me={me}
          agreement={agreement}
          strip={lightStrip}
          news={
            <>
              {news(null)}
              <Captions client={client} state={state} />
            </>
          }
          questions={questions}
          onRead={() => setView("agreement")}
          onDone={() => setView("done")}
          onSteps={onSteps}
        />
        {sounds}
      </>
    );
  }
  const panel = PANELS.find((one) => view === `panel-${one.id}`);
  // Microphone, camera and hand reach nobody then: in their place stands what does.
  const unheard = isUnheard(state);
  const reading = view === "agreement" || panel !== undefined;
  const looking = presentationOf(state) !== null;
  const open = (next: View) => {
    setMore(false);
    quiet.forget();
    setView(next);
  };
  const writeToMediator = () => {
    setDraft(chatScope(state), { target: { to: "hosts", word: t("chat.toMediator") } });
    open("panel-chat");
  };
  const close = () => {
    setMore(false);
    quiet.forget();
  };
  const leave = () => {
    setMore(false);
    setLeaving(true);
  };
  const choices: Choice[] = [
    { testId: "ctrl-agreement", icon: "doc", word: t("room.agreement"), onPress: () => open("agreement") },
    ...PANELS.filter(({ offered }) => offered?.(state) ?? true).map(({ id, icon, word, count }) => ({
      testId: `ctrl-${id}`,
      icon,
      word: word(),
      count: count?.(state) ?? 0,
      onPress: () => open(`panel-${id}`),
    })),
    ...conductChoices({ client, media, state, local, done: () => setMore(false) }),
    ...captionChoices(() => setMore(false)),
    { testId: "ctrl-quiet", icon: "heart", word: t("call.quiet"), note: quiet.words, onPress: quiet.press },
    { testId: "ctrl-leave", icon: "exit", word: t("room.leave"), onPress: leave },
  ];
  const unread = choices.some((one) => (one.count ?? 0) > 0);
  return (
    <div
      class="phone room"
      data-theme="stage"
      data-testid="room"
      data-view={view}
      data-participant={state.me}
      ref={stage}
    >
      {strip}
      {news(awaited)}
      <main class={reading || looking ? "room__main room__main--reading" : "room__main"} {...scrollable}>
        <h1 class="visually-hidden">{t("room.title")}</h1>
        <TicketQuestions visit={visit} me={me} state={state} />
        {!reading && <ChatNews state={state} onOpen={() => open("panel-chat")} />}
        {!reading && <OffersNews state={state} onOpen={() => open("panel-offers")} />}
        {awaited && <CaucusOutside state={state} caucus={awaited} compact={reading} />}
        <Faces
          media={local}
          state={state}
          me={me}
          compact={reading || looking || awaited !== null}
          onShown={(publication, size) => media.show(publication, size)}
        />
        {!reading && <Shown visit={visit} state={state} onOpen={() => open("panel-exhibits")} />}
        {panel && (
          <panel.View client={client} media={media} visit={visit} me={me} state={state} onClose={() => open("faces")} />
        )}
        {view === "agreement" && (
          <AgreementPanel
            client={client}
            visit={visit}
            me={me}
            state={state}
            agreement={agreement}
            onClose={() => setView("faces")}
            onSign={toSign ? () => setView("signing") : undefined}
            onRead={() => onSteps({ read: true })}
            onDone={() => setView("done")}
          />
        )}
        <DeviceNotes media={local} />
        <Asked client={client} media={media} state={state} />
        <Sharing media={media} state={state} reading={reading} />
        <div class="room__invitations" aria-live="polite">
          {!reading && <Invitation toSign={toSign} onOpen={() => setView("agreement")} />}
          {!reading && <RollInvitation state={state} onOpen={() => setView("panel-roll")} />}
        </div>
      </main>
      {sounds}
      {unheard && !more && (
        <p class="outside__noted" role="status" data-testid="ctrl-quiet-outside-note">
          {quiet.words}
        </p>
      )}
      {!more && <Captions client={client} state={state} />}
      {more && <More choices={choices} onClose={close} />}
      <Dock stage>
        <div class="ctrl">
          {unheard ? (
            <>
              <Control icon="msg" word={t("caucus.write")} testId="ctrl-write-mediator" onPress={writeToMediator} />
              <Control icon="heart" word={t("call.quietShort")} testId="ctrl-quiet-outside" onPress={quiet.press} />
            </>
          ) : (
            <>
              <MicrophoneButton media={media} muted={muted("microphone")} />
              <CameraButton media={media} muted={muted("camera")} />
              <Hand client={client} state={state} />
            </>
          )}
          <Control
            icon="more"
            word={t("room.more")}
            testId="ctrl-more"
            on={more}
            expanded={more}
            badge={unread || (toSign && view !== "agreement")}
            onPress={() => setMore(!more)}
          />
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

/** Where somebody is when the page is loaded: where they were, if that is still there. */
function viewOf(me: Me, state: RoomState): View {
  const agreement = agreementOf(state);
  if (agreement?.state === "signing" && wasSigning(me, agreement)) return "signing";
  const before = begun(openView(state)) ?? "faces";
  const panel = PANELS.find((one) => before === `panel-${one.id}`);
  const there = before === "agreement" || (panel && (panel.offered?.(state) ?? true));
  return there ? before : "faces";
}

function openView(state: RoomState): Scope<View> {
  return own(state, "at/view");
}

/** What happens to the agreement moves the screen once: in force shows the end, a new or void text leaves it. */
function useAgreementTurns(
  state: string | undefined,
  proposal: string | undefined,
  setView: (view: View) => void,
): void {
  const seen = useRef<string | undefined>(undefined);
  useEffect(() => {
    const now = `${proposal}/${state}`;
    const before = seen.current;
    seen.current = now;
    if (state === "in_force") setView("done");
    else if (before !== undefined && before !== now && (state === undefined || state === "void")) setView("agreement");
  }, [state, proposal]);
}

function Invitation({ toSign, onOpen }: { toSign: boolean; onOpen: () => void }) {
  if (!toSign) return null;
  return (
    <button class="btn btn--primary btn--block" type="button" data-testid="sign-invitation" onClick={onOpen}>
      <Icon name="pen" />
      {t("room.toSign")}
    </button>
  );
}

function Hand({ client, state }: { client: RoomClient; state: RoomState }) {
  const place = myself(state)?.hand_place ?? 0;
  const raised = place > 0;
  const toggle = () => {
    // Without a connection nothing is asked; the banner says so.
    client.command("raise_hand", { raised: !raised }).catch(() => undefined);
  };
  return (
    <>
      <Control
        icon="hand"
        word={raised ? t("room.handPlace", { place }) : t("room.hand")}
        testId="ctrl-hand"
        on={raised}
        pressed={raised}
        onPress={toggle}
      />
      <span class="visually-hidden" role="status" data-testid="hand-told" data-place={place}>
        {raised && (place === 1 ? t("room.handNext") : t("room.handTold", { place }))}
      </span>
    </>
  );
}
