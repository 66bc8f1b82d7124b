import { useId, useState } from "preact/hooks";
import { ApiError } from "../api";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import type { LinkView } from "./api";
import { Frame } from "./Frame";
import type { Visit } from "./visit";

interface Props {
  visit: Visit;
  link: LinkView;
  onIdentified: () => void;
  onLocked: (error: ApiError) => void;
}

const DIGITS = /^\d{3}[\dXx]$/;
const FINAL = new Set(["identity_locked", "link_used", "link_revoked", "link_expired", "link_unknown"]);

/** Checks that the right person holds the phone: the last four characters of the identity card. */
export function Identity({ visit, link, onIdentified, onLocked }: Props) {
  const [value, setValue] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useId();

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!DIGITS.test(value)) {
      setError(t("identity.four"));
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await visit.identify(value.toUpperCase());
      onIdentified();
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      if (FINAL.has(cause.code)) onLocked(cause);
      else setError(cause.sentence);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Frame
      page="identity"
      step={2}
      stepName={t("identity.step")}
      dock={
        <Button
          look="primary"
          big
          block
          type="submit"
          form={`${field}-form`}
          testId="identity-continue"
          aria-disabled={busy}
        >
          {t(busy ? "identity.checking" : "common.next")}
        </Button>
      }
    >
      <div class="stack stack--2">
        <h1 class="h1">{t("identity.title")}</h1>
        <p class="lead">{t("identity.lead", { name: link.person.name_masked })}</p>
      </div>
      <form id={`${field}-form`} class="card field" onSubmit={submit} noValidate>
        <label for={field}>{t("identity.label")}</label>
        <input
          id={field}
          class="input input--code input--short"
          data-testid="identity-last4"
          inputMode="text"
          autocomplete="off"
          autocapitalize="characters"
          maxLength={4}
          value={value}
          aria-invalid={error !== null}
          aria-describedby={`${field}-error ${field}-hint`}
          onInput={(event) => setValue(event.currentTarget.value.trim())}
        />
        <p class="error" id={`${field}-error`} role="alert">
          {error && (
            <>
              <Icon name="alert" />
              <span>{error}</span>
            </>
          )}
        </p>
        <p class="meta" id={`${field}-hint`}>
          {t("identity.hint")}
        </p>
      </form>
      <Note tone="plain" icon="shield">
        <p class="meta">{t("identity.noFace")}</p>
      </Note>
    </Frame>
  );
}
