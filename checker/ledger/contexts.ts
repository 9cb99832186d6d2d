/** Which specs have two parts together, and which frames on top of what: the corpus as tables, with its gaps. */

import type { Company, Ledger } from "../spec/model.ts";
import type { Spec } from "../spec/spec.ts";
import { wrapped } from "../text/prose.ts";
import { markdownTable } from "../text/table.ts";
import { columnOf } from "./decide.ts";

export interface Cell {
  readonly row: string;
  readonly column: string;
  /** Names of the specs that have both. */
  readonly specs: readonly string[];
  /** Why none can have; null where nobody says. */
  readonly apart: string | null;
}

export interface Together {
  /** The configuration: a column of the ledger. */
  readonly configuration: string;
  readonly pairs: readonly Cell[];
  /** Two parts and the one that the system plays by itself. */
  readonly triples: readonly Cell[];
  readonly cuts: readonly Cell[];
}

/** One table for each configuration that has frames. */
export const together = (company: Company, { columns }: Ledger, specs: readonly Spec[]): readonly Together[] =>
  Object.entries(company.frames).map(([configuration, frames]) => {
    const here = specs.filter((spec) => columnOf(spec, columns) === configuration);
    const reason = (row: string, column: string): string | null =>
      company.apart[`${configuration}: ${row} + ${column}`] ??
      company.apart[`${configuration}: ${row}`] ??
      company.apart[`${configuration}: ${column}`] ??
      null;
    const cell = (row: string, column: string, has: (spec: Spec) => boolean): Cell => {
      const names = here.filter(has).map(({ name }) => name);
      return { row, column, specs: names, apart: names.length > 0 ? null : reason(row, column) };
    };
    const { ground, byItself } = company;
    const pairs = (parts: readonly string[], third: readonly string[]): readonly Cell[] =>
      parts.flatMap((row, i) =>
        parts.slice(i + 1).map((column) =>
          cell(row, column, ({ asked }) => {
            const there = company.of(asked);
            return [row, column, ...third].every((part) => there.includes(part));
          }),
        ),
      );
    return {
      configuration,
      pairs: pairs(company.parts, []),
      triples: pairs(
        company.parts.filter((part) => part !== ground && part !== byItself),
        [byItself],
      ),
      cuts: frames.flatMap((row) =>
        company.below.map((column) =>
          cell(row, column, ({ asked }) =>
            company.cuts(asked).some(([frame, below]) => frame === row && below === column),
          ),
        ),
      ),
    };
  });

/** Cells without a spec and without a reason: "RT: NMI: kfree_nolock + flush". */
export const gaps = ({ byItself }: Company, tables: readonly Together[]): readonly string[] =>
  tables.flatMap(({ configuration, pairs, triples, cuts }) => {
    const missing = (cells: readonly Cell[], third = ""): string[] =>
      cells
        .filter(({ specs, apart }) => specs.length === 0 && apart === null)
        .map(({ row, column }) => `${configuration}: ${row} + ${column}${third}`);
    return [...missing(pairs), ...missing(triples, ` + ${byItself}`), ...missing(cuts)];
  });

/** The tables as Markdown: numbers first, then which specs they are. */
export function companyPage({ ground, byItself, crowded }: Company, tables: readonly Together[]): string {
  const sections = tables.flatMap(({ configuration, pairs, triples, cuts }) => [
    `## ${configuration}: two parts in one spec`,
    grid(pairs),
    `## ${configuration}: two parts and the ${byItself} in one spec`,
    grid(triples),
    `## ${configuration}: which frame comes on top of what`,
    grid(cuts),
    list(pairs),
    list(triples, ` + ${byItself}`),
    list(cuts),
  ]);
  const intro = `Written by \`npm run contexts\`. A cell says how many specs have both; with the ${ground}, which is nearly always there, a pair of others is a triple. ${crowded} Whether a frame came between all steps that it could is in the cut matrix of each report.`;
  return wrapped(`${["# Who meets whom", intro, ...sections].join("\n\n")}\n`);
}

function grid(cells: readonly Cell[]): string {
  const rows = [...new Set(cells.map(({ row }) => row))];
  const columns = [...new Set(cells.map(({ column }) => column))];
  const shown = (row: string, column: string): string => {
    const cell = cells.find((one) => one.row === row && one.column === column);
    if (!cell) return "";
    return cell.specs.length > 0 ? String(cell.specs.length) : cell.apart === null ? "**none**" : "-";
  };
  return markdownTable(
    ["", ...columns.map((figures) => ({ figures }))],
    rows.map((row) => [row, ...columns.map((column) => shown(row, column))]),
  );
}

const list = (cells: readonly Cell[], third = ""): string =>
  cells
    .map(({ row, column, specs, apart }) => `- ${row} + ${column}${third}: ${specs.join(", ") || (apart ?? "none")}`)
    .join("\n");
