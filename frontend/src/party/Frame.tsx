import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Brand } from "../ui/Brand";
import { Dock } from "../ui/Dock";
import { scrollable } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { Newer } from "../ui/Newer";
import { RecStrip } from "../ui/RecStrip";
import { largeType, setLargeType } from "./preferences";

/** Large type and the other language: one's own choices, on every screen of a party. */
export function OwnChoices() {
  return (
    <>
      <TypeSwitch />
      <LanguageSwitch />
    </>
  );
}

/** The head of a page outside the room. */
export function Head() {
  return (
    <header class="phone__head">
      <Brand />
      <span class="row">
        <OwnChoices />
      </span>
    </header>
  );
}

function TypeSwitch() {
  return (
    <button
      class="tool"
      type="button"
      aria-pressed={largeType.value}
      data-testid="type-switch"
      onClick={() => setLargeType(!largeType.value)}
      title={t("frame.largeType")}
    >
      <Icon name="type" />
      <span class="tool__word">{t(largeType.value ? "frame.normalType" : "frame.largeType")}</span>
    </button>
  );
}

interface Props {
  /** 1 to 4 on the way into the room. */
  step?: number;
  stepName?: string;
  /** Changes when the page is another one, so that the focus goes to its top. */
  page: string;
  testId?: string;
  dock?: ComponentChildren;
  /** A quiet way to the mediator, once it is known who asks. */
  quiet?: ComponentChildren;
  children: ComponentChildren;
}

/** A page outside the room: recording strip, head, one column, one thing to do. */
export function Frame({ step, stepName, page, testId, dock, quiet, children }: Props) {
  const main = useRef<HTMLElement>(null);
  // Put there, the focus shows nothing; whoever comes by the keyboard sees where they are.
  useEffect(() => {
    if (!main.current) return;
    main.current.dataset.placed = "";
    main.current.focus({ preventScroll: true });
    main.current.scrollTop = 0;
  }, [page]);
  const left = () => delete main.current?.dataset.placed;
  return (
    <div class="phone" data-testid={testId}>
      <RecStrip recording={null} />
      <Newer />
      <Head />
      <main class="phone__main" ref={main} onBlur={left} {...scrollable}>
        {step && <Steps step={step} name={stepName ?? ""} />}
        {children}
        {quiet}
      </main>
      {dock && <Dock>{dock}</Dock>}
    </div>
  );
}

const STEPS = 4;

function Steps({ step, name }: { step: number; name: string }) {
  return (
    <div class="steps">
      <span class="nowrap">{t("frame.step", { step, steps: STEPS })}</span>
      <span class="steps__bar" aria-hidden="true">
        {Array.from({ length: STEPS }, (_, index) => (
          <i key={index} data-on={index < step ? "" : undefined} />
        ))}
      </span>
      <span class="nowrap">{name}</span>
    </div>
  );
}
