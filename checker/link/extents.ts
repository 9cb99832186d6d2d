/**
 * Can a search hold what is declared? Every cell has some value and not too many, every size is a whole number; and
 * there are not more cells than anybody meant.
 */
import type { Program } from "../language/programs.ts";
import type { Universe } from "../language/sets.ts";
import { type AnyLeaf, rangeBounds, type Shape } from "../language/shapes.ts";

/** Values of one cell, elements of one set, cells of one group. */
const MOST = 2 ** 20;
/** Beyond these no engine computes. */
const FARTHEST = 2 ** 29;

/** Sizes of index sets and values of bounds that are none. They are told before anything asks for them. */
export const sizeProblems = (sizes: Readonly<Record<string, number>>): string[] =>
  Object.entries(sizes).flatMap(([name, size]) =>
    Number.isSafeInteger(size) && Math.abs(size) < FARTHEST
      ? []
      : [`"sizes": "${name}" is ${String(size)}; a size and a bound are whole numbers below ${FARTHEST}`],
  );

/** What is wrong with a shape, a sentence each. */
export function shapeProblems(shape: Shape, where: string, universe: Universe): string[] {
  switch (shape.kind) {
    case "struct":
      return Object.entries(shape.fields).flatMap(([name, of]) => shapeProblems(of, `${where}.${name}`, universe));
    case "each": {
      const problems = setProblems(shape.set, where, universe);
      if (problems.length > 0) return problems;
      const cells = cellsIn(shape, universe);
      if (cells > MOST) return [`${where}: ${cells} cells are too many; at most ${MOST}`];
      return shapeProblems(shape.of as Shape, `${where}[..]`, universe);
    }
    default:
      return leafProblems(shape, where, universe);
  }
}

function leafProblems(shape: AnyLeaf, where: string, universe: Universe): string[] {
  switch (shape.kind) {
    case "range": {
      const { lo, hi } = rangeBounds(shape, universe);
      if (lo > hi) return [`${where}: range(${lo}, ${hi}) holds nothing; the first bound must not exceed the second`];
      if (hi - lo >= MOST)
        return [
          `${where}: range(${lo}, ${hi}) has ${hi - lo + 1} values; a cell may have ${MOST}: take the few that matter`,
        ];
      return Math.max(Math.abs(lo), Math.abs(hi)) < FARTHEST
        ? []
        : [`${where}: range(${lo}, ${hi}) leaves the numbers that are computed with; stay below ${FARTHEST}`];
    }
    case "id": {
      const empty = universe.size(shape.set) === 0;
      return empty
        ? [
            `${where}: the index set "${shape.set.name}" is empty; give it a size of at least 1, or make the cell optional`,
          ]
        : setProblems(shape.set, where, universe);
    }
    case "optional":
    case "orWord":
      // An optional element of an empty set is always null.
      return shape.of.kind === "id" && universe.size(shape.of.set) === 0 ? [] : leafProblems(shape.of, where, universe);
    default:
      return [];
  }
}

function setProblems(set: Parameters<Universe["size"]>[0], where: string, universe: Universe): string[] {
  const size = universe.size(set);
  if (size < 0) return [`${where}: the index set "${set.name}" has the size ${size}; give it one of at least 0`];
  return size > MOST ? [`${where}: the index set "${set.name}" has ${size} elements; at most ${MOST}`] : [];
}

function cellsIn(shape: Shape, universe: Universe): number {
  if (shape.kind === "struct") return Object.values(shape.fields).reduce((n, of) => n + cellsIn(of, universe), 0);
  return shape.kind === "each" ? universe.size(shape.set) * cellsIn(shape.of as Shape, universe) : 1;
}

/** The same of a program's parameters and locals. */
export const localProblems = ({ name, params, locals }: Program, universe: Universe): string[] =>
  [...Object.entries(params).map(([own, { shape }]) => [own, shape] as const), ...Object.entries(locals)].flatMap(
    ([own, shape]) => shapeProblems(shape, `${name}.${own}`, universe),
  );
