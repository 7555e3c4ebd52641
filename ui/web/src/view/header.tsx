// The top line: name, views, stream, theme, help.
import { useState } from "preact/hooks";
import type { StreamSummary } from "../api/types";
import type { View } from "../state/url";
import { applyTheme, keptTheme, type Theme } from "../state/kept";
import { short } from "../text/number";
import { Icon } from "./icon";
import { Popover } from "./popover";

interface Props {
  readonly view: View;
  readonly stream: string;
  readonly streams: readonly StreamSummary[];
  readonly onView: (view: View) => void;
  readonly onStream: (stream: string) => void;
  readonly onSignOut: () => void;
}

const VIEWS = [
  { view: "search", label: "Search", icon: "list" },
  { view: "tail", label: "Live", icon: "live" },
  { view: "correlate", label: "Correlate", icon: "lanes" },
  { view: "evidence", label: "Evidence", icon: "shield" },
] as const;

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "write a query"],
  ["Enter", "run it; open or close the chosen record"],
  ["j  k", "next and previous record"],
  ["Esc", "close what is open"],
];

export function Header({ view, stream, streams, onView, onStream, onSignOut }: Props) {
  return (
    <header class="header">
      <a class="brand" href="/" aria-label="Palisade, start page">
        <img src="/logo.svg" alt="" width="24" height="24" />
        <span>Palisade</span>
      </a>
      <nav class="tabs" aria-label="Views">
        {VIEWS.map((item) => (
          <button key={item.view} type="button" aria-current={view === item.view ? "page" : undefined} onClick={() => onView(item.view)}>
            <Icon name={item.icon} />
            {item.label}
          </button>
        ))}
      </nav>
      <span class="spring" />
      <label class="stream-choice">
        <span class="stream-word">Stream</span>
        <select value={stream} aria-label="Stream" onChange={(event) => onStream(event.currentTarget.value)}>
          <option value="">all streams</option>
          {streams.map((item) => <option key={item.name} value={item.name}>{item.name} ({short(item.records)})</option>)}
          {stream !== "" && !streams.some((item) => item.name === stream) && <option value={stream}>{stream}</option>}
        </select>
      </label>
      <ThemeButton />
      <Popover label="Help" button={<Icon name="help" />} buttonClass="icon-button">
        {() => <Help onSignOut={onSignOut} />}
      </Popover>
    </header>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(keptTheme);
  const next: Theme = theme === "auto" ? "light" : theme === "light" ? "dark" : "auto";
  const label = `Theme: ${theme === "auto" ? "as the system" : theme}; change to ${next === "auto" ? "as the system" : next}`;
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={() => { applyTheme(next); setTheme(next); }}>
      <Icon name="theme" />
    </button>
  );
}

const EXAMPLES: readonly (readonly [string, string])[] = [
  ["connection refused", "both words"],
  ['"connection refused"', "the phrase"],
  ["level:error and not service:gateway", "fields; and, or, not"],
  ["status>=500  source_ip:10.0.0.0/8", "ranges, networks"],
  ["user_id:u12*  message:/time(d )?out/i", "wildcards, patterns"],
  ["outcome:failure | stats count() by user_id", "statistics"],
];

function Help({ onSignOut }: { readonly onSignOut: () => void }) {
  return (
    <div class="help">
      <h2>Queries</h2>
      <dl>{EXAMPLES.map(([query, meaning]) => [<dt key={query}><code>{query}</code></dt>, <dd key={meaning}>{meaning}</dd>])}</dl>
      <h2>Keys</h2>
      <dl>{KEYS.map(([key, meaning]) => [<dt key={key}><kbd>{key}</kbd></dt>, <dd key={meaning}>{meaning}</dd>])}</dl>
      <button type="button" class="button" onClick={onSignOut}>Sign out</button>
    </div>
  );
}
