// Open all folded parts for printing, and the part that a link leads to.
const opened = [];
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) { part.open = true; opened.push(part); }
});
addEventListener("afterprint", () => { for (const part of opened.splice(0)) part.open = false; });
const reveal = () => {
  const part = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("details");
  if (part) { part.open = true; part.scrollIntoView(); }
};
addEventListener("hashchange", reveal);
reveal();
