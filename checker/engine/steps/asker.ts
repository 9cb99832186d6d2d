/** What is asked of states and of steps as generated code: whether it holds, and the event that says so. */
import type { Node } from "../../language/nodes.ts";
import type { StateCheck, StepCheck } from "../../language/system.ts";
import * as ir from "../code/ir.ts";
import { c, type Expr, type Func, FunctionWriter, type Stmt, type Target } from "../code/ir.ts";
import { Lowering } from "./lower.ts";
import { type Event, errorAt, type MemoryMap, NO_STEP, notBounded, violated } from "./memory-map.ts";
import { under } from "./scopes.ts";

/** Locals of a function after which no further question about the state is added to it. */
const MOST_LOCALS = 1000;

export class Asker {
  readonly #map: MemoryMap;
  /** Takes the number of an event that is wanted: keeps the current state if it is the least. */
  readonly #keep: Func;

  constructor(map: MemoryMap, keep: Func) {
    this.#map = map;
    this.#keep = keep;
  }

  /** Runs code that may meet a model error; a broken chain just ends it. */
  attempt(lowering: Lowering, atStep: boolean, body: () => void): void {
    const { writer } = lowering;
    writer.block((broken) => {
      writer.block((error) => {
        under(lowering, { error, broken }, body);
        writer.emit(ir.br(broken));
      });
      this.event(writer, errorAt(atStep));
    });
  }

  /** A condition that is to be true: a broken chain in it counts as false, any other error is the model's. */
  check(lowering: Lowering, { condition, ...of }: StateCheck | StepCheck, atStep: boolean): void {
    const { writer } = lowering;
    const isProgress = "verdict" in of && of.verdict === "noProgress";
    writer.block((done) => {
      writer.block((violated) => {
        writer.block((error) => {
          const test = under(lowering, { error, broken: violated }, () => lowering.test(condition));
          writer.if(ir.not(test), () => writer.emit(ir.br(violated)));
          writer.emit(ir.br(done));
        });
        this.event(writer, errorAt(atStep));
        writer.emit(ir.br(done));
      });
      this.event(writer, isProgress ? notBounded(of.property) : violated(of.property, atStep));
    });
  }

  /**
   * Something that is to occur. Once it has, it is evaluated on only where that may be a model error, which is told
   * whether or not the witness was met before.
   */
  witness(lowering: Lowering, witness: number, condition: Node, atStep: boolean): void {
    const { writer } = lowering;
    const met: Event = { kind: "witness", witness };
    const noValue: Event = errorAt(atStep);
    let mayFail = false;
    const { stmts } = writer.apart(() =>
      writer.block((unmet) => {
        const { stmts: asking, result: error } = writer.apart(() => {
          const end: Target = { kind: "block" };
          const test = under(lowering, { error: end, broken: unmet }, () => lowering.test(condition));
          writer.if(test, () => this.event(writer, met));
          writer.emit(ir.br(unmet));
          return end;
        });
        mayFail = leaves(asking, error);
        writer.emit({ op: "block", target: error, body: asking });
        this.event(writer, noValue);
      }),
    );
    const wanted = mayFail ? ir.bitOr(this.#wanted(met), this.#wanted(noValue)) : this.#wanted(met);
    writer.if(wanted, () => writer.emit(...stmts));
  }

  #wanted(event: Event): Expr {
    return ir.load8(ir.own(this.#map.memory.wanted, this.#map.eventNumber(event)));
  }

  event(writer: FunctionWriter, event: Event): void {
    const number = this.#map.eventNumber(event);
    writer.if(this.#wanted(event), () => writer.emit(ir.run(ir.call(this.#keep, c(number)))));
  }

  /** What is asked of every state. */
  stateChecks(): readonly Func[] {
    const { invariants, witnesses } = this.#map.system;
    return this.#ofStateInParts("states", [
      ...invariants.map((check) => (lowering: Lowering) => this.check(lowering, check, false)),
      ...witnesses.map(({ condition }, witness) => (lowering: Lowering) => {
        if (condition) this.witness(lowering, witness, condition, false);
      }),
    ]);
  }

  /** What is asked of states at rest. */
  restChecks(): readonly Func[] {
    const { atRest } = this.#map.system;
    const asks = atRest.map((check) => (lowering: Lowering) => this.check(lowering, check, false));
    return this.#ofStateInParts("states at rest", asks);
  }

  deadlock(): Func {
    return this.#ofState("deadlock", ({ writer }) => this.event(writer, NO_STEP));
  }

  /** Whether a condition is true of the current state; one where it has no value counts as it is said. */
  isGoal(name: string, { condition }: StateCheck, ifNoValue = true): Func {
    return this.#ofState(name, (lowering) => {
      const { writer } = lowering;
      writer.block((broken) => {
        writer.block((error) => {
          const test = under(lowering, { error, broken }, () => lowering.test(condition));
          writer.emit(ir.ret(test));
        });
        this.event(writer, errorAt(false));
        writer.emit(ir.ret(c(Number(ifNoValue))));
      });
    });
  }

  /** Compilers take much more than linear time and memory for long functions: each is ended where it has become one. */
  #ofStateInParts(name: string, asks: readonly ((lowering: Lowering) => void)[]): readonly Func[] {
    const rest = [...asks];
    const parts: Func[] = [];
    while (rest.length > 0) {
      parts.push(
        this.#ofState(`${name} ${parts.length}`, (lowering) => {
          while (rest.length > 0 && lowering.writer.fn.locals < MOST_LOCALS) rest.shift()?.(lowering);
        }),
      );
    }
    return parts;
  }

  #ofState(name: string, body: (lowering: Lowering) => void): Func {
    const writer = new FunctionWriter(name);
    const nowhere: Target = { kind: "block" };
    body(new Lowering(this.#map, writer, -1, { error: nowhere, broken: nowhere }));
    return writer.fn;
  }
}

/** Whether some statement goes to a target. */
const leaves = (stmts: readonly Stmt[], target: Target): boolean =>
  stmts.some((stmt) => {
    if (stmt.op === "br") return stmt.target === target;
    if (stmt.op === "if") return leaves(stmt.then, target) || leaves(stmt.else, target);
    return (stmt.op === "block" || stmt.op === "loop") && leaves(stmt.body, target);
  });
