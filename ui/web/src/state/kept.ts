// What this browser remembers: theme and recent queries. Storage may be forbidden; then nothing is remembered.

const RECENT_MAX = 30;

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A full or forbidden storage costs comfort only.
  }
}

export type Theme = "auto" | "light" | "dark";

export function keptTheme(): Theme {
  const kept = read("palisade.theme");
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  write("palisade.theme", theme);
}

export function recentQueries(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(read("palisade.recent") ?? "[]");
    return Array.isArray(kept) ? kept.filter((query): query is string => typeof query === "string") : [];
  } catch {
    return [];
  }
}

export function rememberQuery(query: string): void {
  if (query.trim() === "") return;
  const others = recentQueries().filter((kept) => kept !== query);
  write("palisade.recent", JSON.stringify([query, ...others].slice(0, RECENT_MAX)));
}
