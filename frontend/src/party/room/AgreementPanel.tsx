/** The agreement on a party's screen: the draft while it is written, the frozen text with its code afterwards. */
import { useEffect, useRef } from "preact/hooks";
import type { AgreementView as Agreement } from "../../api";
import { t } from "../../i18n";
import { shortTime, zoneNote } from "../../i18n/time";
import type { RoomClient } from "../../room/client";
import type { RoomState } from "../../room/state";
import { mayWrite } from "../../room/state";
import { AgreementView } from "../../ui/AgreementView";
import { Button } from "../../ui/Button";
import { deferred } from "../../ui/Deferred";
import { Digest } from "../../ui/Digest";
import type { EditorProps } from "../../ui/Editor";
import { scrollable } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { Unfrozen } from "../../ui/Unfrozen";
import { unagreedOf } from "../../ui/unagreed";
import type { Me } from "../api";
import type { Visit } from "../visit";
import { useAgreementText } from "./agreementText";
import { useDraft, writerFor } from "./draft";
import { Signers } from "./Signers";

const Editor = deferred<EditorProps>(() => import("../../ui/Editor"));

const DOCUMENT = "agreement";

interface Props {
  client: RoomClient;
  visit: Visit;
  me: Me;
  state: RoomState;
  agreement: Agreement | null;
  onClose: () => void;
  /** Given when it is this person's turn to sign. */
  onSign?: () => void;
  /** The end of the locked text is on the screen. */
  onRead: () => void;
  onDone: () => void;
}

export function AgreementPanel(props: Props) {
  const { state, agreement, onClose } = props;
  const frozen = state.documents.get(DOCUMENT)?.frozen ?? false;
  const valid = agreement !== null && agreement.state !== "void";
  return (
    <section class="paper" data-theme-light aria-label={t("agreement.title")}>
      <header class="paper__head">
        <h2 class="h2">{t(valid ? "agreement.title" : "agreement.draft")}</h2>
        <button class="tool" type="button" data-testid="panel-close" onClick={onClose}>
          <Icon name="x" />
          {t("common.close")}
        </button>
      </header>
      {valid && <FrozenText {...props} agreement={agreement} />}
      {!valid && !frozen && <Draft {...props} />}
      {!valid && frozen && <Locked digest={state.documents.get(DOCUMENT)?.digest ?? null} />}
    </section>
  );
}

/** Between the lock and the proposal: the code is known already, the text for signing is on its way. */
function Locked({ digest }: { digest: string | null }) {
  return (
    <div class="paper__body" {...scrollable}>
      <Note tone="plain" icon="lock">
        {t("editor.frozen")}
      </Note>
      {digest && <Digest digest={digest} />}
      <p class="meta" role="status">
        {t("common.loading")}
      </p>
    </div>
  );
}

function Draft({ visit, me, state }: Props) {
  const writer = writerFor(me.participant.display_name, me.participant.side);
  const document = useDraft({ documentId: DOCUMENT, state, getToken: visit.getToken, writer });
  const missing = unagreedOf(state, state.me);
  return (
    <>
      <Unfrozen state={state} />
      {missing && mayWrite(state, DOCUMENT) && (
        <p class="paper__leave-out meta" data-testid="leave-out-mine">
          <Icon name="eye-off" />
          <span>{t("draft.leaveOutMine", { what: missing })}</span>
        </p>
      )}
      <Editor document={document} writer={writer} writable={mayWrite(state, DOCUMENT)} />
    </>
  );
}

function FrozenText({ visit, me, agreement, onSign, onRead, onDone }: Props & { agreement: Agreement }) {
  const { full, error, again } = useAgreementText(visit, agreement.digest);
  const signed = agreement.signers.find((one) => one.participant_id === me.participant.participant_id)?.signed_at;
  return (
    <>
      <div class="paper__body" {...scrollable}>
        <Note tone="plain" icon="lock" small>
          {t("agreement.locked", { time: shortTime(agreement.frozen_at) + zoneNote(agreement.frozen_at) })}
        </Note>
        {onSign && <p class="tiny">{t("agreement.stepsSeen")}</p>}
        <Digest digest={agreement.digest} content={full?.content} />
        {error && (
          <Note tone="danger" alert title={error.sentence}>
            <Button icon="replay" onClick={again}>
              {t("common.again")}
            </Button>
          </Note>
        )}
        {full?.content && <AgreementView content={full.content} label={t("agreement.title")} />}
        {full?.content && <End onSeen={onRead} />}
        {!full && !error && <p class="meta">{t("common.loading")}</p>}
        <Signers agreement={agreement} me={me.participant.participant_id} />
      </div>
      <footer class="paper__foot">
        {onSign && (
          <Button
            look="primary"
            big
            block
            icon="pen"
            testId="sign-open"
            disabled={!full}
            onClick={() => {
              onRead();
              onSign();
            }}
          >
            {t(full ? "agreement.sign" : "common.loading")}
          </Button>
        )}
        {signed && (
          <Button block icon="check" onClick={onDone}>
            {t("agreement.youSigned")}
          </Button>
        )}
      </footer>
    </>
  );
}

/** Stands where the text ends. */
function End({ onSeen }: { onSeen: () => void }) {
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const end = mark.current;
    if (!end) return;
    const watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && onSeen());
    watch.observe(end);
    return () => watch.disconnect();
  }, []);
  return <span class="paper__end" ref={mark} />;
}
