/** The mediator's exhibits: what is shown, whose view is still missing, who may show, and all of them. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { AddForm } from "../exhibits/AddForm";
import { ExhibitAccess, type GivenView } from "../exhibits/access";
import { bringingScope, EMPTY } from "../exhibits/bringing";
import { ExhibitCard } from "../exhibits/Card";
import { ExhibitList } from "../exhibits/List";
import { type Exhibit, exhibitsOf, mayPresent, otherSides, presentationOf } from "../exhibits/model";
import { RecordOriginal } from "../exhibits/Originals";
import { usePage } from "../exhibits/page";
import { given, ViewForm, viewScope } from "../exhibits/ViewForm";
import { refusalOf } from "../exhibits/words";
import { t } from "../i18n";
import { useActs } from "../ui/acts";
import { Button, LinkButton } from "../ui/Button";
import { scrollable } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Refusal } from "../ui/Refusal";
import { Seal, sideName } from "../ui/Seal";
import { begun, forget, keep, own, type Scope } from "../ui/unsent";
import { useAsk } from "./ask";
import { useTools } from "./tools";

export function ExhibitsTab() {
  const { state, detail } = useTools();
  const access = useStaffAccess(detail.session_id);
  const ask = useAsk();
  const presented = presentationOf(state);
  const all = exhibitsOf(state);
  const lookedAt: Scope<string | null> = own(state, "at/exhibit");
  const chosen = begun(lookedAt);
  const setChosen = (id: string | null) => keep(lookedAt, id);
  const bringing = bringingScope(state);
  const adding = begun(bringing) !== null;
  const { refusal, act } = useActs(refusalOf);
  // Whatever comes onto everybody's screen comes to the front here too.
  const shownId = presented?.shown.exhibit_id;
  const before = useRef(shownId);
  useEffect(() => {
    if (before.current !== shownId) setChosen(null);
    before.current = shownId;
  }, [shownId]);
  useEffect(() => () => forget(lookedAt.name), []);
  const open = all.find((one) => one.exhibit_id === chosen) ?? presented?.exhibit ?? null;
  return (
    <div class="exhibits" {...scrollable} data-testid="exhibits">
      <Refusal words={refusal} />
      {open && <OpenExhibit key={open.exhibit_id} access={access} exhibit={open} act={act} />}
      <section class="exhibits__all">
        <h3 class="exhibits__head">
          <span class="grow">{t("exhibit.all")}</span>
          <LinkButton
            icon="plus"
            testId="exhibit-add"
            onClick={() => (adding ? forget(bringing.name) : keep(bringing, EMPTY))}
          >
            {t("exhibit.add")}
          </LinkButton>
        </h3>
        {adding && (
          <div class="card">
            <AddForm key={bringing.name} access={access} ask={ask} state={state} agreed={null} onDone={setChosen} />
          </div>
        )}
        <ExhibitList exhibits={all} chosen={open?.exhibit_id ?? null} onChoose={setChosen} />
      </section>
      <Presenters access={access} act={act} />
      <Note tone="plain" small>
        {t("exhibit.factsNote")}
      </Note>
    </div>
  );
}

function useStaffAccess(sessionId: string): ExhibitAccess {
  const access = useMemo(
    () => new ExhibitAccess((work) => work(undefined), `?session_id=${encodeURIComponent(sessionId)}`),
    [sessionId],
  );
  useEffect(() => () => access.close(), [access]);
  return access;
}

interface OpenProps {
  access: ExhibitAccess;
  exhibit: Exhibit;
  act: (work: () => Promise<unknown>) => Promise<boolean>;
}

function OpenExhibit({ access, exhibit, act }: OpenProps) {
  const { state, ask } = useTools();
  const { shown, page, look } = usePage(exhibit, state);
  const sides = otherSides(exhibit);
  const scopeOf = (side: string) => viewScope(state, exhibit, side);
  const recording = sides.find((side) => begun(scopeOf(side)) !== null);
  const mine = exhibit.owner_id === state.me;
  const turn = (next: number) => {
    if (shown) void act(() => access.present(exhibit.exhibit_id, next));
    else look(next);
  };
  const withdraw = () =>
    ask({
      title: t("exhibit.withdrawTitle"),
      consequences: [{ text: t("exhibit.withdrawText") }],
      act: t("exhibit.withdraw"),
      onAct: () => void act(() => access.withdraw(exhibit.exhibit_id)),
    });
  const disclose = () =>
    ask({
      title: t("exhibit.discloseTitle"),
      consequences: [{ text: t("exhibit.discloseText") }],
      act: t("exhibit.disclose"),
      onAct: () => void act(() => access.disclose(exhibit.exhibit_id)),
    });
  const give = (side: string) => (views: GivenView[]) =>
    act(() => access.giveViews(exhibit.exhibit_id, side as "applicant" | "respondent", views));
  return (
    <ExhibitCard access={access} exhibit={exhibit} shown={shown} page={page} onTurn={turn} mine={mine}>
      {recording ? (
        <>
          <p class="strong">{t("exhibit.recordFor", { side: sideName(recording) })}</p>
          <ViewForm
            exhibit={exhibit}
            side={recording}
            answers={begun(scopeOf(recording)) ?? {}}
            onAnswers={(answers) => keep(scopeOf(recording), answers)}
            onGive={give(recording)}
            onCancel={() => forget(scopeOf(recording).name)}
          />
        </>
      ) : (
        <div class="exhibit-acts">
          {!exhibit.withdrawn && (
            <Button
              dense
              look={shown ? "plain" : "primary"}
              icon={shown ? "x" : "screen"}
              testId={shown ? "exhibit-put-away" : "exhibit-present"}
              onClick={() => void act(() => (shown ? access.putAway() : access.present(exhibit.exhibit_id, page)))}
            >
              {t(shown ? "exhibit.putAway" : "exhibit.present")}
            </Button>
          )}
          {!exhibit.private &&
            !exhibit.withdrawn &&
            sides.map((side) => (
              <Button
                key={side}
                dense
                icon="pen"
                testId="exhibit-record"
                data-side={side}
                onClick={() => keep(scopeOf(side), given(exhibit, side))}
              >
                {t("exhibit.record", { side: sideName(side) })}
              </Button>
            ))}
          {mine && exhibit.private && !exhibit.withdrawn && (
            <Button dense icon="carry" onClick={disclose}>
              {t("exhibit.disclose")}
            </Button>
          )}
          {mine && !exhibit.withdrawn && (
            <Button dense look="danger" onClick={withdraw}>
              {t("exhibit.withdraw")}
            </Button>
          )}
        </div>
      )}
      {!recording && <RecordOriginal access={access} exhibit={exhibit} act={act} />}
    </ExhibitCard>
  );
}

/** Who may show their own side's exhibits. */
function Presenters({ access, act }: Pick<OpenProps, "access" | "act">) {
  const { state } = useTools();
  const parties = [...state.participants.values()].filter((one) => one.role === "party" && one.presence !== "waiting");
  if (parties.length === 0) return null;
  return (
    <section class="exhibits__all">
      <h3 class="exhibits__head">{t("exhibit.presenters")}</h3>
      <div class="exhibits__presenters">
        {parties.map((one) => {
          const on = mayPresent(state, one.participant_id);
          return (
            <button
              key={one.participant_id}
              class="writer"
              type="button"
              role="switch"
              aria-checked={on}
              data-testid="presenter"
              data-participant={one.participant_id}
              onClick={() => void act(() => access.setPresenter(one.participant_id, !on))}
            >
              <Seal side={one.side} />
              <span class="writer__name">{one.display_name}</span>
              <span class="writer__state">
                <Icon name={on ? "check" : "x"} />
                {t(on ? "exhibit.mayPresent" : "exhibit.mayNotPresent")}
              </span>
            </button>
          );
        })}
      </div>
    </section>
  );
}
