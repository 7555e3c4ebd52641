// The answer to a query with pipes: columns and rows.
import type { SearchAnswer } from "../api/types";
import { grouped } from "../text/number";
import { visible } from "../text/visible";
import { WithSealed } from "./sealed";

export function StatsTable({ answer }: { readonly answer: SearchAnswer }) {
  const names = (answer.columns ?? []).map((column) => column.name);
  return (
    <div class="stats" role="region" aria-label="Result" tabIndex={0}>
      <table>
        <thead><tr>{names.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
        <tbody>
          {(answer.rows ?? []).map((row, index) => (
            <tr key={index}>
              {row.map((value, column) => (
                <td key={column} class={typeof value === "number" ? "is-number" : ""}>
                  {value === null ? "\u2013" : typeof value === "number" ? grouped(value) : <WithSealed text={String(value)} draw={visible} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
