/** Which specs have two parts together, and which frames on top of what: the corpus as tables, with its gaps. */
import type { Company, Ledger } from "../spec/model.ts";
import type { Spec } from "../spec/spec.ts";
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
    return {
      configuration,
      pairs: company.parts.flatMap((row, i) =>
        company.parts.slice(i + 1).map((column) =>
          cell(row, column, ({ asked }) => {
            const parts = company.of(asked);
            return parts.includes(row) && parts.includes(column);
          }),
        ),
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
export const gaps = (tables: readonly Together[]): readonly string[] =>
  tables.flatMap(({ configuration, pairs, cuts }) =>
    [...pairs, ...cuts]
      .filter(({ specs, apart }) => specs.length === 0 && apart === null)
      .map(({ row, column }) => `${configuration}: ${row} + ${column}`),
  );

/** The tables as Markdown: numbers first, then which specs they are. */
export function companyPage(tables: readonly Together[]): string {
  const sections = tables.flatMap(({ configuration, pairs, cuts }) => [
    `## ${configuration}: who is there together`,
    grid(pairs),
    `## ${configuration}: which frame comes on top of what`,
    grid(cuts),
    list([...pairs, ...cuts]),
  ]);
  const intro =
    "Printed by `npm run contexts`. A cell says how many specs have both; where a task is there too, as nearly always, a pair of others is a triple. Whether a frame came between all steps that it could is in the cut matrix of each report.";
  return `${["# Who meets whom", intro, ...sections].join("\n\n")}\n`;
}

function grid(cells: readonly Cell[]): string {
  const rows = [...new Set(cells.map(({ row }) => row))];
  const columns = [...new Set(cells.map(({ column }) => column))];
  const shown = (row: string, column: string): string => {
    const cell = cells.find((one) => one.row === row && one.column === column);
    if (!cell) return "";
    return cell.specs.length > 0 ? String(cell.specs.length) : cell.apart === null ? "**none**" : "-";
  };
  const table = [
    ["", ...columns],
    ["---", ...columns.map(() => "---:")],
    ...rows.map((row) => [row, ...columns.map((column) => shown(row, column))]),
  ];
  return table.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

const list = (cells: readonly Cell[]): string =>
  cells
    .map(({ row, column, specs, apart }) => `- ${row} + ${column}: ${specs.join(", ") || (apart ?? "none")}`)
    .join("\n");
