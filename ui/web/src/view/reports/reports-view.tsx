// Reports of a month: the history of them, and one to read.
import type { Place } from "../../shell/place";
import { ReportList } from "./report-list";
import { ReportPage } from "./report-page";

export function ReportsView({ place }: { readonly place: Place }) {
  const { item } = place.state;
  return item === "" ? <ReportList place={place} /> : <ReportPage key={item} id={item} place={place} />;
}
