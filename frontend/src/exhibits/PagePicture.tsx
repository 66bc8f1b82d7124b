/** One page of an exhibit as a picture, with what it is in words. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Watermark } from "../ui/Watermark";
import type { ExhibitAccess } from "./access";
import type { Exhibit } from "./model";
import { nameOf } from "./words";

interface Props {
  access: ExhibitAccess;
  exhibit: Exhibit;
  page: number;
}

export function PagePicture({ access, exhibit, page }: Props) {
  const wanted = `${exhibit.exhibit_id}/${page}`;
  const [found, setFound] = useState<{ page: string; address: string | null } | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let current = true;
    setFound(null);
    access.page(exhibit.exhibit_id, page).then(
      (address) => current && setFound({ page: wanted, address }),
      () => current && setFound({ page: wanted, address: null }),
    );
    return () => {
      current = false;
    };
  }, [access, exhibit.exhibit_id, page, tries]);

  // Never one page's picture under another page's name, not even for a moment.
  const address = found?.page === wanted ? found.address : undefined;
  const size = exhibit.pages[page - 1];
  const words = t("exhibit.alt", { name: nameOf(exhibit), page, pages: exhibit.pages.length });
  if (address === null) {
    return (
      <div class="exhibit-page exhibit-page--empty" role="alert">
        <p>{t("exhibit.pageFailed")}</p>
        <Button dense icon="replay" onClick={() => setTries(tries + 1)}>
          {t("common.again")}
        </Button>
      </div>
    );
  }
  if (address === undefined) {
    return (
      <div class="exhibit-page exhibit-page--empty">
        <p class="meta" role="status">
          {t("exhibit.pageComing")}
        </p>
      </div>
    );
  }
  return (
    <>
      <img
        class="exhibit-page"
        data-testid="exhibit-page"
        data-page={page}
        src={address}
        width={size?.width}
        height={size?.height}
        alt={words}
      />
      <Watermark over="page" />
    </>
  );
}
