// Numbers as people read them: thin spaces between thousands, short forms where room is scarce.

const GROUPED = new Intl.NumberFormat("en-US");
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

export const grouped = (value: number): string => GROUPED.format(value).replaceAll(",", "\u202f");

export const short = (value: number): string => SHORT.format(value);

export const plural = (count: number, one: string, many = `${one}s`): string => `${grouped(count)} ${count === 1 ? one : many}`;

export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let [amount, unit] = [value, 0];
  while (amount >= 1000 && unit < units.length - 1) [amount, unit] = [amount / 1000, unit + 1];
  return `${amount.toFixed(amount < 10 && unit > 0 ? 1 : 0)} ${units[unit] ?? ""}`;
}

export const percent = (part: number, whole: number): string => {
  if (whole === 0) return "0 %";
  const share = (100 * part) / whole;
  return share > 0 && share < 1 ? "<1 %" : `${Math.round(share)} %`;
};
