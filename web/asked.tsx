/** What is the value of an expression that the reader writes, here and along the run that is shown? */
import { useMemo, useState } from "preact/hooks";
import { ExpressionError } from "../checker/language/parse-scanner.ts";
import type { System } from "../checker/language/system.ts";
import { type Ask, asking } from "../checker/reference/asked.ts";
import type { Journey } from "./journey.ts";

interface Props {
  readonly system: System;
  readonly journey: Journey;
  readonly step: number;
  readonly onStep: (step: number) => void;
}

export function Asked({ system, journey, step, onStep }: Props) {
  const [text, setText] = useState("");
  const asked = useMemo(() => (text.trim() === "" ? null : askOrError(system, text)), [system, text]);
  const values = useMemo(() => {
    if (asked === null || typeof asked === "string") return [];
    return journey.states.flatMap((state, i) => (state ? [{ step: i, value: asked(state) }] : []));
  }, [asked, journey]);
  const here = values.find((one) => one.step === step)?.value;
  const changes = values.filter(({ value }, i) => i === 0 || value !== values[i - 1]?.value);
  return (
    <section class="asked" aria-labelledby="asked-title">
      <h2 id="asked-title">An expression, here</h2>
      <input
        type="text"
        aria-label="expression"
        spellcheck={false}
        placeholder="as the rows write it: names of cells, elements; nmi0.x is a local"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      {typeof asked === "string" && <p class="breaks">{asked}</p>}
      {here !== undefined && (
        <p>
          <output>{here}</output>
        </p>
      )}
      {changes.length > 1 && (
        <ol>
          {changes.map((one) => (
            <li key={one.step}>
              <button type="button" aria-pressed={one.step === step} onClick={() => onStep(one.step)}>
                {one.step === 0 ? "at first" : `after step ${one.step}`}: {one.value}
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function askOrError(system: System, text: string): Ask | string {
  try {
    return asking(system, text);
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}
