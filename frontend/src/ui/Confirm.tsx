import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";
import { focusReturner } from "./returnFocus";

const UNDO_SECONDS = 3;

export interface Consequence {
  icon?: IconName;
  text: string;
}

export interface Reason {
  code: string;
  words: string;
}

interface Props {
  title: string;
  /** What will happen, first things first. */
  consequences: Consequence[];
  /** The button that acts. */
  act: string;
  tone?: "danger" | "sealed";
  /** Ask for a reason before acting; its label. */
  reasonLabel?: string;
  /** Characters at most. */
  reasonLength?: number;
  /** The reason is one of these, by its code, instead of words. */
  reasons?: readonly Reason[];
  /** Act at once instead of leaving three seconds to take it back. */
  immediate?: boolean;
  /** Another way to do it, at once. */
  other?: { act: string; onAct: () => void };
  testId?: string;
  onAct: (reason: string) => void;
  onCancel: () => void;
  children?: ComponentChildren;
}

/** The second step of a dangerous act: says what will happen, starts on the "no", leaves time to take it back. */
export function Confirm(props: Props) {
  const { title, consequences, act, tone = "danger", reasonLabel, reasons, immediate, testId, onAct, onCancel } = props;
  const titleId = useId();
  const box = useRef<HTMLDivElement>(null);
  const no = useRef<HTMLButtonElement>(null);
  const [reason, setReason] = useState("");
  const [left, setLeft] = useState<number | null>(null);

  // With the question itself: a second Enter must not ask it again.
  useLayoutEffect(() => {
    const giveBack = focusReturner();
    no.current?.focus();
    return giveBack;
  }, []);

  // The button that was pressed goes away: without this the keyboard would be outside, and nothing taken back by it.
  const acting = left !== null;
  useLayoutEffect(() => {
    if (acting) no.current?.focus();
  }, [acting]);

  useEffect(() => {
    if (left === null) return;
    if (left <= 0) {
      onAct(reason);
      return;
    }
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);

  const keep = (event: KeyboardEvent) => {
    if (event.key === "Escape") onCancel();
    if (event.key === "Tab") keepFocusInside(event, box.current);
  };

  return (
    <div class="scrim">
      <div
        class={`confirm confirm--${tone}`}
        role="alertdialog"
        aria-modal="true"
        aria-labelledby={titleId}
        data-testid={testId}
        ref={box}
        onKeyDown={keep}
      >
        <h2 class="h2" id={titleId}>
          {title}
        </h2>
        <ul>
          {consequences.map((one) => (
            <li key={one.text}>
              <Icon name={one.icon ?? "info"} />
              <span>{one.text}</span>
            </li>
          ))}
        </ul>
        {props.children}
        {reasonLabel && left === null && (
          <div class="field">
            <label class="label" for={`${titleId}-reason`}>
              {reasonLabel}
            </label>
            {reasons ? (
              <select
                class="input"
                id={`${titleId}-reason`}
                value={reason}
                data-testid={testId && `${testId}-reason`}
                onChange={(event) => setReason(event.currentTarget.value)}
              >
                <option value="">{t("common.choose")}</option>
                {reasons.map(({ code, words }) => (
                  <option key={code} value={code}>
                    {words}
                  </option>
                ))}
              </select>
            ) : (
              <textarea
                class="input"
                id={`${titleId}-reason`}
                rows={2}
                maxLength={props.reasonLength}
                value={reason}
                data-testid={testId && `${testId}-reason`}
                onInput={(event) => setReason(event.currentTarget.value)}
              />
            )}
          </div>
        )}
        {left !== null && (
          <div role="status">
            <p class="meta">{t("common.acting", { seconds: left })}</p>
            <progress class="countdown" max={UNDO_SECONDS} value={UNDO_SECONDS - left} />
          </div>
        )}
        <div class="confirm__actions">
          <button type="button" class="btn" ref={no} data-testid={testId && `${testId}-no`} onClick={onCancel}>
            {left === null ? t("common.cancel") : t("common.undo")}
          </button>
          {left === null && props.other && (
            <Button testId={testId && `${testId}-other`} onClick={props.other.onAct}>
              {props.other.act}
            </Button>
          )}
          {left === null && (
            <Button
              look={tone === "danger" ? "danger-solid" : "primary"}
              testId={testId && `${testId}-yes`}
              disabled={reasonLabel !== undefined && reason.trim() === ""}
              onClick={() => (immediate ? onAct(reason) : setLeft(UNDO_SECONDS))}
            >
              {act}
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}

/** The focus goes round inside a dialog. */
export function keepFocusInside(event: KeyboardEvent, box: HTMLElement | null): void {
  const stops = [
    ...(box?.querySelectorAll<HTMLElement>("button:not([disabled]), textarea, select, input, a[href]") ?? []),
  ];
  const first = stops[0];
  const last = stops[stops.length - 1];
  if (!first || !last) return;
  const leaving = event.shiftKey ? first : last;
  if (document.activeElement !== leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}
