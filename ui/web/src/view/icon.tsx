// Small line drawings; decoration only, the button's label says what it does.
const PATHS = {
  search: "M7 12.5a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11Zm4-1.5 3.5 3.5",
  clock: "M8 14.5a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM8 4v4.2l2.8 1.6",
  chevron: "m4 6 4 4 4-4",
  close: "m3.5 3.5 9 9m0-9-9 9",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  equals: "M3 6h10M3 10h10",
  link: "M6.5 9.5 9.5 6.5M7 4.5l1.2-1.2a3 3 0 0 1 4.3 4.3L11.3 8.8M8.9 11.4l-1.2 1.2a3 3 0 0 1-4.3-4.3L4.6 7.1",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  lanes: "M2 4h5M9 4h2M4 8h8M2 12h2M6.5 12H14",
  nearby: "M2 3.5h12M2 12.5h12M2 8h12M2 6.4v3.2M14 6.4v3.2",
  pause: "M5 3v10M11 3v10",
  play: "m4.5 2.5 8 5.5-8 5.5z",
  live: "M8 9.2a1.2 1.2 0 1 1 0-2.4 1.2 1.2 0 0 1 0 2.4ZM4.8 11.2a4.5 4.5 0 0 1 0-6.4M11.2 4.8a4.5 4.5 0 0 1 0 6.4M2.7 13.3a7.5 7.5 0 0 1 0-10.6M13.3 2.7a7.5 7.5 0 0 1 0 10.6",
  theme: "M8 14.5a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM8 1.5v13M8 4l4.5-1M8 8h6.5M8 12l4.5 1",
  list: "M2 4h12M2 8h12M2 12h8",
  column: "M2.5 2.5h11v11h-11zM6.5 2.5v11",
  help: "M8 14.5a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM6 6.2a2 2 0 1 1 2.8 1.9c-.6.3-.8.6-.8 1.3M8 11.6v.2",
  lock: "M3.5 7.5h9v6h-9zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 9.8a1.8 1.8 0 1 1 0-3.6 1.8 1.8 0 0 1 0 3.6Z",
  shield: "M8 1.5 13.5 3.5v4c0 3.5-2.3 5.8-5.5 7-3.2-1.2-5.5-3.5-5.5-7v-4zM5.5 8l1.8 1.8L10.8 6",
  chart: "M2.5 13.5h11M4 13.5v-4h2.5v4M8 13.5v-9h2.5v9M12 13.5v-6",
  bell: "M4 11V7a4 4 0 0 1 8 0v4l1.2 1.5H2.8zM6.5 14.2h3",
  rule: "M3 3.5h10M3 8h6M3 12.5h4M10.5 11l1.8 1.8L15 9.5",
  send: "M14 2 7.5 8.5M14 2 9.8 14l-2.3-5.5L2 6.2z",
  download: "M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11",
  people: "M6 7.5a2.5 2.5 0 1 1 0-5 2.5 2.5 0 0 1 0 5ZM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 3a2.3 2.3 0 0 1 0 4.3M12 9.8c1.6.5 2.5 1.8 2.5 3.7",
  report: "M4 1.5h5.5L12.5 4.5v10h-8.5zM9.5 1.5v3h3M6 8h4.5M6 11h4.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
