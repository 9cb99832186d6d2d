/** The whole ledger: every claim with what was found of each of its sentences, every design with what it violates. */
import type { Claim, ClaimPart, Design, Ledger } from "../spec/claim.ts";
import { asSearched, columnOf, type Decision, decide, isWithin, type Searched, selects } from "./decide.ts";

export interface JudgedPart {
  readonly part: ClaimPart;
  /** By configuration; those that the claim does not speak of are left out. */
  readonly found: readonly {
    readonly column: string;
    readonly decision: Decision;
    readonly expected: boolean | null;
  }[];
}

export interface JudgedClaim {
  readonly id: string;
  readonly claim: Claim;
  readonly parts: readonly JudgedPart[];
}

export interface DesignCell {
  readonly column: string;
  /** Null where the design does not exist there. */
  readonly expected: readonly string[] | null;
  readonly specs: readonly Searched[];
  /** All that these specs violate. */
  readonly violated: readonly string[];
  /** What is expected and not found; or found where nothing is expected. */
  readonly differs: readonly string[];
}

export interface Judged {
  readonly ledger: Ledger;
  readonly claims: readonly JudgedClaim[];
  readonly designs: readonly { readonly id: string; readonly design: Design; readonly cells: readonly DesignCell[] }[];
  /** Specs whose search is not what they pin. */
  readonly unpinned: readonly string[];
  /** "spec names C4, and decides nothing of it". */
  readonly idle: readonly string[];
  readonly searched: readonly Searched[];
}

export function judge(ledger: Ledger, searched: readonly Searched[]): Judged {
  const columns = Object.keys(ledger.columns);
  const claims = Object.entries(ledger.claims).map(([id, claim]) => {
    const named = searched.filter(({ spec }) => spec.claims.includes(id));
    const parts = claim.parts.map((part) => ({
      part,
      found: columns.flatMap((column) => {
        const decision = decide(part, column, ledger.columns, named);
        return decision ? [{ column, decision, expected: part.expected[column] ?? null }] : [];
      }),
    }));
    return { id, claim, parts };
  });
  const designs = Object.entries(ledger.designs).map(([id, design]) => ({
    id,
    design,
    cells: columns.map((column) => cellOf(id, design, column, ledger, searched)),
  }));
  return {
    ledger,
    claims,
    designs,
    unpinned: searched.flatMap(({ spec, record }) => (record.differences.length > 0 ? [spec.name] : [])),
    idle: searched.flatMap((one) =>
      one.spec.claims
        .filter((id) => !isDeciding({ spec: asSearched(one) }, ledger.claims[id], ledger))
        .map((id) => `${one.spec.name} names ${id}, and selects nothing that ${id} reads`),
    ),
    searched,
  };
}

function cellOf(id: string, design: Design, column: string, ledger: Ledger, searched: readonly Searched[]): DesignCell {
  const specs = searched.filter(({ spec }) => spec.designs.includes(id) && columnOf(spec, ledger.columns) === column);
  const violated = [...new Set(specs.flatMap(({ record }) => Object.keys(record.violated)))];
  const expected = design.expected[column] ?? null;
  const missing = (expected ?? []).filter((names) => !names.split("/").some((name) => violated.includes(name)));
  const extra = expected?.length === 0 ? violated : [];
  const differs =
    specs.length === 0
      ? []
      : [...missing.map((name) => `${name} expected, not found`), ...extra.map((name) => `${name} not expected`)];
  return { column, expected, specs, violated, differs };
}

/** Whether a spec decides some sentence of a claim, by what it asks; no search is needed to tell. */
export const isDeciding = (
  { spec }: Pick<Searched, "spec">,
  claim: Claim | undefined,
  { columns }: Pick<Ledger, "columns">,
): boolean =>
  (claim?.parts ?? []).some((part) => {
    const reading = part.reads[columnOf(spec, columns) ?? ""];
    return reading !== undefined && isWithin(spec, part.within ?? {}) && selects(spec, reading);
  });

/** Sentences without a decision: "C4 (b), RT". */
export const undecided = ({ claims }: Judged): readonly string[] =>
  claims.flatMap(({ id, parts }) =>
    parts.flatMap(({ found }, i) =>
      found
        .filter(({ decision }) => decision.isTrue === null)
        .map(({ column }) => `${id}${parts.length > 1 ? ` (${letter(i)})` : ""}, ${column}`),
    ),
  );

/** Cells of the matrix that the reference expects something of, and that no spec looks at: "G1, RT". */
export const unseen = ({ designs }: Judged): readonly string[] =>
  designs.flatMap(({ id, cells }) =>
    cells
      .filter(({ expected, specs }) => expected !== null && specs.length === 0)
      .map(({ column }) => `${id}, ${column}`),
  );

/** The parts of a claim are told apart by letters. */
export const letter = (i: number): string => String.fromCharCode("a".charCodeAt(0) + i);
