import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { clockTime, shortTime } from "../i18n/time";
import { Icon, type IconName } from "../ui/Icon";
import { Seal } from "../ui/Seal";
import { secondsOf } from "./format";
import { type GapSpan, percent, type Span, ticks } from "./timeline";
import type { CourtRecord, LogEntry } from "./types";
import { instant } from "./types";
import type { Player } from "./use_playback";
import { actorName, eventWords, gapWords, laneOf, type MomentLane, subjectOf } from "./words";

const LANES: {
  lane: MomentLane;
  icon: IconName;
  label: "court.laneRoom" | "court.laneDrafting" | "court.laneSigning";
}[] = [
  { lane: "room", icon: "in", label: "court.laneRoom" },
  { lane: "drafting", icon: "doc", label: "court.laneDrafting" },
  { lane: "signing", icon: "pen", label: "court.laneSigning" },
];

/** What happened when, one lane a person and a subject; a click jumps there. */
export function TimelinePanel({
  record,
  span,
  player,
  gaps,
}: {
  record: CourtRecord;
  span: Span;
  player: Player | null;
  gaps: GapSpan[];
}) {
  const jump = (event: MouseEvent) => {
    if (!player || !(event.currentTarget instanceof Element)) return;
    const box = event.currentTarget.getBoundingClientRect();
    player.seek(span.from + ((event.clientX - box.left) / box.width) * (span.to - span.from));
  };
  return (
    <section class="card timeline" aria-label={t("court.timeline")}>
      <div class="timeline__head">
        <h2 class="h3">{t("court.timeline")}</h2>
        <span class="tiny timeline__legend">
          <span class="row">
            <i class="timeline__gap-sample" />
            {t("court.gapLegend")}
          </span>
          {player && <span>{t("court.recordedFrom", { time: clockTime(player.span.from) })}</span>}
          {player && <span class="timeline__hint">{t("court.jumpHint")}</span>}
        </span>
      </div>
      <div class="timeline__lanes">
        <Lane label={<span class="tiny">{t("court.laneTime")}</span>} jump={jump} axis>
          {ticks(span, 7).map((moment) => (
            <g key={moment}>
              <line
                x1={`${percent(span, moment)}%`}
                x2={`${percent(span, moment)}%`}
                y1="4"
                y2="28"
                class="timeline__tick"
              />
              <text x={`${percent(span, moment)}%`} dx="4" y="19">
                {span.to - span.from < 600_000 ? clockTime(moment) : shortTime(moment)}
              </text>
            </g>
          ))}
        </Lane>
        {record.people.map((person) => (
          <Lane
            key={person.participant_id}
            jump={jump}
            label={
              <>
                <Seal side={person.side} />
                <span class="timeline__name">{person.display_name}</span>
              </>
            }
          >
            {record.views
              .filter((view) => view.participant_id === person.participant_id)
              .map((view) => (
                <Bar
                  key={view.url}
                  span={span}
                  from={instant(view.started_at) ?? span.from}
                  to={(instant(view.started_at) ?? span.from) + view.duration * 1000}
                  shape={`timeline__bar timeline__bar--${person.side}`}
                />
              ))}
            {gaps.map((gap) => (
              <Bar key={gap.from} span={span} from={gap.from} to={gap.to} shape="timeline__gap" title={gapLine(gap)} />
            ))}
          </Lane>
        ))}
        {LANES.map(({ lane, icon, label }) => (
          <Lane
            key={lane}
            jump={jump}
            label={
              <>
                <Icon name={icon} />
                {t(label)}
              </>
            }
          >
            {record.log
              .filter((entry) => laneOf(entry) === lane)
              .map((entry) => (
                <Pin key={entry.seq} record={record} entry={entry} span={span} />
              ))}
          </Lane>
        ))}
        <Lane
          jump={jump}
          label={
            <>
              <Icon name="lock" />
              {t("court.laneRecording")}
            </>
          }
        >
          {player && <Bar span={span} from={player.span.from} to={player.span.to} shape="timeline__recorded" />}
          {gaps.map((gap) => (
            <Bar key={gap.from} span={span} from={gap.from} to={gap.to} shape="timeline__gap" title={gapLine(gap)} />
          ))}
        </Lane>
        {player && <Playhead player={player} span={span} />}
      </div>
      <GapList gaps={gaps} recorded={player !== null} />
    </section>
  );
}

function Lane({
  label,
  jump,
  axis,
  children,
}: {
  label: ComponentChildren;
  jump: (event: MouseEvent) => void;
  axis?: boolean;
  children?: ComponentChildren;
}) {
  return (
    <>
      <div class="timeline__label">{label}</div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the player's slider does the same from the keyboard */}
      <svg class={axis ? "timeline__lane timeline__lane--axis" : "timeline__lane"} role="presentation" onClick={jump}>
        {children}
      </svg>
    </>
  );
}

function Bar({
  span,
  from,
  to,
  shape,
  title,
}: {
  span: Span;
  from: number;
  to: number;
  shape: string;
  title?: string;
}) {
  const left = percent(span, from);
  const width = Math.max(percent(span, to) - left, 0.3);
  return (
    <rect class={shape} x={`${left}%`} width={`${width}%`} y="8" height="14" rx="2">
      {title && <title>{title}</title>}
    </rect>
  );
}

function Pin({ record, entry, span }: { record: CourtRecord; entry: LogEntry; span: Span }) {
  const at = instant(entry.at);
  if (at === null) return null;
  const who = subjectOf(record, entry)?.display_name ?? actorName(record, entry.actor);
  return (
    <rect
      class="timeline__pin"
      x={`${percent(span, at)}%`}
      transform="translate(-3 0)"
      width="6"
      y="6"
      height="18"
      rx="2"
    >
      <title>{t("court.moment", { time: clockTime(at), who, what: eventWords(entry.kind) })}</title>
    </rect>
  );
}

function Playhead({ player, span }: { player: Player; span: Span }) {
  const at = `${percent(span, player.position.value)}%`;
  return (
    <svg class="timeline__playhead" aria-hidden="true">
      <line x1={at} x2={at} y1="0" y2="100%" />
    </svg>
  );
}

function gapLine(gap: GapSpan): string {
  const words = { time: clockTime(gap.from), reason: gapWords(gap.reason) };
  return gap.open
    ? t("court.gapOpenLine", words)
    : t("court.gapLine", { ...words, seconds: secondsOf(gap.to - gap.from) });
}

function GapList({ gaps, recorded }: { gaps: GapSpan[]; recorded: boolean }) {
  if (!recorded) return <p class="tiny">{t("court.noRecording")}</p>;
  if (gaps.length === 0) return <p class="tiny">{t("court.noGaps")}</p>;
  return (
    <ul class="stack stack--1">
      {gaps.map((gap) => (
        <li key={gap.from} class="tiny row row--top timeline__gap-line">
          <Icon name="alert" />
          {gapLine(gap)}
        </li>
      ))}
    </ul>
  );
}
