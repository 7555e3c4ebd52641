// From when to when, as people say it.
import { minute } from "../../time/format";
import { millisOf, type Zone } from "../../time/parse";

export const periodText = ({ from, to }: { readonly from: string; readonly to: string }, zone: Zone): string =>
  `${minute(millisOf(from), zone)} to ${minute(millisOf(to), zone)}`;
