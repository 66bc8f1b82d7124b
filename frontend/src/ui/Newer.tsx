/** One quiet line while the service hands out a newer page than this one: whoever speaks or signs chooses the moment. */
import { newerBuild } from "../build";
import { t } from "../i18n";
import { Button } from "./Button";
import { Icon } from "./Icon";

export function Newer({ dense }: { dense?: boolean }) {
  if (newerBuild.value === null) return null;
  return (
    <div class="newer" role="status" data-testid="newer">
      <Icon name="replay" />
      <span class="grow">{t("newer.words")}</span>
      <Button dense={dense} testId="newer-reload" onClick={() => location.reload()}>
        {t("newer.reload")}
      </Button>
    </div>
  );
}
