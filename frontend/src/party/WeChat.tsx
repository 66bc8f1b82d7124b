import { useState } from "preact/hooks";
import { t } from "../i18n";
import { insideAnApp, onApple } from "../room/devices";
import { Button } from "../ui/Button";
import { copyText } from "../ui/copying";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Frame } from "./Frame";

/** The browser gives us no camera: three steps to one that does, and two ways to take part without. */
export function WeChat({ onSoundOnly }: { onSoundOnly: () => void }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const wechat = insideAnApp() === "wechat";
  const step2 = !wechat ? "wechat.step2Other" : onApple() ? "wechat.step2Apple" : "wechat.step2";
  return (
    <Frame
      page="wechat"
      testId="precheck-unreachable"
      dock={
        <>
          <p class="meta center" role="status">
            {copied !== null && t(copied ? "wechat.copied" : "wechat.notCopied")}
          </p>
          {/* Inside WeChat no address line shows what could be copied by hand. */}
          {copied === false && (
            <input
              class="input"
              data-testid="wechat-address"
              aria-label={t("wechat.address")}
              readOnly
              value={location.href}
              onFocus={(event) => event.currentTarget.select()}
            />
          )}
          <Button
            look="primary"
            big
            block
            icon="copy"
            testId="wechat-copy"
            onClick={() => void copyText(location.href).then(setCopied)}
          >
            {t("wechat.copy")}
          </Button>
          <Button block icon="mic" onClick={onSoundOnly}>
            {t("wechat.soundOnly")}
          </Button>
        </>
      }
    >
      <div class="stack stack--2">
        <p class="badge badge--warn badge--start">
          <Icon name="alert" />
          {t("wechat.oneStep")}
        </p>
        <h1 class="h1 h1--page">{t(wechat ? "wechat.title" : "wechat.titleOther")}</h1>
        <p class="lead">{t("wechat.lead")}</p>
      </div>
      <ol class="card card--flush list">
        <li>
          <span class="bullet">1</span>
          <p class="grow">{t(wechat ? "wechat.step1" : "wechat.step1Other")}</p>
          <span class="mark">
            <Icon name={wechat ? "more" : "copy"} />
          </span>
        </li>
        <li>
          <span class="bullet">2</span>
          <p class="grow">{t(step2)}</p>
          <span class="mark">
            <Icon name="globe" />
          </span>
        </li>
        <li>
          <span class="bullet">3</span>
          <p class="grow">{t("wechat.step3")}</p>
          <span class="mark mark--ok">
            <Icon name="check" />
          </span>
        </li>
      </ol>
      {wechat && (
        <Note tone="plain" title={t("wechat.noMenu")}>
          <p class="meta">{t("wechat.noMenuHint")}</p>
        </Note>
      )}
    </Frame>
  );
}
