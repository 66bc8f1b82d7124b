/** One's own name under a text: drawn by hand, or typed by whoever cannot draw it. Which of the two is signed as well. */
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { LinkButton } from "./Button";
import { Icon } from "./Icon";
import type { OwnName } from "./ownName";
import { type Handwriting, SignaturePad } from "./SignaturePad";

interface Props {
  value: OwnName;
  /** The name that must be typed. */
  onFile: string;
  handle: { current: Handwriting | null };
  /** What the server found wrong with what was typed. */
  refusal: string | null;
  onChange: (value: OwnName) => void;
  /** A stroke begins. */
  onStroke?: () => void;
}

export function OwnNameField({ value, onFile, handle, refusal, onChange, onStroke }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const other = useRef<HTMLDivElement>(null);
  const shown = useRef(value.mode);
  const { mode } = value;
  // The control that was pressed goes away with the way that it was for.
  useEffect(() => {
    if (shown.current === mode) return;
    shown.current = mode;
    if (mode === "typed") input.current?.focus();
    else other.current?.querySelector("button")?.focus();
  }, [mode]);
  useEffect(() => {
    if (refusal !== null) input.current?.focus();
  }, [refusal]);

  if (mode === "drawn") {
    return (
      <div ref={other}>
        <SignaturePad
          before={value.strokes}
          handle={handle}
          onStroke={onStroke}
          onChange={(strokes) => onChange({ ...value, strokes })}
        />
        <LinkButton icon="doc" data-own-name onClick={() => onChange({ ...value, mode: "typed" })}>
          {t("ownName.type")}
        </LinkButton>
      </div>
    );
  }
  return (
    <div class="field field--tight">
      <div class="row between row--wrap">
        <label class="label" for={id}>
          {t("ownName.label")}
        </label>
        <LinkButton icon="pen" onClick={() => onChange({ ...value, mode: "drawn" })}>
          {t("ownName.draw")}
        </LinkButton>
      </div>
      <input
        id={id}
        ref={input}
        class="input input--name"
        data-own-name
        autocomplete="name"
        maxLength={200}
        value={value.typed}
        aria-describedby={`${id}-hint`}
        aria-invalid={refusal !== null}
        onInput={(event) => onChange({ ...value, typed: event.currentTarget.value })}
      />
      <div role="alert">
        {refusal !== null && (
          <p class="error" data-testid="sign-name-refused">
            <Icon name="alert" />
            <span>{refusal}</span>
          </p>
        )}
      </div>
      <p class="meta" id={`${id}-hint`}>
        {t("ownName.hint", { name: onFile })}
      </p>
    </div>
  );
}
