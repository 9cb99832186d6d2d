/** What was asked, what was found, what was searched, what is not modelled, and how to ask again. */
import type { PageData } from "../checker/html/data.ts";

/** Of a run that is as the spec expects, a violation is no surprise; the verdict stays what it is. */
const toneOf = ({ verdict }: PageData): string =>
  verdict === "holds" ? "good" : verdict === "incomplete" || verdict === "vacuous" ? "open" : "bad";

export function Heading({ data }: { readonly data: PageData }) {
  const { question, claims, verdict, violated, differences, vacuous, notes, facts, notModelled, reproduce } = data;
  const names = violated.map(({ property }) => property).filter((name) => name !== verdict);
  return (
    <header>
      <p class="spec">{data.spec}</p>
      <h1>{question}</h1>
      <p class={`verdict ${toneOf(data)}`}>
        <strong>{verdict}</strong> {names.join(" ")}
        {differences !== null && (
          <span class="beside">{differences.length === 0 ? "as the spec expects" : "NOT as the spec expects"}</span>
        )}
      </p>
      {[...(differences ?? []), ...(verdict === "vacuous" ? vacuous : [])].map((text) => (
        <p key={text}>{text}</p>
      ))}
      {notes.map((text) => (
        <p key={text} class="note">
          Note: {text}
        </p>
      ))}
      {violated.length > 0 && (
        <ul>
          {violated.map(({ property, sentence, length }) => (
            <li key={property}>
              <strong>{property}</strong>
              {sentence !== "" && `: does not hold in this model: “${sentence}”`} ({length} steps)
            </li>
          ))}
        </ul>
      )}
      {claims.map(({ id, quote, who }) => (
        <blockquote key={id}>
          <strong>{id}</strong> “{quote}” <cite>{who}</cite>
        </blockquote>
      ))}
      <Facts facts={facts.filter(({ detail }) => !detail)} />
      <details>
        <summary>All settings, what the second opinions are, what is not modelled</summary>
        <Facts facts={facts.filter(({ detail }) => detail)} />
        <h2>Not modelled</h2>
        <ul>
          {notModelled.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </details>
      <p class="reproduce">
        Reproduce: <code>{reproduce}</code>
      </p>
    </header>
  );
}

const Facts = ({ facts }: { readonly facts: PageData["facts"] }) => (
  <dl class="facts">
    {facts.map(({ name, text }) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{text}</dd>
      </div>
    ))}
  </dl>
);
