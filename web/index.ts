/** The index of all specs: shows of each list what a reader asks for. Without it all of it is there to read. */

const form = document.querySelector("form");

/** What an entry says of itself, in words that a filter may ask for: `data-verdict="violated"`. */
const entries = [...document.querySelectorAll<HTMLElement>("[data-entry]")];

function show(): void {
  if (!form) return;
  const asked = [...new FormData(form)].map(([key, value]) => [key, String(value).toLowerCase()] as const);
  for (const entry of entries) {
    const fits = asked.every(([key, value]) => {
      if (value === "") return true;
      if (key === "text") return value.split(/\s+/).every((word) => entry.textContent?.toLowerCase().includes(word));
      const own = entry.dataset[key];
      return own === undefined || own.toLowerCase().split(" | ").includes(value);
    });
    entry.hidden = !fits;
  }
  const isAsked = asked.some(([, value]) => value !== "");
  for (const part of document.querySelectorAll<HTMLElement>("[data-list], [data-group]")) {
    const all = part.querySelectorAll("[data-entry]").length;
    const shown = part.querySelectorAll("[data-entry]:not([hidden])").length;
    const count = part.querySelector(".count");
    if (count) count.textContent = shown === all ? `${all}` : `${shown} of ${all}`;
    if (!(part instanceof HTMLDetailsElement)) continue;
    // What was searched for is there to see; a whole list is closed again.
    part.hidden = shown === 0;
    part.open = isAsked;
  }
}

/** A link to a claim, `#C11`, opens what it is in. */
function follow(): void {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (form && target.closest("[hidden]")) {
    // What a filter hides is shown again, and then followed.
    form.reset();
    return;
  }
  for (let at: Element | null = target; at; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
  target.scrollIntoView();
}

form?.addEventListener("input", show);
form?.addEventListener("submit", (event) => event.preventDefault());
form?.addEventListener("reset", () =>
  setTimeout(() => {
    show();
    follow();
  }),
);
addEventListener("hashchange", follow);
show();
follow();
