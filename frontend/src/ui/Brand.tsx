import { t } from "../i18n";

/** The mark with the name; `bare` draws the mark alone. */
export function Brand({ bare }: { bare?: boolean }) {
  return (
    <span class="brand">
      <svg class="brand__mark" viewBox="0 0 28 28" aria-hidden="true">
        <rect width="28" height="28" rx="7" fill="#1d4b8f" />
        <path
          d="M9.5 6.5a10 10 0 0 0 0 15M18.5 6.5a10 10 0 0 1 0 15"
          fill="none"
          stroke="#fff"
          stroke-width="2.25"
          stroke-linecap="round"
        />
        <circle cx="14" cy="14" r="2.75" fill="#fff" />
      </svg>
      {!bare && t("common.brand")}
    </span>
  );
}
