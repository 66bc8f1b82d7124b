/** A party's exhibits: bring one, look at each, say what one's side thinks of the other's. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { AddForm } from "../../exhibits/AddForm";
import { ExhibitAccess } from "../../exhibits/access";
import { bringingScope, EMPTY } from "../../exhibits/bringing";
import { ExhibitCard } from "../../exhibits/Card";
import { ExhibitList } from "../../exhibits/List";
import { type Exhibit, exhibitsOf, mayPresent, otherSides, type Party, presentationOf } from "../../exhibits/model";
import { usePage } from "../../exhibits/page";
import { given, ViewForm, viewScope } from "../../exhibits/ViewForm";
import { refusalOf } from "../../exhibits/words";
import { t } from "../../i18n";
import { useActs } from "../../ui/acts";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { answersOf } from "../../ui/consents";
import { scrollable } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { Refusal } from "../../ui/Refusal";
import { begun, forget, keep, own, type Scope } from "../../ui/unsent";
import { type Visit, withToken } from "../visit";
import { partyAsk } from "./ask";
import type { PanelProps } from "./panel";

const ACCESSES = new WeakMap<Visit, ExhibitAccess>();

/** One for a visit: the panel and the page on the stage share what was fetched. */
export function accessOf(visit: Visit): ExhibitAccess {
  const known = ACCESSES.get(visit);
  if (known) return known;
  const access = new ExhibitAccess((work) => withToken(visit, (token) => work(token)), "");
  ACCESSES.set(visit, access);
  return access;
}

/** The exhibit that is open here, and which one was on everybody's screen when it was opened. */
interface Looked {
  chosen: string | null;
  shown: string | null;
}

export function ExhibitsPanel({ visit, me, state, onClose }: PanelProps) {
  const access = accessOf(visit);
  const all = exhibitsOf(state);
  const presented = presentationOf(state);
  const shownId = presented?.exhibit.exhibit_id ?? null;
  const lookedAt: Scope<Looked> = own(state, "at/exhibit");
  const before = begun(lookedAt);
  // What comes onto everybody's screen comes to the front; whoever looked away from it since looks there still.
  const isNew = shownId !== null && before?.shown !== shownId;
  const chosen = isNew ? shownId : (before?.chosen ?? null);
  const setChosen = (next: string | null) => keep(lookedAt, { chosen: next, shown: shownId });
  useEffect(() => setChosen(chosen), [shownId]);
  // Closed and opened again it begins with all of them, as ever.
  useEffect(() => () => forget(lookedAt.name), []);
  const bringing = bringingScope(state);
  const adding = begun(bringing) !== null;
  const ask = useMemo(() => partyAsk(visit, me), [visit, me]);
  const open = all.find((one) => one.exhibit_id === chosen) ?? null;
  const party = me.participant.role === "party";
  return (
    <section class="paper" data-theme-light aria-label={t("exhibit.panel")} data-testid="exhibits">
      <header class="paper__head">
        {open && (
          <button class="tool" type="button" data-testid="exhibit-back" onClick={() => setChosen(null)}>
            <Icon name="back" />
            {t("exhibit.all")}
          </button>
        )}
        {!open && <h2 class="h2">{t("exhibit.panel")}</h2>}
        <button class="tool" type="button" data-testid="panel-close" onClick={onClose}>
          <Icon name="x" />
          {t("common.close")}
        </button>
      </header>
      <div class="paper__body" {...scrollable}>
        {open && <OpenExhibit key={open.exhibit_id} access={access} exhibit={open} me={me} state={state} />}
        {!open && adding && answersOf(state)?.sensitive_medical === false && (
          <Note tone="plain" small testId="exhibit-no-medical">
            {t("exhibit.noMedical")}
          </Note>
        )}
        {!open && adding && (
          <AddForm
            key={bringing.name}
            access={access}
            ask={ask}
            state={state}
            agreed={answersOf(state) ?? {}}
            onDone={setChosen}
          />
        )}
        {!open && !adding && party && (
          <Button look="primary" block icon="plus" testId="exhibit-add" onClick={() => keep(bringing, EMPTY)}>
            {t("exhibit.bring")}
          </Button>
        )}
        {!open && !(adding && all.length === 0) && <ExhibitList exhibits={all} chosen={null} onChoose={setChosen} />}
      </div>
    </section>
  );
}

type OpenProps = Pick<PanelProps, "me" | "state"> & { access: ExhibitAccess; exhibit: Exhibit };

function OpenExhibit({ access, exhibit, me, state }: OpenProps) {
  const { shown, page, look } = usePage(exhibit, state);
  const { refusal, act } = useActs(refusalOf);
  const views = viewScope(state, exhibit, me.participant.side);
  const saying = begun(views);
  const [asking, setAsking] = useState<"withdraw" | "disclose" | null>(null);
  const id = exhibit.exhibit_id;
  const { side, role } = me.participant;
  const mine = exhibit.owner_id === state.me;
  const leads = shown?.presenter_id === state.me;
  const turn = (next: number) => (leads ? void act(() => access.present(id, next)) : look(next));
  const asked =
    role === "party" && !exhibit.private && !exhibit.withdrawn && otherSides(exhibit).some((one) => one === side);
  const canPresent = mayPresent(state, state.me) && exhibit.side === side && !exhibit.withdrawn;
  return (
    <>
      <Refusal words={refusal} />
      <ExhibitCard
        access={access}
        exhibit={exhibit}
        shown={shown}
        page={page}
        onTurn={shown && !leads ? undefined : turn}
        mine={mine}
      >
        {exhibit.private && (
          <Note tone="sealed" small>
            {t("exhibit.privateNote")}
          </Note>
        )}
        {asked && saying && (
          <ViewForm
            exhibit={exhibit}
            side={side}
            answers={saying}
            onAnswers={(answers) => keep(views, answers)}
            plain
            onGive={(wanted) => act(() => access.giveViews(id, side as Party, wanted))}
            onCancel={() => forget(views.name)}
          />
        )}
        {asked && !saying && (
          <Button
            look="primary"
            block
            icon="pen"
            testId="exhibit-say"
            onClick={() => keep(views, given(exhibit, side))}
          >
            {t("exhibit.say")}
          </Button>
        )}
        {canPresent && (
          <Button
            block
            icon={leads ? "x" : "screen"}
            testId={leads ? "exhibit-put-away" : "exhibit-present"}
            onClick={() => void act(() => (leads ? access.putAway() : access.present(id, page)))}
          >
            {t(leads ? "exhibit.putAway" : "exhibit.present")}
          </Button>
        )}
        {mine && exhibit.private && !exhibit.withdrawn && (
          <Button block icon="carry" testId="exhibit-disclose" onClick={() => setAsking("disclose")}>
            {t("exhibit.disclose")}
          </Button>
        )}
        {mine && !exhibit.withdrawn && (
          <Button block look="danger" testId="exhibit-withdraw" onClick={() => setAsking("withdraw")}>
            {t("exhibit.withdraw")}
          </Button>
        )}
      </ExhibitCard>
      {asking && (
        <Confirm
          title={t(`exhibit.${asking}Title`)}
          consequences={[{ text: t(`exhibit.${asking}Text`) }]}
          act={t(`exhibit.${asking}`)}
          testId="exhibit-confirm"
          immediate
          onCancel={() => setAsking(null)}
          onAct={() => {
            setAsking(null);
            void act(() => access[asking](id));
          }}
        />
      )}
    </>
  );
}
