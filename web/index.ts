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
  for (const section of document.querySelectorAll<HTMLElement>("[data-list]")) {
    const all = section.querySelectorAll("[data-entry]").length;
    const shown = section.querySelectorAll("[data-entry]:not([hidden])").length;
    const count = section.querySelector(".count");
    if (count) count.textContent = shown === all ? `${all}` : `${shown} of ${all}`;
  }
}

form?.addEventListener("input", show);
form?.addEventListener("submit", (event) => event.preventDefault());
form?.addEventListener("reset", () => setTimeout(show));
show();
