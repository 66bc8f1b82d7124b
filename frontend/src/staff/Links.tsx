/** The links of a session's people, as its mediator sees and changes them. */
import { useState } from "preact/hooks";
import { hasKey, t } from "../i18n";
import { Button } from "../ui/Button";
import { copyText } from "../ui/copying";
import { Seal } from "../ui/Seal";
import { reissueLink, revokeLink, type SessionPerson, showLink } from "./api";
import { Invitation } from "./Invitation";
import { useTools } from "./tools";

/** Each person's link: its state, the link itself with its QR code, a new one, or none any more. */
export function Links() {
  const { detail } = useTools();
  const people = detail.people.filter((one) => one.link_state !== null && one.side !== "mediator");
  if (people.length === 0) return null;
  return (
    <details class="people__links">
      <summary class="section-title fold">{t("staff.links")}</summary>
      <div class="side">
        {people.map((person) => (
          <LinkRow key={person.participant_id} person={person} />
        ))}
      </div>
    </details>
  );
}

function LinkRow({ person }: { person: SessionPerson }) {
  const { detail, attempt, ask, reload } = useTools();
  const [url, setUrl] = useState("");
  const [copied, setCopied] = useState(false);
  const key = `staff.link.${person.link_state}`;

  const show = () =>
    void attempt(async () => {
      setUrl((await showLink(detail.session_id, person.participant_id)).url);
      setCopied(false);
    });
  const reissue = () =>
    ask({
      title: t("staff.link.reissueTitle", { name: person.display_name }),
      consequences: [
        { icon: "x", text: t("staff.link.oldDies") },
        { icon: "msg", text: t("staff.link.newShown") },
      ],
      act: t("staff.link.reissue"),
      immediate: true,
      onAct: () =>
        void attempt(async () => {
          setUrl((await reissueLink(detail.session_id, person.participant_id)).url);
          setCopied(false);
          reload();
        }),
    });
  const revoke = () =>
    ask({
      title: t("staff.link.revokeTitle", { name: person.display_name }),
      consequences: [
        { icon: "x", text: t("staff.link.oldDies") },
        { icon: "info", text: t("staff.link.canReissue") },
      ],
      act: t("staff.link.revoke"),
      immediate: true,
      onAct: () =>
        void attempt(async () => {
          await revokeLink(detail.session_id, person.participant_id);
          setUrl("");
          reload();
        }),
    });
  const copy = () => void copyText(url).then(setCopied);

  return (
    <div class="person people__link">
      <div class="row">
        <Seal side={person.side} />
        <b class="grow">{person.display_name}</b>
        <span class="badge badge--sm">{hasKey(key) ? t(key) : person.link_state}</span>
      </div>
      <div class="row row--wrap">
        {(person.link_state === "fresh" || person.link_state === "claimed") && (
          <Button
            dense
            testId="link-show"
            data-participant={person.participant_id}
            aria-expanded={url !== ""}
            onClick={() => (url ? setUrl("") : show())}
          >
            {t(url ? "staff.link.hide" : "staff.link.show")}
          </Button>
        )}
        <Button dense testId="link-reissue" data-participant={person.participant_id} onClick={reissue}>
          {t("staff.link.reissue")}
        </Button>
        {person.link_state !== "revoked" && (
          <Button dense testId="link-revoke" data-participant={person.participant_id} onClick={revoke}>
            {t("staff.link.revoke")}
          </Button>
        )}
      </div>
      {url && (
        <div class="stack stack--1">
          <code class="mono people__url" data-testid="link-url">
            {url}
          </code>
          <Button dense icon={copied ? "check" : "copy"} onClick={copy}>
            {copied ? t("staff.link.copied") : t("staff.link.copy")}
          </Button>
          <Invitation person={person} url={url} />
        </div>
      )}
    </div>
  );
}
