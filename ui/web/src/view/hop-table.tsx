// One line per service an id passed through.
import type { Hop } from "../api/types";
import { grouped } from "../text/number";
import { span, timeOfDay } from "../time/format";
import { millisOf, type Zone } from "../time/parse";

export function HopTable({ hops, zone, start }: { readonly hops: readonly Hop[]; readonly zone: Zone; readonly start: number }) {
  const ordered = [...hops].sort((left, right) => millisOf(left.first) - millisOf(right.first));
  return (
    <table class="hops">
      <thead>
        <tr><th scope="col">Service</th><th scope="col">First</th><th scope="col">After</th><th scope="col">Last</th><th scope="col">Span</th><th scope="col">Records</th><th scope="col">Errors</th></tr>
      </thead>
      <tbody>
        {ordered.map((hop) => (
          <tr key={hop.service}>
            <th scope="row">{hop.service}</th>
            <td>{timeOfDay(hop.first, zone)}</td>
            <td>+{span(millisOf(hop.first) - start)}</td>
            <td>{timeOfDay(hop.last, zone)}</td>
            <td>{span(millisOf(hop.last) - millisOf(hop.first))}</td>
            <td>{grouped(hop.count)}</td>
            <td class={hop.errors > 0 ? "level-error" : ""}>{grouped(hop.errors)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
