import { useEffect, useMemo } from "preact/hooks";
import { t } from "../i18n";
import { SharedDocument } from "../room/document";
import { mayWrite, myself } from "../room/state";
import { Button } from "../ui/Button";
import { deferred } from "../ui/Deferred";
import type { EditorProps } from "../ui/Editor";
import { Icon } from "../ui/Icon";
import { Seal } from "../ui/Seal";
import { Unfrozen } from "../ui/Unfrozen";
import { unagreed } from "../ui/unagreed";
import { DOCUMENT } from "./phase";
import { useTools } from "./tools";

const Editor = deferred<EditorProps>(() => import("../ui/Editor"));
/** The accent: the mediator's caret has the mediator's colour on every screen. */
const MEDIATOR_COLOR = "#1d4b8f";

/** The draft that all see, who may write in it, and the way to lock it. */
export function Drafting() {
  const { desk, state, command, ask } = useTools();
  const writable = mayWrite(state, DOCUMENT);
  const name = myself(state)?.display_name ?? "";
  const writer = useMemo(() => ({ name, color: MEDIATOR_COLOR }), [name]);
  const shared = useMemo(
    () =>
      new SharedDocument({
        roomId: state.roomId,
        documentId: DOCUMENT,
        getToken: desk.getToken,
        writer,
        writable,
      }),
    [desk],
  );
  useEffect(() => () => shared.close(), [shared]);
  useEffect(() => shared.setWritable(writable), [shared, writable]);

  const missing = unagreed(state)
    .map(({ person, what }) => t("draft.leaveOutLine", { name: person.display_name, what }))
    .join(t("draft.between"));
  const freeze = () =>
    ask({
      title: t("staff.freeze.title"),
      consequences: [
        { icon: "lock", text: t("staff.freeze.nobodyWrites") },
        { icon: "hash", text: t("staff.freeze.code") },
        { icon: "unlock", text: t("staff.freeze.undo") },
        ...(missing ? [{ icon: "eye-off" as const, text: t("draft.check", { names: missing }) }] : []),
      ],
      act: t("staff.freeze.act"),
      immediate: true,
      onAct: () => void command("freeze_document", { document_id: DOCUMENT }),
    });

  return (
    <div class="drafting">
      <div class="drafting__rights">
        <span class="tiny" id="who-writes">
          {t("staff.whoWrites")}
        </span>
        <Button dense look="primary" icon="lock" testId="draft-freeze" onClick={freeze}>
          {t("staff.freeze.button")}
        </Button>
        <Writers />
      </div>
      <Unfrozen state={state} />
      {missing && (
        <p class="drafting__leave-out tiny" data-testid="leave-out">
          <Icon name="eye-off" />
          <span>
            {t("draft.leaveOut")} {missing}
          </span>
        </p>
      )}
      <Editor document={shared} writer={writer} writable={writable} />
    </div>
  );
}

/** A switch for each party: whether they may write in the draft. */
function Writers() {
  const { state, command } = useTools();
  const writers = state.documents.get(DOCUMENT)?.writers ?? [];
  const people = [...state.participants.values()].filter((one) => one.presence !== "waiting");
  const toggles = people.filter((one) => one.role !== "host" || !writers.includes(one.participant_id));
  if (toggles.length === 0) return <p class="tiny drafting__who">{t("staff.onlyYouWrite")}</p>;
  return (
    <fieldset class="drafting__who" aria-labelledby="who-writes">
      {toggles.map((one) => {
        const on = writers.includes(one.participant_id);
        return (
          <button
            key={one.participant_id}
            type="button"
            class="writer"
            role="switch"
            aria-checked={on}
            data-testid="writer-toggle"
            data-participant={one.participant_id}
            onClick={() =>
              void command("set_writer", { document_id: DOCUMENT, participant_id: one.participant_id, may_write: !on })
            }
          >
            <Seal side={one.side} />
            <span class="writer__name">{one.display_name}</span>
            <span class="writer__state">
              <Icon name={on ? "pen" : "eye"} />
              {on ? t("staff.mayWrite") : t("staff.mayRead")}
            </span>
          </button>
        );
      })}
    </fieldset>
  );
}
