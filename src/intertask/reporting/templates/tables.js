// A cell's value: its data-sort, a number (null: unknown), or its text.
const value = (cell) => {
  if (!("sort" in cell.dataset)) return cell.textContent.trim();
  return cell.dataset.sort === "" ? null : Number(cell.dataset.sort);
};
// In tables with class "sortable", a click on a header sorts. Unknown values are last.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const lines = () => [...table.tBodies[0].rows].filter((row) => !row.classList.contains("apart"));
  const folded = lines().some((row) => row.classList.contains("more"));
  const shown = lines().findIndex((row) => row.classList.contains("more"));
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const down = now ? now === "ascending" : head.dataset.first === "descending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows].map((row) => [value(row.cells[column]), row]);
      rows.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null);
        const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
        return down ? -order : order;
      });
      table.tBodies[0].append(...rows.map(([, row]) => row));
      if (folded) lines().forEach((row, i) => row.classList.toggle("more", i >= shown && !row.classList.contains("mark")));
    });
  });
}
// Each table can be copied, and downloaded as a CSV file with all rows and exact numbers.
const texts = (row, name) => [...row.cells].map((cell) => {
  const content = name(cell);
  // A spreadsheet would run a text that begins like this as a formula.
  return typeof content === "string" && /^[=+\-@\t\r]/.test(content) ? `'${content}` : String(content ?? "");
});
const grid = (table) => [
  ...[...table.tHead.rows].map((row) => texts(row, (cell) => cell.dataset.csv ?? cell.textContent.trim())),
  ...[...table.tBodies].flatMap((body) => [...body.rows].map((row) => texts(row, value))),
];
const quoted = (text) => /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not allowed for local files in some browsers
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text;
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};
const download = (name, type, content) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
const button = (words, label, action) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", () => action(made));
  return made;
};
for (const box of document.querySelectorAll("[data-file]")) {
  const tools = document.createElement("div"), table = box.querySelector("table"), name = box.getAttribute("aria-label");
  tools.className = "tools";
  tools.append(
    button("Copy", `Copy the table: ${name}`, async (made) => {
      await copy(grid(table).map((row) => row.map((text) => text.replaceAll(/\s+/g, " ")).join("\t")).join("\n") + "\n");
      made.textContent = "Copied";
      setTimeout(() => { made.textContent = "Copy"; }, 1500);
    }),
    button("CSV", `Download the table as CSV: ${name}`, () => {
      download(box.dataset.file, "text/csv", "\ufeff" + grid(table).map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n");
    }),
  );
  box.before(tools);
}
