import { t } from "../i18n";
import { Icon } from "../ui/Icon";
import { contact, dialled } from "./contact";

/** The organisation's number, where the way through the page ends; nothing where none is set. */
export function CallUs() {
  const known = contact.value;
  if (!known?.phone) return null;
  return (
    <a class="btn btn--block" href={dialled(known.phone)} data-testid="call-us">
      <Icon name="phone" />
      <span>{t("end.call", { organisation: known.organisation, phone: known.phone })}</span>
    </a>
  );
}
