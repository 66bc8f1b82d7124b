import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { panelId, Tabs, tabId } from "../ui/Tabs";
import { begun, keep, own, type Scope } from "../ui/unsent";
import { Drafting } from "./Drafting";
import { agreementOf, DOCUMENT, type Phase } from "./phase";
import { Signing } from "./Signing";
import { TABS_AFTER, TABS_BEFORE } from "./tabs";
import { useTools } from "./tools";

const AGREEMENT = "agreement";

interface Props {
  phase: Phase;
  wide: boolean;
  onLayout: () => void;
}

/** The papers of the session on the mediator's right; the agreement is always among them. */
export function PaperPane(props: Props) {
  const tools = useTools();
  const scope: Scope<string> = own(tools.state, "at/tab");
  const chosen = begun(scope) ?? AGREEMENT;
  const setChosen = (id: string) => keep(scope, id);
  const others = [...TABS_BEFORE, ...TABS_AFTER];
  const named = (list: typeof TABS_BEFORE) =>
    list.map(({ id, word, count }) => ({ id, word: word(), count: count?.(tools) ?? 0 }));
  const tabs = [
    ...named(TABS_BEFORE),
    { id: AGREEMENT, word: t("staff.agreementTab"), count: 0 },
    ...named(TABS_AFTER),
  ];
  const frozen = tools.state.documents.get(DOCUMENT)?.frozen ?? false;
  // The lock and its opening are about the agreement: it comes to the front.
  const before = useRef(frozen);
  useEffect(() => {
    if (before.current !== frozen) setChosen(AGREEMENT);
    before.current = frozen;
  }, [frozen]);
  const open = others.find((tab) => tab.id === chosen);
  return (
    <aside class="paper-pane" data-theme-light aria-label={t("staff.papers")}>
      <Tabs label={t("staff.papers")} tabs={tabs} chosen={chosen} onChoose={setChosen} />
      <div
        class="paper-pane__panel"
        role="tabpanel"
        id={panelId(AGREEMENT)}
        aria-labelledby={tabId(AGREEMENT)}
        hidden={open !== undefined}
      >
        <Agreement {...props} />
      </div>
      {open && (
        <div class="paper-pane__panel" role="tabpanel" id={panelId(open.id)} aria-labelledby={tabId(open.id)}>
          <open.View />
        </div>
      )}
    </aside>
  );
}

/** The agreement: written together, then locked and signed. */
function Agreement({ phase, wide, onLayout }: Props) {
  const { state } = useTools();
  const document = state.documents.get(DOCUMENT);
  const agreement = agreementOf(state);
  const frozen = document?.frozen ?? false;
  return (
    <>
      <header class="paper-pane__head">
        <h2 class="h3">{t("staff.paper")}</h2>
        <span class={frozen ? "badge badge--accent" : "badge"}>{t(`staff.phase.${phase}`)}</span>
        <span class="visually-hidden" data-testid="agreement-state" data-state={agreement?.state ?? "none"}>
          {t(`staff.agreement.${agreement?.state ?? "none"}`)}
        </span>
        <span class="spacer" />
        <Button dense icon={wide ? "users" : "doc"} class="paper-pane__layout" onClick={onLayout}>
          {wide ? t("staff.showFaces") : t("staff.showPaper")}
        </Button>
      </header>
      {frozen ? <Signing agreement={agreement} digest={document?.digest ?? null} /> : <Drafting />}
    </>
  );
}
