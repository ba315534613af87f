"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const filter = document.getElementById("filter");
  const left = document.getElementById("left");
  const fields = all("[data-field]");
  const policies = document.getElementById("policies");
  const rows = all("[data-row]").map((element) => ({ element }));
  const groups = all("[data-group]");
  const OPENED_AT_MOST = 60;
  const openedByFilter = new Set();

  const textOf = (row) => {
    if (row.text === undefined) {
      const owner = row.element.closest("tbody")?.querySelector(".owner");
      row.text = `${owner?.textContent ?? ""} ${row.element.textContent}`.toLowerCase();
    }
    return row.text;
  };

  // A policy that says ecs:* is what somebody looks for who types ecs:RunTask.
  const covers = (pattern, wanted) => {
    if (!/[*?]/.test(pattern)) return false;
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
    return new RegExp(`^${escaped}$`, "s").test(wanted);
  };
  const valuesOf = (row, name) => {
    row.values ??= {};
    row.values[name] ??=
      name === "owner"
        ? [row.element.closest("tbody").querySelector(".owner").textContent.trim().toLowerCase()]
        : all(`[data-cell="${name}"] code`, row.element).map((each) => each.textContent.toLowerCase());
    return row.values[name];
  };
  const fits = (row, name, wanted) =>
    valuesOf(row, name).some((value) => value.includes(wanted) || (name !== "owner" && covers(value, wanted)));

  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = fields.map((each) => [each.dataset.field, each.value.trim().toLowerCase()]).filter(([, value]) => value);
    const active = words.length > 0 || wanted.length > 0;
    let shown = 0;
    let shownPolicies = 0;
    const holding = new Set();
    for (const row of rows) {
      const isPolicy = policies !== null && policies.contains(row.element);
      const fitting =
        words.every((word) => textOf(row).includes(word)) &&
        (!isPolicy || wanted.every(([name, value]) => fits(row, name, value)));
      row.element.hidden = !fitting;
      if (!fitting) continue;
      shown += 1;
      shownPolicies += isPolicy;
      for (let each = row.element.parentElement; each !== null && !holding.has(each); each = each.parentElement) holding.add(each);
    }
    for (const group of groups) group.hidden = active && !holding.has(group);
    for (const each of openedByFilter) each.open = false;
    openedByFilter.clear();
    if (words.length > 0) {
      for (const each of all("details:not([open])").filter((fold) => holding.has(fold)).slice(0, OPENED_AT_MOST)) {
        each.open = true;
        openedByFilter.add(each);
      }
    }
    const number = (value) => value.toLocaleString("en");
    if (words.length > 0) left.textContent = `${number(shown)} of ${number(rows.length)} rows fit`;
    else if (wanted.length > 0) left.textContent = `${number(shownPolicies)} statements fit`;
    else left.textContent = "";
  };

  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 60);
  };
  for (const each of [filter, ...fields]) each.addEventListener("input", soon);
  for (const form of all("form")) form.addEventListener("submit", (event) => event.preventDefault());

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      filter.focus();
      filter.select();
    } else if (event.key === "Escape" && isTyping) {
      if (event.target.value === "") event.target.blur();
      event.target.value = "";
      apply();
    }
  });

  for (const [name, open] of [["open", true], ["close", false]]) {
    for (const button of all(`[data-${name}]`)) {
      button.addEventListener("click", () => {
        for (const each of all("details", document.getElementById(button.dataset[name]))) each.open = open;
      });
    }
  }

  // What is folded is open on paper.
  const folded = new Set();
  addEventListener("beforeprint", () => {
    for (const each of all("details:not([open])")) {
      each.open = true;
      folded.add(each);
    }
  });
  addEventListener("afterprint", () => {
    for (const each of folded) each.open = false;
    folded.clear();
  });

  const theme = document.getElementById("theme");
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
