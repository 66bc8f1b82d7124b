/** Back and forth, one page a press; nothing when there is only one. */
import { t } from "../i18n";
import { Icon } from "../ui/Icon";

interface Props {
  page: number;
  pages: number;
  onTurn: (page: number) => void;
}

export function PageTurner({ page, pages, onTurn }: Props) {
  if (pages < 2) return null;
  return (
    <div class="turner">
      <button
        class="btn btn--dense"
        type="button"
        data-testid="page-before"
        disabled={page <= 1}
        onClick={() => onTurn(page - 1)}
      >
        <Icon name="back" />
        {t("exhibit.before")}
      </button>
      <span class="clock" role="status">
        {page} / {pages}
      </span>
      <button
        class="btn btn--dense"
        type="button"
        data-testid="page-after"
        disabled={page >= pages}
        onClick={() => onTurn(page + 1)}
      >
        {t("exhibit.after")}
        <Icon name="next" />
      </button>
    </div>
  );
}
