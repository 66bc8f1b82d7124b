/** The paper for the person to keep. It has an address for a while: an app's browser keeps no file that a page has
 * made, and hands nothing but an address to the phone's own browser. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type AgreementView, ApiError } from "../../api";
import { t } from "../../i18n";
import { insideAnApp, onApple } from "../../room/devices";
import { useOneAtATime } from "../../ui/acts";
import { Button } from "../../ui/Button";
import { copyText } from "../../ui/copying";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { getPaperAddress } from "../api";
import { type Visit, withToken } from "../visit";

/** Not offered any more this long before it ends: a browser must have the time to ask. */
const MARGIN_S = 30;

interface Props {
  visit: Visit;
  agreement: AgreementView;
}

export function Paper({ visit, agreement }: Props) {
  const { busy, run } = useOneAtATime();
  const [error, setError] = useState<ApiError | null>(null);
  const [address, setAddress] = useState("");
  const app = insideAnApp();
  const open = useRef<HTMLAnchorElement>(null);
  const ending = useRef(0);
  useEffect(() => () => clearTimeout(ending.current), []);
  // The button that was pressed is gone.
  useEffect(() => {
    if (app && address) open.current?.focus();
  }, [address]);
  const get = async () => {
    setError(null);
    try {
      const given = await withToken(visit, (token) => getPaperAddress(token, agreement.proposal_id));
      const found = new URL(given.path, location.href).href;
      if (!insideAnApp()) save(found, `${agreement.number || agreement.proposal_id}.pdf`);
      setAddress(found);
      clearTimeout(ending.current);
      ending.current = window.setTimeout(() => setAddress(""), (given.expires_in - MARGIN_S) * 1000);
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      setError(cause);
    }
  };
  if (app && address) {
    return (
      <>
        <Note tone="plain" title={t(app === "wechat" ? "paper.wechat" : "paper.otherApp")} testId="paper-in-app">
          <p class="meta">
            {t(app === "other" ? "paper.otherAppHint" : onApple() ? "paper.appleHint" : "paper.wechatHint")}
          </p>
        </Note>
        <a class="btn btn--primary btn--big btn--block" href={address} ref={open} data-testid="paper-open">
          <Icon name="doc" />
          {t("paper.open")}
        </a>
        <CopyAddress address={address} />
      </>
    );
  }
  return (
    <>
      {error && (
        <p class="error" role="alert">
          <Icon name="alert" />
          <span>{error.sentence}</span>
        </p>
      )}
      <Button
        look="primary"
        big
        block
        icon="download"
        testId="done-pdf"
        aria-disabled={busy}
        onClick={() => void run(get)}
      >
        {t(agreement.state === "in_force" ? "done.pdf" : "done.pdfDraft")}
      </Button>
      {address && (
        <a class="link link--center" href={address} target="_blank" rel="noopener noreferrer" data-testid="paper-open">
          <span>{t("paper.notSaved")}</span>
        </a>
      )}
    </>
  );
}

function CopyAddress({ address }: { address: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  return (
    <>
      <Button block icon="copy" testId="paper-copy" onClick={() => void copyText(address).then(setCopied)}>
        {t("wechat.copy")}
      </Button>
      <p class="meta center" role="status">
        {copied !== null && t(copied ? "wechat.copied" : "wechat.notCopied")}
      </p>
      {copied === false && (
        <input
          class="input"
          aria-label={t("wechat.address")}
          readOnly
          value={address}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
    </>
  );
}

/** By its address, not as a file of this page; without leaving the page, which may be in a room. */
function save(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
