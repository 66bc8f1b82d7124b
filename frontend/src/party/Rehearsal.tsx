/** Try the phone, also days before, without entering: the same checks, then what they mean in plain words. */
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, LinkButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Advised } from "./Advised";
import { type Advice, advice } from "./advice";
import type { LinkView } from "./api";
import { Checks, type Found, NOTHING_NOTICED, type Noticed, pictureOutOfReach, useDevices } from "./Checks";
import { Frame } from "./Frame";
import { When } from "./Landing";
import { WeChat } from "./WeChat";

interface Props {
  secret: string;
  link: LinkView;
  onBack: () => void;
}

export function Rehearsal({ secret, link, onBack }: Props) {
  const [result, setResult] = useState<Advice[] | null>(null);
  if (result) return <Rehearsed link={link} advice={result} onAgain={() => setResult(null)} onBack={onBack} />;
  return <Trying secret={secret} onResult={setResult} onBack={onBack} />;
}

function Trying({
  secret,
  onResult,
  onBack,
}: Pick<Props, "secret" | "onBack"> & { onResult: (advice: Advice[]) => void }) {
  const [withPicture, setWithPicture] = useState(true);
  const [noticed, setNoticed] = useState<Noticed>(NOTHING_NOTICED);
  const devices = useDevices(withPicture);
  const { found } = devices;
  if (withPicture && pictureOutOfReach(found)) return <WeChat onSoundOnly={() => setWithPicture(false)} />;
  const finish = (opened: Found) => onResult(advice(opened, noticed, withPicture));
  return (
    <Frame
      page="rehearsal"
      testId="rehearsal"
      dock={
        <>
          <Button
            look="primary"
            big
            block
            testId="rehearsal-done"
            aria-disabled={!found}
            onClick={() => found && finish(found)}
          >
            {t(found ? "rehearsal.done" : "rehearsal.opening")}
          </Button>
          <div class="row between row--wrap">
            <LinkButton icon="back" testId="rehearsal-back" onClick={onBack}>
              {t("rehearsal.back")}
            </LinkButton>
            <LinkButton
              icon={withPicture ? "mic" : "cam"}
              testId="rehearsal-picture"
              onClick={() => setWithPicture(!withPicture)}
            >
              {t(withPicture ? "rehearsal.soundOnly" : "rehearsal.withPicture")}
            </LinkButton>
          </div>
        </>
      }
    >
      <div class="stack stack--1">
        <h1 class="h1">{t("rehearsal.title")}</h1>
        <p class="meta">{t("rehearsal.promise")}</p>
      </div>
      <Checks
        secret={secret}
        devices={devices}
        withPicture={withPicture}
        onNoticed={(what) => setNoticed((before) => ({ ...before, ...what }))}
      />
    </Frame>
  );
}

interface RehearsedProps {
  link: LinkView;
  advice: Advice[];
  onAgain: () => void;
  onBack: () => void;
}

function Rehearsed({ link, advice: todo, onAgain, onBack }: RehearsedProps) {
  const fine = todo.length === 0;
  const again = (
    <Button block icon="replay" testId="rehearsed-again" onClick={onAgain}>
      {t("rehearsal.again")}
    </Button>
  );
  return (
    <Frame
      page="rehearsed"
      testId="rehearsed"
      dock={
        <Button look="primary" big block testId="rehearsed-back" onClick={onBack}>
          {t("rehearsal.close")}
        </Button>
      }
    >
      <div class="ending" role="status" data-testid="rehearsal-result" data-fine={fine}>
        <span class={`mark mark--lg ${fine ? "mark--ok" : "mark--warn"}`}>
          <Icon name={fine ? "check" : "alert"} />
        </span>
        <h1 class="h1">{t(fine ? "rehearsal.fine" : "rehearsal.notYet")}</h1>
        <p class="lead">{t(fine ? "rehearsal.fineText" : "rehearsal.notYetText")}</p>
      </div>
      {!fine && (
        <ul class="stack stack--2">
          {todo.map((one) => (
            <li key={one.todo}>
              <Note tone="warn">
                <Advised advice={one} />
              </Note>
            </li>
          ))}
        </ul>
      )}
      {!fine && again}
      <div class="card">
        <When at={link.session.scheduled_at} />
      </div>
      {fine && again}
      <p class="meta">{t("rehearsal.promiseKept")}</p>
    </Frame>
  );
}
