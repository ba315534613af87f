"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const [filter, kind, isNew, fitting] = ["filter", "kind", "new", "fitting"].map(byId);
  const findings = all("[data-finding]").map((element) => ({ element }));
  const tables = all("[data-sortable]");

  // What is said of a finding, without the weeks of its chart, in which any number can be found.
  const SAID = "h3, .facts, .why, .score, .numbers, .rule, .related";
  const textOf = (finding) => {
    if (finding.text === undefined) {
      const { element } = finding;
      const said = element.matches("tr") ? [element] : all(SAID, element);
      finding.text = said.map((each) => each.textContent).join(" ").toLowerCase();
    }
    return finding.text;
  };
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const finding of findings) {
      const { element } = finding;
      const fits =
        (kind.value === "" || element.dataset.kind === kind.value) &&
        (!isNew.checked || "new" in element.dataset) &&
        words.every((word) => textOf(finding).includes(word));
      element.hidden = !fits;
      count += fits;
    }
    for (const table of tables) table.hidden = table.querySelector("[data-finding]:not([hidden])") === null;
    const isActive = words.length > 0 || kind.value !== "" || isNew.checked;
    const number = (value) => value.toLocaleString("en");
    fitting.textContent = isActive ? `${number(count)} of ${number(findings.length)} findings on this page fit` : "";
  };
  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 60);
  };
  filter.addEventListener("input", soon);
  for (const each of [kind, isNew]) each.addEventListener("change", apply);
  filter.form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof Element && event.target.matches("input, select");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      filter.focus();
      filter.select();
    } else if (event.key === "Escape" && event.target === filter) {
      filter.value = "";
      apply();
    }
  });

  // A click on a heading sorts by its column, another one the other way round. Equal rows keep their order.
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value ?? cell.textContent;
  };
  for (const table of tables) {
    const headings = [...table.tHead.rows[0].cells];
    for (const [column, heading] of headings.entries()) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const order = heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
        const sign = order === "ascending" ? 1 : -1;
        for (const each of headings) each.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", order);
        const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row, column), row]);
        rows.sort(([one], [other]) => sign * compare(one, other));
        table.tBodies[0].append(...rows.map(([, row]) => row));
      });
    }
  }

  // What is folded is open on paper.
  const folded = new Set();
  addEventListener("beforeprint", () => {
    for (const each of all("details:not([open]):not(.values)")) {
      each.open = true;
      folded.add(each);
    }
  });
  addEventListener("afterprint", () => {
    for (const each of folded) each.open = false;
    folded.clear();
  });

  const theme = byId("theme");
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);
  const name = () => {
    theme.textContent = isDark() ? "Light" : "Dark";
    theme.setAttribute("aria-label", `Show in ${isDark() ? "light" : "dark"} colours`);
  };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    name();
  });
  prefersDark.addEventListener("change", name);
  name();

  for (const each of all("[data-script]")) each.hidden = false;
})();
