// Chooses the time range: ready ones, or from and to as text in the zone the page shows.
import { useState } from "preact/hooks";
import { iso, isRelative, parseTime, type Zone } from "../time/parse";
import { PRESETS, rangeLabel, type Range } from "../time/presets";
import { minute } from "../time/format";
import { Icon } from "./icon";
import { Popover } from "./popover";

interface Props {
  readonly range: Range;
  readonly zone: Zone;
  readonly onRange: (range: Range) => void;
  readonly onZone: (zone: Zone) => void;
}

export function TimePicker(props: Props) {
  const label = rangeLabel(props.range, props.zone);
  const button = (
    <>
      <Icon name="clock" />
      <span class="time-label">{label}</span>
      <Icon name="chevron" />
    </>
  );
  return (
    <Popover label={`Time range: ${label}`} button={button} buttonClass="button time-button">
      {(close) => (
        <div class="time-panel">
          <Presets {...props} close={close} />
          <Absolute {...props} close={close} />
        </div>
      )}
    </Popover>
  );
}

function Presets({ range, onRange, close }: Props & { readonly close: () => void }) {
  return (
    <ul class="presets">
      {PRESETS.map((preset) => (
        <li key={preset.from}>
          <button
            type="button"
            aria-current={preset.from === range.from && range.to === "now" ? "true" : undefined}
            onClick={() => {
              onRange({ from: preset.from, to: "now" });
              close();
            }}
          >
            {preset.label}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Absolute({ range, zone, onRange, onZone, close }: Props & { readonly close: () => void }) {
  const shown = (text: string): string => (isRelative(text) ? text : minute(parseTime(text, zone, 0) ?? 0, zone));
  const [from, setFrom] = useState(shown(range.from));
  const [to, setTo] = useState(shown(range.to));
  const [problem, setProblem] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    const now = Date.now();
    const [begin, end] = [parseTime(from, zone, now), parseTime(to, zone, now)];
    if (begin === undefined || end === undefined) {
      setProblem(`\u201c${begin === undefined ? from : to}\u201d is no time. Write 2026-09-21 14:30, an RFC 3339 time, or now-15m.`);
    } else if (begin >= end) setProblem("The range ends before it begins.");
    else {
      onRange({ from: isRelative(from) ? from.trim() : iso(begin), to: isRelative(to) ? to.trim() : iso(end) });
      close();
    }
  };
  return (
    <form class="absolute" onSubmit={submit}>
      <label>
        From
        <input value={from} spellcheck={false} onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label>
        To
        <input value={to} spellcheck={false} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      <fieldset class="zones">
        <legend>Times are shown in</legend>
        {(["local", "utc"] as const).map((choice) => (
          <label key={choice}>
            <input type="radio" name="zone" checked={zone === choice} onChange={() => onZone(choice)} />
            {choice === "utc" ? "UTC" : `local time (${Intl.DateTimeFormat().resolvedOptions().timeZone})`}
          </label>
        ))}
      </fieldset>
      {problem !== "" && (
        <p class="form-error" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" class="button button-main">
        Apply
      </button>
    </form>
  );
}
