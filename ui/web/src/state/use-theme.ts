// Which theme the page shows, whether somebody chose it or the system has it.
import { useEffect, useState } from "preact/hooks";

const DARK = "(prefers-color-scheme: dark)";

const shown = (): string => document.documentElement.dataset["theme"] ?? (matchMedia(DARK).matches ? "dark" : "light");

export function useTheme(): string {
  const [theme, setTheme] = useState(shown);
  useEffect(() => {
    const look = (): void => setTheme(shown());
    const media = matchMedia(DARK);
    media.addEventListener("change", look);
    const observer = new MutationObserver(look);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      media.removeEventListener("change", look);
      observer.disconnect();
    };
  }, []);
  return theme;
}
