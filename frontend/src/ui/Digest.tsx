import { useEffect, useState } from "preact/hooks";
import type { DocumentNode } from "../api";
import { t } from "../i18n";
import { digestOf, shortCode } from "../room/digest";
import { Icon } from "./Icon";

interface Props {
  /** What the server says (lower-case hex SHA-256). */
  digest: string;
  /** The text as shown here; when given, this device computes the code itself. */
  content?: DocumentNode;
  /** Also the long form, as courts want it. */
  full?: boolean;
}

type Match = "checking" | "true" | "false" | "unknown";

/** Whether the text on this screen has the digest that the server names. */
export function useDigestMatch(digest: string, content: DocumentNode | undefined): Match {
  const [match, setMatch] = useState<Match>("checking");
  useEffect(() => {
    let current = true;
    setMatch("checking");
    if (!content) {
      setMatch("unknown");
      return;
    }
    digestOf(content).then(
      (own) => current && setMatch(own === null ? "unknown" : own === digest ? "true" : "false"),
      () => current && setMatch("unknown"),
    );
    return () => {
      current = false;
    };
  }, [digest, content]);
  return match;
}

/** The document's code: what people compare by voice, and whether this device's own sum agrees. */
export function Digest({ digest, content, full }: Props) {
  const match = useDigestMatch(digest, content);
  const word = {
    checking: t("digest.checking"),
    true: t("digest.checked"),
    false: t("digest.different"),
    unknown: t("digest.same"),
  }[match];
  return (
    <div class={match === "false" ? "digest digest--different" : "digest"}>
      <span class="row">
        <Icon name={match === "false" ? "alert" : "lock"} />
        {t("digest.label")}
      </span>
      <span
        class="code"
        data-testid="frozen-digest"
        data-digest={digest}
        data-match={match === "true" ? "true" : match === "false" ? "false" : "unknown"}
      >
        {shortCode(digest)}
      </span>
      <span class={match === "true" ? "digest__word digest__word--ok" : "digest__word"} role="status">
        {match === "true" && <Icon name="check" />}
        {word}
      </span>
      {full && <span class="digest__full mono">{digest}</span>}
    </div>
  );
}
