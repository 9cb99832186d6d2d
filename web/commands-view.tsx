/** The table of commands: what each reads and writes and how often it fired; those that never did stand out. */
import { useMemo, useState } from "preact/hooks";
import type { PageData } from "../checker/html/data.ts";
import type { System } from "../checker/language/system.ts";
import { commandRows } from "./commands.ts";

export function Commands({ system, data }: { readonly system: System; readonly data: PageData }) {
  const [onlyUnfired, setOnlyUnfired] = useState(false);
  const rows = useMemo(() => commandRows(system, data.fired), [system, data]);
  const unfired = rows.filter(({ fired, fails }) => fired === 0 && !fails);
  const shown = onlyUnfired ? unfired : rows;
  return (
    <details class="commands">
      <summary>
        <h2>
          Commands: {rows.length}, of which {unfired.length} never fired
        </h2>
      </summary>
      <p>
        {data.complete
          ? "How often each fired in the whole search."
          : "How often each fired before the search stopped: the rest was not searched."}{" "}
        A row of the source may be spliced in at several calls; they count together. That an alternative which fails
        never fires is what a property says.
      </p>
      <label>
        <input
          type="checkbox"
          checked={onlyUnfired}
          onChange={(event) => setOnlyUnfired(event.currentTarget.checked)}
        />{" "}
        only those that never fired
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="picture" aria-label="Table of commands" tabIndex={0} data-keys>
        <table>
          <thead>
            <tr>
              <th scope="col">row</th>
              <th scope="col">goes on to</th>
              <th scope="col">reads</th>
              <th scope="col">writes</th>
              <th scope="col">fired</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row, i) => (
              <tr key={i} class={row.fired === 0 && !row.fails ? "unfired" : ""}>
                <th scope="row">
                  {row.program}: {row.label} <code>{row.quote}</code>
                </th>
                <td>{row.to.join(", ")}</td>
                <td>{row.reads.join(", ")}</td>
                <td>{row.writes.join(", ")}</td>
                <td class="number">{row.fired === 0 ? (row.fails ? "0" : "never") : row.fired.toLocaleString("en")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
