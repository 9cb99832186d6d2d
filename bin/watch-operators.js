// Does JavaScript decide something of a term in a file of a model? `a && b` on two terms is b, and nobody notices. Types
// cannot tell, and no reader of the text can: `cpus > 1 && x` is right. So each operand that JavaScript decides on is
// handed to the language first, which refuses a term. Nothing else of the file changes, not even a line's number.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folders whose files are no user's: those of the checker, and what is installed. */
let notWatched = [];
let language = "";
/** Where texts are kept as they were made, by a hash of what they were made of. */
let cache = "";

export function initialize(data) {
  notWatched = data.notWatched;
  language = data.language;
  cache = data.cache;
}

const OPERATORS = /&&|\|\||!|\?|===?|\bif\b|\bwhile\b|\bfor\b|\bswitch\b/;

/** A line, or the one after it, that means what it says in JavaScript. */
const MEANT = /\/\/\s*javascript decides\b/;

/** Which parts of a node JavaScript decides on, and in which words that is told. */
function decidedBy(node) {
  switch (node.type) {
    case "LogicalExpression":
      return node.operator === "??" ? [] : [[node.left, node.operator]];
    case "UnaryExpression":
      return node.operator === "!" ? [[node.argument, "!"]] : [];
    case "BinaryExpression":
      return /^[!=]==?$/.test(node.operator) && ![node.left, node.right].some(isUndefined)
        ? [node.left, node.right].map((side) => [side, node.operator])
        : [];
    case "ConditionalExpression":
      return [[node.test, "?:"]];
    case "IfStatement":
      return [[node.test, "if"]];
    case "WhileStatement":
    case "DoWhileStatement":
      return [[node.test, "while"]];
    case "ForStatement":
      return node.test ? [[node.test, "for"]] : [];
    case "SwitchStatement":
      return [[node.discriminant, "switch"]];
    default:
      return [];
  }
}

/** `x === undefined` asks whether something was given at all. */
const isUndefined = (node) => node.type === "Identifier" && node.name === "undefined";

/** The text with each operand that JavaScript decides on handed to `$decides`; as it was where there is none. */
export async function watched(text, from) {
  if (!OPERATORS.test(text)) return text;
  const { parse } = await import("@babel/parser");
  let file;
  try {
    file = parse(text, { sourceType: "module", plugins: ["typescript", "explicitResourceManagement"] });
  } catch {
    return text; // Whoever loads it says what is wrong.
  }
  const lines = text.split("\n");
  const isMeant = ({ loc }) =>
    [loc.start.line - 1, loc.start.line - 2, loc.end.line - 1].some((i) => MEANT.test(lines[i] ?? ""));
  const pieces = [];
  const visit = (node) => {
    for (const [operand, operator] of isMeant(node) ? [] : decidedBy(node)) {
      pieces.push({ at: operand.start, size: operand.end - operand.start, text: "$decides((" });
      pieces.push({ at: operand.end, size: 0, text: `), ${JSON.stringify(operator)})` });
    }
    for (const part of Object.values(node))
      for (const one of Array.isArray(part) ? part : [part]) if (typeof one?.type === "string") visit(one);
  };
  visit(file.program);
  if (pieces.length === 0) return text;
  return `import { decides as $decides } from ${JSON.stringify(from)}; ${inserted(text, pieces)}`;
}

/**
 * Operands lie in each other or apart, and the outer ones were met first: of those that begin at one place the longest
 * begins first, of those that end there the last that was met ends first.
 */
function inserted(text, pieces) {
  const order = (a, b) => a.at - b.at || (a.size > 0 && b.size > 0 ? b.size - a.size : b.number - a.number);
  let made = "";
  let last = 0;
  for (const { at, text: piece } of pieces.map((piece, number) => ({ ...piece, number })).sort(order)) {
    made += text.slice(last, at) + piece;
    last = at;
  }
  return made + text.slice(last);
}

/** The same, made once: to parse takes longer than all else that is done before a small model is searched. */
async function watchedOnce(text, from) {
  if (!OPERATORS.test(text)) return text;
  const own = readFileSync(fileURLToPath(import.meta.url));
  const hash = createHash("sha256").update(own).update(`\0${from}\0`).update(text).digest("hex");
  const kept = join(cache, hash);
  if (existsSync(kept)) return readFileSync(kept, "utf8");
  const made = await watched(text, from);
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(`${kept}.${process.pid}`, made);
    renameSync(`${kept}.${process.pid}`, kept);
  } catch {
    // It is made again next time.
  }
  return made;
}

export async function load(url, context, next) {
  const path = url.startsWith("file:") ? fileURLToPath(url.replace(/[?#].*/, "")) : "";
  const isOurs = path === "" || !/\.[cm]?[jt]s$/.test(path) || notWatched.some((folder) => path.includes(folder));
  if (isOurs || context.format === "commonjs") return next(url, context);
  const text = readFileSync(path, "utf8");
  const source = await watchedOnce(text, language);
  return source === text ? next(url, context) : { format: "module", source, shortCircuit: true };
}
