// The top line: name, theme, who looks, help.
import { useState } from "preact/hooks";
import type { Who } from "../api/session";
import { useKeys } from "../state/use-keys";
import { applyTheme, keptTheme, type Theme } from "../state/kept";
import { Icon } from "./icon";
import { Popover } from "./popover";

interface Props {
  readonly who: Who;
  readonly onSignOut: () => void;
}

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "write a query"],
  ["Enter", "run it; open or close the chosen record"],
  ["j  k", "next and previous record"],
  ["Esc", "close what is open"],
  ["f  x", "only the service of the chosen record; without it"],
  ["c", "what stands around it in its file"],
  ["t", "follow its id through all services"],
  ["[  ]", "as much time before, and after"],
  ["?", "this help"],
];

const EXAMPLES: readonly (readonly [string, string])[] = [
  ["connection refused", "both words"],
  ['"connection refused"', "the phrase"],
  ["level:error and not service:gateway", "fields; and, or, not"],
  ["status>=500  source_ip:10.0.0.0/8", "ranges, networks"],
  ["user_id:u12*  message:/time(d )?out/i", "wildcards, patterns"],
  ["outcome:failure | stats count() by user_id", "statistics"],
];

export function Header({ who, onSignOut }: Props) {
  useKeys({ "?": () => document.querySelector<HTMLButtonElement>("button[aria-label=Help]")?.click() });
  return (
    <header class="header">
      <a class="brand" href="/" aria-label="Palisade, start page">
        <img src="/logo.svg" alt="" width="24" height="24" />
        <span>Palisade</span>
      </a>
      <span class="spring" />
      <ThemeButton />
      <Popover label="Help" button={<Icon name="help" />} buttonClass="icon-button">
        {() => <Help />}
      </Popover>
      <Popover label={`Account of ${who.name}`} button={<span class="account-name">{who.name}</span>} buttonClass="button">
        {() => <Account who={who} onSignOut={onSignOut} />}
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

function Help() {
  return (
    <div class="help">
      <h2>Queries</h2>
      <dl>{EXAMPLES.map(([query, meaning]) => [<dt key={query}><code>{query}</code></dt>, <dd key={meaning}>{meaning}</dd>])}</dl>
      <h2>Keys</h2>
      <dl>{KEYS.map(([key, meaning]) => [<dt key={key}><kbd>{key}</kbd></dt>, <dd key={meaning}>{meaning}</dd>])}</dl>
    </div>
  );
}

function Account({ who, onSignOut }: Props) {
  return (
    <div class="help">
      <h2>{who.name}</h2>
      <p class="quiet">{who.roles.length === 0 ? "No role" : who.roles.join(", ")}</p>
      <button type="button" class="button" onClick={onSignOut}>Sign out</button>
    </div>
  );
}
